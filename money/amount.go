// Package money is the arithmetic of money. It is exact: amounts are whole minor units, quantities and rates are decimals,
// and intermediate results are rationals, which are rounded to money in one place, half to even.
package money

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"math"
	"math/big"
	"strconv"
)

// ErrOverflow says that a result does not fit 64 bits of minor units (some 92 quadrillion roubles).
var ErrOverflow = errors.New("money: the amount is too large")

// Amount is a sum of money in minor units (kopecks) of the installation's one currency. It is a small
// immutable value; the zero value is no money. Amounts are compared with == and Compare.
type Amount struct{ minor int64 }

// Minor makes an amount from minor units.
func Minor(units int64) Amount { return Amount{units} }

// Minor returns the minor units.
func (a Amount) Minor() int64 { return a.minor }

// Most is the greatest amount, either way, that a caller or a file may state: 92,000 of them can be summed.
var Most = Minor(100_000_000_000_000)

// TooLarge reports whether an amount is more than [Most], either way.
func (a Amount) TooLarge() bool { return a.minor > Most.minor || a.minor < -Most.minor }

// Sign is -1, 0 or 1.
func (a Amount) Sign() int { return sign(a.minor) }

// IsZero reports whether there is no money.
func (a Amount) IsZero() bool { return a.minor == 0 }

// Compare is -1, 0 or 1 as a is less than, equal to or greater than b.
func (a Amount) Compare(b Amount) int { return compare(a.minor, b.minor) }

// Plus returns a + b, or ErrOverflow.
func (a Amount) Plus(b Amount) (Amount, error) {
	sum := a.minor + b.minor
	if (sum > a.minor) != (b.minor > 0) && b.minor != 0 {
		return Amount{}, ErrOverflow
	}
	return Amount{sum}, nil
}

// Minus returns a - b, or ErrOverflow.
func (a Amount) Minus(b Amount) (Amount, error) {
	difference := a.minor - b.minor
	if (difference < a.minor) != (b.minor > 0) && b.minor != 0 {
		return Amount{}, ErrOverflow
	}
	return Amount{difference}, nil
}

// Neg returns -a, or ErrOverflow for the one amount that has no opposite.
func (a Amount) Neg() (Amount, error) { return Amount{}.Minus(a) }

// Sum returns the sum of amounts, or ErrOverflow.
func Sum(amounts ...Amount) (Amount, error) {
	var total Amount
	for _, a := range amounts {
		var err error
		if total, err = total.Plus(a); err != nil {
			return Amount{}, err
		}
	}
	return total, nil
}

// Rat returns the amount as an exact rational of minor units.
func (a Amount) Rat() *big.Rat { return new(big.Rat).SetInt64(a.minor) }

// Round turns a rational number of minor units into money, half to even, or returns ErrOverflow.
func Round(minor *big.Rat) (Amount, error) {
	quotient := RoundInt(minor)
	if !quotient.IsInt64() {
		return Amount{}, ErrOverflow
	}
	return Amount{quotient.Int64()}, nil
}

// RoundInt rounds a rational to a whole number, half to even.
func RoundInt(r *big.Rat) *big.Int {
	quotient, remainder := new(big.Int).QuoRem(r.Num(), r.Denom(), new(big.Int))
	twice := remainder.Abs(remainder)
	twice.Lsh(twice, 1)
	switch twice.Cmp(r.Denom()) {
	case -1:
		return quotient
	case 0:
		if quotient.Bit(0) == 0 {
			return quotient
		}
	}
	return quotient.Add(quotient, big.NewInt(int64(r.Sign())))
}

// Step returns the unit of the last of an amount's first digits: with two digits that of 1234.56 is 100.00. It is one minor
// unit where the amount has no more digits. The number of digits is 1 or more.
func (a Amount) Step(digits int) Amount {
	least := int64(1) // of the amounts with this many digits
	for range digits - 1 {
		least *= 10
	}
	step := int64(1)
	for magnitude := a.minor; magnitude/step/10 >= least || magnitude/step/10 <= -least; {
		step *= 10
	}
	return Amount{step}
}

// Over returns the greatest multiple of a step that is not above the amount, and what is left above it. The step is more than
// nothing. It returns ErrOverflow if the multiple does not fit.
func (a Amount) Over(step Amount) (below, rest Amount, err error) {
	rest = Amount{a.minor % step.minor}
	if rest.minor < 0 {
		rest.minor += step.minor
	}
	below, err = a.Minus(rest)
	return below, rest, err
}

// FromFloat rounds an expectation of a statistical model, in minor units, half to even. It is the one
// place where a float becomes money. NaN, an infinity or a value that does not fit gives ErrOverflow.
func FromFloat(minor float64) (Amount, error) {
	rounded := math.RoundToEven(minor)
	if math.IsNaN(rounded) || math.Abs(rounded) >= 1<<63 {
		return Amount{}, ErrOverflow
	}
	return Amount{int64(rounded)}, nil
}

// Value stores the amount as its minor units. It implements driver.Valuer.
func (a Amount) Value() (driver.Value, error) { return a.minor, nil }

// Scan reads minor units. It implements sql.Scanner; NULL is no money (the sum of no rows).
func (a *Amount) Scan(from any) error {
	return scanInt64(&a.minor, from)
}

// MarshalJSON writes the minor units, for what is stored as JSON; the API writes Currency.Format.
func (a Amount) MarshalJSON() ([]byte, error) { return strconv.AppendInt(nil, a.minor, 10), nil }

// UnmarshalJSON reads minor units.
func (a *Amount) UnmarshalJSON(text []byte) error { return scanText(&a.minor, string(text)) }

func scanInt64(to *int64, from any) error {
	switch v := from.(type) {
	case nil:
		*to = 0
	case int64:
		*to = v
	case []byte:
		return scanText(to, string(v))
	case string:
		return scanText(to, v)
	default:
		return fmt.Errorf("money: cannot read a %T", from)
	}
	return nil
}

// scanText reads what PostgreSQL gives for sum(bigint): a numeric in decimal digits.
func scanText(to *int64, text string) error {
	whole, ok := new(big.Int).SetString(text, 10)
	if !ok {
		return fmt.Errorf("money: not a whole number of units: %q", text)
	}
	if !whole.IsInt64() {
		return ErrOverflow
	}
	*to = whole.Int64()
	return nil
}

func sign(v int64) int { return compare(v, 0) }

func compare(a, b int64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}
