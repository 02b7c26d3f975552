// Package attribution credits an order's margin to the contacts before it. A split is a pure function of the
// margin, the contacts and the model: it does not depend on the order in which contacts became known, is the same to
// the bit on every machine, and its parts sum to the margin exactly.
package attribution

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"kopeck/money"
)

// Model says how a margin is split. The values are those of the API's AttributionModel.
type Model string

// The models.
const (
	First     Model = "FIRST"      // all to the first contact
	Last      Model = "LAST"       // all to the last contact
	Linear    Model = "LINEAR"     // to all in equal parts
	TimeDecay Model = "TIME_DECAY" // by 2^-(age / half-life)
	Position  Model = "POSITION"   // 40 % to the first, 40 % to the last, 20 % to those between
	Markov    Model = "MARKOV"     // by removal effects of states, fitted on journeys
	Shapley   Model = "SHAPLEY"    // by Shapley values of states, fitted on journeys
)

// Errors of a split.
var (
	ErrUnknownModel = errors.New("attribution: no such model")
	// ErrHalfLife says that a half-life is not a positive time.
	ErrHalfLife = errors.New("attribution: want a half-life of more than 0")
)

// Touch is a contact that may have earned a part of a margin.
type Touch struct {
	ContactID string
	At        time.Time
	State     string // as in the journeys of a fit; only MARKOV and SHAPLEY use it
}

// Settings are the installation's choices.
type Settings struct {
	Window   time.Duration // how far back from the order's completion contacts count
	HalfLife time.Duration // of TIME_DECAY
	// Markov and Shapley are what these models split by. Without one, the prior stands in: every state of the journey
	// weighs the same.
	Markov, Shapley *Fit
}

// DefaultSettings looks back 90 days, with a half-life of 7.
func DefaultSettings() Settings {
	const day = 24 * time.Hour
	return Settings{Window: 90 * day, HalfLife: 7 * day}
}

// Covers reports whether a contact at a moment lies in the look-back window of an order: not after it, and not more than
// the window before it.
func (s Settings) Covers(touch, converted time.Time) bool {
	return !touch.After(converted) && !touch.Before(converted.Add(-s.Window))
}

// Credit is the part of a margin that a contact earned. Share has six places; the shares of one split sum to 1.
type Credit struct {
	ContactID string
	Amount    money.Amount
	Share     money.Decimal
}

// Split credits a margin, of either sign, to contacts, by the model; convertedAt is when the order completed. The caller says which
// contacts count (see Settings.Covers; a recommendation may lie before the window). The credits
// are ordered by time, then by contact, and sum to the margin exactly; without contacts there are none, and all of the margin is
// unattributed. A contact that the model gives no weight has a credit of zero. Errors: ErrUnknownModel, ErrHalfLife,
// ErrOtherModel.
func Split(margin money.Amount, convertedAt time.Time, touches []Touch, model Model, settings Settings) ([]Credit, error) {
	weigh, err := weigher(model, settings)
	if err != nil || len(touches) == 0 {
		return nil, err
	}
	sorted := slices.Clone(touches)
	slices.SortFunc(sorted, func(a, b Touch) int {
		return cmp.Or(a.At.Compare(b.At), cmp.Compare(a.ContactID, b.ContactID))
	})
	weights := weigh(sorted, convertedAt)
	amounts, err := money.Split(margin, weights)
	if err != nil {
		return nil, err
	}
	shares, err := money.Shares(weights)
	if err != nil {
		return nil, err
	}
	credits := make([]Credit, len(sorted))
	for i, touch := range sorted {
		credits[i] = Credit{touch.ContactID, amounts[i], shares[i]}
	}
	return credits, nil
}

// weigher returns the function that weights contacts, which are in the order of time.
func weigher(model Model, settings Settings) (func([]Touch, time.Time) []*big.Rat, error) {
	switch model {
	case First:
		return first, nil
	case Last:
		return last, nil
	case Linear:
		return linear, nil
	case Position:
		return position, nil
	case TimeDecay:
		if settings.HalfLife <= 0 {
			return nil, ErrHalfLife
		}
		return decay(settings.HalfLife), nil
	case Markov:
		return fitted(model, settings.Markov)
	case Shapley:
		return fitted(model, settings.Shapley)
	}
	return nil, fmt.Errorf("%w: %q", ErrUnknownModel, string(model))
}
