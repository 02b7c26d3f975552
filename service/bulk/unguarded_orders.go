package bulk

import (
	"context"
	"fmt"

	"kopeck/service/catalogue"
	"kopeck/store"
)

func (c *chunk) insertOrders(ctx context.Context, made []*freshOrder) error {
	return store.CopyRows(ctx, c.bulk, "orders", orderColumns, made)
}

func (c *chunk) insertRefundLines(ctx context.Context, made []refundLineOf) error {
	return store.CopyRows(ctx, c.bulk, "refund_lines", refundLineColumns, made)
}

func (c *chunk) insertRefunds(ctx context.Context, made []refundOf) error {
	return store.CopyRows(ctx, c.bulk, "refunds", refundColumns, made)
}

func (c *chunk) insertLines(ctx context.Context, made []lineOf) error {
	return store.CopyRows(ctx, c.bulk, "order_lines", lineColumns, made)
}

func (c *chunk) insertProducts(ctx context.Context, made []*catalogue.Record) error {
	return store.CopyRows(ctx, c.bulk, "products", productColumns, made)
}

// productsBySKU gives the ids of products by sku.
func (c *chunk) productsBySKU(ctx context.Context, skus []string) (map[string]string, error) {
	return c.lookUp(ctx, "SELECT sku, id FROM products WHERE", "sku", skus)
}

// someOrder reports whether there is any order.
func (c *chunk) someOrder(ctx context.Context) (some bool, err error) {
	err = c.each(ctx, "SELECT id FROM orders LIMIT 1", nil, func(store.ScanFunc) error {
		some = true
		return nil
	})
	return some, err
}

// storedOrderResults are what an imported order is compared with.
var storedOrderResults = []store.Result[storedOrder]{
	{Name: "id", To: func(o *storedOrder) any { return &o.id }},
	{Name: "external_id", To: func(o *storedOrder) any { return store.OrZero(&o.externalID) }},
	{Name: "customer_id", To: func(o *storedOrder) any { return &o.customerID }},
	{Name: "status", To: func(o *storedOrder) any { return &o.status }},
	{Name: "at", To: func(o *storedOrder) any { return &o.at }},
	{Name: "day", To: func(o *storedOrder) any { return &o.day }},
	{Name: "total", To: func(o *storedOrder) any { return &o.total }},
	{Name: "refunded", To: func(o *storedOrder) any { return &o.refunded }},
	{Name: "cost", To: func(o *storedOrder) any { return &o.cost }},
}

// ordersBy reads orders by id and by external id. One may be given twice.
func (c *chunk) ordersBy(ctx context.Context, ids, externals []string, each func(o *storedOrder)) error {
	read := func(scan store.ScanFunc) error {
		o := &storedOrder{}
		err := store.ScanRow(scan, storedOrderResults, o)
		each(o)
		return err
	}
	query := "SELECT " + store.ResultNames(storedOrderResults) + " FROM orders WHERE"
	if err := c.look(ctx, query+" external_twin = 0 AND", "external_id", "", externals, read); err != nil { // of possible duplicates the first
		return err
	}
	return c.look(ctx, query, "id", "", ids, read)
}

// orderResults are what an order is exported from.
var orderResults = []store.Result[OrderRecord]{
	{Name: "o.id", To: func(o *OrderRecord) any { return &o.ID }},
	{Name: "o.external_id", To: func(o *OrderRecord) any { return store.OrZero(&o.ExternalID) }},
	{Name: "o.customer_id", To: func(o *OrderRecord) any { return &o.CustomerID }},
	{Name: "c.external_id", To: func(o *OrderRecord) any { return store.OrZero(&o.CustomerExternalID) }},
	{Name: "o.status", To: func(o *OrderRecord) any { return &o.Status }},
	{Name: "o.at", To: func(o *OrderRecord) any { return store.UTC(&o.At) }},
	{Name: "o.total", To: func(o *OrderRecord) any { return &o.Total }},
	{Name: "o.tax", To: func(o *OrderRecord) any { return &o.Tax }},
	{Name: "o.cost", To: func(o *OrderRecord) any { return &o.Cost }},
	{Name: "o.stated_cost", To: func(o *OrderRecord) any { return &o.StatedCost }},
	{Name: "o.uncosted", To: func(o *OrderRecord) any { return &o.Uncosted }},
	{Name: "o.credit_model", To: func(o *OrderRecord) any { return store.OrZero(&o.CreditModel) }},
	{Name: "o.created_at", To: func(o *OrderRecord) any { return store.UTC(&o.CreatedAt) }},
	{Name: "o.due_at", To: func(o *OrderRecord) any { return store.UTC(&o.DueAt) }},
	{Name: "o.completed_at", To: func(o *OrderRecord) any { return store.UTC(&o.CompletedAt) }},
	{Name: "o.cancelled_at", To: func(o *OrderRecord) any { return store.UTC(&o.CancelledAt) }},
	{Name: "o.cancel_reason", To: func(o *OrderRecord) any { return store.OrZero(&o.CancelReason) }},
}

var refundResults = []store.Result[refundOf]{
	{Name: "order_id", To: func(r *refundOf) any { return &r.orderID }},
	{Name: "id", To: func(r *refundOf) any { return &r.ID }},
	{Name: "amount", To: func(r *refundOf) any { return &r.Amount }},
	{Name: "reason", To: func(r *refundOf) any { return &r.Reason }},
	{Name: "at", To: func(r *refundOf) any { return store.UTC(&r.At) }},
	{Name: "recorded_at", To: func(r *refundOf) any { return store.UTC(&r.RecordedAt) }},
	{Name: "actor", To: func(r *refundOf) any { return &r.Actor }},
	{Name: "goods_returned", To: func(r *refundOf) any { return &r.GoodsReturned }},
}

var refundLineResults = []store.Result[refundLineOf]{
	{Name: "refund_id", To: func(l *refundLineOf) any { return &l.refundID }},
	{Name: "line_id", To: func(l *refundLineOf) any { return &l.LineID }},
	{Name: "quantity", To: func(l *refundLineOf) any { return &l.Quantity }},
	{Name: "amount", To: func(l *refundLineOf) any { return &l.Amount }},
	{Name: "stated", To: func(l *refundLineOf) any { return &l.Stated }},
}

var lineResults = []store.Result[lineOf]{
	{Name: "l.order_id", To: func(l *lineOf) any { return &l.orderID }},
	{Name: "l.id", To: func(l *lineOf) any { return &l.ID }},
	{Name: "p.sku", To: func(l *lineOf) any { return &l.SKU }},
	{Name: "l.quantity", To: func(l *lineOf) any { return &l.Quantity }},
	{Name: "l.unit", To: func(l *lineOf) any { return &l.Unit }},
	{Name: "l.total", To: func(l *lineOf) any { return &l.Total }},
	{Name: "l.tax", To: func(l *lineOf) any { return &l.Tax }},
	{Name: "l.cost", To: func(l *lineOf) any { return &l.Cost }},
	{Name: "l.price_lines", To: func(l *lineOf) any { return store.FromJSON{To: &l.PriceLines} }},
	{Name: "l.options", To: func(l *lineOf) any { return store.FromJSON{To: &l.Options} }},
	{Name: "l.lead_days", To: func(l *lineOf) any { return &l.LeadDays }},
}

// exportedOrders reads orders behind an id with their lines and refunds, in the order of their ids.
func (c *chunk) exportedOrders(ctx context.Context, after string) ([]OrderRecord, error) {
	var orders []OrderRecord
	var ids []string
	at := map[string]int{}
	query := "SELECT " + store.ResultNames(orderResults) + " FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.id > ? ORDER BY o.id LIMIT ?"
	err := c.each(ctx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		var o OrderRecord
		err := store.ScanRow(scan, orderResults, &o)
		at[o.ID] = len(orders)
		orders, ids = append(orders, o), append(ids, o.ID)
		return err
	})
	if err != nil {
		return nil, err
	}
	query = "SELECT " + store.ResultNames(refundResults) + " FROM refunds WHERE"
	err = c.look(ctx, query, "order_id", " ORDER BY order_id, at, id", ids, func(scan store.ScanFunc) error {
		r := refundOf{RefundRecord: &RefundRecord{}}
		err := store.ScanRow(scan, refundResults, &r)
		order := &orders[at[r.orderID]]
		order.Refunds = append(order.Refunds, *r.RefundRecord)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := c.exportedRefundLines(ctx, orders); err != nil {
		return nil, err
	}
	query = "SELECT " + store.ResultNames(lineResults) + " FROM order_lines l JOIN products p ON p.id = l.product_id WHERE"
	return orders, c.look(ctx, query, "l.order_id", " ORDER BY l.order_id, l.position", ids, func(scan store.ScanFunc) error {
		l := lineOf{OrderLineRecord: &OrderLineRecord{}}
		if err := store.ScanRow(scan, lineResults, &l); err != nil {
			return fmt.Errorf("bulk: line %s: %w", l.ID, err)
		}
		order := &orders[at[l.orderID]]
		order.Lines = append(order.Lines, *l.OrderLineRecord)
		return nil
	})
}

// exportedRefundLines reads the lines of orders' refunds.
func (c *chunk) exportedRefundLines(ctx context.Context, orders []OrderRecord) error {
	of := map[string]*RefundRecord{}
	var ids []string
	for n := range orders {
		for k := range orders[n].Refunds {
			r := &orders[n].Refunds[k]
			of[r.ID], ids = r, append(ids, r.ID)
		}
	}
	query := "SELECT " + store.ResultNames(refundLineResults) + " FROM refund_lines WHERE"
	return c.look(ctx, query, "refund_id", " ORDER BY refund_id, position", ids, func(scan store.ScanFunc) error {
		l := refundLineOf{RefundLineRecord: &RefundLineRecord{}}
		err := store.ScanRow(scan, refundLineResults, &l)
		if err == nil {
			of[l.refundID].Lines = append(of[l.refundID].Lines, *l.RefundLineRecord)
		}
		return err
	})
}
