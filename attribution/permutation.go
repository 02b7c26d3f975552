package attribution

import (
	"math/big"
	"math/bits"

	"kopeck/money"
)

// drawn is what players contributed in pairs of permutations, each with its own reverse.
type drawn struct {
	pairs   int64
	sums    []int64   // of each player's contributions, over all permutations
	squares []big.Int // of each player's contributions to a pair together, summed over all pairs
}

// draw samples a number of pairs of random orders of joining. The conversions of a set are what its last player contributes,
// who completes the set; in the reverse order that is the first player. So a pair costs one pass over the sets. Pairing an
// order with its reverse lowers the variance (antithetic sampling); of sets with one or two players it removes it, so that
// these are counted beforehand.
func draw(players int, sets []set, pairs int, seed uint64) drawn {
	d := drawn{int64(pairs), make([]int64, players), make([]big.Int, players)}
	certain := make([]int64, players) // of each player in every pair
	var others []set
	for _, s := range sets {
		if len(s.players) > 2 {
			others = append(others, s)
		} else {
			certain[s.players[0]] += s.converted
			certain[s.players[len(s.players)-1]] += s.converted
		}
	}
	dice := splitMix(seed)
	place := make([]int, players) // of each player in the order
	for i := range place {
		place[i] = i
	}
	at := make([]int64, players) // what the player at each place contributes
	var square big.Int
	for range pairs {
		dice.shuffle(place)
		clear(at)
		for _, s := range others {
			first := place[s.players[0]]
			last := first
			for _, p := range s.players[1:] {
				first, last = min(first, place[p]), max(last, place[p])
			}
			at[first] += s.converted
			at[last] += s.converted
		}
		for i, p := range place {
			contribution := certain[i] + at[p]
			d.sums[i] += contribution
			square.SetInt64(contribution)
			d.squares[i].Add(&d.squares[i], square.Mul(&square, &square))
		}
	}
	return d
}

// standardError returns the standard error of a player's mean contribution, cut to nine places: the root of the variance of
// the pairs' means by their number.
func (d drawn) standardError(player int) money.Decimal {
	n := big.NewInt(d.pairs)
	spread := new(big.Int).Mul(n, &d.squares[player])
	sum := big.NewInt(d.sums[player])
	spread.Sub(spread, sum.Mul(sum, sum)) // n (n - 1) times the variance of the pairs' sums, which are twice the means
	nano := big.NewInt(money.Whole(1).Nano())
	spread.Mul(spread, nano).Mul(spread, nano)
	n.Mul(n, n).Mul(n, big.NewInt(4*(d.pairs-1)))
	return money.Nano(spread.Sqrt(spread.Quo(spread, n)).Int64())
}

// splitMix draws 64 bits at a time (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014). It
// is implemented here so that a seed always gives the same numbers.
type splitMix uint64

func (s *splitMix) next() uint64 {
	*s += 0x9e3779b97f4a7c15
	z := uint64(*s)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// below draws a whole number from 0 to n - 1, each as likely as the others: the high half of a product, where draws that
// would favour some numbers are repeated (Lemire, "Fast random integer generation in an interval", 2019).
func (s *splitMix) below(n uint64) uint64 {
	for {
		high, low := bits.Mul64(s.next(), n)
		if low >= -n%n {
			return high
		}
	}
}

func (s *splitMix) shuffle(order []int) {
	for i := len(order) - 1; i > 0; i-- {
		j := s.below(uint64(i + 1))
		order[i], order[j] = order[j], order[i]
	}
}
