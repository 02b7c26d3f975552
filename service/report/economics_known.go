package report

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// knownBooks is a report in the making of what the books said at a moment, before later corrections, refunds and late contacts
// and orders: contacts that had been recorded by then, at the rates known then, and the margins known then of the orders that had
// been completed by then, credited again.
type knownBooks struct {
	*Service
	*breakdown
	model        *schema.AttributionModel // nil: each order's own
	basis        costing.Basis
	limit        int // of groups; 0 is none
	groups       map[string]*contactGroup
	unattributed money.Amount // of orders placed in the period
	advertising  map[string][]costing.Line
}

// sumKnown returns the sums of the groups that there were, in no order, and the unattributed part; without dimensions always
// one group. LIMIT_EXCEEDED for too many.
func (s *Service) sumKnown(ctx context.Context, tx *store.Tx, b *breakdown, model *schema.AttributionModel, at time.Time) ([]*contactGroup, money.Amount, error) {
	b.knownAt = at
	k := &knownBooks{Service: s, breakdown: b, model: model, basis: s.quote.PriceBook().Basis(), limit: RowLimit(ctx), groups: map[string]*contactGroup{}}
	if len(b.by) == 0 {
		k.group([]string{})
	}
	if err := tx.PreferIndexes(ctx); err != nil {
		return nil, k.unattributed, err
	}
	var err error
	if k.advertising, err = s.campaigns.AdvertisingKnownAt(ctx, tx, at, nil); err != nil {
		return nil, k.unattributed, err
	}
	err = s.eachRange(ctx, tx, func(within idRange) error {
		earned, err := k.earned(ctx, tx, within)
		if err != nil {
			return err
		}
		return k.addContacts(ctx, tx, within, earned)
	})
	groups := make([]*contactGroup, 0, len(k.groups))
	for _, g := range k.groups {
		groups = append(groups, g)
	}
	return groups, k.unattributed, err
}

// group returns the group of a key, which is created if it does not exist yet.
func (k *knownBooks) group(key []string) *contactGroup {
	name := Joined(key)
	if k.groups[name] == nil {
		k.groups[name] = &contactGroup{key: key}
	}
	return k.groups[name]
}

// order is a sold order as it was known at a moment. Its Margin is what is credited.
type order struct {
	books.SoldOrder

	at                    time.Time
	total, refunded, cost money.Amount
	tax, refundedTax      money.Amount
	statedCost            bool // the cost came with an import, and no rate changes it
}

// earned returns what contacts had earned of the orders of some customers, by contact, and adds up what was unattributed: of the orders
// that had been completed by then and were placed in the period or may be credited to contacts in it.
func (k *knownBooks) earned(ctx context.Context, tx *store.Tx, within idRange) (map[string]money.Amount, error) {
	own, err := books.SoldKnownIn(ctx, tx, within.low, within.high, k.from, k.to, k.books.MaxWindow(), k.knownAt)
	if err != nil {
		return nil, err
	}
	recommended, err := recommendedOrders(ctx, tx, k.breakdown, within, k.knownAt)
	if err != nil {
		return nil, err
	}
	orders, err := ordersByID(ctx, tx, distinct(func(id string) string { return id }, own, recommended))
	if err != nil {
		return nil, err
	}
	if err := k.marginsKnownAt(ctx, tx, k.basis, orders, k.knownAt); err != nil {
		return nil, err
	}
	sold := make([]books.SoldOrder, len(orders))
	for i, o := range orders {
		sold[i] = o.SoldOrder
	}
	divisions, err := k.books.Divide(ctx, tx, sold, books.Crediting{Model: k.model, RecordedBy: k.knownAt})
	if err != nil {
		return nil, err
	}
	for i, o := range orders {
		if len(divisions[i].Credits) == 0 && !o.at.Before(k.from) && o.at.Before(k.to) {
			if k.unattributed, err = k.unattributed.Plus(o.Margin); err != nil {
				return nil, err
			}
		}
	}
	return books.Earned(divisions)
}

// addContacts adds the contacts with some customers, what they had cost, and what contacts with any customer had earned.
func (k *knownBooks) addContacts(ctx context.Context, tx *store.Tx, within idRange, earned map[string]money.Amount) error {
	err := eachKnownContact(ctx, tx, k.breakdown, within, k.knownAt, func(c *knownContact) error {
		codes, people := rates.TookPart(c.staffID, c.participants, k.people.CodesAt(c.at, k.knownAt))
		in := rates.ContactInput(codes, c.spent, c.channel, c.expense, k.advertising[c.id], people...)
		cost, err := costing.Contact(in, k.basis.Rates, c.at, k.knownAt, k.Currency)
		if err != nil {
			return err
		}
		g := k.group(k.key(c.values))
		if err := CheckRows(len(k.groups), k.limit); err != nil {
			return err
		}
		g.contactSums, err = g.plus(contactSums{1, c.spent.Minutes, cost.Total, earned[c.id]})
		delete(earned, c.id)
		return err
	})
	if err != nil {
		return err
	}
	// What is left was earned by contacts with others, who recommended these customers.
	return eachKnownContactOf(ctx, tx, k.breakdown, slices.Sorted(maps.Keys(earned)), k.knownAt, func(c *knownContact) error {
		g := k.group(k.key(c.values))
		var err error
		g.Realised, err = g.Realised.Plus(earned[c.id])
		return err
	})
}

// marginsKnownAt puts into orders what had been refunded of them by a moment, what they cost and what of them is tax by the rates that had
// been recorded by then, and their margins by that. An order without lines has the tax that its import gave.
func (s *Service) marginsKnownAt(ctx context.Context, db store.Reader, basis costing.Basis, orders []*order, at time.Time) error {
	ids := make([]string, len(orders))
	for i, o := range orders {
		ids[i] = o.ID
	}
	slices.Sort(ids)
	refunds, err := books.RefundsOf(ctx, db, ids, at)
	if err != nil {
		return err
	}
	costs, err := s.rates.OrderCosts(ctx, db, basis, ids, refunds, at)
	if err != nil {
		return err
	}
	for _, o := range orders {
		o.refunded = money.Amount{}
		for _, r := range refunds[o.ID] {
			if o.refunded, err = o.refunded.Plus(r.Amount); err != nil {
				return input.DomainError(err)
			}
		}
		if known, costed := costs[o.ID]; costed {
			o.cost, o.tax, o.refundedTax = known.Cost, known.Tax, known.RefundedTax
		} else if o.refundedTax, err = costing.RefundedTax(o.tax, o.refunded, o.total); err != nil {
			return input.DomainError(err)
		}
		sold := costing.Sale{Total: o.total, Tax: o.tax, Refunded: o.refunded, RefundedTax: o.refundedTax}
		if o.Margin, err = costing.OrderMargin(false, sold, s.Settings().Taxes, o.cost); err != nil {
			return input.DomainError(err)
		}
	}
	return nil
}
