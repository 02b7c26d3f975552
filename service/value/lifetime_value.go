package value

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// LifetimeValue is what a customer has been worth and is expected to be.
type LifetimeValue struct {
	At                  time.Time
	HorizonMonths       int
	Model               *ent.LifetimeModel
	Frequency           int
	Recency             float64
	Age                 float64
	ProbabilityAlive    float64
	ExpectedOrders      float64
	ExpectedOrderMargin money.Amount
	Past                money.Amount
	Future              money.Amount
	Total               money.Amount
	Notes               []string     // that the viewer may read
	OrdersKnownUntil    *schema.Date // the observed end; nil where it is At

	outlook    *lifetime.Outlook                      // nil before the first order
	coverage   backtest.Coverage                      // how often its bounds held
	percentile func(ctx context.Context) (int, error) // nil for a moment of the past
	origin     origin
	notes      []Note
	shown      bool // its amounts are those of the start of the day, for a viewer without the scope costs
}

// LifetimeHorizon is how many months ahead a lifetime value looks by default.
const LifetimeHorizon = 12

// CheckOutlook checks a horizon and a discount rate, and replaces nil by the defaults. INVALID on horizonMonths outside of 1 to 600 and on
// annualDiscountRate not above -1 or over 10.
func (s *Service) CheckOutlook(horizonMonths *int, annualDiscountRate *money.Exact) (int, money.Decimal, error) {
	var faults fault.List
	horizon := input.Or(horizonMonths, LifetimeHorizon)
	if horizon < 1 || horizon > lifetime.MaxMonths {
		faults.Add(fault.Invalidf("horizonMonths", "want 1 to %d months", lifetime.MaxMonths))
	}
	rate := s.Settings().AnnualDiscountRate
	if annualDiscountRate != nil {
		var err error
		rate, err = input.Decimal("annualDiscountRate", *annualDiscountRate, "-1", "10")
		if err == nil && rate.Compare(money.Whole(-1)) <= 0 {
			err = fault.Invalidf("annualDiscountRate", "want more than -1, at most 10: 0.10 is ten per cent")
		}
		faults.Add(err)
	}
	return horizon, rate, faults.Or()
}

// LifetimeValue returns the value that earnings promise at a moment, by default now. INVALID for a horizon outside
// 1 to 600 months, a discount rate not above -1 or over 10, or a moment in the future.
func (s *Service) LifetimeValue(e Earnings, horizonMonths *int, annualDiscountRate *money.Exact, at *time.Time) (*LifetimeValue, error) {
	var faults fault.List
	moment, err := s.PastMoment("at", at)
	faults.Add(err)
	horizon, rate, err := s.CheckOutlook(horizonMonths, annualDiscountRate)
	for _, one := range fault.All(err) {
		faults.Add(one)
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	if annualDiscountRate == nil {
		rate = s.SettingsAt(moment).AnnualDiscountRate
	}
	v, err := s.ValueOf(s.model.Load(), e, moment, horizon, rate)
	if errors.Is(err, money.ErrOverflow) {
		return nil, fault.Invalidf("annualDiscountRate", "over %d months at this rate the value is too large to be money", horizon)
	}
	return v, err
}

// StandingValue returns what customers.lifetime_value is to be, by which lists are ordered: the total value over the
// default horizon, at most what the column can hold.
func (s *Service) StandingValue(c *ent.Customer, at time.Time) money.Amount {
	return s.standing(s.model.Load(), c, at)
}

func (s *Service) standing(m *Model, c *ent.Customer, at time.Time) money.Amount {
	v, err := s.ValueOf(m, EarningsOf(c), at, LifetimeHorizon, s.Settings().AnnualDiscountRate)
	if err != nil {
		return money.Minor(1<<63 - 1)
	}
	return v.Total
}

// StandingOf returns what a customer has been worth and is expected to be from a moment on, over the default horizon. money.ErrOverflow.
func (s *Service) StandingOf(c *ent.Customer, at time.Time) (*LifetimeValue, error) {
	return s.ValueOf(s.model.Load(), EarningsOf(c), at, LifetimeHorizon, s.Settings().AnnualDiscountRate)
}

// ProbabilityAlive returns the probability that a customer has not left, by the active model; 0 before the first order.
func (s *Service) ProbabilityAlive(c *ent.Customer, at time.Time) float64 {
	return s.model.Load().Alive(EarningsOf(c), s.Observation().EndFor(s.Settings().Day(at), c.LastOrderDay))
}

// ValueOf returns what a customer has been and will be worth at a moment that is not before the earnings' last order,
// from the earnings alone: O(1), no statement. The months are those from the observed end on. horizonMonths is 1 to 600, rate above -1
// and at most 10. Error: money.ErrOverflow.
func (s *Service) ValueOf(m *Model, e Earnings, at time.Time, horizonMonths int, rate money.Decimal) (*LifetimeValue, error) {
	return s.ValueSeen(m, e, s.Observation(), at, horizonMonths, rate)
}

// ValueSeen is ValueOf with what is known of all customers' orders given.
func (s *Service) ValueSeen(m *Model, e Earnings, seen lifetime.Observation, at time.Time, horizonMonths int, rate money.Decimal) (*LifetimeValue, error) {
	v := &LifetimeValue{At: at, HorizonMonths: horizonMonths, Model: m.Row}
	var err error
	if v.Past, err = lifetime.Past(e.Margin, e.ContactCost, e.AcquisitionCost); err != nil {
		return nil, err
	}
	v.Total = v.Past
	today := s.Settings().Day(at)
	end := seen.EndFor(today, e.LastDay)
	known := e.Until(end)
	v.notes = m.notesOn(known, s.Settings().Zone)
	if of := seen.End(today); of < today {
		until := schema.Date(of)
		v.OrdersKnownUntil = &until
		v.notes = append(v.notes, Note{Text: observedNote(seen, of)})
	}
	if known.OrderDays < e.OrderDays {
		v.notes = append(v.notes, Note{Text: "there are later orders: they count in what was earned, and show that the customer was alive, but not in what is expected"})
	}
	v.Notes = textsOf(v.notes, true)
	v.ProbabilityAlive = m.Alive(e, end)
	if known.OrderDays == 0 {
		return v, nil
	}
	e, today = known, end
	v.Frequency, v.Recency, v.Age = e.Stats(today).In(m.Counts.TimeUnit())
	cumulative := make([]float64, horizonMonths)
	m.CountsOf(e, today).MonthlyOrders(cumulative, v.Frequency, v.Recency, v.Age)
	v.ExpectedOrders = cumulative[horizonMonths-1]
	margin, err := m.OrderMargin(e, today)
	if err != nil {
		return nil, err
	}
	annual, _ := rate.Rat().Float64()
	future, err := lifetime.Future(cumulative, margin, annual)
	if errors.Is(err, lifetime.ErrDiscount) {
		return nil, money.ErrOverflow
	}
	if err != nil {
		return nil, err
	}
	v.outlook, v.coverage = m.Outlook(e, today, horizonMonths, margin, annual), m.coverage
	if v.ExpectedOrderMargin, err = money.FromFloat(margin); err != nil {
		return nil, err
	}
	if v.Future, err = money.FromFloat(future); err != nil {
		return nil, err
	}
	v.Total, err = v.Past.Plus(v.Future)
	return v, err
}

// notesOn returns how far a customer's figures can be trusted.
func (m *Model) notesOn(e Earnings, zone *time.Location) []Note {
	notes := slices.Clone(m.notes)
	say := func(texts ...string) { notes = append(notes, forAll(texts...)...) }
	if e.OrderDays == 0 {
		say("no order yet: nothing is expected until the first one")
		return notes
	}
	x := e.OrderDays - 1
	say(m.Counts.Caveats(x)...)
	switch {
	case m.margins == nil && lifetime.PeriodDays(m.Counts) > 0:
		say("an order is expected to earn the mean margin of the customer's order days of the last period or, where there were none in it, of all of them")
	case m.margins == nil:
		say("no margin model has been fitted: the mean margin of the customer's own order days stands in")
	case x == 0 && m.overstates:
		say("one order day so far: an order is expected to earn what it does in the mean of the customers whose repeat orders earned something")
	case x == 0:
		say("one order day so far: an order is expected to earn what it does in the mean of all customers")
	case !m.margins.Holds(e.repeat()) && m.shrunken != nil:
		notes = append(notes, Note{Text: "the repeat orders earned nothing so far, which Gamma-Gamma has no place for: their mean, drawn to the mean of all customers, stands in", Costs: true}) // it tells the sign of a margin
	case !m.margins.Holds(e.repeat()):
		notes = append(notes, Note{Text: "the repeat orders earned nothing so far, which the margin model has no place for: the figure is the mean, drawn to the customer's own", Costs: true}) // it tells the sign of a margin
	}
	if e.DepartedAt != nil && e.LastDay <= costing.Day(*e.DepartedAt, zone) {
		say("the customer's departure was recorded, of which the model does not know")
	}
	return notes
}

// LifetimeInterval is between which bounds a lifetime value lies with a probability.
type LifetimeInterval struct {
	Probability           float64
	Low, High             money.Amount
	OrdersLow, OrdersHigh int
	// The shares of the customers like this one whose margin and whose orders lay within such bounds in the days that the model was tested
	// on; nil where the bounds were not tested.
	Held, OrdersHeld *float64
	Note             string // how that was measured

	value *LifetimeValue
}

// intervalProbability is how often a figure lies within the bounds.
const intervalProbability = 0.8

// SimulationSource returns the random source of simulations: always the same, so that the same question has the same answer.
func SimulationSource() *rand.PCG { return rand.NewPCG(1, 2) }

// Interval returns the bounds of the total, nil before the first order. Bounds that held too little when the model was tested are as much
// wider as was needed.
func (v *LifetimeValue) Interval() (*LifetimeInterval, error) {
	if v.outlook == nil {
		return nil, nil
	}
	i := &LifetimeInterval{Probability: intervalProbability, value: v, Note: "the bounds were not tested on orders that the model was not fitted on: they hold as much as they say only if the model is right"}
	levels := lifetime.Levels{Orders: intervalProbability, Margin: intervalProbability}
	if tested := v.coverage.For(v.outlook.X); tested != nil {
		levels = lifetime.Levels{Orders: tested.Orders.Level, Margin: tested.Margin.Level}
		i.Held, i.OrdersHeld = &tested.Margin.Within, &tested.Orders.Within
		i.Probability = probabilityOf(tested)
		if i.Note = coverageNote(tested, v.coverage.Days); v.shown {
			i.Note = "the bounds were tested on orders that the model was not fitted on, and are as wide as was needed there"
		}
	}
	bounds, err := v.outlook.Bounds(levels, SimulationSource())
	if err != nil {
		return nil, err
	}
	i.OrdersLow, i.OrdersHigh = bounds.OrdersLow, bounds.OrdersHigh
	if i.Low, err = v.past(bounds.Low); err == nil {
		i.High, err = v.past(bounds.High)
	}
	return i, input.DomainError(err)
}

// probabilityOf returns what bounds may be said to hold: 0.8, or less where the widest did not hold that when they were tested.
func probabilityOf(g *backtest.CoverageGroup) float64 {
	// A thousandth is what the search for the level and whole customers leave open.
	if held := min(g.Orders.After, g.Margin.After); held < intervalProbability-0.001 {
		return math.Round(held*1000) / 1000
	}
	return intervalProbability
}

// coverageNote says how bounds were tested. It has no counts of customers, since whoever sees a customer's bounds reads it.
func coverageNote(g *backtest.CoverageGroup, days int) string {
	note := fmt.Sprintf("in %d days held out such bounds held the margin of %.0f %% and the orders of %.0f %% of the customers who had ordered about as often", days, 100*g.Margin.Within, 100*g.Orders.Within)
	if g.Orders.Level > intervalProbability || g.Margin.Level > intervalProbability {
		note += fmt.Sprintf("; they are the model's own for %.3f (margin) and %.3f (orders), since those for %g held too little", g.Margin.Level, g.Orders.Level, intervalProbability)
	}
	if probabilityOf(g) < intervalProbability {
		note += "; wider ones were not enough either, so that the probability is what was measured"
	}
	return note
}

// past adds what has been earned to minor units that may come.
func (v *LifetimeValue) past(minor float64) (money.Amount, error) {
	future, err := money.FromFloat(minor)
	if err != nil {
		return future, err
	}
	return v.Past.Plus(future)
}
