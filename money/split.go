package money

import (
	"errors"
	"math/big"
	"sort"
)

// ErrNoWeights is returned for weights that cannot be split by: none, negative ones, or all zero.
var ErrNoWeights = errors.New("money: want at least one weight, none negative and not all zero")

// Split divides a sum in proportion to weights by largest remainder (Hamilton's method), ties to the
// earlier, so that the parts add up to the sum exactly. A negative sum is split as its absolute value is.
func Split(sum Amount, weights []*big.Rat) ([]Amount, error) {
	parts, err := splitUnits(big.NewInt(sum.minor), weights)
	if err != nil {
		return nil, err
	}
	amounts := make([]Amount, len(parts))
	for i, part := range parts {
		amounts[i] = Amount{part.Int64()}
	}
	return amounts, nil
}

// SharePlaces is the number of places of a share.
const SharePlaces = 6

// Shares turns weights into shares with six places that sum to 1 exactly, by largest remainder.
func Shares(weights []*big.Rat) ([]Decimal, error) {
	scale := pow10(SharePlaces)
	parts, err := splitUnits(big.NewInt(scale), weights)
	if err != nil {
		return nil, err
	}
	shares := make([]Decimal, len(parts))
	for i, part := range parts {
		shares[i] = Decimal{part.Int64() * (unit / scale)}
	}
	return shares, nil
}

func splitUnits(sum *big.Int, weights []*big.Rat) ([]*big.Int, error) {
	total := new(big.Rat)
	for _, w := range weights {
		if w.Sign() < 0 {
			return nil, ErrNoWeights
		}
		total.Add(total, w)
	}
	if total.Sign() == 0 {
		return nil, ErrNoWeights
	}
	size := new(big.Int).Abs(sum)
	parts := make([]*big.Int, len(weights))
	remainders := make([]*big.Rat, len(weights))
	left := new(big.Int).Set(size)
	for i, w := range weights {
		exact := new(big.Rat).SetInt(size)
		exact.Mul(exact, w).Quo(exact, total)
		parts[i] = new(big.Int).Quo(exact.Num(), exact.Denom())
		remainders[i] = exact.Sub(exact, new(big.Rat).SetInt(parts[i]))
		left.Sub(left, parts[i])
	}
	order := make([]int, len(weights))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(a, b int) bool { return remainders[order[a]].Cmp(remainders[order[b]]) > 0 })
	one := big.NewInt(1)
	for _, i := range order[:left.Int64()] {
		parts[i].Add(parts[i], one)
	}
	if sum.Sign() < 0 {
		for _, part := range parts {
			part.Neg(part)
		}
	}
	return parts, nil
}
