package money

import (
	"cmp"
	"errors"
	"math"
	"math/big"
	"math/bits"
	"slices"
	"sort"
)

// ErrNoWeights is returned for weights that cannot be split by: none, negative ones, or all zero.
var ErrNoWeights = errors.New("money: want at least one weight, none negative and not all zero")

// Split divides a sum in proportion to weights by largest remainder (Hamilton's method), ties to the
// earlier, so that the parts add up to the sum exactly. A negative sum is split as its absolute value is.
func Split(sum Amount, weights []*big.Rat) ([]Amount, error) {
	if parts := splitInts(sum.minor, weights); parts != nil {
		return parts, nil
	}
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

// splitInts is Split for weights that are whole numbers, such as amounts: in numbers of 64 bits, some twenty times as fast. It returns nil where
// they do not suffice, and for weights that cannot be split by.
func splitInts(sum int64, weights []*big.Rat) []Amount {
	size, negative := uint64(sum), sum < 0
	if negative {
		size = -size
	}
	var total uint64
	for _, w := range weights {
		if w.Sign() < 0 || !w.IsInt() || !w.Num().IsInt64() {
			return nil
		}
		if total += w.Num().Uint64(); total > math.MaxInt64 {
			return nil
		}
	}
	if total == 0 {
		return nil
	}
	parts, remainders, order := make([]Amount, len(weights)), make([]uint64, len(weights)), make([]int, len(weights))
	left := size
	for i, w := range weights {
		high, low := bits.Mul64(size, w.Num().Uint64())
		part, remainder := bits.Div64(high, low, total) // the part is at most size, so that it does not overflow
		parts[i].minor, remainders[i], order[i] = int64(part), remainder, i
		left -= part
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(remainders[b], remainders[a]) })
	for _, i := range order[:left] {
		parts[i].minor++
	}
	if negative {
		for i := range parts {
			parts[i].minor = -parts[i].minor
		}
	}
	return parts
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
