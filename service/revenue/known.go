package revenue

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service/books"
	"kopeck/service/rates"
	"kopeck/store"
)

// What was known at a moment is computed order by order, some at a time, in bounded memory: costs and taxes by the rates, recipes and tax
// codes that had been recorded by then, with the refunds and cancellations of before.

// addKnown adds all sales as they were known at the report's moment. It is the last thing to do in its transaction.
func (s *Service) addKnown(ctx context.Context, tx *store.Tx, t *tally) error {
	if err := tx.PreferIndexes(ctx); err != nil {
		return err
	}
	for after := ""; ; {
		ids, err := knownOrders(ctx, tx, t.question, after)
		if err != nil || len(ids) == 0 {
			return err
		}
		if err := s.addKnownOrders(ctx, tx, t, ids); err != nil {
			return err
		}
		after = ids[len(ids)-1]
	}
}

// addKnownOrders adds some orders, whose ids are sorted.
func (s *Service) addKnownOrders(ctx context.Context, tx *store.Tx, t *tally, ids []string) error {
	refunds, err := books.RefundsOf(ctx, tx, ids, *t.knownAt)
	if err != nil {
		return err
	}
	costs, err := s.rates.OrderCosts(ctx, tx, s.quote.PriceBook().Basis(), ids, refunds, *t.knownAt)
	if err != nil {
		return err
	}
	orders, err := ordersByID(ctx, tx, t.question, ids)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if o.CancelledAt != nil && o.CancelledAt.After(*t.knownAt) {
			o.CancelledAt = nil
		}
		if err := o.knownBy(costs[o.id], refunds[o.id]); err != nil {
			return err
		}
		if err := t.addOrder(o); err != nil {
			return err
		}
	}
	return nil
}

// knownBy sets the figures of an order to what was known of it. An order without lines has the tax and the cost that its import gave.
func (o *soldOrder) knownBy(figures rates.OrderFigures, refunds []*books.Refund) error {
	for n := range o.Lines {
		if at := slices.IndexFunc(figures.Lines, func(l rates.OrderLineCost) bool { return l.ID == o.Lines[n].ID }); at >= 0 {
			o.Lines[n].Cost, o.Lines[n].Tax = figures.Lines[at].Cost, figures.Lines[at].Tax
			o.Uncosted = figures.Uncosted
		}
	}
	var total, given money.Amount
	var err error
	for _, line := range o.Lines {
		if total, err = total.Plus(line.Total); err != nil {
			return err
		}
	}
	o.Refunds = nil
	for _, r := range refunds {
		one := costing.SoldRefund{At: r.At, GoodsReturned: r.GoodsReturned, Amount: r.Amount}
		for _, part := range r.Lines {
			one.Lines = append(one.Lines, costing.SoldRefundLine{LineID: part.LineID, Quantity: part.Quantity, Amount: part.Amount})
		}
		o.Refunds = append(o.Refunds, one)
		if given, err = given.Plus(r.Amount); err != nil {
			return err
		}
	}
	o.GivenBack = len(refunds) > 0 && given == total
	return nil
}

// addHappenedBy appends the condition that an order o was known at the report's moment to be completed, and that something happened to it
// within the period.
func (q *question) addHappenedBy(s *statement, known time.Time) {
	condition, args := books.CompletedBy(known)
	if moment := q.moment(); moment == "o.at" {
		s.add(condition+" AND o.at >= ? AND o.at < ?", append(args, q.from, q.to)...)
		return
	}
	s.add("("+condition+" OR o.status = 'CANCELLED' AND o.cancelled_at <= ? AND o.created_at <= ? AND o.completed_at IS NOT NULL)", append(args, known, known)...)
	s.add(" AND (o.completed_at >= ? AND o.completed_at < ? OR o.cancelled_at >= ? AND o.cancelled_at < ? OR o.id IN (SELECT r.order_id FROM refunds r WHERE r.at >= ? AND r.at < ?))",
		q.from, q.to, q.from, q.to, q.from, q.to)
}
