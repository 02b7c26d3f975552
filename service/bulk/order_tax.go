package bulk

import (
	"context"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/books"
)

// tax computes the taxes of new orders, of their lines and refunds. A line of a product with a tax code has the tax of that at the order's
// completion, any other the tax that the file says.
func (c *chunk) tax(ctx context.Context, orders []*freshOrder) error {
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
		o.taxes = c.service.Settings().Taxes
		if len(o.Lines) > 0 {
			if err := c.taxLines(o, found); err != nil {
				return err
			}
		}
		if err := o.divideTax(); err != nil {
			return err
		}
	}
	return nil
}

// taxLines computes the taxes of the lines of an order, of products whose ids are given by sku.
func (c *chunk) taxLines(o *freshOrder, products map[string]string) error {
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
		if share, known := c.service.rates.TaxShare(products[line.SKU], o.given.customerID, at); known {
			o.untaxed = o.untaxed || share.Missing && !share.Exempt
			if line.Tax, err = costing.LineTax(line.Total, share.Applied(), o.taxes); err != nil {
				return err
			}
		}
		if o.Tax, err = o.Tax.Plus(line.Tax); err != nil {
			return err
		}
	}
	return nil
}

// divideTax computes the tax of the refunds of an order.
func (o *freshOrder) divideTax() (err error) {
	lines := make([]costing.TaxedLine, len(o.Lines))
	for n, line := range o.Lines {
		lines[n] = costing.TaxedLine{ID: line.ID, Total: line.Total, Tax: line.Tax}
	}
	if len(lines) == 0 {
		lines = []costing.TaxedLine{{Total: o.Total, Tax: o.Tax}}
	}
	o.refundTaxes, err = costing.DivideRefundTaxes(lines, books.GivenBack(o.asRefunds()))
	return err
}

// asRefunds returns the refunds of the order as the books have them.
func (o *OrderRecord) asRefunds() []*books.Refund {
	refunds := make([]*books.Refund, len(o.Refunds))
	for i, r := range o.Refunds {
		refunds[i] = &books.Refund{ID: r.ID, Amount: r.Amount, At: r.At, RecordedAt: r.RecordedAt, GoodsReturned: r.GoodsReturned}
		for _, part := range r.Lines {
			refunds[i].Lines = append(refunds[i].Lines, &books.RefundLine{LineID: part.LineID, Quantity: part.Quantity, Amount: part.Amount, Stated: part.Stated})
		}
	}
	return refunds
}

// checkTax checks the tax that a file says: it is not more than the total, and that of the lines.
func (o *OrderRecord) checkTax() error {
	if !o.StatedTax {
		return nil
	}
	if o.Tax.Sign() < 0 || o.Tax.Compare(o.Total) > 0 {
		return fault.Invalidf("tax", "want 0 or more, and at most the total")
	}
	var sum money.Amount
	for _, line := range o.Lines {
		if line.Tax.Sign() < 0 || line.Tax.Compare(line.Total) > 0 {
			return fault.Invalidf("tax", "want 0 or more, and at most the total, of each line")
		}
		var err error
		if sum, err = sum.Plus(line.Tax); err != nil {
			return fault.Invalidf("tax", "the amount is too large")
		}
	}
	if len(o.Lines) > 0 && sum != o.Tax {
		return fault.Invalidf("tax", "the lines' taxes do not sum to the order's")
	}
	return nil
}
