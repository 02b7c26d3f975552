package value

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
)

// Earnings are what a customer's lifetime value is computed from, at one moment.
type Earnings struct {
	OrderDays         int // distinct days with a completed order
	FirstDay, LastDay int // of them; 0 where there is none
	Margin            money.Amount
	RepeatMargin      money.Amount // without the first order day's
	RefundedMargin    money.Amount // the part of Margin that is of orders given back in full
	Recent            lifetime.Recent
	ContactCost       money.Amount
	AcquisitionCost   money.Amount
	DepartedAt        *time.Time
}

// EarningsOf returns the earnings on a customer's row.
func EarningsOf(c *ent.Customer) Earnings {
	return Earnings{
		OrderDays: c.OrderDays, FirstDay: c.FirstOrderDay, LastDay: c.LastOrderDay, Margin: c.Margin,
		RepeatMargin: c.RepeatMargin, RefundedMargin: c.RefundedMargin, Recent: lifetime.Recent(c.RecentDays), ContactCost: c.ContactCost, AcquisitionCost: c.AcquisitionCost, DepartedAt: c.DepartedAt,
	}
}

// Stats returns (x, t_x, T) on a day, in days, of earnings of that day: see [Earnings.Until].
func (e Earnings) Stats(today int) lifetime.Stats {
	return lifetime.Stats{Frequency: e.OrderDays - 1, RecencyDays: e.LastDay - e.FirstDay, AgeDays: today - e.FirstDay}
}

// Until returns the earnings without the order days after a day, the observed end, at which the clock of all customers stops alike: models
// are fitted to the orders up to it, and what they expect begins there. Costs stay. An order that was given back counts in the margin
// on whichever day it was placed. Of a customer whose last order day is more than a year after the day it is not known when they had
// ordered last: it is taken to be a year before that, the latest day that it may be.
func (e Earnings) Until(day int) Earnings {
	if e.OrderDays == 0 || e.LastDay <= day {
		return e
	}
	if e.FirstDay > day {
		return Earnings{ContactCost: e.ContactCost, AcquisitionCost: e.AcquisitionCost, DepartedAt: e.DepartedAt}
	}
	until, later, earned, last := e.Recent.Until(day)
	if last == 0 {
		last = max(e.FirstDay, min(day, e.LastDay-lifetime.YearDays))
	}
	e.Recent, e.LastDay, e.OrderDays = until, last, max(1, e.OrderDays-later)
	e.Margin, e.RepeatMargin = money.Minor(e.Margin.Minor()-earned), money.Minor(e.RepeatMargin.Minor()-earned)
	return e
}

// EarningsAt returns customers' earnings: those on the rows if no moment is given, else those of the orders and
// contacts up to it, by what is known of them now, in one statement for all. The customers are rows that the
// caller may see. INVALID on at.
func (s *Service) EarningsAt(ctx context.Context, customers []*ent.Customer, at *time.Time) (map[*ent.Customer]Earnings, error) {
	all := make(map[*ent.Customer]Earnings, len(customers))
	for _, c := range customers {
		all[c] = EarningsOf(c)
	}
	if at == nil {
		return all, nil
	}
	moment, err := s.PastMoment("at", at)
	if err != nil {
		return nil, err
	}
	return all, s.EarningsUpTo(ctx, all, moment)
}

// EarningsUpTo replaces the present earnings of customers by those up to a moment, by what is known of them now.
func (s *Service) EarningsUpTo(ctx context.Context, all map[*ent.Customer]Earnings, at time.Time) error {
	if len(all) == 0 {
		return nil
	}
	ids := make([]string, 0, len(all))
	for c := range all {
		ids = append(ids, c.ID)
	}
	byID, err := s.earningsFromFacts(ctx, ids, at)
	if err != nil {
		return err
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
