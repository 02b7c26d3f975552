package pricing

import (
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
			amount, err = w.marked(w.answer.Cost.Full) // the label is the same, so that it does not reveal the cost
		}
		if err != nil {
			return err
		}
		to = &amount
	}
	w.answer.List = *to
	return w.addLine(s, s.Label, "", *to)
}

// marked returns an amount x (1 + markup).
func (w *waterfall) marked(amount money.Amount) (money.Amount, error) {
	factor, err := money.Minor(one.Nano()).Plus(money.Minor(w.terms.Markup.Nano())) // in billionths
	if err != nil {
		return money.Amount{}, err
	}
	return costing.MulDiv(amount.Minor(), factor.Minor(), one.Nano())
}
