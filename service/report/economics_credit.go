package report

import (
	"context"
	"slices"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// A report under another model, or by what was known at a moment, credits orders anew. It goes from customer to customer, some at
// a time, in bounded memory.

// idRange is the customers with ids after low up to high.
type idRange struct{ low, high string }

// eachRange calls a function for all customers, some at a time, in the order of their ids.
func (s *Service) eachRange(ctx context.Context, tx *store.Tx, each func(idRange) error) error {
	for low := ""; ; {
		high, err := s.books.CustomerAfter(ctx, tx, low)
		if err != nil || high == "" {
			return err
		}
		if err := each(idRange{low, high}); err != nil {
			return err
		}
		low = high
	}
}

// order is a sold order as far as a report credits it. Its Margin is what is credited.
type order struct {
	books.SoldOrder

	at                    time.Time
	total, refunded, cost money.Amount
	statedCost            bool // the cost came with an import, and no rate changes it
}

// distinct returns the orders of several lists, each once.
func distinct(lists ...[]*order) []*order {
	var all []*order
	seen := map[string]bool{}
	for _, list := range lists {
		for _, o := range list {
			if !seen[o.ID] {
				seen[o.ID] = true
				all = append(all, o)
			}
		}
	}
	return all
}

// earnings are what orders earned.
type earnings struct {
	of           map[string]money.Amount // by contact, where it is not zero
	unattributed money.Amount            // of the orders placed in the period
}

// creditAnew credits orders to the contacts that had been recorded by a moment, under a model (nil: each order's own).
func (s *Service) creditAnew(ctx context.Context, tx *store.Tx, b *breakdown, orders []*order, model *schema.AttributionModel, recorded time.Time) (earnings, error) {
	earned := earnings{of: map[string]money.Amount{}}
	if len(orders) == 0 {
		return earned, nil
	}
	settings := s.books.AttributionSettings()
	sold := make([]books.SoldOrder, len(orders))
	for i, o := range orders {
		sold[i] = o.SoldOrder
	}
	touched, err := s.books.ReadTouches(ctx, tx, sold, settings, recorded)
	if err != nil {
		return earned, err
	}
	for _, o := range orders {
		by, err := s.books.CreditingAs(ctx, tx, o.SoldOrder, model, settings)
		if err != nil {
			return earned, err
		}
		credits, err := by.Split(o.SoldOrder, touched[o.CustomerID].Before(o.SoldOrder, settings))
		if err != nil {
			return earned, err
		}
		if len(credits) == 0 && !o.at.Before(b.from) && o.at.Before(b.to) {
			if earned.unattributed, err = earned.unattributed.Plus(o.Margin); err != nil {
				return earned, err
			}
		}
		for _, c := range credits {
			if c.Amount.IsZero() {
				continue
			}
			if earned.of[c.ContactID], err = earned.of[c.ContactID].Plus(c.Amount); err != nil {
				return earned, err
			}
		}
	}
	return earned, nil
}

// recommendedOrders returns the first orders of those customers of a range whom somebody recommended in the period, as they were
// known at a moment: what the recommendations may be credited with.
func (s *Service) recommendedOrders(ctx context.Context, tx *store.Tx, b *breakdown, within idRange, known time.Time) ([]*order, error) {
	recommended, err := recommendedCustomers(ctx, tx, b, within)
	if err != nil {
		return nil, err
	}
	first, err := s.books.FirstOrders(ctx, tx, recommended, known)
	if err != nil {
		return nil, err
	}
	ids := make([]string, 0, len(first))
	for _, one := range first {
		ids = append(ids, one)
	}
	slices.Sort(ids)
	return ordersByID(ctx, tx, ids)
}

// realiseUnder credits every order that the contacts of a breakdown may be credited with under a model, and puts what they
// realise by that into its groups, which must be all. It is the last thing to do in its transaction.
func (s *Service) realiseUnder(ctx context.Context, tx *store.Tx, b *breakdown, model schema.AttributionModel, groups []*contactGroup) error {
	if len(groups) == 0 {
		return nil
	}
	byKey := make(map[string]*contactGroup, len(groups))
	for _, g := range groups {
		g.Realised = money.Amount{}
		byKey[joined(g.key)] = g
	}
	if err := tx.PreferIndexes(ctx); err != nil {
		return err
	}
	window := s.books.AttributionSettings().Window
	return s.eachRange(ctx, tx, func(within idRange) error {
		contacted, err := contactedCustomers(ctx, tx, b, within)
		if err != nil {
			return err
		}
		own, err := ordersCompletedIn(ctx, tx, contacted, b.from, b.to.Add(window))
		if err != nil {
			return err
		}
		recommended, err := s.recommendedOrders(ctx, tx, b, within, service.EndOfTime)
		if err != nil {
			return err
		}
		earned, err := s.creditAnew(ctx, tx, b, distinct(own, recommended), &model, service.EndOfTime)
		if err != nil || len(earned.of) == 0 {
			return err
		}
		realise := func(contact string, values []string) error {
			amount, earns := earned.of[contact]
			if !earns {
				return nil
			}
			delete(earned.of, contact)
			g := byKey[joined(b.key(values))]
			var err error
			g.Realised, err = g.Realised.Plus(amount)
			return err
		}
		if err := eachContact(ctx, tx, b, within, realise); err != nil {
			return err
		}
		return eachContactOf(ctx, tx, b, sortedKeys(earned.of), realise) // contacts of others, who recommended these customers
	})
}

func sortedKeys[V any](of map[string]V) []string {
	keys := make([]string, 0, len(of))
	for key := range of {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
