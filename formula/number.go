package formula

import (
	"math"
	"math/big"
	"math/bits"

	"kopeck/money"
)

// Number is an exact rational number. It is a fraction of two int64 where these are enough, as they nearly always are, and a *big.Rat
// elsewhere: the first needs no memory of its own. The zero Number is none at all: see [Number.Given].
type Number struct {
	num, den int64 // in lowest terms, den > 0 and num more than math.MinInt64; den is 0 where big is
	big      *big.Rat
}

// nano is the denominator of a Decimal.
const nano = 1_000_000_000

// DecimalNumber returns the number that a decimal is.
func DecimalNumber(d money.Decimal) Number {
	if n, ok := fraction(d.Nano(), nano); ok {
		return n
	}
	return RatNumber(d.Rat())
}

// RatNumber returns the number that a rational is, which must not be changed after that.
func RatNumber(r *big.Rat) Number {
	if r.Num().IsInt64() && r.Denom().IsInt64() {
		if num := r.Num().Int64(); num > math.MinInt64 {
			return Number{num: num, den: r.Denom().Int64()}
		}
	}
	return Number{big: r}
}

// Given reports whether the number is one.
func (n Number) Given() bool { return n.den != 0 || n.big != nil }

// Rat returns the number as a rational, which must not be changed.
func (n Number) Rat() *big.Rat {
	if n.big != nil {
		return n.big
	}
	return big.NewRat(n.num, n.den)
}

// Sign is -1, 0 or 1.
func (n Number) Sign() int {
	switch {
	case n.big != nil:
		return n.big.Sign()
	case n.num > 0:
		return 1
	case n.num < 0:
		return -1
	}
	return 0
}

// compare is -1, 0 or 1 as n is less than, equal to or more than m.
func (n Number) compare(m Number) int {
	if n.big == nil && m.big == nil {
		left, ok := times(n.num, m.den)
		right, fits := times(m.num, n.den)
		if ok && fits {
			return Number{num: left, den: 1}.order(right)
		}
	}
	return n.Rat().Cmp(m.Rat())
}

func (n Number) order(whole int64) int {
	switch {
	case n.num < whole:
		return -1
	case n.num > whole:
		return 1
	}
	return 0
}

// isHuge reports whether a number is too large to go on with.
func (n Number) isHuge() bool {
	return n.big != nil && n.big.Num().BitLen()+n.big.Denom().BitLen() > maxBits
}

func (n Number) plus(m Number) Number {
	if n.big == nil && m.big == nil {
		common := gcd(n.den, m.den)
		left, a := times(n.num, m.den/common)
		right, b := times(m.num, n.den/common)
		sum, c := add(left, right)
		if a && b && c {
			reduced := gcd(abs(sum), common)
			if den, ok := times(n.den/common, m.den/reduced); ok {
				return Number{num: sum / reduced, den: den}
			}
		}
	}
	return RatNumber(new(big.Rat).Add(n.Rat(), m.Rat()))
}

func (n Number) minus(m Number) Number { return n.plus(m.negated()) }

func (n Number) negated() Number {
	if n.big != nil {
		return RatNumber(new(big.Rat).Neg(n.big))
	}
	return Number{num: -n.num, den: n.den}
}

func (n Number) times(m Number) Number {
	if n.big == nil && m.big == nil {
		left, right := gcd(abs(n.num), m.den), gcd(abs(m.num), n.den)
		num, ok := times(n.num/left, m.num/right)
		den, fits := times(n.den/right, m.den/left)
		if ok && fits {
			return Number{num: num, den: den}
		}
	}
	return RatNumber(new(big.Rat).Mul(n.Rat(), m.Rat()))
}

// over divides by a number that is not 0.
func (n Number) over(m Number) Number {
	if m.big != nil {
		return n.times(RatNumber(new(big.Rat).Inv(m.big)))
	}
	if m.num < 0 {
		return n.times(Number{num: -m.den, den: -m.num})
	}
	return n.times(Number{num: m.den, den: m.num})
}

func (n Number) absolute() Number {
	if n.Sign() < 0 {
		return n.negated()
	}
	return n
}

// rounded applies one of the roundings. A whole number is left as it is.
func (n Number) rounded(round func(to, a *big.Rat) *big.Rat) Number {
	if n.den == 1 {
		return n
	}
	return RatNumber(round(new(big.Rat), n.Rat()))
}

// fraction returns num / den in lowest terms, for den > 0; false where num is the least int64.
func fraction(num, den int64) (Number, bool) {
	if num == math.MinInt64 {
		return Number{}, false
	}
	common := gcd(abs(num), den)
	return Number{num: num / common, den: den / common}, true
}

// gcd returns the greatest common divisor of a >= 0 and b > 0.
func gcd(a, b int64) int64 {
	for a != 0 {
		a, b = b%a, a
	}
	return b
}

func abs(a int64) int64 {
	if a < 0 {
		return -a
	}
	return a
}

// add returns a + b, and whether it fits: neither is the least int64, nor may the sum be.
func add(a, b int64) (int64, bool) {
	sum := a + b
	overflows := (a < 0) == (b < 0) && (sum < 0) != (a < 0)
	return sum, !overflows && sum != math.MinInt64
}

// times returns a x b, and whether it fits.
func times(a, b int64) (int64, bool) {
	high, low := bits.Mul64(uint64(abs(a)), uint64(abs(b)))
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(low), true
	}
	return int64(low), true
}
