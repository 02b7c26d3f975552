package attribution

import (
	"errors"
	"fmt"
	"math/big"
	"time"
)

// ErrOtherModel says that the settings have the fit of one model where another's belongs.
var ErrOtherModel = errors.New("attribution: the fit is of another model")

// fitted weights contacts by their states. Each state of the journey has the weight that the fit gives it, once, however often
// it occurs, because removing a state removes all its contacts; these share the weight equally. A state that the fit does
// not have weighs 0. Where all states weigh 0, and under the prior, when there is no fit, every state of the journey
// weighs the same: that is the Shapley value if there were only this journey, and the removal effect where no state
// occurs twice.
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
