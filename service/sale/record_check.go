package sale

import (
	"slices"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/input"
)

// RefundedSum is the sum of the refunds.
func (o *Record) RefundedSum() (money.Amount, error) {
	var sum money.Amount
	var err error
	for _, r := range o.Refunds {
		if sum, err = sum.Plus(r.Amount); err != nil {
			return sum, err
		}
	}
	return sum, nil
}

// Check checks a record of a file, and brings its external id into the form in which it is kept.
func (o *Record) Check() error {
	if err := o.checkSums(); err != nil {
		return err
	}
	if err := o.checkTax(); err != nil {
		return err
	}
	if lifetime.OrderStatus(o.Status).Sold() == o.CompletedAt.IsZero() && o.Status != schema.OrderCancelled {
		return fault.Invalidf("completed_at", "an order that was completed, and no other, has it")
	}
	if o.ExternalID != "" {
		checked, err := input.Text("order", o.ExternalID, 200)
		if err != nil {
			return err
		}
		o.ExternalID = checked
	}
	if o.ID != "" {
		if err := id.Check("id", id.Order, o.ID); err != nil {
			return err
		}
	}
	return o.checkParts()
}

// checkSums checks the amounts: what must sum up, and that no sum overflows.
func (o *Record) checkSums() error {
	refunded, err := o.RefundedSum()
	if err == nil {
		_, err = costing.OrderMargin(false, costing.Sale{Total: o.Total, Refunded: refunded}, costing.TaxIncluded, o.Cost)
	}
	var lines, costs money.Amount
	for _, line := range o.Lines {
		if err == nil {
			lines, err = lines.Plus(line.Total)
		}
		var back money.Amount
		if err == nil {
			back, err = costing.PartOf(line.Cost, o.ReturnedOf(line.ID), line.Quantity)
		}
		if err == nil {
			costs, err = costs.Plus(line.Cost)
		}
		if err == nil {
			costs, err = costs.Minus(back)
		}
	}
	switch {
	case err != nil:
		return fault.Invalidf("", "the amount is too large")
	case o.Total.Sign() < 0 || o.Cost.Sign() < 0:
		return fault.Invalidf("", "must not be negative")
	case refunded.Compare(o.Total) > 0:
		return fault.Invalidf("refunds", "the refunds exceed the order's total")
	case len(o.Lines) > 0 && lines != o.Total:
		return fault.Invalidf("total", "the lines' totals do not sum to the order's")
	case len(o.Lines) > 0 && !o.StatedCost && costs != o.Cost:
		return fault.Invalidf("cost", "the lines' costs do not sum to the order's")
	}
	return nil
}

// MaxSKU is how many characters a product's code has at most, as the API takes it.
const MaxSKU = 100

// maxTitle is how many characters the name of a product that an import makes has at most.
const maxTitle = 200

// checkParts checks the lines and the refunds one by one. Those of a log have no ids.
func (o *Record) checkParts() error {
	own := o.ID != ""
	for n := range o.Lines {
		line := &o.Lines[n]
		if err := id.Check("line_id", id.OrderLine, line.ID); own && err != nil {
			return err
		}
		if line.Quantity.Sign() <= 0 {
			return fault.Invalidf("quantity", "must be greater than 0")
		}
		var err error
		if line.SKU, err = input.Text("sku", line.SKU, MaxSKU); err != nil {
			return err
		}
		if line.Title != "" {
			if line.Title, err = input.Text("title", line.Title, maxTitle); err != nil {
				return err
			}
		}
	}
	for _, refund := range o.Refunds {
		if err := id.Check("refunds", id.Refund, refund.ID); own && err != nil {
			return err
		}
		if refund.Amount.Sign() <= 0 {
			return fault.Invalidf("refunds", "must be greater than 0")
		}
	}
	return o.checkRefundLines()
}

// checkRefundLines checks the lines of the refunds: they are the order's, sum to their refunds, and give back no more than there is.
func (o *Record) checkRefundLines() error {
	for _, r := range o.Refunds {
		var sum money.Amount
		for _, part := range r.Lines {
			if !slices.ContainsFunc(o.Lines, func(l LineRecord) bool { return l.ID == part.LineID }) {
				return fault.Invalidf("refunds", "a refund of a line that is not the order's")
			}
			if part.Quantity.Sign() < 0 || part.Amount.Sign() < 0 {
				return fault.Invalidf("refunds", "must not be negative")
			}
			var err error
			if sum, err = sum.Plus(part.Amount); err != nil {
				return fault.Invalidf("refunds", "the amount is too large")
			}
		}
		if len(r.Lines) > 0 && sum != r.Amount {
			return fault.Invalidf("refunds", "the lines of a refund do not sum to it")
		}
	}
	given, _, err := books.RefundedLines(o.AsRefunds())
	if err != nil {
		return fault.Invalidf("refunds", "the amount is too large")
	}
	for _, line := range o.Lines {
		of := given[line.ID]
		share, err := costing.PartOf(line.Total, of.Shared, line.Quantity)
		switch {
		case of.Quantity.Compare(line.Quantity) > 0 || of.Amount.Compare(line.Total) > 0:
			return fault.Invalidf("refunds", "more is given back of a line than its quantity or its total")
		case err != nil || share != of.SharedSum:
			return fault.Invalidf("refunds", "what is given back of a line without an amount is not its share of the total")
		}
	}
	return nil
}

// ReturnedOf is how much of a line came back to stock, by the refunds.
func (o *Record) ReturnedOf(lineID string) money.Decimal {
	var nano int64
	for _, r := range o.Refunds {
		for _, part := range r.Lines {
			if r.GoodsReturned && part.LineID == lineID {
				nano += part.Quantity.Nano()
			}
		}
	}
	return money.Nano(nano)
}
