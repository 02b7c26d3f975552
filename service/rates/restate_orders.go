package rates

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"kopeck/costing"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// orderRestating is the restating of orders under way.
type orderRestating struct {
	added     coverages
	memo      *costing.Memo
	madeOf    map[string]map[string]bool // the codes that a product is made of, by the product
	customers map[string]bool            // whose orders have changed
	changed   int
}

// concern is which products new rates are part of the cost of.
type concern struct {
	all      bool // an overhead is part of the cost of every product
	products map[string]bool
}

// restateOrders recomputes the costs of the orders whose products are made of what rates are for, credits their margins, and
// settles their customers.
func (s *Service) restateOrders(ctx context.Context, tx *store.Tx, added coverages) (int, error) {
	products, basis, err := s.readProducts(ctx, tx)
	if err != nil {
		return 0, err
	}
	work := orderRestating{added: added, memo: costing.NewMemo(basis, memoized), madeOf: map[string]map[string]bool{}, customers: map[string]bool{}}
	for _, p := range products {
		work.madeOf[p.ID] = map[string]bool{}
		addCodes(work.madeOf[p.ID], basis.Catalogue, p.ID)
	}
	customerOf := map[string]string{} // by order
	for within, of := range work.concerns() {
		if err := ordersMadeOf(ctx, tx, within, *of, customerOf); err != nil {
			return 0, err
		}
	}
	if err := service.HoldCustomers(ctx, tx, slices.Collect(maps.Values(customerOf))...); err != nil {
		return 0, err
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(customerOf)), store.IDsPerStatement) {
		if err := s.restateSome(ctx, tx, &work, some); err != nil {
			return 0, err
		}
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(work.customers)), store.IDsPerStatement) {
		if err := s.books.SettleCustomers(ctx, tx, some, "a rate was set for the past"); err != nil {
			return 0, err
		}
	}
	return work.changed, nil
}

// concerns returns, for each span that rates cover, the products that they are part of the cost of.
func (work *orderRestating) concerns() map[span]*concern {
	all := map[span]*concern{}
	for key, covered := range work.added {
		for _, within := range spansOf(covered) {
			if all[within] == nil {
				all[within] = &concern{products: map[string]bool{}}
			}
			all[within].all = all[within].all || key.Subject == costing.SubjectOverhead
			for product, codes := range work.madeOf {
				if codes[key.Code] {
					all[within].products[product] = true
				}
			}
		}
	}
	return all
}

// covering returns the ids of the rates that cover an order, sorted.
func (work *orderRestating) covering(o orderToCost) []string {
	var ids []string
	for key := range work.added {
		madeOf := func(l lineToCost) bool { return work.madeOf[l.productID][key.Code] }
		if key.Subject == costing.SubjectOverhead || slices.ContainsFunc(o.lines, madeOf) {
			ids = append(ids, work.added.covering(o.at, key)...)
		}
	}
	slices.Sort(ids)
	return ids
}

// restateSome recomputes the costs of some orders, credits their margins, and adds to the customers that are to be settled.
func (s *Service) restateSome(ctx context.Context, tx *store.Tx, work *orderRestating, ids []string) error {
	orders, err := ordersByID(ctx, tx, ids)
	if err != nil {
		return err
	}
	costed, err := costOrders(work.memo, orders, service.EndOfTime)
	if err != nil {
		return err
	}
	costed = slices.DeleteFunc(costed, func(c costedOrder) bool { return !c.changed() })
	if err := writeOrderCosts(ctx, tx, costed); err != nil {
		return err
	}
	var audits service.AuditRows
	changed := make([]string, len(costed))
	for i, c := range costed {
		changed[i] = c.after.id
		work.customers[c.after.customerID] = true
		detail := map[string]any{
			"rates": work.covering(c.after), "cost": service.Change{Old: c.before.cost, New: c.after.cost},
			"uncosted": service.Change{Old: c.before.uncosted, New: c.after.uncosted},
		}
		if err := audits.Add(ctx, s.Core, "order.restate", c.after.id, detail); err != nil {
			return err
		}
	}
	if err := audits.Write(ctx, tx); err != nil {
		return err
	}
	if err := s.writeOrderVersions(ctx, tx, changed); err != nil {
		return err
	}
	sold, err := books.SoldByIDs(ctx, tx, changed)
	if err != nil {
		return err
	}
	sold = slices.DeleteFunc(sold, func(o books.SoldOrder) bool { return !o.Sold })
	slices.SortFunc(sold, func(a, b books.SoldOrder) int { return cmp.Compare(a.ID, b.ID) })
	work.changed += len(costed)
	return s.books.Credit(ctx, tx, sold)
}
