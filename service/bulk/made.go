package bulk

import (
	"context"
	"slices"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/value"
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
	now, settings := s.Now(), s.Settings()
	for _, p := range c.made {
		is, err := statisticsMade(made[p.ID])
		if err != nil {
			return err
		}
		p.OrderDays, p.FirstOrderDay, p.LastOrderDay = is.OrderDays, is.FirstDay, is.LastDay
		p.Margin, p.RepeatMargin, p.LastOrderAt = is.Margin, is.RepeatMargin, is.LastOrderAt
		p.LifetimeValue = s.value.StandingValue(p, now)
		to, why := books.StageOf(books.StageFacts{Recorded: schema.Stranger, Statistics: is, ProbabilityAlive: s.value.AliveAt(p, now)}, settings)
		if p.Stage = to; to != schema.Stranger {
			c.moves = append(c.moves, books.Move{Customer: p, To: to, Reason: why + books.ReasonImported})
		}
	}
	return nil
}

// statisticsMade reckons the statistics of a customer whose orders are all given: see statisticsSelect.
func statisticsMade(orders []*freshOrder) (value.Statistics, error) {
	is := value.NoStatistics
	days := make([]int, 0, len(orders))
	for _, o := range orders {
		if o.Status != schema.OrderCompleted {
			continue
		}
		days = append(days, o.told.day)
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
		if err == nil && o.Status == schema.OrderCompleted && o.told.day > is.FirstDay {
			is.RepeatMargin, err = is.RepeatMargin.Plus(margin)
		}
		if err != nil {
			return is, err
		}
	}
	return is, nil
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
