package files

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service/app"
)

var whole = money.Whole(1)

// values reads what stands in the fields of a row.
type values struct {
	currency     money.Currency
	decimalComma bool
	dates        *dates
}

func newValues(s *app.App, o Options) (*values, error) {
	d, err := newDates(s.Settings(), s.Now(), o.DateFormat)
	return &values{s.Currency, o.DecimalComma, d}, err
}

// amount reads money that is not negative; "" is none.
func (v *values) amount(text string) (money.Amount, string) {
	if v.decimalComma {
		text = strings.Replace(text, ",", ".", 1)
	}
	a, err := v.currency.Parse(text)
	switch {
	case errors.Is(err, money.ErrTooManyDecimals):
		return a, fmt.Sprintf("%q: more decimals than %s has", cut(text), v.currency.Code())
	case errors.Is(err, money.ErrOverflow):
		return a, fmt.Sprintf("%q: too large an amount", cut(text))
	case err != nil && strings.Contains(text, ","):
		return a, fmt.Sprintf("%q: not an amount: want it like 1234.50, or say --decimal-comma", cut(text))
	case err != nil:
		return a, fmt.Sprintf("%q: not an amount: want it like 1234.50", cut(text))
	case a.Sign() < 0:
		return a, fmt.Sprintf("%q: not a negative amount", cut(text))
	}
	return a, ""
}

func (v *values) decimal(text string) (money.Decimal, string) {
	if v.decimalComma {
		text = strings.Replace(text, ",", ".", 1)
	}
	d, err := money.ParseDecimal(text)
	switch {
	case err != nil:
		return d, fmt.Sprintf("%q: %v", cut(text), err)
	case d.Sign() < 0:
		return d, fmt.Sprintf("%q: not a negative number", cut(text))
	}
	return d, ""
}

// code checks that an amount is in the installation's currency; where none is told it is.
func (v *values) code(text string) string {
	if text != "" && text != v.currency.Code() {
		return fmt.Sprintf("the books are kept in %s, not in %q", v.currency.Code(), cut(text))
	}
	return ""
}

// word reads one of an enum's values, in capitals.
func word[T interface {
	~string
	Values() []string
}](text string,
) (T, string) {
	one := T(strings.ToUpper(text))
	if !slices.Contains(one.Values(), string(one)) {
		return "", fmt.Sprintf("%q: want one of %s", cut(text), strings.Join(one.Values(), ", "))
	}
	return one, ""
}

// exact is how Kopeck's own format writes moments.
const exact = "2006-01-02T15:04:05.999999Z07:00"

// moment reads a time of Kopeck's own format, which may lie in the future (an order's due day); "" is none.
func moment(text string) (time.Time, string) {
	if text == "" {
		return time.Time{}, ""
	}
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return at, fmt.Sprintf("%q: not a moment in RFC 3339 of the years 1900 to 2200", cut(text))
	}
	return at.UTC().Truncate(time.Microsecond), ""
}

func truth(text string) (bool, string) {
	switch text {
	case "true":
		return true, ""
	case "false", "":
		return false, ""
	}
	return false, fmt.Sprintf("%q: want true or false", cut(text))
}

// share gives a share of an amount, half to even.
func share(of money.Amount, part money.Decimal) (money.Amount, error) {
	switch {
	case part.IsZero() || of.IsZero():
		return money.Amount{}, nil
	case part == whole:
		return of, nil
	}
	return money.Round(new(big.Rat).Mul(of.Rat(), part.Rat()))
}

// cut keeps what is shown back short.
func cut(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "…"
	}
	return text
}

// faults keeps the first of what is wrong with a row, with the field.
type faults string

func (f *faults) of(field, fault string) {
	if *f == "" && fault != "" {
		*f = faults(field + ": " + fault)
	}
}
