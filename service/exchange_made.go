package service

import (
	"context"
	"slices"

	"kopeck/auth"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
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
	now, settings := s.now(), s.Settings()
	for _, p := range c.made {
		is, err := statisticsMade(made[p.ID])
		if err != nil {
			return err
		}
		p.OrderDays, p.FirstOrderDay, p.LastOrderDay = is.orderDays, is.firstDay, is.lastDay
		p.Margin, p.RepeatMargin, p.LastOrderAt = is.margin, is.repeatMargin, is.lastOrderAt
		p.LifetimeValue = s.standingValue(p, now)
		to, why := stageOf(stageFacts{recorded: schema.Stranger, statistics: is, probabilityAlive: s.aliveAt(p, now)}, settings)
		if p.Stage = to; to != schema.Stranger {
			c.moves = append(c.moves, move{p, to, why + reasonImported})
		}
	}
	return nil
}

// statisticsMade reckons the statistics of a customer whose orders are all given: see statisticsSelect.
func statisticsMade(orders []*freshOrder) (statistics, error) {
	is := noStatistics
	days := make([]int, 0, len(orders))
	for _, o := range orders {
		if o.Status != schema.OrderCompleted {
			continue
		}
		days = append(days, o.told.day)
		if o.At.After(is.lastOrderAt) || len(days) == 1 {
			is.lastOrderAt = o.At
		}
		if o.CompletedAt.After(is.lastCompletedAt) {
			is.lastCompletedAt = o.CompletedAt
		}
	}
	if len(days) > 0 {
		slices.Sort(days)
		is.firstDay, is.lastDay = days[0], days[len(days)-1]
		is.orderDays = len(slices.Compact(days))
	}
	for _, o := range orders {
		margin := o.margin()
		var err error
		if o.Status == schema.OrderCompleted || o.Status == schema.OrderRefunded {
			is.margin, err = is.margin.Plus(margin)
		}
		if err == nil && o.Status == schema.OrderCompleted && o.told.day > is.firstDay {
			is.repeatMargin, err = is.repeatMargin.Plus(margin)
		}
		if err != nil {
			return is, err
		}
	}
	return is, nil
}

// margin is what is left of an order's total. That it is no overflow has been checked.
func (o *freshOrder) margin() money.Amount {
	margin, _ := o.Total.Minus(o.Cost)
	margin, _ = margin.Minus(o.told.refunded)
	return margin
}

// addMoves writes the stage changes of customers that are made.
func (c *chunk) addMoves(ctx context.Context) error {
	actor, _ := auth.From(ctx)
	now := c.service.now()
	_, err := c.bulk.Copy(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, func(yield func([]any) bool) {
		for _, m := range c.moves {
			if !yield([]any{c.service.ids.Make(id.StageChange), m.customer.ID, string(schema.Stranger), string(m.to), now, m.reason, actor.Name}) {
				return
			}
		}
	})
	return err
}
