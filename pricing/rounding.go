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
	steps, err := costing.MulDiv(w.running.Minor(), 1, size.Minor())
	if err != nil {
		return err
	}
	to, err := costing.MulDiv(steps.Minor(), size.Minor(), 1)
	if err != nil {
		return err
	}
	if to.Compare(w.answer.Floor) < 0 && !w.excused() {
		if to, err = to.Plus(size); err != nil {
			return err
		}
	}
	if to == w.running {
		return nil
	}
	return w.addLine(s, s.Label, "", to)
}
