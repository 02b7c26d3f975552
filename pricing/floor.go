package pricing

import (
	"kopeck/costing"
	"kopeck/money"
)

// floor raises the price up to marginal cost / (1 - minimum margin). Only an agreement with a written reason stands below
// it; even that is never less than zero.
func (w *waterfall) floor(s Step) error {
	least := w.answer.Floor
	label := s.Label
	if w.excused() {
		least, label = money.Amount{}, "no price is below nothing"
	}
	if w.running.Compare(least) >= 0 {
		return nil
	}
	return w.addLine(s, label, "", least)
}

// excused reports whether an agreement with a reason holds.
func (w *waterfall) excused() bool { return w.agreement != nil && w.agreement.OverrideReason != "" }

// floorOf returns marginal cost / (1 - minimum margin), or ErrNoMargin.
func floorOf(marginal money.Amount, minimumMargin money.Decimal) (money.Amount, error) {
	if minimumMargin.Sign() < 0 || minimumMargin.Compare(one) >= 0 {
		return money.Amount{}, ErrNoMargin
	}
	return costing.MulDiv(marginal.Minor(), one.Nano(), one.Nano()-minimumMargin.Nano())
}
