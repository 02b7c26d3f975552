package pricing

import (
	"kopeck/costing"
	"kopeck/money"
)

// rounding takes the price to the nearest multiple of the installation's step, half to even; up where the nearest would be
// below the floor.
func (w *waterfall) rounding(s Step) error {
	size := w.book.step
	if size.Compare(money.Minor(1)) <= 0 {
		return nil
	}
	to, err := RoundTo(size, w.running)
	if err != nil {
		return err
	}
	if to.Compare(w.least) < 0 && (!w.excused() || w.running.Compare(w.agreement.Unit) != 0) {
		if to, err = to.Plus(size); err != nil {
			return err
		}
	}
	if to == w.running {
		return nil
	}
	return w.addLine(s, s.Label, "", to)
}

// RoundTo rounds an amount to a multiple of a step of at least one minor unit, half to even. Error: money.ErrOverflow.
func RoundTo(step, amount money.Amount) (money.Amount, error) {
	steps, err := costing.MulDiv(amount.Minor(), 1, step.Minor())
	if err != nil {
		return money.Amount{}, err
	}
	return costing.MulDiv(steps.Minor(), step.Minor(), 1)
}
