package graph

import (
	"context"
	"fmt"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/money"
)

// What a viewer without the scope costs sees rounded (design, section 10; docs/decisions/rounded.md) is rounded to a multiple of
// a step. The step is that of the figure's first two digits, but not finer than
//   - roundedLeast, so that a small figure is not exact, and
//   - the step of the first three digits of the greatest amount that the figure is made of, so that what is left of two
//     great amounts does not tell them.
//
// Whoever can move a figure by known amounts finds out where the rounded one changes, and by that the exact one. So the border
// above which amounts are rounded up lies anywhere in the middle half of each step: it is drawn by a key of the installation for
// each step, and anew whenever what the figure is made of has changed.
const (
	roundedDigits   = 2
	greatestDigits  = 3
	roundedQuarters = 4
)

var roundedLeast = money.Minor(1000)

// roundable is implemented by objects with amounts that are seen rounded. Roundness returns what tells the state of what the
// amounts are made of, and the greatest amount in it.
type roundable interface {
	Roundness() (state string, greatest money.Amount)
}

// rounded rounds the amount that a resolver returns.
func (r *Resolver) rounded(ctx context.Context, obj any, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if err != nil {
		return nil, err
	}
	of, ok := obj.(roundable)
	if !ok {
		return nil, fmt.Errorf("graph: @scope(orRounded: true) on a field of a %T, which does not say what its amounts are made of", obj)
	}
	switch amount := value.(type) {
	case money.Amount:
		return r.round(amount, of)
	case *money.Amount:
		if amount == nil {
			return amount, nil
		}
		round, err := r.round(*amount, of)
		return &round, err
	}
	return nil, fmt.Errorf("graph: @scope(orRounded: true) on a %T, which is no amount", value)
}

// round rounds an amount of an object. The error is money.ErrOverflow, or that there is no key.
func (r *Resolver) round(amount money.Amount, of roundable) (money.Amount, error) {
	state, greatest := of.Roundness()
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
	drawn, err := r.app.Hidden.Draw(2*quarter, fmt.Sprintf("%s %d %d", state, step.Minor(), below.Minor()))
	if err != nil {
		return money.Amount{}, err
	}
	if rest.Minor() > quarter+drawn {
		return below.Plus(step)
	}
	return below, nil
}
