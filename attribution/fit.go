package attribution

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"kopeck/money"
)

// ErrBadFit says that what is stored is not a fit: it is of no fitted model, of a wrong order, with negative figures, or with states
// that are not sorted.
var ErrBadFit = errors.New("attribution: what is stored is not a valid fit")

// Fit is what MARKOV or SHAPLEY learned from journeys: how the conversions are credited to states. It holds whole numbers and
// decimals alone, so that JSON preserves it exactly, and a margin splits to the same kopeck wherever the fit was
// stored. It must not be changed once it is created.
type Fit struct {
	Model Model `json:"model"`
	// Order is how many states the chain of MARKOV remembers, 1 or 2; 0 for SHAPLEY.
	Order int `json:"order,omitempty"`
	// Converted and Null count the journeys that it was fitted on by how they ended.
	Converted int64 `json:"converted"`
	Null      int64 `json:"null"`
	// Permutations is the number that a sampled SHAPLEY was averaged over, and Seed that of the sampling; both 0 where it is exact.
	Permutations int    `json:"permutations,omitempty"`
	Seed         uint64 `json:"seed,omitempty"`
	// States come by name, each once.
	States []State `json:"states"`
}

// State is what a fit says of one state.
type State struct {
	Name string `json:"name"`
	// Weight is the number of conversions credited to the state. The weights of a fit sum exactly to the conversions of the
	// journeys that had a state. Under SHAPLEY it is the Shapley value.
	Weight money.Decimal `json:"weight"`
	// RemovalEffect is the share of all conversions, from 0 to 1, that would be lost without the state; 0 under SHAPLEY.
	RemovalEffect money.Decimal `json:"removalEffect"`
	// StandardError is that of a sampled Shapley value, in conversions; 0 where it is exact, and under MARKOV.
	StandardError money.Decimal `json:"standardError"`
}

// Journeys returns how many journeys the fit has seen.
func (f *Fit) Journeys() int64 { return f.Converted + f.Null }

// Probability returns the share of the journeys that ended in conversion, with nine places; 0 of none.
func (f *Fit) Probability() money.Decimal {
	if f.Converted <= 0 {
		return money.Decimal{}
	}
	share := new(big.Rat).SetFrac64(f.Converted, 1)
	share.Quo(share, new(big.Rat).SetInt(new(big.Int).Add(big.NewInt(f.Converted), big.NewInt(f.Null))))
	probability, _ := money.DecimalOf(share, money.Places) // from 0 to 1: it fits
	return probability
}

// State returns what the fit says of a state, and whether the fit has it.
func (f *Fit) State(name string) (State, bool) {
	i, known := slices.BinarySearchFunc(f.States, name, func(s State, name string) int { return cmp.Compare(s.Name, name) })
	if !known {
		return State{}, false
	}
	return f.States[i], true
}

// UnmarshalJSON reads a stored fit. What cannot have been one gives ErrBadFit.
func (f *Fit) UnmarshalJSON(text []byte) error {
	type plain Fit // without this method
	var read plain
	if err := json.Unmarshal(text, &read); err != nil {
		return fmt.Errorf("%w: %w", ErrBadFit, err)
	}
	if fit := Fit(read); !fit.sound() {
		return ErrBadFit
	}
	*f = Fit(read)
	return nil
}

func (f *Fit) sound() bool {
	switch {
	case f.Model == Markov && (f.Order == 1 || f.Order == 2):
	case f.Model == Shapley && f.Order == 0:
	default:
		return false
	}
	if f.Converted < 0 || f.Null < 0 || f.Null > MaxJourneys || f.Converted > MaxJourneys-f.Null || f.Permutations < 0 {
		return false
	}
	for i, s := range f.States {
		if s.Weight.Sign() < 0 || s.RemovalEffect.Sign() < 0 || s.StandardError.Sign() < 0 || (i > 0 && s.Name <= f.States[i-1].Name) {
			return false
		}
	}
	return true
}
