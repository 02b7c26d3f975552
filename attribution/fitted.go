package attribution

import (
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ErrOtherModel says that the settings have the fit of one model in the place of another's.
var ErrOtherModel = errors.New("attribution: the fit is of another model")

// fitted weighs contacts by their states: each state of this journey has the weight that the fit gives it, once, however
// often it was come back to, for removing a state removes all its contacts; they share it alike. A state that the fit does
// not know weighs nothing. Where nothing weighs anything, and under the prior, which is no fit, every state of the journey
// weighs alike: that is the Shapley value had there been but this one journey, and the removal effect where it never came
// back to a state.
func fitted(model Model, fit *Fit) (func([]Touch, time.Time) []*big.Rat, error) {
	if fit != nil && fit.Model != model {
		return nil, fmt.Errorf("%w: %s with a fit of %q", ErrOtherModel, model, string(fit.Model))
	}
	return func(touches []Touch, _ time.Time) []*big.Rat {
		contacts := map[string]int64{}
		for _, touch := range touches {
			contacts[touch.State]++
		}
		weights := make([]*big.Rat, len(touches))
		nothing := true
		for i, touch := range touches {
			var units int64
			if fit != nil {
				state, _ := fit.State(touch.State)
				units = state.Weight.Nano()
			}
			weights[i] = big.NewRat(units, contacts[touch.State])
			nothing = nothing && units == 0
		}
		if nothing {
			for i, touch := range touches {
				weights[i].SetFrac64(1, contacts[touch.State])
			}
		}
		return weights
	}, nil
}
