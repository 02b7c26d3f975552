package attribution

import (
	"math/big"
	"time"
)

// decayBits is the number of binary places that the weights of TIME_DECAY are computed in: a weight is 2^-x with a
// relative error below 2^-55.
const decayBits = 64

// halves holds 2^(-2^-k) for k = 1, 2, …, 64 in fixed point, cut to 2^-64: halves[0] is the square root of one half.
var halves = func() [decayBits]*big.Int {
	var table [decayBits]*big.Int
	square := new(big.Int).Lsh(big.NewInt(1), 2*decayBits-1) // one half, with twice the places
	for k := range table {
		table[k] = new(big.Int).Sqrt(square)
		square = new(big.Int).Lsh(table[k], decayBits)
	}
	return table
}()

// decay weighs contacts by 2^-(age / half-life). The weights are scaled by a power of two that all of them share, so that
// the youngest contact's age is taken as less than one half-life: however old the contacts are, they still split a margin. All
// arithmetic is on whole numbers, so that the weights are the same to the bit on every machine.
func decay(halfLife time.Duration) func([]Touch, time.Time) []*big.Rat {
	return func(touches []Touch, convertedAt time.Time) []*big.Rat {
		youngest := new(big.Int)
		ages := make([]*big.Rat, len(touches))
		for i, touch := range touches {
			ages[i] = halfLives(convertedAt, touch.At, halfLife)
			whole := floorOf(ages[i])
			if i == 0 || whole.Cmp(youngest) < 0 {
				youngest = whole
			}
		}
		weights := make([]*big.Rat, len(touches))
		for i, age := range ages {
			weights[i] = power(age.Sub(age, new(big.Rat).SetInt(youngest)))
		}
		return weights
	}
}

// halfLives returns the exact number of half-lives from one moment to another.
func halfLives(to, from time.Time, halfLife time.Duration) *big.Rat {
	nanos := new(big.Int).Mul(big.NewInt(to.Unix()-from.Unix()), big.NewInt(int64(time.Second)))
	nanos.Add(nanos, big.NewInt(int64(to.Nanosecond()-from.Nanosecond())))
	return new(big.Rat).SetFrac(nanos, big.NewInt(int64(halfLife)))
}

// floorOf returns the greatest whole number that is not more than r.
func floorOf(r *big.Rat) *big.Int {
	return new(big.Int).Div(r.Num(), r.Denom()) // Euclidean: the denominator is positive
}

// power returns 2^-x for x >= 0, as a product of the roots in halves for the binary digits of x's fraction (x is cut to 64
// of them), shifted by its whole part. Below 2^-4096 it is zero.
func power(x *big.Rat) *big.Rat {
	whole := floorOf(x)
	if whole.Cmp(big.NewInt(4096)) > 0 {
		return new(big.Rat)
	}
	fraction := new(big.Rat).Sub(x, new(big.Rat).SetInt(whole))
	digits := new(big.Int).Lsh(fraction.Num(), decayBits)
	digits.Quo(digits, fraction.Denom())
	product := new(big.Int).Lsh(big.NewInt(1), decayBits)
	for k, root := range halves {
		if digits.Bit(decayBits-1-k) == 1 {
			product.Mul(product, root)
			product.Rsh(product, decayBits)
		}
	}
	scale := new(big.Int).Lsh(big.NewInt(1), uint(decayBits+whole.Int64()))
	return new(big.Rat).SetFrac(product, scale)
}
