package report

import (
	"context"
	"errors"
	"math/big"
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// Prospect is what a customer is worth who has not ordered yet: see the API.
type Prospect struct {
	Reach              []StageProbability
	Observed           int
	NewCustomer, Value money.Amount
	OrderDays          int
}

// StageProbability is the probability that a stage is ever reached.
type StageProbability struct {
	Stage       schema.Stage
	Probability float64
}

// Prospects is what the worth of those who have not ordered is computed from, learned from all customers at one moment.
type Prospects struct {
	service *Service
	learned stageChanges
	of      map[string]earned // by segment, "" for none
	all     earned
}

// earned is what order days have earned.
type earned struct {
	margin    money.Amount
	orderDays int
}

// stageChanges are how often each stage was left for each other one, and how many customers stayed in it; with the prior.
type stageChanges struct {
	moves    [][]float64
	stays    []float64
	observed int // moves, without the prior
}

// The prior of the stages' chain: half a customer for each step ahead, and two who stay in each stage. It decides where
// nothing has been observed yet, and gives way to what has.
const (
	priorAhead = 0.5
	priorStay  = 2
)

// leastOrderDays is the number of order days from which a segment has a margin of its own.
const leastOrderDays = 30

// stageOrder are the stages in the order of stageChanges.
var stageOrder = []schema.Stage{schema.Stranger, schema.Friend, schema.Buyer, schema.Loyal, schema.Former}

func stageNumber(stage schema.Stage) int { return slices.Index(stageOrder, stage) }

// Prospects learns from all customers: how often each stage was left for each other one (without what staff decided and what
// files contain: an order log knows buyers alone), who is in it now (which counts as staying there, as if the story had ended
// today), and what order days earn in each segment. Three statements on one snapshot.
func (s *Service) Prospects(ctx context.Context) (*Prospects, error) {
	p := &Prospects{service: s}
	err := s.readBase(ctx, func(ctx context.Context, tx *store.Tx) error {
		p.learned = priorChanges()
		if err := eachStageChange(ctx, tx, p.learned.move); err != nil {
			return err
		}
		if err := eachStage(ctx, tx, p.learned.stay); err != nil {
			return err
		}
		var err error
		if p.of, err = earnedBySegment(ctx, tx); err != nil {
			return err
		}
		p.all, err = sumEarned(p.of)
		return err
	})
	return p, err
}

// priorChanges returns the prior.
func priorChanges() stageChanges {
	m := stageChanges{moves: make([][]float64, len(stageOrder)), stays: make([]float64, len(stageOrder))}
	for i := range m.moves {
		m.moves[i] = make([]float64, len(stageOrder))
		m.stays[i] = priorStay
	}
	for _, step := range [][2]schema.Stage{{schema.Stranger, schema.Friend}, {schema.Stranger, schema.Buyer}, {schema.Friend, schema.Buyer}, {schema.Buyer, schema.Loyal}} {
		m.moves[stageNumber(step[0])][stageNumber(step[1])] = priorAhead
	}
	return m
}

// move counts n moves.
func (m *stageChanges) move(from, to schema.Stage, n int) {
	if i, j := stageNumber(from), stageNumber(to); i >= 0 && j >= 0 && i != j {
		m.moves[i][j] += float64(n)
		m.observed += n
	}
}

// stay counts n customers who are in a stage.
func (m *stageChanges) stay(stage schema.Stage, n int) {
	if i := stageNumber(stage); i >= 0 {
		m.stays[i] += float64(n)
	}
}

// reach returns the probability that a stage is ever reached from another.
func (m *stageChanges) reach(from, to schema.Stage) float64 {
	return lifetime.Reach(m.moves, m.stays, stageNumber(to))[stageNumber(from)]
}

func sumEarned(of map[string]earned) (sum earned, err error) {
	for _, one := range of {
		sum.orderDays += one.orderDays
		if sum.margin, err = sum.margin.Plus(one.margin); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Of returns what a customer is worth who has not ordered; nil for one who has. INVALID as LifetimeValue.
func (p *Prospects) Of(c *ent.Customer, horizonMonths *int, annualDiscountRate *money.Exact) (*Prospect, error) {
	horizon, rate, err := p.service.value.CheckOutlook(horizonMonths, annualDiscountRate)
	if err != nil || c.OrderDays > 0 {
		return nil, err
	}
	prospect := &Prospect{Observed: p.learned.observed}
	for _, stage := range stageOrder {
		prospect.Reach = append(prospect.Reach, StageProbability{stage, p.learned.reach(c.Stage, stage)})
	}
	becomes := p.learned.reach(c.Stage, schema.Buyer)
	earned := p.of[string(input.OrZero(c.Segment))]
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
