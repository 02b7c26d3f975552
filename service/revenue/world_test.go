package revenue_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"
	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/ent/datedvalue"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/service/revenue"
)

func ptr[T any](v T) *T { return &v }

// company sells coats of cloth, with tax, hats of felt, without tax, and lace of thread, which has a rate since some days after the start alone.
type company struct {
	*apptest.World

	coat, hat, lace string
	customers       []string
	orders          []string
}

func newCompany(t *testing.T, w *apptest.World) *company {
	t.Helper()
	c := &company{World: w}
	begin := apptest.Start.AddDate(-1, 0, 0)
	w.Rate(schema.RateMaterial, "cloth", "100", "m", begin)
	w.Rate(schema.RateMaterial, "felt", "33.33", "m", begin)
	w.Rate(schema.RateMaterial, "thread", "10", "m", apptest.Start.AddDate(0, 0, 5)) // orders of before lack it
	w.Rate(schema.RateTax, "VAT", "0.2", "share", begin)
	vat, outer, none := "VAT", "outer", 0
	c.coat = w.Product(service.CreateProductInput{Sku: "COAT", Category: &outer, TaxCode: &vat, ListPrice: apptest.Roubles("999.99"), StandardLeadDays: &none, Components: []*service.ComponentInput{{Material: ptr("cloth"), Quantity: "2"}}})
	c.hat = w.Product(service.CreateProductInput{Sku: "=HAT", ListPrice: apptest.Roubles("99.95"), StandardLeadDays: &none, Components: []*service.ComponentInput{{Material: ptr("felt"), Quantity: "0.5"}}})
	c.lace = w.Product(service.CreateProductInput{Sku: "LACE", Category: &outer, TaxCode: &vat, ListPrice: apptest.Roubles("0.07"), StandardLeadDays: &none, Components: []*service.ComponentInput{{Material: ptr("thread"), Quantity: "1"}}})
	for range 3 {
		c.customers = append(c.customers, w.CustomerID())
	}
	return c
}

// draw makes something happen; what the books refuse does not.
func (c *company) draw(t *rapid.T) {
	c.Clock.Advance(time.Duration(rapid.IntRange(1, 20*24).Draw(t, "hours")) * time.Hour)
	pick := func() string {
		if len(c.orders) == 0 {
			return "none"
		}
		return rapid.SampledFrom(c.orders).Draw(t, "order")
	}
	switch rapid.SampledFrom([]string{"place", "place", "place", "complete", "complete", "complete", "complete", "refund", "refund", "refund", "cancel", "rate", "tax", "exempt", "segment", "import"}).Draw(t, "what") {
	case "place":
		c.place(t)
	case "complete":
		_, _ = c.Sale.CompleteOrder(c.System(), service.CompleteOrderInput{ID: pick()})
	case "refund":
		c.refund(t, pick())
	case "cancel":
		_, _ = c.Sale.CancelOrder(c.System(), service.CancelOrderInput{ID: pick(), Reason: "changed their mind"})
	case "rate":
		c.correct(t, schema.RateMaterial, rapid.SampledFrom([]string{"cloth", "felt"}).Draw(t, "material"), fmt.Sprint(rapid.IntRange(1, 300).Draw(t, "rate")), "m")
	case "tax":
		c.correct(t, schema.RateTax, "VAT", rapid.SampledFrom([]string{"0.1", "0.2", "0.22"}).Draw(t, "share"), "share")
	case "exempt":
		from := c.Now().AddDate(0, 0, -rapid.IntRange(0, 60).Draw(t, "days"))
		_, _ = c.Customers.UpdateCustomer(c.System(), service.UpdateCustomerInput{
			ID: rapid.SampledFrom(c.customers).Draw(t, "customer"), ExpectedVersion: c.version(rapid.SampledFrom(c.customers).Draw(t, "customer")),
			TaxExempt: graphql.OmittableOf(rapid.SampledFrom([]*string{nil, ptr("an embassy")}).Draw(t, "reason")), TaxExemptFrom: &from,
		})
	case "segment":
		who := rapid.SampledFrom(c.customers).Draw(t, "customer")
		segment := rapid.SampledFrom([]schema.Segment{schema.FastCheap, schema.FastQuality, schema.QualityCheap}).Draw(t, "segment")
		_, err := c.Customers.UpdateCustomer(c.System(), service.UpdateCustomerInput{ID: who, ExpectedVersion: c.version(who), Segment: graphql.OmittableOf(&segment)})
		c.Must(err)
	case "import":
		c.imported(t)
	}
}

func (c *company) version(id string) int {
	row, err := c.Client.Customer.Get(c.System(), id)
	c.Must(err)
	return row.Version
}

// place places an order of one to three lines, some of one product.
func (c *company) place(t *rapid.T) {
	who, err := c.Client.Customer.Get(c.System(), rapid.SampledFrom(c.customers).Draw(t, "customer"))
	c.Must(err)
	ctx := c.As(rapid.SampledFrom([]schema.Role{schema.RoleAdmin, schema.RoleManager}).Draw(t, "seller"))
	var tokens []string
	for range rapid.IntRange(1, 3).Draw(t, "lines") {
		product := rapid.SampledFrom([]string{c.coat, c.coat, c.hat, c.hat, c.lace}).Draw(t, "product")
		p, err := c.Quote.Price(ctx, who, product, money.Whole(rapid.Int64Range(1, 4).Draw(t, "quantity")), nil, nil, nil)
		if err != nil {
			return // thread has no rate
		}
		token, err := c.Quote.PriceToken(p)
		c.Must(err)
		tokens = append(tokens, token)
	}
	at := c.Now().AddDate(0, 0, -rapid.IntRange(0, 40).Draw(t, "days ago"))
	o, err := c.Sale.PlaceOrder(ctx, service.PlaceOrderInput{CustomerID: who.ID, PriceTokens: tokens, At: &at})
	c.Must(err)
	c.orders = append(c.orders, o.ID)
}

// refund gives back an amount, lines with or without their goods, or all that is left.
func (c *company) refund(t *rapid.T, orderID string) {
	in := service.RefundOrderInput{ID: orderID, Reason: "torn"}
	if rapid.Bool().Draw(t, "earlier") {
		in.At = ptr(c.Now().AddDate(0, 0, -rapid.IntRange(0, 20).Draw(t, "days ago")))
	}
	lines, err := c.Client.OrderLine.Query().Where(orderline.OrderID(orderID)).Order(orderline.ByPosition()).All(c.System())
	c.Must(err)
	goods := rapid.Bool().Draw(t, "goods")
	switch rapid.IntRange(0, 3).Draw(t, "kind") {
	case 0:
		in.Amount = apptest.Roubles(fmt.Sprintf("%d.%02d", rapid.IntRange(0, 300).Draw(t, "roubles"), rapid.IntRange(1, 99).Draw(t, "kopecks")))
	case 1:
		in.GoodsReturned = &goods
	default:
		for _, line := range lines {
			if len(in.Lines) == 0 || rapid.Bool().Draw(t, "too") {
				in.Lines = append(in.Lines, &service.RefundLineInput{LineID: line.ID, Quantity: ptr(money.Exact(fmt.Sprint(rapid.IntRange(1, 2).Draw(t, "units"))))})
			}
		}
		in.GoodsReturned = &goods
	}
	_, _ = c.Sale.RefundOrder(c.System(), in)
}

// correct sets a rate from a moment of the past on.
func (c *company) correct(t *rapid.T, subject schema.RateSubject, code, amount, unit string) {
	from := c.Now().AddDate(0, 0, -rapid.IntRange(0, 90).Draw(t, "days"))
	_, err := c.Rates.SetRate(c.System(), service.SetRateInput{Subject: subject, Code: code, Amount: money.Exact(amount), Unit: unit, ValidFrom: from, Correction: ptr(true)})
	c.Must(err)
}

// imported writes an order as an import without lines does: completed, given back in part or in full, or cancelled, and some without a rate.
func (c *company) imported(t *rapid.T) {
	total := rapid.Int64Range(1, 90_000).Draw(t, "total")
	tax, cost, at := total/6, rapid.Int64Range(0, total).Draw(t, "cost"), c.Now().AddDate(0, 0, -rapid.IntRange(0, 90).Draw(t, "days ago"))
	id := c.IDs.Make("ord")
	row := map[string]any{
		"id": id, "created_at": c.Now(), "updated_at": c.Now(), "customer_id": rapid.SampledFrom(c.customers).Draw(t, "customer"), "status": "COMPLETED", "at": at, "day": c.Settings().Day(at),
		"total": total, "refunded": 0, "tax": tax, "cost": cost, "margin": total - tax - cost, "unattributed": 0, "stated_cost": true, "uncosted": rapid.Bool().Draw(t, "uncosted"), "completed_at": at,
	}
	refunded := int64(0)
	switch rapid.IntRange(0, 3).Draw(t, "state") {
	case 0:
		row["status"], row["cancelled_at"], row["margin"] = "CANCELLED", c.Now(), 0
	case 1:
		if refunded = rapid.Int64Range(1, total).Draw(t, "refunded"); refunded == total {
			row["status"] = "REFUNDED"
		}
		back, err := costing.RefundedTax(money.Minor(tax), money.Minor(refunded), money.Minor(total))
		c.Must(err)
		row["refunded"], row["refunded_tax"], row["margin"] = refunded, back.Minor(), total-tax-cost-refunded+back.Minor()
	}
	c.Insert("orders", row)
	if refunded > 0 {
		c.Insert("refunds", map[string]any{"id": c.IDs.Make("rfd"), "order_id": id, "amount": refunded, "tax": row["refunded_tax"], "reason": "torn", "at": c.Now(), "recorded_at": c.Now(), "actor": "system"})
	}
}

// show shows a row of a report: key, orders, quantity, sold, refunded, tax, cost and uncosted orders.
func show(key []string, orders int, quantity *money.Decimal, sold, refunded, tax, cost money.Amount, uncosted int) string {
	shown := "-"
	if quantity != nil {
		shown = quantity.String()
	}
	return fmt.Sprint(strings.Join(key, "/"), ": ", orders, " ", shown, " ", sold.Minor(), "-", refunded.Minor(), " ", tax.Minor(), " ", cost.Minor(), " ", uncosted)
}

// rowsOf shows the rows of a report and then the total.
func rowsOf(r *revenue.SalesReport) []string {
	var all []string
	for _, row := range append(slices.Clone(r.Rows), r.Total) {
		all = append(all, show(row.Key, row.Orders, row.Quantity, row.Sold, row.Refunded, row.Tax, row.Cost, row.Uncosted))
	}
	return all
}

// sold is what the reference adds up.
type sold struct {
	key              []string
	orders, uncosted int
	costing.Figures
}

// reference computes a report from the rows of the tables, order by order, by the rule alone.
func (c *company) reference(q revenue.Query) []string {
	ctx := c.System()
	orders, err := c.Client.Order.Query().Where(order.CompletedAtNotNil()).Order(order.ByID()).All(ctx)
	c.Must(err)
	groups, total := map[string]*sold{}, &sold{key: []string{}}
	if len(q.By) == 0 {
		groups[""] = &sold{key: []string{}}
	}
	for _, o := range orders {
		one := c.soldOrder(o)
		if q.Basis == service.SalesBasisOrder && one.CancelledAt != nil {
			continue
		}
		events, err := one.Events(c.Settings().Taxes)
		c.Must(err)
		for _, e := range events {
			at := o.At
			if q.Basis == service.SalesBasisBooked {
				at = e.At
			}
			if !inPeriod(q, at) {
				continue
			}
			counted := map[string]bool{}
			for n, f := range e.Lines {
				values := c.valuesOf(o, one.Lines[n].ID, at)
				if !matches(q.Filter, values) {
					continue
				}
				var key []string
				for _, by := range q.By {
					key = append(key, values[by])
				}
				name := strings.Join(key, "/")
				if groups[name] == nil {
					groups[name] = &sold{key: key}
				}
				g := groups[name]
				g.Figures, err = g.Plus(f)
				c.Must(err)
				total.Figures, err = total.Plus(f)
				c.Must(err)
				if len(counted) == 0 {
					total.orders, total.uncosted = total.orders+e.Orders, total.uncosted+e.Uncosted
				}
				if !counted[name] {
					counted[name] = true
					g.orders, g.uncosted = g.orders+e.Orders, g.uncosted+e.Uncosted
				}
			}
		}
	}
	var rows []string
	for _, g := range slices.SortedFunc(mapValues(groups), func(a, b *sold) int { return slices.Compare(a.key, b.key) }) {
		ofProducts := slices.Contains(q.By, service.SalesDimensionProduct)
		if !ofProducts {
			g.Quantity = money.Decimal{}
		}
		if len(q.By) == 0 || !g.empty() {
			rows = append(rows, g.show(ofProducts))
		}
	}
	return append(rows, total.show(false))
}

// inPeriod reports whether a moment lies in the period that is asked for.
func inPeriod(q revenue.Query, at time.Time) bool {
	return (q.From == nil || !at.Before(*q.From)) && (q.To == nil || at.Before(*q.To))
}

// empty reports whether the group has no figure.
func (g *sold) empty() bool {
	return g.Figures == (costing.Figures{}) && g.orders == 0 && g.uncosted == 0
}

func (g *sold) show(quantity bool) string {
	var units *money.Decimal
	if quantity {
		units = &g.Quantity
	}
	return show(g.key, g.orders, units, g.Sold, g.Refunded, g.Tax, g.Cost, g.uncosted)
}

func mapValues[K comparable, V any](m map[K]V) func(func(V) bool) {
	return func(yield func(V) bool) {
		for _, v := range m {
			if !yield(v) {
				return
			}
		}
	}
}

// soldOrder reads an order for the rule.
func (c *company) soldOrder(o *ent.Order) costing.SoldOrder {
	one := costing.SoldOrder{CompletedAt: *o.CompletedAt, CancelledAt: o.CancelledAt, GivenBack: o.Status == schema.OrderRefunded, Uncosted: o.Uncosted}
	lines, err := c.Client.OrderLine.Query().Where(orderline.OrderID(o.ID)).Order(orderline.ByPosition()).All(c.System())
	c.Must(err)
	for _, line := range lines {
		one.Lines = append(one.Lines, costing.SoldLine{ID: line.ID, Quantity: line.Quantity, Total: line.Total, Tax: line.Tax, Cost: line.Cost})
	}
	if len(lines) == 0 {
		one.Lines = []costing.SoldLine{{Total: o.Total, Tax: o.Tax, Cost: o.Cost}}
	}
	refunds, err := books.RefundsOf(c.System(), c.Store, []string{o.ID}, service.EndOfTime)
	c.Must(err)
	for _, r := range refunds[o.ID] {
		given := costing.SoldRefund{At: r.At, GoodsReturned: r.GoodsReturned, Amount: r.Amount}
		for _, part := range r.Lines {
			given.Lines = append(given.Lines, costing.SoldRefundLine{LineID: part.LineID, Quantity: part.Quantity, Amount: part.Amount})
		}
		one.Refunds = append(one.Refunds, given)
	}
	return one
}

// valuesOf returns the dimensions of a line of an order, "" of one without lines, for what counts at a moment.
func (c *company) valuesOf(o *ent.Order, lineID string, at time.Time) map[service.SalesDimension]string {
	ctx := c.System()
	who, err := c.Client.Customer.Query().Where(customer.ID(o.CustomerID)).Only(ctx)
	c.Must(err)
	dated, err := c.Client.DatedValue.Query().Where(datedvalue.NameEQ(schema.DatedSegment), datedvalue.Subject(who.ID)).All(ctx)
	c.Must(err)
	local := at.In(c.Settings().Zone)
	values := map[service.SalesDimension]string{
		service.SalesDimensionDay: local.Format(time.DateOnly), service.SalesDimensionMonth: local.Format("2006-01"), service.SalesDimensionYear: local.Format("2006"),
		service.SalesDimensionQuarter:      fmt.Sprintf("%d-Q%d", local.Year(), (int(local.Month())-1)/3+1),
		service.SalesDimensionSegment:      input.OrZero(service.NewDated(dated).At(o.At, service.EndOfTime, (*string)(who.Segment))),
		service.SalesDimensionStaff:        input.OrZero(o.SellerID),
		service.SalesDimensionCustomerKind: string(who.Kind), service.SalesDimensionPartner: input.OrZero(who.PartnerID),
	}
	if values[service.SalesDimensionStaff] == "" {
		values[service.SalesDimensionStaff] = input.OrZero(who.OwnerID)
	}
	if lineID != "" {
		line, err := c.Client.OrderLine.Get(ctx, lineID)
		c.Must(err)
		product, err := c.Client.Product.Get(ctx, line.ProductID)
		c.Must(err)
		values[service.SalesDimensionProduct], values[service.SalesDimensionCategory] = product.ID, input.OrZero(product.Category)
	}
	return values
}

// matches reports whether a filter has the products, categories and segments of a line.
func matches(f *service.SalesFilter, values map[service.SalesDimension]string) bool {
	if f == nil {
		return true
	}
	in := func(all []string, value string) bool { return all == nil || slices.Contains(all, value) }
	segments := []string(nil)
	for _, one := range f.Segments.Value() {
		segments = append(segments, string(one))
	}
	return in(f.ProductIds.Value(), values[service.SalesDimensionProduct]) && in(f.Categories.Value(), values[service.SalesDimensionCategory]) && in(segments, values[service.SalesDimensionSegment])
}
