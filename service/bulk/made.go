package bulk

import (
	"context"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/stage"
)

// settleMade reckons what is derived from the facts of customers that are made together with their orders, as
// settleCustomers does of those that are there. All facts are at hand: nobody has been in contact with them yet, so
// nothing is credited, and neither permission nor decision is about them. So they are written once, as they will stand.
func (c *chunk) settleMade(orders []*freshOrder) error {
	s := c.service
	made := make(map[string][]*freshOrder, len(c.made))
	for _, p := range c.made {
		made[p.ID] = nil
		delete(c.affected, p.ID)
	}
	for _, o := range orders {
		if _, ok := made[o.told.customerID]; ok {
			made[o.told.customerID] = append(made[o.told.customerID], o)
		}
	}
	now := s.Now()
	for _, p := range c.made {
		is, err := statisticsMade(made[p.ID])
		if err != nil {
			return err
		}
		p.OrderDays, p.FirstOrderDay, p.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
		p.Margin, p.RepeatMargin, p.LastOrderAt = is.Margin, is.RepeatMargin, is.LastOrderAt
		p.LifetimeValue = s.value.StandingValue(p, now)
		to, why := s.books.StageOf(stage.Facts{OrderDays: is.OrderDays, LastCompletedAt: is.LastCompletedAt, ProbabilityAlive: s.value.AliveAt(p, now)})
		if p.Stage = to; to != schema.Stranger {
			c.moves = append(c.moves, books.Move{Customer: p, To: to, Reason: why + stage.ReasonImported})
		}
	}
	return nil
}

// statisticsMade returns the statistics of a customer whose orders are all given.
func statisticsMade(orders []*freshOrder) (lifetime.Statistics, error) {
	all := make([]lifetime.Order, len(orders))
	for i, o := range orders {
		all[i] = lifetime.Order{Status: lifetime.OrderStatus(o.Status), Day: o.told.day, At: o.At, CompletedAt: o.CompletedAt, Margin: o.margin()}
	}
	return lifetime.StatisticsOf(all)
}

// margin is what is left of an order's total. That it is no overflow has been checked.
func (o *freshOrder) margin() money.Amount {
	margin, _ := costing.OrderMargin(o.Total, o.told.refunded, o.Cost)
	return margin
}

// addMoves writes the stage changes of customers that are made.
func (c *chunk) addMoves(ctx context.Context) error {
	actor, _ := auth.From(ctx)
	now := c.service.Now()
	_, err := c.bulk.Copy(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, func(yield func([]any) bool) {
		for _, m := range c.moves {
			if !yield([]any{c.service.IDs.Make(id.StageChange), m.Customer.ID, string(schema.Stranger), string(m.To), now, m.Reason, actor.Name}) {
				return
			}
		}
	})
	return err
}
