package service

import (
	"context"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
)

// The books say what is known now of every moment. What they said before a correction can be asked still: a cost by the
// rates that had been recorded by then (design, law 5).

// ContactsKnownAt gives what contacts cost by what was known at a moment, not in the future: nil of those that had not been
// recorded by then. No statement. INVALID on at.
func (s *Service) ContactsKnownAt(contacts []*ent.Contact, at time.Time) (map[*ent.Contact]*ContactCost, error) {
	known, fail := s.moment("at", &at)
	if fail != nil {
		return nil, fail
	}
	rates := s.book.Load().prices.Basis().Rates
	all := make(map[*ent.Contact]*ContactCost, len(contacts))
	for _, c := range contacts {
		if c.RecordedAt.After(known) {
			continue
		}
		in := costing.ContactInput{Minutes: c.Minutes, Channel: string(c.Channel), Expense: c.Expense}
		if staff := s.User(deref(c.StaffID)); staff != nil {
			in.StaffCodes = staffCodes(staff)
		}
		cost, err := costing.Contact(in, rates, c.At, known, s.currency)
		if err != nil {
			return nil, ofHeart(err)
		}
		all[c] = &ContactCost{KnownAt: known, Total: cost.Total, Lines: pointers(cost.Lines)}
	}
	return all, nil
}

// OrdersKnownAt gives what orders cost and left over by what was known at a moment, not in the future: nil of those that
// had not been recorded by then. A cost that came with an import is no rate's to change. INVALID on at.
func (s *Service) OrdersKnownAt(ctx context.Context, orders []*ent.Order, at time.Time) (map[*ent.Order]*OrderKnown, error) {
	moment, fail := s.moment("at", &at)
	if fail != nil {
		return nil, fail
	}
	rows, byID := map[string]*ent.Order{}, map[string]*OrderKnown{}
	var ids []string
	for _, o := range orders {
		if !o.CreatedAt.After(moment) {
			ids, rows[o.ID], byID[o.ID] = append(ids, o.ID), o, &OrderKnown{KnownAt: moment, Cost: o.Cost}
		}
	}
	all := make(map[*ent.Order]*OrderKnown, len(orders))
	if len(ids) == 0 {
		return all, nil
	}
	err := s.byIDs(ctx, "SELECT order_id, amount FROM refunds WHERE at <= ? AND order_id IN @ids", []any{moment}, ids, func(scan func(...any) error) error {
		var orderID string
		var amount money.Amount
		if err := scan(&orderID, &amount); err != nil {
			return err
		}
		var err error
		byID[orderID].Refunded, err = byID[orderID].Refunded.Plus(amount)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("service: refunds known: %w", err)
	}
	toCost, err := s.ordersToCost(ctx, "NOT o.stated_cost AND o.id IN ("+marks(len(ids))+")", anys(ids)...)
	if err != nil {
		return nil, err
	}
	costed, err := recost(s.book.Load().prices.Basis(), toCost, moment)
	if err != nil {
		return nil, err
	}
	for _, c := range costed {
		byID[c.after.id].Cost = c.after.cost
	}
	for orderID, known := range byID {
		o := rows[orderID]
		left, err := o.Total.Minus(known.Refunded)
		if err == nil {
			known.Margin, err = left.Minus(known.Cost)
		}
		if err != nil {
			return nil, ofHeart(err)
		}
		all[o] = known
	}
	return all, nil
}

func pointers[T any](values []T) []*T {
	all := make([]*T, len(values))
	for i := range values {
		all[i] = &values[i]
	}
	return all
}
