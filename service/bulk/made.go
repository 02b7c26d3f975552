package bulk

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/stage"
)

// settleMade computes what is derived from the facts of customers that are created together with their orders, as books.SettleImported
// does for those that exist. All facts are at hand: nobody has been in contact with them yet, so nothing is credited, and there
// is no permission or decision about them. So their rows are written once, in their final state.
func (c *chunk) settleMade(ctx context.Context, orders []*OrderRecord) error {
	s := c.service
	made := make(map[string][]*OrderRecord, len(c.made))
	for _, p := range c.made {
		made[p.ID] = nil
		delete(c.affected, p.ID)
	}
	for _, o := range orders {
		if _, ok := made[o.CustomerID]; ok {
			made[o.CustomerID] = append(made[o.CustomerID], o)
		}
	}
	rules, err := s.books.StageRules(ctx, c.bulk.Tx, time.Time{})
	if err != nil {
		return err
	}
	now := s.Now()
	for _, p := range c.made {
		is, err := statisticsMade(made[p.ID])
		if err != nil {
			return err
		}
		p.OrderDays, p.FirstOrderDay, p.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
		p.Margin, p.RepeatMargin, p.RefundedMargin, p.LastOrderAt = is.Margin, is.RepeatMargin, is.RefundedMargin, is.LastOrderAt
		p.RecentDays = string(is.Recent)
		p.LifetimeValue = s.value.StandingValue(p.Customer, now)
		if err := s.value.ShowMade(p.Customer); err != nil {
			return err
		}
		if move := s.books.MadeChange(p.Customer, timelineMade(made[p.ID]), s.value.ProbabilityAlive(p.Customer, now), rules); move != nil {
			p.Stage = move.To
			c.moves = append(c.moves, *move)
		}
	}
	return nil
}

// recordShown records that the new customers are shown by this import.
func (c *chunk) recordShown(ctx context.Context) error {
	made := make([]*ent.Customer, len(c.made))
	for i, p := range c.made {
		made[i] = p.Customer
	}
	return c.service.value.RecordShown(ctx, c.bulk.Tx, made)
}

// statisticsMade returns the statistics of a customer whose orders are all given.
func statisticsMade(orders []*OrderRecord) (lifetime.Statistics, error) {
	all := make([]lifetime.Order, len(orders))
	for i, o := range orders {
		all[i] = lifetime.Order{Status: lifetime.OrderStatus(o.Status), Day: o.Day, At: o.At, CompletedAt: o.CompletedAt, Margin: o.Margin}
	}
	return lifetime.StatisticsOf(all)
}

// timelineMade returns what the stage of a customer follows from whose orders are all given.
func timelineMade(orders []*OrderRecord) *stage.Timeline {
	t := &stage.Timeline{}
	for _, o := range orders {
		if o.Status == schema.OrderCompleted {
			t.Orders = append(t.Orders, stage.Order{Day: o.Day, CompletedAt: o.CompletedAt})
		}
	}
	return t
}

// addMoves writes the stage changes of new customers.
func (c *chunk) addMoves(ctx context.Context) error {
	actor, _ := auth.From(ctx)
	moves := make([]stageRow, len(c.moves))
	for n, m := range c.moves {
		moves[n] = stageRow{m.Customer.ID, m.To, m.Kind, m.At, time.Time{}, m.Reason, actor.Name}
	}
	return c.addStageChanges(ctx, moves)
}
