package pricing

import (
	"kopeck/costing"
	"kopeck/money"
)

// The waterfall runs in the mode of the installation's prices. What comes from costs is without tax: where prices include tax it becomes
// a price by x (1 + share) before it is a line.

// mode is how the prices of the book stand to tax.
func (b *Book) mode() costing.TaxMode { return b.basis.Taxes.ModeOf() }

// taxOf returns the share of tax of a product for a customer at a moment, as known then; *MissingRateError where its code has no rate.
func (b *Book) taxOf(product costing.Product, customerID string, q Question) (costing.TaxShare, error) {
	share := b.basis.Taxes.ShareOf(b.basis.Rates, product.ID, customerID, q.At, q.At)
	if q.exemptAt != nil {
		share.Exempt = b.basis.Taxes.ExemptAt(customerID, *q.exemptAt, *q.exemptAt)
	}
	if share.Missing {
		return share, &MissingRateError{SKU: product.SKU, Keys: []costing.RateKey{{Subject: costing.SubjectTax, Code: share.Code}}}
	}
	return share, nil
}

// exempt takes the tax off the list price and the surcharges where they include it and the customer is exempt. What follows is in what the
// customer hears: an agreed price stands as it was agreed, and the floor and what the lead time changes have no tax.
func (w *waterfall) exempt(s Step) error {
	if !w.tax.Exempt {
		return nil
	}
	to, err := w.book.mode().WithoutTax(w.running, w.tax.Share)
	if err != nil || to == w.running {
		return err
	}
	w.answer.List = to
	return w.addLine(s, s.Label, "", to)
}

// addTax completes the answer with the tax of the total and with what is left without it, of the total and of a unit.
func (w *waterfall) addTax() (unit money.Amount, err error) {
	a, mode, share := &w.answer, w.book.mode(), w.tax.Applied()
	a.TaxCode, a.TaxShare = w.tax.Code, share
	if a.Tax, err = costing.LineTax(a.Total, share, mode); err != nil {
		return unit, err
	}
	if a.Net, err = mode.Net(a.Total, a.Tax); err != nil {
		return unit, err
	}
	if a.Gross, err = mode.Gross(a.Total, a.Tax); err != nil {
		return unit, err
	}
	tax, err := costing.LineTax(a.Unit, share, mode)
	if err != nil {
		return unit, err
	}
	return mode.Net(a.Unit, tax)
}
