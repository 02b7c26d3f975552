package costing

import "kopeck/money"

// OrderToTax is an order as far as its taxes and its margin go. Tax is that of all lines; RefundedTax is not read.
type OrderToTax struct {
	Sale

	Lines     []TaxedLine // none of an order that was imported without lines
	Refunds   []GivenBack // in the order in which they were given
	Cost      money.Amount
	Cancelled bool
}

// OrderTaxes are what follows from the taxes of an order's lines: the taxes that its refunds give back, and its margin.
type OrderTaxes struct {
	Refunds RefundTaxes
	Margin  money.Amount
}

// Divide returns the taxes that the refunds of an order give back, by [DivideRefundTaxes], and its margin, by [OrderMargin]. An order
// without lines is divided as one of a single line. Errors: money.ErrOverflow, money.ErrNoWeights.
func (o OrderToTax) Divide(mode TaxMode) (t OrderTaxes, err error) {
	lines := o.Lines
	if len(lines) == 0 {
		lines = []TaxedLine{{Total: o.Total, Tax: o.Tax}}
	}
	if t.Refunds, err = DivideRefundTaxes(lines, o.Refunds); err != nil {
		return t, err
	}
	o.RefundedTax = t.Refunds.Sum
	t.Margin, err = OrderMargin(o.Cancelled, o.Sale, mode, o.Cost)
	return t, err
}
