package bulk

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/catalogue"
	"kopeck/service/input"
	"kopeck/store"
)

// orderColumns are the columns of a new order.
var orderColumns = []store.Column[*freshOrder]{
	{Name: "id", Value: func(o *freshOrder) any { return o.given.id }},
	{Name: "created_at", Value: func(o *freshOrder) any { return o.createdAt }},
	{Name: "updated_at", Value: func(o *freshOrder) any { return o.writtenAt }},
	{Name: "external_id", Value: func(o *freshOrder) any { return store.Nullable(o.ExternalID) }, Optional: true},
	{Name: "customer_id", Value: func(o *freshOrder) any { return o.given.customerID }},
	{Name: "status", Value: func(o *freshOrder) any { return o.given.status }},
	{Name: "at", Value: func(o *freshOrder) any { return o.At }},
	{Name: "day", Value: func(o *freshOrder) any { return int64(o.given.day) }},
	{Name: "total", Value: func(o *freshOrder) any { return o.Total.Minor() }},
	{Name: "refunded", Value: func(o *freshOrder) any { return o.given.refunded.Minor() }},
	{Name: "tax", Value: func(o *freshOrder) any { return o.Tax.Minor() }},
	{Name: "refunded_tax", Value: func(o *freshOrder) any { return o.refundTaxes.Sum.Minor() }},
	{Name: "cost", Value: func(o *freshOrder) any { return o.Cost.Minor() }},
	{Name: "stated_cost", Value: func(o *freshOrder) any { return o.StatedCost }},
	{Name: "uncosted", Value: func(o *freshOrder) any { return o.Uncosted || o.untaxed }},
	{Name: "margin", Value: func(o *freshOrder) any { return o.margin().Minor() }},
	{Name: "unattributed", Value: func(o *freshOrder) any { return o.unattributed.Minor() }},
	{Name: "completed_at", Value: func(o *freshOrder) any { return nullableTime(o.CompletedAt) }, Optional: true},
	{Name: "credit_model", Value: func(o *freshOrder) any { return store.Nullable(string(o.model)) }, Optional: true},
	{Name: "credit_fit", Value: func(o *freshOrder) any { return store.Nullable(o.fit) }, Optional: true},
	{Name: "due_at", Value: func(o *freshOrder) any { return nullableTime(o.DueAt) }, Optional: true},
	{Name: "cancelled_at", Value: func(o *freshOrder) any { return nullableTime(o.CancelledAt) }, Optional: true},
	{Name: "cancel_reason", Value: func(o *freshOrder) any { return store.Nullable(o.CancelReason) }, Optional: true},
}

// refundOf is a refund with its order.
type refundOf struct {
	*RefundRecord

	orderID string
	tax     money.Amount
}

var refundColumns = []store.Column[refundOf]{
	{Name: "id", Value: func(r refundOf) any { return r.ID }},
	{Name: "order_id", Value: func(r refundOf) any { return r.orderID }},
	{Name: "amount", Value: func(r refundOf) any { return r.Amount.Minor() }},
	{Name: "tax", Value: func(r refundOf) any { return r.tax.Minor() }},
	{Name: "reason", Value: func(r refundOf) any { return r.Reason }},
	{Name: "at", Value: func(r refundOf) any { return r.At }},
	{Name: "recorded_at", Value: func(r refundOf) any { return r.RecordedAt }},
	{Name: "actor", Value: func(r refundOf) any { return r.Actor }},
	{Name: "goods_returned", Value: func(r refundOf) any { return r.GoodsReturned }},
}

// refundLineOf is a part of a refund with its id, its place and its refund.
type refundLineOf struct {
	*RefundLineRecord

	id, refundID string
	position     int
	tax          money.Amount
}

var refundLineColumns = []store.Column[refundLineOf]{
	{Name: "id", Value: func(l refundLineOf) any { return l.id }},
	{Name: "refund_id", Value: func(l refundLineOf) any { return l.refundID }},
	{Name: "line_id", Value: func(l refundLineOf) any { return l.LineID }},
	{Name: "position", Value: func(l refundLineOf) any { return int64(l.position) }},
	{Name: "quantity", Value: func(l refundLineOf) any { return l.Quantity.Nano() }},
	{Name: "amount", Value: func(l refundLineOf) any { return l.Amount.Minor() }},
	{Name: "tax", Value: func(l refundLineOf) any { return l.tax.Minor() }},
	{Name: "stated", Value: func(l refundLineOf) any { return l.Stated }},
}

// lineOf is a line with its order, its place in it and its product.
type lineOf struct {
	*OrderLineRecord

	orderID, productID string
	position           int
	returned           money.Decimal // to stock, by the order's refunds
}

var lineColumns = []store.Column[lineOf]{
	{Name: "id", Value: func(l lineOf) any { return l.ID }},
	{Name: "order_id", Value: func(l lineOf) any { return l.orderID }},
	{Name: "position", Value: func(l lineOf) any { return int64(l.position) }},
	{Name: "product_id", Value: func(l lineOf) any { return l.productID }},
	{Name: "quantity", Value: func(l lineOf) any { return l.Quantity.Nano() }},
	{Name: "unit", Value: func(l lineOf) any { return l.Unit.Minor() }},
	{Name: "total", Value: func(l lineOf) any { return l.Total.Minor() }},
	{Name: "tax", Value: func(l lineOf) any { return l.Tax.Minor() }},
	{Name: "cost", Value: func(l lineOf) any { return l.Cost.Minor() }},
	{Name: "price_lines", Value: func(l lineOf) any { return store.JSON{Of: l.PriceLines} }},
	{Name: "options", Value: func(l lineOf) any { return store.JSON{Of: l.Options} }},
	{Name: "lead_days", Value: func(l lineOf) any { return int64(l.LeadDays) }},
	{Name: "returned", Value: func(l lineOf) any { return l.returned.Nano() }},
}

// productColumns are the columns of a product that a line names and that does not exist.
var productColumns = catalogue.Columns()

// addOrders writes orders with their lines and refunds.
func (c *chunk) addOrders(ctx context.Context, orders []*freshOrder) error {
	now := c.service.Now()
	var refunds []refundOf
	var refundLines []refundLineOf
	var lines []lineOf
	for _, o := range orders {
		o.createdAt, o.writtenAt, o.model = now, now, c.modelOf(o)
		o.fit = c.service.books.NewestFit(o.model).ID
		if !o.CreatedAt.IsZero() {
			o.createdAt = o.CreatedAt
		}
		o.unattributed = money.Amount{}
		if !o.CompletedAt.IsZero() {
			o.unattributed = o.margin() // nobody earned it until contacts of the customer are found
		}
		for n := range o.Refunds {
			if o.Refunds[n].ID == "" {
				o.Refunds[n].ID = c.service.IDs.Make(id.Refund)
			}
			if r := &o.Refunds[n]; r.RecordedAt.IsZero() {
				r.RecordedAt = slices.MaxFunc([]time.Time{r.At, o.createdAt}, time.Time.Compare)
			}
			refunds = append(refunds, refundOf{&o.Refunds[n], o.given.id, o.refundTaxes.Refunds[n]})
			for k := range o.Refunds[n].Lines {
				refundLines = append(refundLines, refundLineOf{&o.Refunds[n].Lines[k], c.service.IDs.Make(id.RefundLine), o.Refunds[n].ID, k, o.refundTaxes.Parts[n][k]})
			}
		}
		for n := range o.Lines {
			if o.Lines[n].ID == "" {
				o.Lines[n].ID = c.service.IDs.Make(id.OrderLine)
			}
			lines = append(lines, lineOf{OrderLineRecord: &o.Lines[n], orderID: o.given.id, position: n, returned: o.returned(o.Lines[n].ID)})
		}
	}
	if err := c.insertOrders(ctx, orders); err != nil {
		return err
	}
	if err := c.insertRefunds(ctx, refunds); err != nil {
		return err
	}
	products, err := c.findProducts(ctx, lines)
	if err != nil {
		return err
	}
	for n := range lines {
		lines[n].productID = products[lines[n].SKU]
	}
	if err := c.insertLines(ctx, lines); err != nil {
		return err
	}
	return c.insertRefundLines(ctx, refundLines)
}

// modelOf returns the model that an order is credited by: its own, or else that of the moment of its completion.
func (c *chunk) modelOf(o *freshOrder) attribution.Model {
	if o.CreditModel == "" && !o.CompletedAt.IsZero() {
		return c.service.books.ModelAt(o.CompletedAt)
	}
	return attribution.Model(o.CreditModel)
}

// findProducts returns the ids of the products of lines by sku, and makes those that do not exist.
func (c *chunk) findProducts(ctx context.Context, lines []lineOf) (map[string]string, error) {
	skus := make([]string, len(lines))
	for n, l := range lines {
		skus[n] = l.SKU
	}
	found, err := c.productsBySKU(ctx, skus)
	if err != nil {
		return nil, err
	}
	now := c.service.Now()
	var made []*catalogue.Record
	for _, l := range lines {
		if found[l.SKU] == "" {
			found[l.SKU] = c.service.IDs.Make(id.Product)
			made = append(made, catalogue.Named(found[l.SKU], l.SKU, cmp.Or(l.Title, l.SKU), now))
		}
	}
	if len(made) == 0 {
		return found, nil
	}
	if err := c.insertProducts(ctx, made); err != nil {
		return nil, err
	}
	return found, c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotBook)
}

// productIDs are the ids of products by sku; nil where it does not matter whether there is one.
type productIDs map[string]string

// knownProducts finds the products of the lines of orders, if those that do not exist are rejected.
func (c *chunk) knownProducts(ctx context.Context, orders []OrderRecord, part []int) (productIDs, error) {
	if !c.KnownProducts {
		return nil, nil
	}
	var skus []string
	for _, at := range part {
		for _, line := range orders[at].Lines {
			if sku, err := input.Text("sku", line.SKU, maxSKU); err == nil {
				skus = append(skus, sku)
			}
		}
	}
	found, err := c.productsBySKU(ctx, skus)
	return found, err
}

// check returns INVALID for an order with a line of a product that does not exist.
func (known productIDs) check(o *OrderRecord) error {
	for _, line := range o.Lines {
		if known != nil && known[line.SKU] == "" {
			return fault.Invalidf("sku", "there is no product %q; --products create makes it, inactive", input.Excerpt(line.SKU))
		}
	}
	return nil
}

func nullableTime(at time.Time) any {
	if at.IsZero() {
		return nil
	}
	return at
}
