package bulk

import (
	"context"
	"slices"

	"kopeck/auth"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/value"
)

// settleMade computes what is derived from the facts of customers that are made together with their orders, as books.SettleImported
// does for those that exist. All facts are at hand: nobody has been in contact with them yet, so nothing is credited, and there
// is no permission or decision about them. So their rows are written once, in their final state.
func (c *chunk) settleMade(orders []*freshOrder) error {
	s := c.service
	made := make(map[string][]*freshOrder, len(c.made))
	for _, p := range c.made {
		made[p.ID] = nil
		delete(c.affected, p.ID)
	}
	for _, o := range orders {
		if _, ok := made[o.given.customerID]; ok {
			made[o.given.customerID] = append(made[o.given.customerID], o)
		}
	}
	now, settings := s.Now(), s.Settings()
	for _, p := range c.made {
		is, err := statisticsMade(made[p.ID])
		if err != nil {
			return err
		}
		p.OrderDays, p.FirstOrderDay, p.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
		p.Margin, p.RepeatMargin, p.LastOrderAt = is.Margin, is.RepeatMargin, is.LastOrderAt
		p.LifetimeValue = s.value.StandingValue(p.Customer, now)
		to, why := books.StageOf(books.StageFacts{Recorded: schema.Stranger, Statistics: is, ProbabilityAlive: s.value.AliveAt(p.Customer, now)}, settings)
		if p.Stage = to; to != schema.Stranger {
			c.moves = append(c.moves, books.Move{Customer: p.Customer, To: to, Reason: why + books.ReasonImported})
		}
	}
	return nil
}

// statisticsMade computes the statistics of a customer from all of their orders.
func statisticsMade(orders []*freshOrder) (value.Statistics, error) {
	is := value.NoStatistics
	days := make([]int, 0, len(orders))
	for _, o := range orders {
		if o.Status != schema.OrderCompleted {
			continue
		}
		days = append(days, o.given.day)
		if o.At.After(is.LastOrderAt) || len(days) == 1 {
			is.LastOrderAt = o.At
		}
		if o.CompletedAt.After(is.LastCompletedAt) {
			is.LastCompletedAt = o.CompletedAt
		}
	}
	if len(days) > 0 {
		slices.Sort(days)
		is.FirstDay, is.LastDay = days[0], days[len(days)-1]
		is.OrderDays = len(slices.Compact(days))
	}
	for _, o := range orders {
		margin := o.margin()
		var err error
		if o.Status == schema.OrderCompleted || o.Status == schema.OrderRefunded {
			is.Margin, err = is.Margin.Plus(margin)
		}
		if err == nil && o.Status == schema.OrderCompleted && o.given.day > is.FirstDay {
			is.RepeatMargin, err = is.RepeatMargin.Plus(margin)
		}
		if err != nil {
			return is, err
		}
	}
	return is, nil
}

// margin is what is left of an order's total. checkOrder has checked that it does not overflow.
func (o *freshOrder) margin() money.Amount {
	margin, _ := o.Total.Minus(o.Cost)
	margin, _ = margin.Minus(o.given.refunded)
	return margin
}

// addMoves writes the stage changes of customers that are made.
func (c *chunk) addMoves(ctx context.Context) error {
	actor, _ := auth.From(ctx)
	now := c.service.Now()
	moves := make([]stageMove, len(c.moves))
	for n, m := range c.moves {
		moves[n] = stageMove{m.Customer.ID, m.To, now, m.Reason, actor.Name}
	}
	return c.addStageMoves(ctx, moves)
}
