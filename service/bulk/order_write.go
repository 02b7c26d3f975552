package bulk

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/attribution"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/catalogue"
	"kopeck/service/input"
	"kopeck/service/sale"
)

// The columns of new orders with their lines and refunds, and of a product that a line names and that does not exist.
var (
	orderColumns      = sale.Fields().Columns()
	lineColumns       = sale.LineFields().Columns()
	refundColumns     = sale.RefundFields().Columns()
	refundLineColumns = sale.RefundLineFields().Columns()
	productColumns    = catalogue.Columns()
)

// addOrders writes orders with their lines and refunds.
func (c *chunk) addOrders(ctx context.Context, orders []*OrderRecord) error {
	now := c.service.Now()
	if err := c.addSellers(ctx, orders); err != nil {
		return err
	}
	var refunds []*RefundRecord
	var refundLines []*RefundLineRecord
	var lines []*OrderLineRecord
	for _, o := range orders {
		o.UpdatedAt, o.CreditModel = now, schema.AttributionModel(c.modelOf(o))
		o.CreditFit = c.service.books.NewestFit(attribution.Model(o.CreditModel)).ID
		if o.CreatedAt.IsZero() {
			o.CreatedAt = now
		}
		if !o.CompletedAt.IsZero() {
			o.Unattributed = o.Margin // nobody earned it until contacts of the customer are found
		}
		for n := range o.Refunds {
			r := &o.Refunds[n]
			if r.OrderID = o.ID; r.ID == "" {
				r.ID = c.service.IDs.Make(id.Refund)
			}
			if r.RecordedAt.IsZero() {
				r.RecordedAt = slices.MaxFunc([]time.Time{r.At, o.CreatedAt}, time.Time.Compare)
			}
			refunds = append(refunds, r)
			for k := range r.Lines {
				part := &r.Lines[k]
				part.ID, part.RefundID, part.Position = c.service.IDs.Make(id.RefundLine), r.ID, k
				refundLines = append(refundLines, part)
			}
		}
		for n := range o.Lines {
			line := &o.Lines[n]
			if line.ID == "" {
				line.ID = c.service.IDs.Make(id.OrderLine)
			}
			line.OrderID, line.Position, line.Returned = o.ID, n, o.ReturnedOf(line.ID)
			lines = append(lines, line)
		}
	}
	products, err := c.findProducts(ctx, lines)
	if err != nil {
		return err
	}
	for _, line := range lines {
		line.ProductID = products[line.SKU]
	}
	for _, o := range orders {
		o.MarkPlain()
	}
	if err := c.insertOrders(ctx, orders); err != nil {
		return err
	}
	if err := c.insertRefunds(ctx, refunds); err != nil {
		return err
	}
	if err := c.insertLines(ctx, lines); err != nil {
		return err
	}
	return c.insertRefundLines(ctx, refundLines)
}

// addSellers finds those who sold orders, and makes the users who do not exist.
func (c *chunk) addSellers(ctx context.Context, orders []*OrderRecord) error {
	var sellers []string
	for _, o := range orders {
		if o.Seller != "" {
			sellers = append(sellers, o.Seller)
		}
	}
	if len(sellers) == 0 {
		return nil
	}
	if err := c.findStaff(ctx, sellers); err != nil {
		return err
	}
	for _, o := range orders {
		o.SellerID = c.people[input.EmailKey(o.Seller)]
	}
	return c.addStaff(ctx, slices.Collect(maps.Values(c.people)))
}

// modelOf returns the model that an order is credited by: its own, or else that of the moment of its completion.
func (c *chunk) modelOf(o *OrderRecord) attribution.Model {
	if o.CreditModel == "" && !o.CompletedAt.IsZero() {
		return c.service.books.ModelAt(o.CompletedAt)
	}
	return attribution.Model(o.CreditModel)
}

// findProducts returns the ids of the products of lines by sku, and makes those that do not exist.
func (c *chunk) findProducts(ctx context.Context, lines []*OrderLineRecord) (map[string]string, error) {
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
			if sku, err := input.Text("sku", line.SKU, sale.MaxSKU); err == nil {
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
