package value

import (
	"context"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/store"
)

// WriteStatistics puts statistics on customers' rows, with the values that follow from them, and returns each one's
// probability to be alive. Only what changes is written.
func (s *Service) WriteStatistics(ctx context.Context, tx *store.Tx, customers []*ent.Customer, of map[string]lifetime.Statistics) (alive map[string]float64, err error) {
	var changed []*ent.Customer
	alive = make(map[string]float64, len(customers))
	now := s.Now()
	for _, c := range customers {
		before := *c
		setStatistics(c, of[c.ID])
		c.LifetimeValue, alive[c.ID] = s.StandingValue(c, now), s.ProbabilityAlive(c, now)
		if !sameStatistics(&before, c) || before.LifetimeValue != c.LifetimeValue {
			changed = append(changed, c)
		}
	}
	return alive, writeStatistics(ctx, tx, changed)
}

// setStatistics puts statistics on a customer.
func setStatistics(c *ent.Customer, is lifetime.Statistics) {
	c.OrderDays, c.FirstOrderDay, c.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
	c.Margin, c.RepeatMargin, c.RefundedMargin, c.LastOrderAt = is.Margin, is.RepeatMargin, is.RefundedMargin, is.LastOrderAt
}

// sameStatistics reports whether two states of a customer have the same statistics.
func sameStatistics(a, b *ent.Customer) bool {
	return a.OrderDays == b.OrderDays && a.FirstOrderDay == b.FirstOrderDay && a.LastOrderDay == b.LastOrderDay &&
		a.Margin == b.Margin && a.RepeatMargin == b.RepeatMargin && a.RefundedMargin == b.RefundedMargin && a.LastOrderAt.Equal(b.LastOrderAt)
}
