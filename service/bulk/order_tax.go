package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/rates"
)

// tax computes the taxes of new orders, of their lines and refunds, and divides stated costs. A line has the tax of its product's code at the
// order's completion or, if there has been none until then, the tax that the file says.
func (c *chunk) tax(ctx context.Context, orders []*OrderRecord) error {
	taxed, err := c.taxation(ctx, orders)
	if err != nil {
		return err
	}
	for _, o := range orders {
		if len(o.Lines) > 0 {
			if err := c.taxLines(o, taxed); err != nil {
				return err
			}
		}
		if err := divideTax(o, c.service.Settings().Taxes); err != nil {
			return err
		}
		if err := divideCost(o); err != nil {
			return err
		}
	}
	return nil
}

// divideCost divides the cost that the file says of an order among its lines, where theirs do not sum to it, so that reports by product
// sum to it. That of an order of which goods came back to stock is what its lines say.
func divideCost(o *OrderRecord) error {
	if !o.StatedCost || len(o.Lines) == 0 {
		return nil
	}
	lines := make([]costing.StatedLine, len(o.Lines))
	for n, line := range o.Lines {
		if o.ReturnedOf(line.ID).Sign() > 0 {
			return nil
		}
		lines[n] = costing.StatedLine{Total: line.Total, Cost: line.Cost, Left: line.Cost}
	}
	costs, err := costing.DivideStatedCost(o.Cost, lines)
	for n := range costs {
		o.Lines[n].Cost = costs[n]
	}
	return err
}

// taxation is what the taxes of orders are computed from: the ids of their products, by sku, and the shares of tax of these.
type taxation struct {
	products map[string]string
	shares   rates.Shares
}

// taxation reads what the taxes of orders are computed from, as the transaction sees it: it holds the rates and the customers, so that
// what is set meanwhile waits for it and restates the orders.
func (c *chunk) taxation(ctx context.Context, orders []*OrderRecord) (taxation, error) {
	var of taxation
	some, err := c.someTaxCode(ctx)
	if err != nil || !some {
		return of, err
	}
	var skus, customers []string
	for _, o := range orders {
		customers = append(customers, o.CustomerID)
		for n := range o.Lines {
			skus = append(skus, o.Lines[n].SKU)
		}
	}
	if of.products, err = c.productsBySKU(ctx, skus); err != nil {
		return of, err
	}
	of.shares, err = c.service.rates.SharesOf(ctx, c.bulk.Tx, slices.Collect(maps.Values(of.products)), customers)
	return of, err
}

// taxLines computes the taxes of the lines of an order. One that is cancelled, or not completed yet, keeps those that the file says: that of an
// order which is only placed is computed whenever it is asked for, and what is written is of when it was placed.
func (c *chunk) taxLines(o *OrderRecord, by taxation) error {
	at := c.service.Now()
	switch {
	case !o.CompletedAt.IsZero():
		at = o.CompletedAt
	case !o.CancelledAt.IsZero():
		at = o.CancelledAt
	}
	kept := (o.Status == schema.OrderCancelled || o.Status == schema.OrderPlaced) && o.StatedTax
	o.Tax = money.Amount{}
	for n := range o.Lines {
		line := &o.Lines[n]
		var err error
		if share, known := by.shares.Of(by.products[line.SKU], o.CustomerID, at); known && !kept {
			o.Uncosted = o.Uncosted || share.Missing && !share.Exempt
			if line.Tax, err = costing.LineTax(line.Total, share.Applied(), c.service.Settings().Taxes); err != nil {
				return err
			}
		}
		if o.Tax, err = o.Tax.Plus(line.Tax); err != nil {
			return err
		}
	}
	return nil
}

// divideTax computes the tax of the refunds of an order, and its margin: what is left of the total without tax, nothing of one that is
// cancelled.
func divideTax(o *OrderRecord, taxes costing.TaxMode) error {
	lines := make([]costing.TaxedLine, len(o.Lines))
	for n, line := range o.Lines {
		lines[n] = costing.TaxedLine{ID: line.ID, Total: line.Total, Tax: line.Tax}
	}
	taxed, err := costing.OrderToTax{
		Sale: costing.Sale{Total: o.Total, Tax: o.Tax, Refunded: o.Refunded}, Cost: o.Cost, Cancelled: o.Status == schema.OrderCancelled,
		Lines: lines, Refunds: books.GivenBack(o.AsRefunds()),
	}.Divide(taxes)
	if err != nil {
		return err
	}
	divided := taxed.Refunds
	o.RefundedTax, o.Margin = divided.Sum, taxed.Margin
	for n := range o.Refunds {
		r := &o.Refunds[n]
		r.Tax = divided.Refunds[n]
		for k := range r.Lines {
			r.Lines[k].Tax = divided.Parts[n][k]
		}
	}
	return nil
}
