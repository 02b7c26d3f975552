package bulk

import (
	"context"
	"fmt"

	"kopeck/service/catalogue"
	"kopeck/service/ownfields"
	"kopeck/service/sale"
	"kopeck/store"
)

func (c *chunk) insertOrders(ctx context.Context, made []*OrderRecord) error {
	return store.CopyRows(ctx, c.bulk, "orders", orderColumns, made)
}

func (c *chunk) insertRefundLines(ctx context.Context, made []*RefundLineRecord) error {
	return store.CopyRows(ctx, c.bulk, "refund_lines", refundLineColumns, made)
}

func (c *chunk) insertRefunds(ctx context.Context, made []*RefundRecord) error {
	return store.CopyRows(ctx, c.bulk, "refunds", refundColumns, made)
}

func (c *chunk) insertLines(ctx context.Context, made []*OrderLineRecord) error {
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

// someTaxCode reports whether any product has ever had a tax code.
func (c *chunk) someTaxCode(ctx context.Context) (some bool, err error) {
	err = c.each(ctx, "SELECT product_id FROM list_prices WHERE tax_code IS NOT NULL LIMIT 1", nil, func(store.ScanFunc) error {
		some = true
		return nil
	})
	return some, err
}

// comparedOrder are what an imported order is compared with.
var comparedOrder = sale.Fields().Keys("id", "external_id", "customer_id", "status", "at", "day", "total", "refunded", "cost")

// ordersBy reads orders by id and by external id. One may be given twice.
func (c *chunk) ordersBy(ctx context.Context, ids, externals []string, each func(o *OrderRecord)) error {
	read := func(scan store.ScanFunc) error {
		o := &OrderRecord{}
		err := store.ScanRow(scan, comparedOrder, o)
		each(o)
		return err
	}
	query := "SELECT " + store.ResultNames(comparedOrder) + " FROM orders WHERE"
	if err := c.look(ctx, query+" external_twin = 0 AND", "external_id", "", externals, read); err != nil { // of possible duplicates the first
		return err
	}
	return c.look(ctx, query, "id", "", ids, read)
}

// The results that orders, their lines and their refunds are exported from.
var (
	orderResults      = sale.Fields().Results("o.")
	lineResults       = sale.LineFields().Results("l.")
	refundResults     = sale.RefundFields().Results("")
	refundLineResults = sale.RefundLineFields().Results("")
)

// exportedOrders reads orders behind an id with their lines and refunds, in the order of their ids.
func (c *chunk) exportedOrders(ctx context.Context, after string) ([]OrderRecord, error) {
	var orders []OrderRecord
	var ids []string
	at := map[string]int{}
	query := "SELECT " + store.ResultNames(orderResults) + " FROM orders o JOIN customers c ON c.id = o.customer_id LEFT JOIN users u ON u.id = o.seller_id WHERE o.id > ? ORDER BY o.id LIMIT ?"
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
		var r RefundRecord
		err := store.ScanRow(scan, refundResults, &r)
		order := &orders[at[r.OrderID]]
		order.Refunds = append(order.Refunds, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	if err := c.exportedRefundLines(ctx, orders); err != nil {
		return nil, err
	}
	if err := describeFields(ctx, c, orders, func(o *OrderRecord) (string, *ownfields.Texts) { return o.ID, &o.OwnFields }); err != nil {
		return nil, err
	}
	query = "SELECT " + store.ResultNames(lineResults) + " FROM order_lines l JOIN products p ON p.id = l.product_id WHERE"
	return orders, c.look(ctx, query, "l.order_id", " ORDER BY l.order_id, l.position", ids, func(scan store.ScanFunc) error {
		var l OrderLineRecord
		if err := store.ScanRow(scan, lineResults, &l); err != nil {
			return fmt.Errorf("bulk: line %s: %w", l.ID, err)
		}
		order := &orders[at[l.OrderID]]
		order.Lines = append(order.Lines, l)
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
		var l RefundLineRecord
		err := store.ScanRow(scan, refundLineResults, &l)
		if err == nil {
			of[l.RefundID].Lines = append(of[l.RefundID].Lines, l)
		}
		return err
	})
}
