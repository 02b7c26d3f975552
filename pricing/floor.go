package pricing

import (
	"cmp"

	"kopeck/costing"
	"kopeck/money"
)

// floor raises the price up to marginal cost / (1 - minimum margin). Only an agreement with a written reason stands below it: as far as
// the product itself did by what was known when it was agreed.
func (w *waterfall) floor(s Step) error {
	label := s.Label
	w.least = w.answer.Floor
	if w.excused() {
		label = labelExcused
		var err error
		if w.least, err = w.excusedLeast(); err != nil {
			return err
		}
	}
	if w.running.Compare(w.least) >= 0 {
		return nil
	}
	return w.addLine(s, label, "", w.least)
}

// labelExcused is the label of a line that raises an agreement that has a written reason.
const labelExcused = "floor of what was not agreed"

// excusedLeast returns the least price by an agreement that may stand below the floor: the agreed one, and what has been added to the
// floor of what was agreed. That is the product itself, by the measurements that were known of the customer when it was agreed, or the least
// that can be measured, and with tax unless the customer was exempt then. Options, the lead time, other measurements and the end of an
// exemption add to it: nobody has approved those. What lowers the floor, such as a long lead time, lowers the price no further than the floor,
// or the agreed price where that is below it.
func (w *waterfall) excusedLeast() (money.Amount, error) {
	agreedAt := w.agreement.RecordedAt
	agreed, err := w.book.begin(Question{
		ProductID: w.question.ProductID, Quantity: w.question.Quantity, At: w.question.At, payer: cmp.Or(w.question.payer, w.question.Customer.ID), exemptAt: &agreedAt,
		Options: w.book.MeasurementsOf(w.question.ProductID, w.agreement.Measurements, w.question.At),
	})
	if err != nil {
		return money.Amount{}, err
	}
	more, err := w.answer.Floor.Minus(agreed.answer.Floor)
	if err != nil {
		return money.Amount{}, err
	}
	least, err := w.agreement.Unit.Plus(more)
	lowest := w.agreement.Unit
	if w.answer.Floor.Compare(lowest) < 0 {
		lowest = w.answer.Floor
	}
	if err == nil && least.Compare(lowest) < 0 {
		least = lowest
	}
	return least, err
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
