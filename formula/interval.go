package formula

import "math/big"

// bound is an end of an interval. inf is -1 or 1 where it is infinite, and then value is nil; open says that the end itself is not in it.
type bound struct {
	value *big.Rat
	inf   int
	open  bool
}

// interval is a set of numbers that a part of a formula can be, or more than that. Its bounds must not be changed.
type interval struct{ low, high bound }

// everywhere holds all numbers.
var everywhere = interval{bound{inf: -1}, bound{inf: 1}}

func point(value *big.Rat) interval { return interval{bound{value: value}, bound{value: value}} }

// finite returns the bound at a number, or an infinite one where the number is too large to go on with.
func finite(value *big.Rat, open bool) bound {
	if value.Num().BitLen()+value.Denom().BitLen() > maxBits {
		return bound{inf: value.Sign()}
	}
	return bound{value: value, open: open}
}

func (b bound) sign() int {
	if b.inf != 0 {
		return b.inf
	}
	return b.value.Sign()
}

// compare compares the places of two bounds, whether these are in their intervals or not.
func (b bound) compare(other bound) int {
	switch {
	case b.inf != 0 || other.inf != 0:
		return b.inf - other.inf
	default:
		return b.value.Cmp(other.value)
	}
}

// zero reports whether an interval holds zero.
func (i interval) zero() bool {
	return (i.low.sign() < 0 || i.low.sign() == 0 && !i.low.open) && (i.high.sign() > 0 || i.high.sign() == 0 && !i.high.open)
}

// empty reports whether no number is in the interval.
func (i interval) empty() bool {
	order := i.low.compare(i.high)
	return order > 0 || order == 0 && (i.low.open || i.high.open)
}

// isPoint reports whether the interval is one number.
func (i interval) isPoint() bool {
	return i.low.inf == 0 && i.high.inf == 0 && !i.low.open && !i.high.open && i.low.value.Cmp(i.high.value) == 0
}

// lower returns the lower of two bounds; of two at one place one that is in its interval.
func lower(a, b bound) bound {
	if order := a.compare(b); order < 0 || order == 0 && !a.open {
		return a
	}
	return b
}

func higher(a, b bound) bound {
	if order := a.compare(b); order > 0 || order == 0 && !a.open {
		return a
	}
	return b
}

// union returns the least interval that holds both.
func (i interval) union(other interval) interval {
	return interval{lower(i.low, other.low), higher(i.high, other.high)}
}

// meet returns what two intervals have in common; it may be empty.
func (i interval) meet(other interval) interval {
	common := i
	if order := other.low.compare(i.low); order > 0 || order == 0 && other.low.open {
		common.low = other.low
	}
	if order := other.high.compare(i.high); order < 0 || order == 0 && other.high.open {
		common.high = other.high
	}
	return common
}

func (i interval) plus(other interval) interval {
	add := func(a, b bound) bound {
		if a.inf != 0 {
			return bound{inf: a.inf}
		}
		if b.inf != 0 {
			return bound{inf: b.inf}
		}
		return finite(new(big.Rat).Add(a.value, b.value), a.open || b.open)
	}
	return interval{add(i.low, other.low), add(i.high, other.high)}
}

func (i interval) negated() interval {
	negate := func(b bound) bound {
		if b.inf != 0 {
			return bound{inf: -b.inf}
		}
		return bound{value: new(big.Rat).Neg(b.value), open: b.open}
	}
	return interval{negate(i.high), negate(i.low)}
}

// corners returns the least interval that holds what an operation makes of the bounds of two.
func corners(a, b interval, of func(a, b bound) bound) interval {
	first := of(a.low, b.low)
	all := interval{first, first}
	for _, other := range []bound{of(a.low, b.high), of(a.high, b.low), of(a.high, b.high)} {
		all = interval{lower(all.low, other), higher(all.high, other)}
	}
	return all
}

func (i interval) times(other interval) interval {
	return corners(i, other, func(a, b bound) bound {
		aZero, bZero := a.sign() == 0, b.sign() == 0
		switch {
		case aZero || bZero:
			return bound{value: new(big.Rat), open: (!aZero || a.open) && (!bZero || b.open)}
		case a.inf != 0 || b.inf != 0:
			return bound{inf: a.sign() * b.sign()}
		}
		return finite(new(big.Rat).Mul(a.value, b.value), a.open || b.open)
	})
}

// over divides by an interval without zero. Zero may be its open end: then the quotient has none there.
func (i interval) over(divisor interval) interval {
	side := 1
	if divisor.high.sign() <= 0 {
		side = -1
	}
	return corners(i, divisor, func(a, b bound) bound {
		switch {
		case a.sign() == 0:
			return bound{value: new(big.Rat), open: a.open && b.sign() != 0}
		case b.sign() == 0:
			return bound{inf: a.sign() * side}
		case b.inf != 0:
			return bound{value: new(big.Rat), open: a.inf == 0}
		case a.inf != 0:
			return bound{inf: a.sign() * side}
		}
		return finite(new(big.Rat).Quo(a.value, b.value), a.open || b.open)
	})
}

func (i interval) absolute() interval {
	switch {
	case i.low.sign() >= 0:
		return i
	case i.high.sign() <= 0:
		return i.negated()
	}
	return interval{bound{value: new(big.Rat)}, higher(i.high, i.negated().high)}
}

// rounded applies a function that rounds to whole numbers and never falls. up and down say that it is ceil or floor, by which a whole
// number that is an open end is not reached.
func (i interval) rounded(round func(to, a *big.Rat) *big.Rat, up, down bool) interval {
	one := big.NewRat(1, 1)
	if i.low.inf == 0 {
		value := round(new(big.Rat), i.low.value)
		if up && i.low.open && i.low.value.IsInt() {
			value.Add(value, one)
		}
		i.low = bound{value: value}
	}
	if i.high.inf == 0 {
		value := round(new(big.Rat), i.high.value)
		if down && i.high.open && i.high.value.IsInt() {
			value.Sub(value, one)
		}
		i.high = bound{value: value}
	}
	return i
}

// least returns what the least of a number of each of two intervals can be.
func (i interval) least(other interval) interval {
	high := i.high
	if other.high.compare(high) < 0 {
		high = other.high
	}
	high.open = high.open && i.high.open && other.high.open
	return interval{lower(i.low, other.low), high}
}

// greatest returns what the greatest of a number of each of two intervals can be.
func (i interval) greatest(other interval) interval {
	return i.negated().least(other.negated()).negated()
}
