package bulk

import (
	"context"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
)

// tax computes the taxes of new orders, of their lines and refunds, and divides stated costs. A line of a product with a tax code has the tax of that at the order's
// completion, any other the tax that the file says.
func (c *chunk) tax(ctx context.Context, orders []*OrderRecord) error {
	found := map[string]string{}
	if c.service.rates.AnyTax() {
		var skus []string
		for _, o := range orders {
			for n := range o.Lines {
				skus = append(skus, o.Lines[n].SKU)
			}
		}
		var err error
		if found, err = c.productsBySKU(ctx, skus); err != nil {
			return err
		}
	}
	for _, o := range orders {
		if len(o.Lines) > 0 {
			if err := c.taxLines(o, found); err != nil {
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

// taxLines computes the taxes of the lines of an order, of products whose ids are given by sku.
func (c *chunk) taxLines(o *OrderRecord, products map[string]string) error {
	at := c.service.Now()
	switch {
	case !o.CompletedAt.IsZero():
		at = o.CompletedAt
	case !o.CancelledAt.IsZero():
		at = o.CancelledAt
	}
	o.Tax = money.Amount{}
	for n := range o.Lines {
		line := &o.Lines[n]
		var err error
		if share, known := c.service.rates.TaxShare(products[line.SKU], o.CustomerID, at); known {
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
