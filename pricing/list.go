package pricing

import (
	"math/big"

	"kopeck/costing"
	"kopeck/money"
)

// list begins with the product's list price at that moment; or, where there is none, with full cost x (1 + markup), which
// includes what the chosen options are made of.
func (w *waterfall) list(s Step) error {
	to := w.terms.Amount
	if to == nil {
		var amount money.Amount
		var err error
		if w.terms.BundleDiscount != nil {
			amount, err = w.book.bundled(w.product, w.question.Options, *w.terms.BundleDiscount, w.question.At, 0)
		} else {
			amount, err = w.marked(w.answer.Cost.Full, w.tax.Share) // the label is the same, so that it does not reveal the cost
		}
		if err != nil {
			return err
		}
		to = &amount
	}
	w.answer.List = *to
	return w.addLine(s, s.Label, "", *to)
}

// marked returns the price of what costs an amount: amount x (1 + markup), and x (1 + share of tax) where prices include tax, rounded once.
func (w *waterfall) marked(amount money.Amount, share money.Decimal) (money.Amount, error) {
	if w.book.mode() == costing.TaxIncluded && !share.IsZero() {
		price := amount.Rat()
		for _, more := range []money.Decimal{w.terms.Markup, share} {
			price.Mul(price, new(big.Rat).Add(one.Rat(), more.Rat()))
		}
		return money.Round(price)
	}
	factor, err := money.Minor(one.Nano()).Plus(money.Minor(w.terms.Markup.Nano())) // in billionths
	if err != nil {
		return money.Amount{}, err
	}
	return costing.MulDiv(amount.Minor(), factor.Minor(), one.Nano())
}
