package report

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/service/rates"
)

// ContactCost is what a contact cost, by what was known at a moment.
type ContactCost struct {
	KnownAt time.Time
	Total   money.Amount
	Lines   []*costing.Line

	Participants []schema.Participant // who took part, if they were several
}

// OrderKnown is what an order cost and left over, by what was known at a moment.
type OrderKnown struct {
	KnownAt  time.Time
	Refunded money.Amount
	Cost     money.Amount

	Tax, RefundedTax money.Amount

	Margin *money.Amount // nil if the order had been cancelled by then
}

// The books contain what is known now about every moment. What they contained before a correction can still be asked: a cost by the
// rates that had been recorded by then (design, law 5).

// ContactsKnownAt returns what contacts cost by what was known at a moment, not in the future; nil for those that had not been
// recorded, or had been voided, by then, and, for who may not see costs, for those in which they did not take part by what was known then.
// The caller may see the contacts. INVALID on at.
func (s *Service) ContactsKnownAt(ctx context.Context, contacts []*ent.Contact, at time.Time) (map[*ent.Contact]*ContactCost, error) {
	known, err := s.KnownMoment(ctx, "at", &at)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(contacts))
	for i, c := range contacts {
		ids[i] = c.ID
	}
	before, err := factsKnownAt(ctx, s.Store, ids, known)
	if err != nil {
		return nil, err
	}
	caused := map[string]bool{}
	for _, c := range contacts {
		if f, corrected := before[c.ID]; corrected {
			caused[input.OrZero(f.campaignID)] = true
		} else {
			caused[input.OrZero(c.CampaignID)] = true
		}
	}
	delete(caused, "")
	var advertising map[string][]costing.Line
	if len(caused) > 0 {
		if advertising, err = s.campaigns.AdvertisingKnownAt(ctx, s.Store, known, slices.Sorted(maps.Keys(caused))); err != nil {
			return nil, err
		}
	}
	dated := s.quote.PriceBook().Basis().Rates
	actor, _ := auth.From(ctx)
	all := make(map[*ent.Contact]*ContactCost, len(contacts))
	for _, c := range contacts {
		if c.RecordedAt.After(known) || c.VoidedAt != nil && !c.VoidedAt.After(known) {
			continue
		}
		f, corrected := before[c.ID]
		if !corrected {
			f = knownFacts{costing.Duration{Minutes: c.Minutes, Seconds: c.ExactSeconds}, c.Channel, c.Expense, c.StaffID, c.Participants, c.CampaignID, c.At}
		}
		if !actor.SeesCostOf(f.staffID, f.participants) {
			continue
		}
		codes, people := rates.TookPart(f.staffID, f.participants, s.people.CodesAt(f.at, known))
		in := rates.ContactInput(codes, f.spent, f.channel, f.expense, advertising[c.ID], people...)
		cost, err := costing.Contact(in, dated, f.at, known, s.Currency)
		if err != nil {
			return nil, input.DomainError(err)
		}
		all[c] = &ContactCost{KnownAt: known, Total: cost.Total, Lines: pointers(cost.Lines), Participants: f.participants}
	}
	return all, nil
}

// OrdersKnownAt returns what orders cost and left over by what was known at a moment, not in the future; nil for those that
// had not been recorded by then. A cost that came with an import does not depend on rates. The caller may see the orders. INVALID on
// at.
func (s *Service) OrdersKnownAt(ctx context.Context, orders []*ent.Order, at time.Time) (map[*ent.Order]*OrderKnown, error) {
	moment, err := s.KnownMoment(ctx, "at", &at)
	if err != nil {
		return nil, err
	}
	var known []*order
	rows := map[string]*ent.Order{}
	for _, o := range orders {
		if !o.CreatedAt.After(moment) {
			known, rows[o.ID] = append(known, &order{SoldOrder: books.SoldOrder{ID: o.ID}, total: o.Total, tax: o.Tax, cost: o.Cost, statedCost: o.StatedCost}), o
		}
	}
	if err := s.marginsKnownAt(ctx, s.Store, s.quote.PriceBook().Basis(), known, moment); err != nil {
		return nil, err
	}
	all := make(map[*ent.Order]*OrderKnown, len(orders))
	for _, o := range known {
		row := rows[o.ID]
		all[row] = &OrderKnown{KnownAt: moment, Refunded: o.refunded, Cost: o.cost, Tax: o.tax, RefundedTax: o.refundedTax}
		if row.CancelledAt == nil || row.CancelledAt.After(moment) {
			all[row].Margin = &o.Margin
		}
	}
	return all, nil
}

// pointers returns pointers to the values of a list, as the API takes them.
func pointers[T any](values []T) []*T {
	all := make([]*T, len(values))
	for i := range values {
		all[i] = &values[i]
	}
	return all
}
