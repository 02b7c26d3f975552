package value

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service/input"
	"kopeck/store"
)

// Earnings are what a customer's lifetime value is reckoned from, at one moment.
type Earnings struct {
	OrderDays         int // distinct days with a completed order
	FirstDay, LastDay int // of them; 0 where there is none
	Margin            money.Amount
	RepeatMargin      money.Amount // without the first order day's
	ContactCost       money.Amount
	AcquisitionCost   money.Amount
	DepartedAt        *time.Time
}

// LifetimeHorizon is how many months ahead a lifetime value looks unless told.
const LifetimeHorizon = 12

// CheckOutlook reads a horizon and a discount rate as LifetimeValue does.
func (s *Service) CheckOutlook(horizonMonths *int, annualDiscountRate *money.Exact) (int, money.Decimal, error) {
	var faults fault.List
	horizon := input.Or(horizonMonths, LifetimeHorizon)
	if horizon < 1 || horizon > lifetime.MaxMonths {
		faults.Add(fault.Invalidf("horizonMonths", "want 1 to %d months", lifetime.MaxMonths))
	}
	rate := s.Settings().AnnualDiscountRate
	if annualDiscountRate != nil {
		var fail error
		rate, fail = input.Decimal("annualDiscountRate", *annualDiscountRate, "-1", "10")
		if fail == nil && rate.Compare(money.Whole(-1)) <= 0 {
			fail = fault.Invalidf("annualDiscountRate", "want more than -1, at most 10: 0.10 is ten per cent")
		}
		faults.Add(fail)
	}
	return horizon, rate, faults.Or()
}

// EarningsOf are a customer's earnings as they stand on the row.
func EarningsOf(c *ent.Customer) Earnings {
	return Earnings{
		OrderDays: c.OrderDays, FirstDay: c.FirstOrderDay, LastDay: c.LastOrderDay, Margin: c.Margin,
		RepeatMargin: c.RepeatMargin, ContactCost: c.ContactCost, AcquisitionCost: c.AcquisitionCost, DepartedAt: c.DepartedAt,
	}
}

// Stats are (x, t_x, T) on a day, in days.
func (e Earnings) Stats(today int) lifetime.Stats {
	return lifetime.Stats{Frequency: e.OrderDays - 1, RecencyDays: e.LastDay - e.FirstDay, AgeDays: max(today, e.LastDay) - e.FirstDay}
}

// StandingValue is what stands in customers.lifetime_value, by which lists are ordered: the total value over the
// standard horizon. What does not fit the column stands at its end.
func (s *Service) StandingValue(c *ent.Customer, at time.Time) money.Amount {
	return s.standing(s.model.Load(), c, at)
}

func (s *Service) standing(m *Model, c *ent.Customer, at time.Time) money.Amount {
	v, err := s.Valued(m, EarningsOf(c), at, LifetimeHorizon, s.Settings().AnnualDiscountRate)
	if err != nil {
		return money.Minor(1<<63 - 1)
	}
	return v.Total
}

// AliveAt is the probability that a customer has not left, by the active model; 0 before the first order.
func (s *Service) AliveAt(c *ent.Customer, at time.Time) float64 {
	return s.model.Load().Alive(EarningsOf(c), s.Settings().Day(at))
}

// Valued gives what a customer has been and will be worth at a moment that is not before the earnings' last order,
// from the earnings alone: O(1), no statement. horizonMonths is 1 to 600, rate above -1 and at most 10. The one error
// that is left is money.ErrOverflow.
func (s *Service) Valued(m *Model, e Earnings, at time.Time, horizonMonths int, rate money.Decimal) (*LifetimeValue, error) {
	v := &LifetimeValue{At: at, HorizonMonths: horizonMonths, Model: m.Row, Notes: m.notesOn(e, s.Settings().Zone)}
	past, err := e.Margin.Minus(e.ContactCost)
	if err == nil {
		v.Past, err = past.Minus(e.AcquisitionCost)
	}
	if err != nil {
		return nil, err
	}
	v.Total = v.Past
	if e.OrderDays == 0 {
		return v, nil
	}
	today := s.Settings().Day(at)
	v.Frequency, v.Recency, v.Age = e.Stats(today).In(m.Counts.TimeUnit())
	v.ProbabilityAlive = m.Alive(e, today)
	cumulative := make([]float64, horizonMonths)
	m.Counts.MonthlyOrders(cumulative, v.Frequency, v.Recency, v.Age)
	v.ExpectedOrders = cumulative[horizonMonths-1]
	margin, err := m.OrderMargin(e)
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
	v.outlook = m.Outlook(e, today, horizonMonths, margin, annual)
	if v.ExpectedOrderMargin, err = money.FromFloat(margin); err != nil {
		return nil, err
	}
	if v.Future, err = money.FromFloat(future); err != nil {
		return nil, err
	}
	v.Total, err = v.Past.Plus(v.Future)
	return v, err
}

// notesOn says how far a customer's figures can be trusted.
func (m *Model) notesOn(e Earnings, zone *time.Location) []string {
	notes := append([]string{}, m.notes...)
	if e.OrderDays == 0 {
		return append(notes, "no order yet: nothing is expected until the first one")
	}
	x := e.OrderDays - 1
	notes = append(notes, m.Counts.Caveats(x)...)
	switch {
	case m.margins == nil:
		notes = append(notes, "no margin model has been fitted: the mean margin of the customer's own order days stands in")
	case x == 0:
		notes = append(notes, "one order day so far: an order is expected to earn what it does in the mean of all customers")
	case e.RepeatMargin.Sign() <= 0:
		notes = append(notes, "the repeat orders earned nothing so far, which the margin model has no place for: the figure is the mean, drawn to the customer's own")
	}
	if e.DepartedAt != nil && e.LastDay <= costing.Day(*e.DepartedAt, zone) {
		notes = append(notes, "the customer's departure was recorded, of which the model does not know")
	}
	return notes
}

// LifetimeValue gives the value that earnings promise at a moment, now unless told. INVALID for a horizon outside
// 1 to 600 months, a discount rate not above -1 or over 10, or a moment in the future.
func (s *Service) LifetimeValue(e Earnings, horizonMonths *int, annualDiscountRate *money.Exact, at *time.Time) (*LifetimeValue, error) {
	var faults fault.List
	moment, fail := s.Moment("at", at)
	faults.Add(fail)
	horizon, rate, err := s.CheckOutlook(horizonMonths, annualDiscountRate)
	for _, one := range fault.All(err) {
		faults.Add(one)
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	v, err := s.Valued(s.model.Load(), e, moment, horizon, rate)
	if errors.Is(err, money.ErrOverflow) {
		return nil, fault.Invalidf("annualDiscountRate", "over %d months at this rate the value is too large to be money", horizon)
	}
	return v, err
}

// EarningsAt gives customers' earnings: as they stand on the rows where no moment is given; else from the orders and
// contacts up to it, by what is known of them now, in one statement for all. The customers are rows that the
// caller may see.
func (s *Service) EarningsAt(ctx context.Context, customers []*ent.Customer, at *time.Time) (map[*ent.Customer]Earnings, error) {
	all := make(map[*ent.Customer]Earnings, len(customers))
	for _, c := range customers {
		all[c] = EarningsOf(c)
	}
	if at == nil {
		return all, nil
	}
	moment, fail := s.Moment("at", at)
	if fail != nil {
		return nil, fail
	}
	return all, s.EarningsUpTo(ctx, all, moment, nil)
}

// EarningsUpTo puts the earnings up to a moment in the place of the present ones. With knownAt, orders and contacts
// that were recorded later are left out.
func (s *Service) EarningsUpTo(ctx context.Context, all map[*ent.Customer]Earnings, at time.Time, knownAt *time.Time) error {
	if len(all) == 0 {
		return nil
	}
	byID := make(map[string]Earnings, len(all))
	for c := range all {
		byID[c.ID] = Earnings{}
	}
	known := s.Now().AddDate(1, 0, 0) // everything
	if knownAt != nil {
		known = *knownAt
	}
	// A row of contacts is told by its -1 days; its cost stands in the margin's column.
	query := `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids) ` + StatisticsSelect +
		` AND o.at <= ? AND o.created_at <= ? AND o.customer_id IN (SELECT id FROM mine)` + StatisticsGroup +
		` UNION ALL SELECT customer_id, -1, 0, 0, sum(cost), 0, NULL, NULL FROM contacts
		WHERE at <= ? AND recorded_at <= ? AND customer_id IN (SELECT id FROM mine) GROUP BY customer_id`
	ids := slices.Collect(maps.Keys(byID))
	args := append(store.Args(ids), at, known, at, known)
	err := store.Each(ctx, s.Store, strings.Replace(query, "@ids", "("+store.Placeholders(len(ids))+")", 1), args, func(scan store.ScanFunc) error {
		customerID, of, err := scanStatistics(scan)
		e := byID[customerID]
		if of.OrderDays < 0 {
			e.ContactCost = of.Margin
		} else {
			e.OrderDays, e.FirstDay, e.LastDay, e.Margin, e.RepeatMargin = of.OrderDays, of.FirstDay, of.LastDay, of.Margin, of.RepeatMargin
		}
		byID[customerID] = e
		return err
	})
	if err != nil {
		return fmt.Errorf("service: earnings up to %s: %w", at, err)
	}
	for c := range all {
		e := byID[c.ID]
		if c.AcquiredAt == nil || !c.AcquiredAt.After(at) {
			e.AcquisitionCost = c.AcquisitionCost
		}
		if c.DepartedAt != nil && !c.DepartedAt.After(at) {
			e.DepartedAt = c.DepartedAt
		}
		all[c] = e
	}
	return nil
}
