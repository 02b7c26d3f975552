package attribution

import (
	"fmt"
	"math/big"
	"math/bits"
)

// ExactPlayers is the number of players up to which Shapley values are computed over all coalitions.
const ExactPlayers = 12

// ErrPlayers says that a game has a negative number of players, or more than ExactPlayers.
var ErrPlayers = fmt.Errorf("attribution: want a game of %d players at most", ExactPlayers)

// Coalition is a set of players, who are numbered from 0.
type Coalition uint16

// Has reports whether a player belongs to the coalition.
func (c Coalition) Has(player int) bool { return c>>player&1 == 1 }

// Size is the number of its players.
func (c Coalition) Size() int { return bits.OnesCount16(uint16(c)) }

// ShapleyValues returns each player's mean contribution to the worth of the coalition of those before, over all orders in
// which the players can join (Shapley, "A value for n-person games", 1953): exactly, and in the unit of worth. The values
// sum to the worth of all less that of nobody. worth is asked once for each coalition. Errors: ErrPlayers.
func ShapleyValues(players int, worth func(Coalition) int64) ([]*big.Rat, error) {
	if players < 0 || players > ExactPlayers {
		return nil, ErrPlayers
	}
	gains := make([][]big.Int, players) // what a player adds to all coalitions of a size together
	for i := range gains {
		gains[i] = make([]big.Int, players)
	}
	var value big.Int
	for c := range Coalition(1) << players {
		value.SetInt64(worth(c))
		for i := range players {
			if c.Has(i) {
				gain := &gains[i][c.Size()-1]
				gain.Add(gain, &value)
			} else {
				gain := &gains[i][c.Size()]
				gain.Sub(gain, &value)
			}
		}
	}
	factorial := make([]*big.Int, players+1)
	for n := range factorial {
		factorial[n] = new(big.Int).MulRange(1, int64(n))
	}
	values := make([]*big.Rat, players)
	for i := range values {
		var sum, orders big.Int
		for s := range players {
			// The number of orders in which just these s players, of those that are counted together, come before this one.
			orders.Mul(factorial[s], factorial[players-s-1])
			sum.Add(&sum, orders.Mul(&orders, &gains[i][s]))
		}
		values[i] = new(big.Rat).SetFrac(&sum, factorial[players])
	}
	return values, nil
}
