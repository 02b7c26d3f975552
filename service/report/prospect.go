package report

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/stage"
	"kopeck/store"
)

// Prospect is what somebody is worth who has not ordered yet: see the API.
type Prospect struct {
	Reach              []StageProbability
	Observed           int
	NewCustomer, Value money.Amount
	OrderDays          int
}

// StageProbability is how likely a stage is reached.
type StageProbability struct {
	Stage       schema.Stage
	Probability float64
}

// Prospects is what the worth of those who have not ordered is found by, learned from all customers at one moment.
type Prospects struct {
	service  *Service
	at       time.Time
	moves    [][]float64
	stays    []float64
	observed int
	earned   map[string]earnedBy // by segment, "" for none
	all      earnedBy
}

type earnedBy struct {
	margin    money.Amount
	orderDays int
}

// The prior of the stages' chain: half a customer for each step ahead, and two who stay in each stage. It decides where
// nothing has been seen yet, and gives way to what has.
const (
	priorAhead = 0.5
	priorStay  = 2
)

// leastOrderDays is how many order days of its own a segment needs for a margin of its own.
const leastOrderDays = 30

var stageOrder = []schema.Stage{schema.Stranger, schema.Friend, schema.Buyer, schema.Loyal, schema.Former}

// Prospects learns from all customers: how often each stage was left for which other one (but not by what staff decided, nor by
// what files say: an order log knows buyers alone), who is in it now (which counts as
// staying there: the story is as if it had ended today), and what order days earn in each segment. Three statements on one snapshot.
func (s *Service) Prospects(ctx context.Context) (*Prospects, error) {
	p := &Prospects{service: s, at: s.Now()}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		p.begin()
		if err := s.forReport(ctx, tx); err != nil {
			return err
		}
		err := store.Each(ctx, tx, "SELECT from_stage, to_stage, count(*) FROM stage_changes WHERE reason NOT LIKE ? AND reason NOT LIKE ? AND reason NOT LIKE ? GROUP BY from_stage, to_stage",
			[]any{stage.ReasonRecorded + "%", stage.ReasonOverruled + "%", "%" + stage.ReasonImported}, func(scan store.ScanFunc) error {
				var from, to string
				var n int
				if err := scan(&from, &to, &n); err != nil {
					return err
				}
				if i, j := stageNumber(from), stageNumber(to); i >= 0 && j >= 0 && i != j {
					p.moves[i][j] += float64(n)
					p.observed += n
				}
				return nil
			})
		if err != nil {
			return err
		}
		err = store.Each(ctx, tx, "SELECT stage, count(*) FROM customers WHERE deleted_at IS NULL GROUP BY stage", nil, func(scan store.ScanFunc) error {
			var stage string
			var n int
			err := scan(&stage, &n)
			if i := stageNumber(stage); i >= 0 {
				p.stays[i] += float64(n)
			}
			return err
		})
		if err != nil {
			return err
		}
		return store.Each(ctx, tx, "SELECT coalesce(segment, ''), CAST(sum(margin) AS BIGINT), CAST(sum(order_days) AS BIGINT) FROM customers WHERE order_days > 0 GROUP BY coalesce(segment, '')", nil, func(scan store.ScanFunc) error {
			var segment string
			var one earnedBy
			if err := scan(&segment, &one.margin, &one.orderDays); err != nil {
				return err
			}
			p.earned[segment] = one
			p.all.orderDays += one.orderDays
			var err error
			p.all.margin, err = p.all.margin.Plus(one.margin)
			return err
		})
	})
	return p, err
}

func (p *Prospects) begin() {
	p.moves, p.stays, p.observed = make([][]float64, len(stageOrder)), make([]float64, len(stageOrder)), 0
	for i := range p.moves {
		p.moves[i] = make([]float64, len(stageOrder))
		p.stays[i] = priorStay
	}
	for _, step := range [][2]schema.Stage{{schema.Stranger, schema.Friend}, {schema.Stranger, schema.Buyer}, {schema.Friend, schema.Buyer}, {schema.Buyer, schema.Loyal}} {
		p.moves[stageNumber(string(step[0]))][stageNumber(string(step[1]))] = priorAhead
	}
	p.earned, p.all = map[string]earnedBy{}, earnedBy{}
}

func stageNumber(stage string) int { return slices.Index(stageOrder, schema.Stage(stage)) }

// Of gives what a customer is worth who has not ordered; nil for who has. INVALID as LifetimeValue.
func (p *Prospects) Of(c *ent.Customer, horizonMonths *int, annualDiscountRate *money.Exact) (*Prospect, error) {
	horizon, rate, err := p.service.value.CheckOutlook(horizonMonths, annualDiscountRate)
	if err != nil || c.OrderDays > 0 {
		return nil, err
	}
	prospect := &Prospect{Observed: p.observed}
	becomes := 0.0
	for i, stage := range stageOrder {
		probability := lifetime.Reach(p.moves, p.stays, i)[stageNumber(string(c.Stage))]
		prospect.Reach = append(prospect.Reach, StageProbability{stage, probability})
		if stage == schema.Buyer {
			becomes = probability
		}
	}
	earned := p.earned[string(input.OrZero(c.Segment))]
	if earned.orderDays < leastOrderDays {
		earned = p.all
	}
	prospect.OrderDays = earned.orderDays
	if earned.orderDays == 0 {
		return prospect, nil
	}
	margin, _ := new(big.Rat).Quo(earned.margin.Rat(), new(big.Rat).SetInt64(int64(earned.orderDays))).Float64()
	cumulative := make([]float64, horizon)
	p.service.value.Current().Counts.MonthlyOrders(cumulative, 0, 0, 0)
	annual, _ := rate.Rat().Float64()
	after, err := lifetime.Future(cumulative, margin, annual)
	if err == nil {
		if prospect.NewCustomer, err = money.FromFloat(margin + after); err == nil {
			prospect.Value, err = money.FromFloat((margin + after) * becomes)
		}
	}
	if errors.Is(err, lifetime.ErrDiscount) || errors.Is(err, money.ErrOverflow) {
		return nil, fault.Invalidf("annualDiscountRate", "over %d months at this rate the value is too large to be money", horizon)
	}
	return prospect, err
}
