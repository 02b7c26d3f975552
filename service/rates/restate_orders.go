package rates

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/store"
)

// orderRestating is the restating of orders under way.
type orderRestating struct {
	added     coverages
	recipe    *NewRecipe
	memo      *costing.Memo
	madeOf    map[string]map[string]bool // the codes that a product is made of, by the product; nil where a recipe is the cause
	made      map[string]bool            // the products that the recipe is of, or of a part of which; nil where rates are the cause
	customers map[string]bool            // whose orders have changed
	taxes     bool                       // the costs stay
	cause     map[string]any             // what the audit says that caused it, if neither a recipe nor rates did
	rebooked  []rebooking                // by the recipe, in the order of their ids
	changed   int
}

// NewRecipe is a recipe that has been recorded, with what it holds for: the moments from From on, Until not included.
type NewRecipe struct {
	ID, ProductID string
	From, Until   time.Time
	RecordedAt    time.Time
	Reason        string
}

// concern is which products new rates are part of the cost of.
type concern struct {
	all       bool // an overhead is part of the cost of every product
	products  map[string]bool
	completed bool // the moments are those of the orders' completion
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
	err = s.restateConcerned(ctx, tx, &work, work.concerns(), "a rate was set for the past")
	return work.changed, err
}

// RestateRecipe recomputes the costs of the orders that a recipe covers, also those of products that its product is a part of, credits
// their margins, settles their customers, and brings what orders have booked from today on in line with it. The recipe is written, the
// transaction holds the rates alone, and the basis has been read in it. INVALID for an order that lacks a measurement which the recipe
// needs, or for whose measurements it has no quantity.
func (s *Service) RestateRecipe(ctx context.Context, tx *store.Tx, basis costing.Basis, r NewRecipe) (int, error) {
	work := orderRestating{recipe: &r, memo: costing.NewMemo(basis, memoized), made: map[string]bool{}, customers: map[string]bool{}}
	for _, productID := range basis.Catalogue.MadeWith(r.ProductID) {
		work.made[productID] = true
	}
	concerned := map[span]*concern{{r.From, r.Until}: {products: work.made}}
	if err := s.restateConcerned(ctx, tx, &work, concerned, "a recipe was set for the past"); err != nil {
		return 0, err
	}
	return work.changed, s.writeRebooked(ctx, tx, &work)
}

// restateConcerned recomputes the costs of concerned orders.
func (s *Service) restateConcerned(ctx context.Context, tx *store.Tx, work *orderRestating, concerned map[span]*concern, reason string) error {
	customerOf := map[string]string{} // by order
	for within, of := range concerned {
		if err := ordersMadeOf(ctx, tx, within, *of, customerOf); err != nil {
			return err
		}
	}
	return s.restateAll(ctx, tx, work, customerOf, reason)
}

// restateAll recomputes the costs and taxes of orders, whose customers are given by the orders' ids.
func (s *Service) restateAll(ctx context.Context, tx *store.Tx, work *orderRestating, customerOf map[string]string, reason string) error {
	if err := service.HoldCustomers(ctx, tx, slices.Collect(maps.Values(customerOf))...); err != nil {
		return err
	}
	orders := slices.Sorted(maps.Keys(customerOf))
	for some := range slices.Chunk(orders, store.IDsPerStatement) {
		if err := s.restateSome(ctx, tx, work, some); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(slices.Sorted(maps.Keys(work.customers)), store.IDsPerStatement) {
		if err := s.books.SettleCustomers(ctx, tx, some, reason); err != nil {
			return err
		}
	}
	return nil
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

// field returns that of the input whose change is the cause.
func (work *orderRestating) field() string {
	if work.recipe != nil {
		return "components"
	}
	return "amount"
}

// covering returns the ids of the rates that cover an order, sorted.
func (work *orderRestating) covering(o orderToCost) []string {
	var ids []string
	for key := range work.added {
		madeOf := func(l lineToCost) bool { return work.madeOf[l.productID][key.Code] }
		if key.Subject == costing.SubjectOverhead || slices.ContainsFunc(o.lines, madeOf) {
			at := o.at
			if key.Subject == costing.SubjectTax && o.completedAt != nil {
				at = *o.completedAt
			}
			ids = append(ids, work.added.covering(at, key)...)
		}
	}
	slices.Sort(ids)
	return ids
}

// audited returns what the audit keeps of the restating of an order.
func (work *orderRestating) audited(c costedOrder) map[string]any {
	detail := map[string]any{
		"cost":     service.Change{Old: c.before.cost, New: c.after.cost},
		"uncosted": service.Change{Old: c.before.uncosted, New: c.after.uncosted},
	}
	if c.taxed() {
		detail["tax"] = service.Change{Old: c.before.tax, New: c.after.tax}
	}
	switch {
	case work.recipe != nil:
		detail["recipe"] = work.recipe.ID
	case work.cause != nil:
		maps.Copy(detail, work.cause)
	default:
		detail["rates"] = work.covering(c.after)
	}
	return detail
}

// checkQuantities refuses a recipe by which an order cannot be costed that could be before: it needs what the order does not have measured,
// or has no quantity for what the order has.
func (work *orderRestating) checkQuantities(costed []costedOrder) error {
	if work.recipe == nil {
		return nil
	}
	without := work.recipe.RecordedAt.Add(-time.Microsecond)
	for _, c := range costed {
		if len(c.unquantified) == 0 {
			continue
		}
		before, err := costOrder(work.memo, c.before, knowledge{without, without})
		if err != nil {
			return costFault(c.before, err)
		}
		for _, one := range c.unquantified {
			if slices.Contains(before.unquantified, one) {
				continue
			}
			wrong := "was taken without " + one.Measurement
			if one.Measurement == "" {
				wrong = "has for " + one.Code + " " + one.Reason
			}
			return fault.Invalidf("validFrom", "the order %s of %s %s: let the recipe hold from a later moment", c.after.id, c.after.at.UTC().Format(time.RFC3339), wrong)
		}
	}
	return nil
}

// restateSome recomputes the costs of some orders, credits their margins, and adds to the customers that are to be settled.
func (s *Service) restateSome(ctx context.Context, tx *store.Tx, work *orderRestating, ids []string) error {
	orders, err := ordersByID(ctx, tx, ids)
	if err != nil {
		return err
	}
	compute := costOrders
	if work.taxes {
		compute = retaxOrders
	}
	costed, err := compute(work.memo, orders, s.knownNow())
	if err != nil {
		return fault.At(err, work.field())
	}
	if err := work.checkQuantities(costed); err != nil {
		return err
	}
	if work.recipe != nil {
		if err := s.findRebooked(ctx, tx, work, orders); err != nil {
			return err
		}
	}
	costed = slices.DeleteFunc(costed, func(c costedOrder) bool { return !c.changed() })
	if err := writeOrderCosts(ctx, tx, costed); err != nil {
		return err
	}
	var audits service.AuditRows
	var completed []string // whose margins are credited
	for _, c := range costed {
		if c.after.completedAt != nil {
			completed = append(completed, c.after.id)
		}
		work.customers[c.after.customerID] = true
		if err := audits.Add(ctx, s.Core, "order.restate", c.after.id, work.audited(c)); err != nil {
			return err
		}
	}
	if err := audits.Write(ctx, tx); err != nil {
		return err
	}
	sold, err := books.SoldByIDs(ctx, tx, completed)
	if err != nil {
		return err
	}
	sold = slices.DeleteFunc(sold, func(o books.SoldOrder) bool { return !o.Sold })
	slices.SortFunc(sold, func(a, b books.SoldOrder) int { return cmp.Compare(a.ID, b.ID) })
	work.changed += len(costed)
	return s.books.Credit(ctx, tx, sold)
}
