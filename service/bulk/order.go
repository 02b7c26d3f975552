package bulk

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"maps"
	"slices"
	"sync"
	"time"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/service/sale"
)

// The records of orders are those of package sale, which defines their fields.
type (
	// OrderRecord is an order as a file gives it.
	OrderRecord = sale.Record
	// OrderLineRecord is a line of an order as a file gives it.
	OrderLineRecord = sale.LineRecord
	// RefundRecord is a refund as a file gives it.
	RefundRecord = sale.RefundRecord
	// RefundLineRecord is the part of a refund that is of one line of its order.
	RefundLineRecord = sale.RefundLineRecord
	// Person is what the file of an order or a contact says of its customer beside ids.
	Person = sale.Person
)

// Orders imports orders. One that exists (by its id, or else by its external id) with the same customer,
// day, total and cost (one with an id: also moment, status and refunds) is left alone, with other content it is rejected. The installation's
// own fields are changed with i.Update.
func (i *Import) Orders(ctx context.Context, orders []OrderRecord) ([]Verdict, error) {
	if !i.Check {
		i.foresee(orders)
	}
	parts := i.byCustomer(orders)
	chunks, errs := make([]*chunk, len(parts)), make([]error, len(parts))
	var all sync.WaitGroup
	for n, part := range parts {
		all.Go(func() {
			chunks[n], errs[n] = i.run(ctx, i.sessions[n], len(part), func(ctx context.Context, c *chunk) error { return c.importOrders(ctx, orders, part) })
		})
	}
	all.Wait()
	verdicts := make([]Verdict, len(orders))
	var refused error
	for n, part := range parts {
		switch {
		case errors.Is(errs[n], ErrRejected):
			refused = errs[n]
		case errs[n] != nil:
			return nil, errs[n]
		case !i.Check:
			i.CustomersAdded += int64(len(chunks[n].made))
		}
		for k, at := range part {
			verdicts[at] = chunks[n].verdicts[k]
		}
	}
	return verdicts, refused
}

// foresee tells until when orders are known with those of a file.
func (i *Import) foresee(orders []OrderRecord) {
	settings := i.service.Settings()
	var days []int
	for n := range orders {
		if o := &orders[n]; o.Status == schema.OrderCompleted {
			days = append(days, settings.Day(o.At))
		}
	}
	i.service.value.Foresee(days)
}

func customerOfOrder(o *OrderRecord) customerName {
	return customerName{o.CustomerID, o.CustomerExternalID, o.Person}
}

// byCustomer divides orders among the connections, those of one customer together, and returns their indexes. Orders whose customers
// are named by e-mail or phone, too, are one part: one customer may have several names.
func (i *Import) byCustomer(orders []OrderRecord) [][]int {
	parts := make([][]int, len(i.sessions))
	if slices.ContainsFunc(orders, func(o OrderRecord) bool { return o.Person != Person{} }) {
		parts = parts[:1]
	}
	seed := maphash.MakeSeed()
	for n := range orders {
		part := 0
		if len(parts) > 1 {
			part = int(maphash.String(seed, cmp.Or(orders[n].CustomerExternalID, orders[n].CustomerID)) % uint64(len(parts)))
		}
		parts[part] = append(parts[part], n)
	}
	return slices.DeleteFunc(parts, func(part []int) bool { return len(part) == 0 })
}

// importOrders imports those orders whose indexes are given.
func (c *chunk) importOrders(ctx context.Context, orders []OrderRecord, part []int) error {
	if c.bulk != nil { // tax is a rate; before the customers, as everywhere
		if err := c.service.rates.HoldRates(ctx, c.bulk.Tx); err != nil {
			return err
		}
	}
	if err := holdFields(ctx, c, part, func(at *int) ownfields.Texts { return orders[*at].OwnFields }); err != nil {
		return err
	}
	people, err := c.findCustomers(ctx, len(part), func(n int) customerName { return customerOfOrder(&orders[part[n]]) })
	if err != nil {
		return err
	}
	known, err := c.findOrders(ctx, orders, part)
	if err != nil {
		return err
	}
	if err := c.readFields(ctx, schema.FieldOfOrder, maps.Keys(known.byID)); err != nil {
		return err
	}
	products, err := c.knownProducts(ctx, orders, part)
	if err != nil {
		return err
	}
	fresh := make([]*OrderRecord, 0, len(part))
	for n, at := range part {
		o := &orders[at]
		if err := cmp.Or(o.Check(), products.check(o)); err != nil {
			c.verdicts[n] = Verdict{Outcome: Rejected, Reason: reason(err)}
			continue
		}
		customer, v := people.resolve(customerOfOrder(o))
		if v.Outcome == Rejected {
			c.verdicts[n] = v
			continue
		}
		given, err := c.given(o, customer)
		if err != nil {
			c.verdicts[n] = Verdict{Outcome: Rejected, Reason: reason(err)}
			continue
		}
		if existing := known.like(given); existing != nil {
			if c.verdicts[n] = sameOrder(existing, given); c.verdicts[n].Outcome == Present {
				c.verdicts[n] = c.compareFields("order", existing.ID, given.OwnFields)
			}
			continue
		}
		if given.ID == "" {
			given.ID = c.service.IDs.Make(id.Order)
		}
		known.add(given)
		people.use(customer)
		c.affected[customer] = true
		c.own.Set(given.ID, given.OwnFields, true)
		fresh = append(fresh, given)
	}
	if c.bulk == nil {
		return nil
	}
	if len(fresh) > 0 {
		if err := c.writeOrders(ctx, fresh); err != nil {
			return err
		}
	}
	return c.writeFields(ctx)
}

// writeOrders writes new orders, with their customers, and what follows from them.
func (c *chunk) writeOrders(ctx context.Context, fresh []*OrderRecord) error {
	if err := c.tax(ctx, fresh); err != nil {
		return err
	}
	if err := c.settleMade(ctx, fresh); err != nil {
		return err
	}
	if err := c.addCustomers(ctx); err != nil {
		return err
	}
	if err := c.recordShown(ctx); err != nil {
		return err
	}
	if err := c.addMoves(ctx); err != nil {
		return err
	}
	if err := c.addOrders(ctx, fresh); err != nil {
		return err
	}
	if err := c.linkAwaiting(ctx, fresh); err != nil {
		return err
	}
	return c.settle(ctx)
}

// given is a copy of an order of a file with what the table has beside it. Its sums are checked. INVALID on own fields.
func (c *chunk) given(o *OrderRecord, customer string) (*OrderRecord, error) {
	given := *o
	given.Lines = slices.Clone(o.Lines) // the file's taxes are read once more if the transaction is repeated
	for n := range given.Lines {
		given.Lines[n].StatedTax = given.Lines[n].Tax
	}
	given.CustomerID, given.Day = customer, c.service.Settings().Day(o.At)
	given.Refunded, _ = o.RefundedSum()
	var err error
	given.OwnFields, err = c.own.Check(o.OwnFields)
	return &given, err
}

// sameOrder compares an order that exists with the one that a file gives.
func sameOrder(known, given *OrderRecord) Verdict {
	own := given.ID != ""
	switch {
	case own && known.ID != given.ID:
		return rejected("the order's external id %q is that of another order, %s", input.Excerpt(given.ExternalID), known.ID)
	case own && known.ExternalID != given.ExternalID:
		return rejected("the order is there with the external id %q, not %q", input.Excerpt(known.ExternalID), input.Excerpt(given.ExternalID))
	case known.CustomerID != given.CustomerID:
		return rejected("the order is there already, of another customer")
	case known.Day != given.Day || own && !known.At.Equal(given.At):
		return rejected("the order is there already, of %s", known.At.Format(time.RFC3339))
	case known.Total != given.Total:
		return rejected("the order is there already with another total")
	case known.Cost != given.Cost:
		return rejected("the order is there already with another cost of its goods")
	case (own || given.StatedStatus) && (known.Status != given.Status || known.Refunded != given.Refunded):
		return otherStatus(known)
	}
	return Verdict{Outcome: Present}
}

func otherStatus(known *OrderRecord) Verdict {
	return rejected("the order is there already, %s, with other refunds or another status", known.Status)
}

// findOrders finds the orders that exist, by id and by external id.
func (c *chunk) findOrders(ctx context.Context, orders []OrderRecord, part []int) (*stored[OrderRecord], error) {
	known := newStored(len(part), namesOfOrder)
	if none, err := c.noOrders(ctx); none || err != nil {
		return known, err
	}
	ids, externals := known.all(len(part), func(n int) *OrderRecord { return &orders[part[n]] }, func(o *OrderRecord) string { return o.ExternalID })
	return known, c.ordersBy(ctx, ids, externals, known.add)
}

func namesOfOrder(o *OrderRecord) (id, external string) { return o.ID, o.ExternalID }

// noOrders reports whether there is no order to be found: the call knows, or it only reads and the table is empty.
func (c *chunk) noOrders(ctx context.Context) (bool, error) {
	if c.allNew || !c.Check {
		return c.allNew, nil
	}
	some, err := c.someOrder(ctx)
	return !some, err
}
