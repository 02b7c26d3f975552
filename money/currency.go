package money

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"golang.org/x/text/currency"
)

// Currency is an ISO 4217 currency and its number of decimals. The zero value is no currency.
type Currency struct {
	code     string
	decimals int
}

// ParseCurrency returns the currency of an ISO 4217 code in capital letters.
func ParseCurrency(code string) (Currency, error) {
	unit, err := currency.ParseISO(code)
	if err != nil || unit.String() != code {
		return Currency{}, fmt.Errorf("not an ISO 4217 currency code: %q", code)
	}
	decimals, _ := currency.Standard.Rounding(unit)
	return Currency{code: code, decimals: decimals}, nil
}

// Code returns the ISO 4217 code.
func (c Currency) Code() string { return c.code }

// Decimals returns the number of decimals: 2 for RUB, 0 for JPY, 3 for KWD.
func (c Currency) Decimals() int { return c.decimals }

// MinorPerMajor returns how many minor units make one of the currency, 100 for RUB.
func (c Currency) MinorPerMajor() int64 { return pow10(c.decimals) }

// Parse reads an amount like "12.50". Errors: ErrNotDecimal, ErrTooManyDecimals where it has more
// than the currency, ErrOverflow.
func (c Currency) Parse(text string) (Amount, error) {
	minor, err := parseScaled(text, c.decimals)
	if errors.Is(err, ErrTooManyPlaces) {
		return Amount{}, fmt.Errorf("%s has %d decimals: %w", c.code, c.decimals, ErrTooManyDecimals)
	}
	return Amount{minor}, err
}

// ErrTooManyDecimals says that an amount is finer than the currency.
var ErrTooManyDecimals = errors.New("more decimals than the currency has")

// Format writes an amount with exactly the currency's decimals.
func (c Currency) Format(a Amount) string { return formatScaled(a.minor, c.decimals) }

// Exact is the text of a decimal number whose zeros matter: "12.50".
type Exact string

// MarshalGQL writes a JSON string.
func (e Exact) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(string(e))) }

// UnmarshalGQL reads a JSON string that is a decimal number; a JSON number is refused.
func (e *Exact) UnmarshalGQL(v any) error {
	text, ok := v.(string)
	if !ok {
		return errors.New("a Decimal is a string, like \"12.50\"")
	}
	if len(text) > 40 {
		return ErrTooLarge
	}
	if _, err := parseScaled(text, 39); errors.Is(err, ErrNotDecimal) {
		return err
	}
	*e = Exact(text)
	return nil
}
