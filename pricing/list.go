package pricing

import (
	"kopeck/costing"
	"kopeck/money"
)

// list begins with the product's list price at that moment, with the surcharges of the options that are chosen; or,
// where there is none, full cost x (1 + markup), which includes the options' components and surcharges.
func (w *waterfall) list(s Step) error {
	var to money.Amount
	var err error
	label := s.Label
	if w.terms.Amount != nil {
		to = *w.terms.Amount
		if len(w.question.Options) > 0 {
			var surcharge money.Amount
			if surcharge, err = w.surcharge(); err != nil {
				return err
			}
			if !surcharge.IsZero() {
				label = s.Label + " with options"
			}
			if to, err = to.Plus(surcharge); err != nil {
				return err
			}
		}
	} else if w.terms.BundleDiscount != nil {
		if to, err = w.book.bundled(w.product, *w.terms.BundleDiscount, w.question.At, 0); err != nil {
			return err
		}
	} else if to, err = w.marked(w.answer.Cost.Full); err != nil { // the label is the same, so that it does not reveal the cost
		return err
	}
	w.answer.List = to
	return w.addLine(s, label, "", to)
}

// marked returns an amount x (1 + markup).
func (w *waterfall) marked(amount money.Amount) (money.Amount, error) {
	factor, err := money.Minor(one.Nano()).Plus(money.Minor(w.terms.Markup.Nano())) // in billionths
	if err != nil {
		return money.Amount{}, err
	}
	return costing.MulDiv(amount.Minor(), factor.Minor(), one.Nano())
}
