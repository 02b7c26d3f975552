package report

import (
	"context"
	"slices"
	"strings"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/attribution"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// realiseUnder credits every order that the contacts of a breakdown may have earned of under a model, and puts what they
// realise so into its groups, which must be all. It goes from customer to customer, some at a time, in bounded memory; and it is the
// last thing to do in its transaction.
func (s *Service) realiseUnder(ctx context.Context, tx *store.Tx, b *breakdown, model schema.AttributionModel, groups []*contactGroup) error {
	byKey := make(map[string]*contactGroup, len(groups))
	for _, g := range groups {
		g.Realised = money.Amount{}
		byKey[joined(g.key)] = g
	}
	if len(groups) == 0 {
		return nil
	}
	if err := s.byIndex(ctx, tx); err != nil {
		return err
	}
	settings := s.books.AttributionSettings()
	for low := ""; ; {
		high, err := s.books.CustomerAfter(ctx, tx, low)
		if err != nil || high == "" {
			return err
		}
		orders, err := s.ordersOfReport(ctx, tx, b, low, high, settings.Window)
		if err != nil {
			return err
		}
		earned, err := s.earnedUnder(ctx, tx, orders, model, settings)
		if err != nil {
			return err
		}
		err = s.keysOfContacts(ctx, tx, b, low, high, earned, func(contact string, key []string) error {
			g := byKey[joined(key)]
			var err error
			g.Realised, err = g.Realised.Plus(earned[contact])
			delete(earned, contact)
			return err
		})
		if err != nil {
			return err
		}
		low = high
	}
}

// byIndex has a transaction find rows by index: PostgreSQL would rather read whole tables for some customers.
func (s *Service) byIndex(ctx context.Context, tx *store.Tx) error {
	if s.Store.Dialect() != dialect.Postgres {
		return nil
	}
	return store.Each(ctx, tx, "SELECT set_config('enable_seqscan', 'off', true)", nil, func(func(...any) error) error { return nil })
}

// joined makes one text of a key. No value has a NUL in it.
func joined(key []string) string { return strings.Join(key, "\x00") }

// customersOfReport gives those of some customers who have contacts in the time of a breakdown: their own, by customer_id, or
// recommendations about them, by about_id.
func (s *Service) customersOfReport(ctx context.Context, tx *store.Tx, column string, b *breakdown, low, high string) (ids []string, err error) {
	query := "SELECT DISTINCT " + column + " FROM contacts WHERE " + column + " > ? AND " + column + " <= ? AND at >= ? AND at < ?"
	if column == "about_id" {
		query += " AND kind = 'RECOMMENDATION'"
	}
	return ids, store.Each(ctx, tx, query, []any{low, high, b.from, b.to}, func(scan store.ScanFunc) error {
		var one string
		err := scan(&one)
		ids = append(ids, one)
		return err
	})
}

// ordersOfReport gives the orders of some customers that the contacts of a breakdown may have earned of: of whom was
// contacted in its time, those whose look-back window has a part in it, and the first one of whoever was recommended.
func (s *Service) ordersOfReport(ctx context.Context, tx *store.Tx, b *breakdown, low, high string, window time.Duration) ([]books.SoldOrder, error) {
	var orders []books.SoldOrder
	seen := map[string]bool{}
	add := func(found []books.SoldOrder) {
		for _, o := range found {
			if !seen[o.ID] {
				seen[o.ID] = true
				orders = append(orders, o)
			}
		}
	}
	contacted, err := s.customersOfReport(ctx, tx, "customer_id", b, low, high)
	if err != nil {
		return nil, err
	}
	found, err := books.SoldBetween(ctx, tx, contacted, b.from, b.to.Add(window))
	if err != nil {
		return nil, err
	}
	add(found)
	recommended, err := s.customersOfReport(ctx, tx, "about_id", b, low, high)
	if err != nil {
		return nil, err
	}
	first, err := books.FirstOrders(ctx, tx, recommended, service.EndOfTime)
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, one := range first {
		ids = append(ids, one)
	}
	slices.Sort(ids)
	found, err = books.SoldByIDs(ctx, tx, ids)
	add(found)
	return orders, err
}

// earnedUnder gives, by contact, what it earns of orders under a model; only what is not nothing.
func (s *Service) earnedUnder(ctx context.Context, tx *store.Tx, orders []books.SoldOrder, model schema.AttributionModel, settings attribution.Settings) (map[string]money.Amount, error) {
	divisions, err := s.books.Divide(ctx, tx, orders, books.Crediting{Model: &model, Settings: settings, RecordedBy: service.EndOfTime})
	if err != nil {
		return nil, err
	}
	return books.Earned(divisions)
}

// keysOfContacts tells the keys of those contacts of a breakdown that earned something: first of the customers' own, then of
// those who recommended them.
func (s *Service) keysOfContacts(ctx context.Context, tx *store.Tx, b *breakdown, low, high string, earned map[string]money.Amount, tell func(contact string, key []string) error) error {
	if len(earned) == 0 {
		return nil
	}
	columns, key := b.target()
	each := func(scan store.ScanFunc) error {
		var contact string
		if err := scan(append(slices.Clone(columns), &contact)...); err != nil {
			return err
		}
		if _, earns := earned[contact]; !earns {
			return nil
		}
		return tell(contact, key())
	}
	query := "SELECT " + b.columns + "c.id FROM contacts c WHERE c.at >= ? AND c.at < ? AND c."
	args := append(slices.Clone(b.args), b.from, b.to)
	if err := store.Each(ctx, tx, query+"customer_id > ? AND c.customer_id <= ?", append(slices.Clone(args), low, high), each); err != nil {
		return err
	}
	var rest []string
	for contact := range earned {
		rest = append(rest, contact)
	}
	slices.Sort(rest)
	return store.EachByIDs(ctx, tx, query+"id IN @ids", args, rest, each)
}
