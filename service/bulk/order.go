package bulk

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"sync"
	"time"

	"kopeck/attribution"
	"kopeck/costing"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
)

// OrderRecord is an order as a file gives it. Empty texts and zero times are absent.
type OrderRecord struct {
	ID                             string // in Kopeck's own format; "" in other logs, whose orders are distinguished by external id
	ExternalID                     string
	CustomerID, CustomerExternalID string // at least one, or the person's e-mail or phone
	Person                         Person
	Status                         schema.OrderStatus
	StatedStatus                   bool // a log says the status and the refunds; without it they are not compared with an order that exists
	At                             time.Time
	Total, Cost, Tax               money.Amount // the tax is that of the lines, with what was given back
	StatedTax                      bool         // the file says the tax, which counts for products that have no tax code
	StatedCost, Uncosted           bool
	CreditModel                    schema.AttributionModel
	CreatedAt                      time.Time // absent: now
	DueAt                          time.Time
	CompletedAt                    time.Time
	CancelledAt                    time.Time
	CancelReason                   string
	Refunds                        []RefundRecord
	Lines                          []OrderLineRecord
}

// RefundRecord is a refund as a file gives it.
type RefundRecord struct {
	ID            string
	Amount        money.Amount
	Reason        string
	At            time.Time
	RecordedAt    time.Time // absent: at once, or when the order was recorded
	Actor         string
	GoodsReturned bool
	Lines         []RefundLineRecord // none of a refund that names an amount
}

// RefundLineRecord is the part of a refund that is of one line of its order.
type RefundLineRecord struct {
	LineID   string
	Quantity money.Decimal
	Amount   money.Amount
	Stated   bool // otherwise it is the quantity's share of the line's total
}

// OrderLineRecord is a line of an order as a file gives it.
type OrderLineRecord struct {
	ID         string
	SKU        string // of the product; one that does not exist is created, inactive
	Title      string // the name of a product that is created; "": the SKU
	Quantity   money.Decimal
	Unit       money.Amount
	Total      money.Amount
	Tax        money.Amount
	Cost       money.Amount
	PriceLines []pricing.Line
	Options    []pricing.Option
	LeadDays   int
}

// storedOrder is an order as far as an imported one is compared with it.
type storedOrder struct {
	id, externalID, customerID, status string
	at                                 time.Time
	day                                int
	total, refunded, cost              money.Amount
}

// freshOrder is a new order.
type freshOrder struct {
	*OrderRecord

	given        *storedOrder
	refundTaxes  costing.RefundTaxes
	taxes        costing.TaxMode
	untaxed      bool              // the rate of a tax code is missing
	model        attribution.Model // that it is credited by; "" for none yet
	fit          string            // of the model; "" for none
	unattributed money.Amount
	createdAt    time.Time
	writtenAt    time.Time
}

// Orders imports orders. One that exists (by its id, or else by its external id) with the same customer,
// day, total and cost (one with an id: also moment, status and refunds) is left alone, with other content it is rejected.
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

func (o *OrderRecord) customer() customerName {
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
	people, err := c.findCustomers(ctx, len(part), func(n int) customerName { return orders[part[n]].customer() })
	if err != nil {
		return err
	}
	byID, byExternal, err := c.findOrders(ctx, orders, part)
	if err != nil {
		return err
	}
	products, err := c.knownProducts(ctx, orders, part)
	if err != nil {
		return err
	}
	fresh := make([]*freshOrder, 0, len(part))
	for n, at := range part {
		o := &orders[at]
		if err := cmp.Or(o.check(), products.check(o)); err != nil {
			c.verdicts[n] = Verdict{Rejected, reason(err)}
			continue
		}
		customer, v := people.resolve(o.customer())
		if v.Outcome == Rejected {
			c.verdicts[n] = v
			continue
		}
		given := c.given(o, customer)
		known := byID[o.ID]
		if known == nil || o.ID == "" {
			known = byExternal[o.ExternalID]
		}
		if known != nil && (o.ID != "" || o.ExternalID != "") {
			c.verdicts[n] = o.compare(known, given)
			continue
		}
		if given.id == "" {
			given.id = c.service.IDs.Make(id.Order)
		}
		byID[given.id] = given
		if given.externalID != "" {
			byExternal[given.externalID] = given
		}
		people.use(customer)
		c.affected[customer] = true
		fresh = append(fresh, &freshOrder{OrderRecord: o, given: given})
	}
	if c.bulk == nil || len(fresh) == 0 {
		return nil
	}
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
	return c.settle(ctx)
}

// given is an order of a file as it is compared with those that exist. Its sums are checked.
func (c *chunk) given(o *OrderRecord, customer string) *storedOrder {
	refunded, _ := o.refunded()
	return &storedOrder{o.ID, o.ExternalID, customer, string(o.Status), o.At, c.service.Settings().Day(o.At), o.Total, refunded, o.Cost}
}

// compare compares an order that exists with the one that a file gives.
func (o *OrderRecord) compare(known, given *storedOrder) Verdict {
	v := sameOrder(known, given)
	if v.Outcome == Present && o.StatedStatus && (known.status != given.status || known.refunded != given.refunded) {
		return otherStatus(known)
	}
	return v
}

// findOrders finds the orders that exist, by id and by external id.
func (c *chunk) findOrders(ctx context.Context, orders []OrderRecord, part []int) (byID, byExternal map[string]*storedOrder, err error) {
	byID, byExternal = make(map[string]*storedOrder, len(part)), make(map[string]*storedOrder, len(part))
	if none, err := c.noOrders(ctx); none || err != nil {
		return byID, byExternal, err
	}
	var ids, externals []string
	for _, n := range part {
		if orders[n].ID != "" {
			ids = append(ids, orders[n].ID)
		}
		if orders[n].ExternalID != "" {
			externals = append(externals, orders[n].ExternalID)
		}
	}
	return byID, byExternal, c.ordersBy(ctx, ids, externals, func(o *storedOrder) {
		byID[o.id] = o
		if o.externalID != "" {
			byExternal[o.externalID] = o
		}
	})
}

// noOrders reports whether there is no order to be found: the call knows, or it only reads and the table is empty.
func (c *chunk) noOrders(ctx context.Context) (bool, error) {
	if c.allNew || !c.Check {
		return c.allNew, nil
	}
	some, err := c.someOrder(ctx)
	return !some, err
}
