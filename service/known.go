package service

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/ent"
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
	rates := s.PriceBook().Basis().Rates
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
	var known []*knownOrder
	rows := map[string]*ent.Order{}
	for _, o := range orders {
		if !o.CreatedAt.After(moment) {
			known, rows[o.ID] = append(known, &knownOrder{soldOrder: soldOrder{id: o.ID}, total: o.Total, cost: o.Cost, stated: o.StatedCost}), o
		}
	}
	if err := s.marginsKnownAt(ctx, s.store, s.PriceBook().Basis(), known, moment); err != nil {
		return nil, err
	}
	all := make(map[*ent.Order]*OrderKnown, len(orders))
	for _, o := range known {
		all[rows[o.id]] = &OrderKnown{KnownAt: moment, Refunded: o.refunded, Cost: o.cost, Margin: o.margin}
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
