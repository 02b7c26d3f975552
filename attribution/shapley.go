package attribution

import (
	"math/big"
	"slices"
)

// Permutations is the number of orders of joining that a sampled Shapley value is the mean of.
const Permutations = 16_384

// FitShapley credits conversions to states by their Shapley values in the game where a coalition of states is worth the
// conversions of the journeys that use no others (Zhao, Mahboobi and Bagheri, "Shapley value methods for attribution
// modeling in online advertising", 2018). How often and in which order a journey came to its states does not matter, nor do
// journeys that ended in nothing.
//
// Of up to ExactPlayers states that took part in a conversion the values are exact, by all coalitions. Of more they are
// means over Permutations orders of joining, drawn by the seed, with their standard errors. They sum to the conversions
// either way. The order of the journeys, and whether equal ones are given as one, changes nothing.
//
// Errors: ErrCounts, ErrNoConversions.
func FitShapley(journeys []Journey, seed uint64) (*Fit, error) {
	t, err := number(journeys)
	if err != nil {
		return nil, err
	}
	players, sets := t.game()
	values := make([]*big.Rat, len(t.names))
	for i := range values {
		values[i] = new(big.Rat) // 0 for states that took part in no conversion
	}
	if len(players) > ExactPlayers {
		drawn := draw(len(players), sets, Permutations/2, seed)
		for player, state := range players {
			values[state].SetInt64(drawn.sums[player]) // over all permutations: the proportions are the same
		}
		fit, err := t.fit(Shapley, values)
		if err != nil {
			return nil, err
		}
		fit.Permutations, fit.Seed = Permutations, seed
		for player, state := range players {
			fit.States[state].StandardError = drawn.standardError(player)
		}
		return fit, nil
	}
	exact, err := ShapleyValues(len(players), worths(len(players), sets))
	if err != nil {
		return nil, err
	}
	for player, state := range players {
		values[state] = exact[player]
	}
	return t.fit(Shapley, values)
}

// set is a set of players and the conversions of the journeys that used just these.
type set struct {
	players   []int // ascending
	converted int64
}

// game returns the players, which are the states that took part in a conversion, ascending, and their sets, in no order that
// matters.
func (t *travels) game() (players []int, sets []set) {
	for _, p := range t.paths {
		if p.converted > 0 {
			used := slices.Clone(p.states)
			slices.Sort(used)
			sets = append(sets, set{slices.Compact(used), p.converted})
		}
	}
	slices.SortFunc(sets, func(a, b set) int { return slices.Compare(a.players, b.players) })
	distinct := sets[:0]
	for _, s := range sets {
		if last := len(distinct) - 1; last >= 0 && slices.Equal(distinct[last].players, s.players) {
			distinct[last].converted += s.converted
		} else {
			distinct = append(distinct, s)
		}
	}
	number := make([]int, len(t.names)) // of the player, from 1, that a state is
	for _, s := range distinct {
		for _, state := range s.players {
			number[state] = 1
		}
	}
	for state, plays := range number {
		if plays == 1 {
			players = append(players, state)
			number[state] = len(players)
		}
	}
	for _, s := range distinct {
		for i, state := range s.players {
			s.players[i] = number[state] - 1
		}
	}
	return players, distinct
}

// worths returns the worth of every coalition of at most ExactPlayers: the conversions of its subsets together.
func worths(players int, sets []set) func(Coalition) int64 {
	sums := make([]int64, 1<<players)
	for _, s := range sets {
		var c Coalition
		for _, p := range s.players {
			c |= 1 << p
		}
		sums[c] += s.converted
	}
	for p := range players { // then each holds its subsets that differ from it in the players so far
		for c := range sums {
			if Coalition(c).Has(p) {
				sums[c] += sums[c&^(1<<p)]
			}
		}
	}
	return func(c Coalition) int64 { return sums[c] }
}
