package value

import (
	"context"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/service"
	"kopeck/store"
)

// WriteStatistics puts statistics on customers' rows, with the values that follow from them, and returns each one's
// probability to be alive. Only what changes is written. If the observed end of the orders may change with it, it is read again after
// the commit, unless the statistics are a part of an import, which says so at its end: see [Service.ReadObserved].
func (s *Service) WriteStatistics(ctx context.Context, tx *store.Tx, customers []*ent.Customer, of map[string]lifetime.Statistics, imported bool) (alive map[string]float64, err error) {
	var changed []*ent.Customer
	alive = make(map[string]float64, len(customers))
	now, moves := s.Now(), false
	for _, c := range customers {
		before := *c
		setStatistics(c, of[c.ID])
		c.LifetimeValue, alive[c.ID] = s.StandingValue(c, now), s.ProbabilityAlive(c, now)
		moves = moves || s.observedChanged(&before, c)
		if !sameStatistics(&before, c) || before.LifetimeValue != c.LifetimeValue {
			changed = append(changed, c)
		}
	}
	if moves && !imported {
		if err := s.ReadObserved(ctx, tx); err != nil {
			return nil, err
		}
	}
	return alive, writeStatistics(ctx, tx, changed)
}

// setStatistics puts statistics on a customer.
func setStatistics(c *ent.Customer, is lifetime.Statistics) {
	c.OrderDays, c.FirstOrderDay, c.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
	c.Margin, c.RepeatMargin, c.RefundedMargin, c.LastOrderAt = is.Margin, is.RepeatMargin, is.RefundedMargin, is.LastOrderAt
	c.RecentDays = string(is.Recent)
}

// sameStatistics reports whether two states of a customer have the same statistics.
func sameStatistics(a, b *ent.Customer) bool {
	return a.OrderDays == b.OrderDays && a.FirstOrderDay == b.FirstOrderDay && a.LastOrderDay == b.LastOrderDay &&
		a.Margin == b.Margin && a.RepeatMargin == b.RepeatMargin && a.RefundedMargin == b.RefundedMargin && a.RecentDays == b.RecentDays && a.LastOrderAt.Equal(b.LastOrderAt)
}

// ReadObserved makes every process read again, after the commit, until when the orders of all customers are known.
func (s *Service) ReadObserved(ctx context.Context, tx *store.Tx) error {
	return s.SnapshotChanged(ctx, tx, service.SnapshotObserved)
}
