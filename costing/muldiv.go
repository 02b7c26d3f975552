package costing

import (
	"math/bits"

	"kopeck/money"
)

// MulDiv returns a x b / divisor as money, computed exactly in 128 bits and rounded once, half to even: what
// money.Round gives for that rational, without allocating. The divisor is more than 0. A result that does not fit
// gives money.ErrOverflow.
func MulDiv(a, b, divisor int64) (money.Amount, error) {
	high, low := bits.Mul64(magnitude(a), magnitude(b))
	by := uint64(divisor)
	if high >= by {
		return money.Amount{}, money.ErrOverflow
	}
	quotient, remainder := bits.Div64(high, low, by)
	if rest := by - remainder; remainder > rest || (remainder == rest && quotient&1 == 1) {
		quotient++
		if quotient == 0 { // it was 2^64 - 1
			return money.Amount{}, money.ErrOverflow
		}
	}
	negative := (a < 0) != (b < 0)
	switch {
	case quotient <= 1<<63-1 && negative:
		return money.Minor(-int64(quotient)), nil
	case quotient <= 1<<63-1:
		return money.Minor(int64(quotient)), nil
	case quotient == 1<<63 && negative:
		return money.Minor(-1 << 63), nil
	}
	return money.Amount{}, money.ErrOverflow
}

func magnitude(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}
