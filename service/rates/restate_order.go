package rates

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// reordering is the restating of orders under way.
type reordering struct {
	news      byKey
	basis     costing.Basis
	made      map[string]map[string]bool // codes that a product is made with in the end, by the product
	concerned map[string]bool            // customers whose orders have changed
	changed   int
}

// concern is which products new rates concern.
type concern struct {
	all      bool // an overhead is on whatever is made
	products map[string]bool
}

// restateOrders costs the orders anew whose products are made with what rates are for, credits their margins, and
// settles their customers. What was imported with its cost, and what was cancelled, stays as it is.
func (s *Service) restateOrders(ctx context.Context, tx *store.Tx, news byKey) (int, error) {
	products, err := tx.Product.Query().All(auth.System(ctx))
	if err != nil {
		return 0, err
	}
	work := reordering{news: news, made: map[string]map[string]bool{}, concerned: map[string]bool{}}
	if work.basis, err = s.quote.ReadBasis(auth.System(ctx), tx, s.Settings(), products, 1<<30); err != nil { // bookings do not matter to full cost
		return 0, err
	}
	for _, p := range products {
		work.made[p.ID] = map[string]bool{}
		codesOf(work.basis.Catalogue, p.ID, work.made[p.ID])
	}
	orders, customers, err := s.ordersMadeWith(ctx, tx, &work)
	if err != nil {
		return 0, err
	}
	if err := s.lockCustomers(ctx, tx, customers); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(orders, store.IDsPerStatement) {
		if err := s.restateSome(ctx, tx, &work, some); err != nil {
			return 0, err
		}
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(work.concerned)), store.IDsPerStatement) {
		if err := s.books.SettleCustomers(ctx, tx, some, "a rate was set for the past"); err != nil {
			return 0, err
		}
	}
	return work.changed, nil
}

// ordersMadeWith gives the ids of the orders that the rates cover, sorted, and those of their customers.
func (s *Service) ordersMadeWith(ctx context.Context, tx *store.Tx, work *reordering) (orders, customers []string, err error) {
	const query = "SELECT o.id, o.customer_id FROM orders o WHERE NOT o.stated_cost AND o.status <> 'CANCELLED' AND o.at >= ? AND o.at < ? AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id"
	found := map[string]string{}
	add := func(scan store.ScanFunc) error {
		var order, customer string
		err := scan(&order, &customer)
		found[order] = customer
		return err
	}
	for stretch, concerned := range work.stretches() {
		if concerned.all {
			err = store.Each(ctx, tx, query+")", []any{stretch.from, stretch.until}, add)
		} else {
			err = store.EachByIDs(ctx, tx, query+" AND l.product_id IN @ids)", []any{stretch.from, stretch.until}, slices.Sorted(maps.Keys(concerned.products)), add)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	customers = slices.Sorted(maps.Values(found))
	return slices.Sorted(maps.Keys(found)), slices.Compact(customers), nil
}

// stretches gives, for each span that rates cover, the products that they concern.
func (work *reordering) stretches() map[span]*concern {
	all := map[span]*concern{}
	for key, covered := range work.news {
		for _, stretch := range spansOf(covered) {
			if all[stretch] == nil {
				all[stretch] = &concern{products: map[string]bool{}}
			}
			all[stretch].all = all[stretch].all || key.Subject == costing.SubjectOverhead
			for product, codes := range work.made {
				if codes[key.Code] {
					all[stretch].products[product] = true
				}
			}
		}
	}
	return all
}

// covering gives the ids of the rates that cover an order.
func (work *reordering) covering(o orderToCost) []string {
	var ids []string
	for key := range work.news {
		if key.Subject == costing.SubjectOverhead || slices.ContainsFunc(o.lines, func(l lineToCost) bool { return work.made[l.productID][key.Code] }) {
			ids = append(ids, work.news.covering(o.at, key)...)
		}
	}
	slices.Sort(ids)
	return ids
}

// restateSome costs some orders anew and credits them, and notes whose customers are to be settled.
func (s *Service) restateSome(ctx context.Context, tx *store.Tx, work *reordering, ids []string) error {
	orders, err := s.OrdersToCost(ctx, tx, "o.id IN ("+store.Placeholders(len(ids))+")", store.Args(ids)...)
	if err != nil {
		return err
	}
	costed, err := Recost(work.basis, orders, service.EndOfTime)
	if err != nil {
		return err
	}
	costed = slices.DeleteFunc(costed, func(c costedOrder) bool { return !c.moved() })
	if err := s.writeOrderCosts(ctx, tx, costed); err != nil {
		return err
	}
	var audits service.AuditRows
	var versions [][]any
	moved := make([]string, len(costed))
	for i, c := range costed {
		moved[i] = c.After.ID
		work.concerned[c.After.customerID] = true
		versions = append(versions, []any{c.After.ID, s.Now()})
		if err := audits.Add(ctx, s.Core, "order.restate", c.After.ID, map[string]any{"rates": work.covering(c.After), "cost": service.Change{Old: c.before.Cost, New: c.After.Cost}, "uncosted": service.Change{Old: c.before.uncosted, New: c.After.uncosted}}); err != nil {
			return err
		}
	}
	if err := audits.Write(ctx, tx); err != nil {
		return err
	}
	if err := tx.UpdateRows(ctx, "orders", "version = version + 1, updated_at = v.column2", []store.ColumnType{store.TimeColumn}, versions); err != nil {
		return err
	}
	due, err := books.SoldByIDs(ctx, tx, moved)
	if err != nil {
		return err
	}
	due = slices.DeleteFunc(due, func(o books.SoldOrder) bool { return !o.Sold })
	slices.SortFunc(due, func(a, b books.SoldOrder) int { return cmp.Compare(a.ID, b.ID) })
	work.changed += len(costed)
	return s.books.Credit(ctx, tx, due)
}
