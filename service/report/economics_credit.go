package report

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// A report under another model, or by what was known at a moment, credits orders again. It goes from customer to customer, some at
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

// distinct returns the orders of several lists, each once.
func distinct[O any](id func(O) string, lists ...[]O) []O {
	seen := map[string]bool{}
	return slices.DeleteFunc(slices.Concat(lists...), func(o O) bool {
		double := seen[id(o)]
		seen[id(o)] = true
		return double
	})
}

// recommendedOrders returns the ids of the first orders of those customers of a range whom somebody recommended in the period, as they
// were known at a moment: what the recommendations may be credited with.
func recommendedOrders(ctx context.Context, tx *store.Tx, b *breakdown, within idRange, known time.Time) ([]string, error) {
	recommended, err := recommendedCustomers(ctx, tx, b, within, known)
	if err != nil {
		return nil, err
	}
	first, err := books.FirstOrders(ctx, tx, recommended, known)
	return slices.Sorted(maps.Values(first)), err
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
		byKey[Joined(g.key)] = g
	}
	if err := tx.PreferIndexes(ctx); err != nil {
		return err
	}
	crediting := books.Crediting{Model: &model, RecordedBy: service.EndOfTime}
	return s.eachRange(ctx, tx, func(within idRange) error {
		earned, err := s.earnedUnder(ctx, tx, b, within, crediting)
		if err != nil || len(earned) == 0 {
			return err
		}
		realise := func(contact string, values []string) error {
			amount, earns := earned[contact]
			if !earns {
				return nil
			}
			delete(earned, contact)
			g := byKey[Joined(b.key(values))]
			var err error
			g.Realised, err = g.Realised.Plus(amount)
			return err
		}
		if err := eachContact(ctx, tx, b, within, realise); err != nil {
			return err
		}
		return eachContactOf(ctx, tx, b, slices.Sorted(maps.Keys(earned)), realise) // contacts of others, who recommended these customers
	})
}

// earnedUnder returns what contacts earn of the orders of some customers, by contact: of those that were completed in the period or
// in the look-back window after it, and the first ones of whoever was recommended in it.
func (s *Service) earnedUnder(ctx context.Context, tx *store.Tx, b *breakdown, within idRange, how books.Crediting) (map[string]money.Amount, error) {
	contacted, err := contactedCustomers(ctx, tx, b, within)
	if err != nil {
		return nil, err
	}
	own, err := books.SoldBetween(ctx, tx, contacted, b.from, b.to.Add(s.books.MaxWindow()))
	if err != nil {
		return nil, err
	}
	ids, err := recommendedOrders(ctx, tx, b, within, service.EndOfTime)
	if err != nil {
		return nil, err
	}
	recommended, err := books.SoldByIDs(ctx, tx, ids)
	if err != nil {
		return nil, err
	}
	divisions, err := s.books.Divide(ctx, tx, distinct(func(o books.SoldOrder) string { return o.ID }, own, recommended), how)
	if err != nil {
		return nil, err
	}
	return books.Earned(divisions)
}
