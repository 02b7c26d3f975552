package attribution

import (
	"fmt"
	"math/big"

	"kopeck/money"
)

// FitMarkov credits conversions to states by their removal effects (Anderl, Becker, von Wangenheim and Schumann, "Mapping
// the customer journey", International Journal of Research in Marketing 33, 2016).
//
// Journeys are treated as walks of an absorbing Markov chain that remembers the last state (order 1) or the last two (order
// 2: its nodes are pairs of states in a row). The removal effect of a state is the share of the conversions that would be
// lost if every journey ended in nothing where it comes to the state. States are credited in proportion. The order of the
// journeys, and whether equal ones are given as one, changes nothing; under order 1 nor does staying in a state.
//
// The chain is solved, not simulated, in doubles. Removal effects are rounded to nine places, half to even, which is far
// coarser than the error of the doubles; weights are divided by largest remainder.
//
// Errors: ErrOrder, ErrCounts, ErrNoConversions, and ErrTooLong for a large chain of order 2.
func FitMarkov(journeys []Journey, order int) (*Fit, error) {
	if order != 1 && order != 2 {
		return nil, fmt.Errorf("%w: not %d", ErrOrder, order)
	}
	t, err := number(journeys)
	if err != nil {
		return nil, err
	}
	through, err := newChain(t, order).through(len(t.names))
	if err != nil {
		return nil, err
	}
	lost := make([]*big.Rat, len(through))
	for state, journeys := range through {
		lost[state] = new(big.Rat).SetFloat64(journeys)
	}
	fit, err := t.fit(Markov, lost)
	if err != nil {
		return nil, err
	}
	fit.Order = order
	for i, journeys := range lost {
		// A chain fitted on whole journeys converts as often as they did, so the conversions are known without solving.
		effect := journeys.Quo(journeys, new(big.Rat).SetInt64(t.converted))
		if fit.States[i].RemovalEffect, err = money.DecimalOf(effect, money.Places); err != nil {
			return nil, err
		}
	}
	return fit, nil
}
