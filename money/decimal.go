package money

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strconv"
	"strings"
)

// Places is the number of decimal places that a Decimal keeps.
const Places = 9

const unit = 1_000_000_000

// Errors of Parse.
var (
	ErrNotDecimal    = errors.New("not a decimal number: want digits with an optional point, like \"12.50\"")
	ErrTooManyPlaces = fmt.Errorf("more than %d decimal places", Places)
	ErrTooLarge      = errors.New("too large: want less than 9223372036.854775808")
)

// Decimal is an exact decimal number with up to nine places: a rate, a quantity, minutes, a percentage,
// a share. It is stored as a whole number of billionths, so databases compare and sum it exactly. It is a
// small immutable value; the zero value is 0. Decimals are compared with == and Compare.
type Decimal struct{ nano int64 }

// Nano makes a decimal from billionths.
func Nano(billionths int64) Decimal { return Decimal{billionths} }

// Whole makes a decimal from a whole number. It panics where that does not fit; for constants.
func Whole(n int64) Decimal {
	if n > (1<<63-1)/unit || n < -(1<<63-1)/unit {
		panic(ErrTooLarge)
	}
	return Decimal{n * unit}
}

// ParseDecimal reads digits with an optional sign, point and fraction, and nothing else: no exponent, no spaces.
// It returns ErrNotDecimal, ErrTooManyPlaces or ErrTooLarge.
func ParseDecimal(text string) (Decimal, error) {
	nano, err := parseScaled(text, Places)
	if errors.Is(err, ErrOverflow) {
		err = ErrTooLarge
	}
	return Decimal{nano}, err
}

// MustDecimal is ParseDecimal for constants; it panics on an error.
func MustDecimal(text string) Decimal {
	d, err := ParseDecimal(text)
	if err != nil {
		panic(err)
	}
	return d
}

// Nano returns the billionths.
func (d Decimal) Nano() int64 { return d.nano }

// Sign is -1, 0 or 1.
func (d Decimal) Sign() int { return sign(d.nano) }

// IsZero reports whether the number is 0.
func (d Decimal) IsZero() bool { return d.nano == 0 }

// Compare is -1, 0 or 1 as d is less than, equal to or greater than e.
func (d Decimal) Compare(e Decimal) int { return compare(d.nano, e.nano) }

// Rat returns the number as an exact rational.
func (d Decimal) Rat() *big.Rat { return big.NewRat(d.nano, unit) }

// DecimalOf rounds a rational to a number of places (at most nine), half to even, or returns ErrOverflow.
func DecimalOf(r *big.Rat, places int) (Decimal, error) {
	scale := pow10(places)
	scaled := new(big.Rat).Mul(r, new(big.Rat).SetInt64(scale))
	whole := RoundInt(scaled)
	whole.Mul(whole, big.NewInt(unit/scale))
	if !whole.IsInt64() {
		return Decimal{}, ErrOverflow
	}
	return Decimal{whole.Int64()}, nil
}

// String writes the number without trailing zeros: "12.5", "-0.000001", "0".
func (d Decimal) String() string {
	text := formatScaled(d.nano, Places)
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}

// MarshalText implements encoding.TextMarshaler.
func (d Decimal) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (d *Decimal) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDecimal(string(text))
	return err
}

// MarshalGQL writes a JSON string, as the API's scalar Decimal.
func (d Decimal) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) }

// UnmarshalGQL reads a JSON string; a JSON number is refused, because it may have passed through a float.
func (d *Decimal) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return errors.New("a Decimal is a string, like \"12.50\"")
	}
	return d.UnmarshalText([]byte(text))
}

// Value stores the number as its billionths. It implements driver.Valuer.
func (d Decimal) Value() (driver.Value, error) { return d.nano, nil }

// Scan reads billionths. It implements sql.Scanner; NULL is 0.
func (d *Decimal) Scan(from any) error { return scanInt64(&d.nano, from) }

// parseScaled reads a decimal number as a whole number of 10^-places.
func parseScaled(text string, places int) (int64, error) {
	digits := text
	negative := strings.HasPrefix(digits, "-")
	if negative {
		digits = digits[1:]
	}
	whole, fraction, pointed := strings.Cut(digits, ".")
	if whole == "" || (pointed && fraction == "") || !allDigits(whole) || !allDigits(fraction) {
		return 0, ErrNotDecimal
	}
	if len(fraction) > places {
		return 0, ErrTooManyPlaces
	}
	all := whole + fraction + strings.Repeat("0", places-len(fraction))
	if negative {
		all = "-" + all
	}
	value, err := strconv.ParseInt(all, 10, 64)
	if err != nil {
		return 0, ErrOverflow
	}
	return value, nil
}

// formatScaled writes a whole number of 10^-places with exactly that many places.
func formatScaled(value int64, places int) string {
	digits := strconv.FormatUint(absolute(value), 10)
	if places > 0 {
		if missing := places + 1 - len(digits); missing > 0 {
			digits = strings.Repeat("0", missing) + digits
		}
		point := len(digits) - places
		digits = digits[:point] + "." + digits[point:]
	}
	if value < 0 {
		return "-" + digits
	}
	return digits
}

func allDigits(text string) bool {
	for _, c := range []byte(text) {
		if c < '0' || c > '9' {
			return false
		}
	}
	return true
}

func absolute(v int64) uint64 {
	if v < 0 {
		return -uint64(v)
	}
	return uint64(v)
}

func pow10(n int) int64 {
	p := int64(1)
	for range n {
		p *= 10
	}
	return p
}
