package service

import (
	"fmt"

	"kopeck/money"
)

// What a viewer without the scope costs sees rounded (design, section 10; docs/decisions/rounding.md) is rounded to a multiple of
// a step. The step is that of the figure's first two digits, but not finer than
//   - roundedLeast, so that a small figure is not exact, and
//   - the step of the first three digits of the greatest amount that the figure is made of, so that what is left of two
//     great amounts does not tell them.
//
// The border above which amounts are rounded up lies anywhere in the middle half of each step: it is drawn by a key of the
// installation for each multiple and for what the figure is of, and stays the same.
const (
	roundedDigits   = 2
	greatestDigits  = 3
	roundedQuarters = 4
)

var roundedLeast = money.Minor(1000)

// Roundable is implemented by objects with amounts that are seen rounded. Roundness returns what the amounts are of, by which their
// borders are drawn, and the greatest amount that they are made of.
type Roundable interface {
	Roundness() (of string, greatest money.Amount)
}

// Round rounds an amount of an object for viewers without the scope costs. The error is money.ErrOverflow, or that there is no key.
func (s *Core) Round(amount money.Amount, object Roundable) (money.Amount, error) {
	of, greatest := object.Roundness()
	step := amount.Step(roundedDigits)
	for _, one := range []money.Amount{roundedLeast, greatest.Step(greatestDigits)} {
		if step.Compare(one) < 0 {
			step = one
		}
	}
	below, rest, err := amount.Over(step)
	if err != nil || rest.IsZero() {
		return amount, err
	}
	quarter := step.Minor() / roundedQuarters
	drawn, err := s.Hidden.Draw(2*quarter, fmt.Sprintf("%s %d %d", of, step.Minor(), below.Minor()))
	if err != nil {
		return money.Amount{}, err
	}
	if rest.Minor() > quarter+drawn {
		return below.Plus(step)
	}
	return below, nil
}
