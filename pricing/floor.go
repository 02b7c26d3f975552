package pricing

import (
	"errors"
	"slices"

	"kopeck/costing"
	"kopeck/money"
)

// floor raises the price up to marginal cost / (1 - minimum margin). Only an agreement with a written reason stands below it: as far as
// the product itself does. Even that is never less than zero.
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
const labelExcused = "floor of the options and the lead time"

// excusedLeast returns the least price by an agreement that may stand below the floor: the agreed one, and what the options, the lead time
// and other measurements than the customer's add to the floor of the product itself. Nobody has approved those.
func (w *waterfall) excusedLeast() (money.Amount, error) {
	plain := Question{Customer: w.question.Customer, ProductID: w.question.ProductID, Quantity: w.question.Quantity, At: w.question.At, payer: w.question.payer}
	agreed, err := w.book.begin(plain)
	var unmeasured *costing.MeasurementError
	if errors.As(err, &unmeasured) { // what is measured is known by the question alone
		plain.Options = slices.DeleteFunc(slices.Clone(w.question.Options), func(o Option) bool { return !slices.Contains(w.product.Measurements, o.Code) })
		agreed, err = w.book.begin(plain)
	}
	if err != nil {
		return money.Amount{}, err
	}
	more, err := w.answer.Floor.Minus(agreed.answer.Floor)
	if err != nil {
		return money.Amount{}, err
	}
	least, err := w.agreement.Unit.Plus(more)
	if least.Sign() < 0 {
		least = money.Amount{}
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
