package files

import (
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service/app"
	"kopeck/service/customers"
)

var whole = money.Whole(1)

// values reads and writes the fields of a row.
type values struct {
	currency     money.Currency
	decimalComma bool
	dates        *dates
	customer     *customers.Form
}

func newValues(s *app.App, o Options) (*values, error) {
	d, err := newDates(s.Settings(), s.Now(), o.DateFormat)
	v := &values{currency: s.Currency, decimalComma: o.DecimalComma, dates: d}
	v.customer = &customers.Form{Currency: v.currency, Amount: v.amount, Moment: d.parse, Date: d.date}
	return v, err
}

// ownValues reads and writes Kopeck's own format.
func ownValues(currency money.Currency) *values {
	return &values{currency: currency, customer: &customers.Form{Currency: currency}}
}

// amount reads money that is not negative.
func (v *values) amount(text string) (money.Amount, error) {
	if v.decimalComma {
		text = strings.Replace(text, ",", ".", 1)
	}
	a, err := v.currency.Parse(text)
	switch {
	case errors.Is(err, money.ErrTooManyDecimals):
		return a, fmt.Errorf("%q: more decimals than %s has", cut(text), v.currency.Code())
	case errors.Is(err, money.ErrOverflow):
		return a, fmt.Errorf("%q: too large an amount", cut(text))
	case err != nil && strings.Contains(text, ","):
		return a, fmt.Errorf("%q: not an amount: want it like 1234.50, or give --decimal-comma", cut(text))
	case err != nil:
		return a, fmt.Errorf("%q: not an amount: want it like 1234.50", cut(text))
	case a.Sign() < 0:
		return a, fmt.Errorf("%q: must not be negative", cut(text))
	}
	return a, nil
}

// decimal reads a number that is not negative.
func (v *values) decimal(text string) (money.Decimal, error) {
	if v.decimalComma {
		text = strings.Replace(text, ",", ".", 1)
	}
	d, err := money.ParseDecimal(text)
	switch {
	case err != nil:
		return d, fmt.Errorf("%q: %w", cut(text), err)
	case d.Sign() < 0:
		return d, fmt.Errorf("%q: must not be negative", cut(text))
	}
	return d, nil
}

// code checks that an amount is in the installation's currency, which it is without a code.
func (v *values) code(text string) error {
	if text != "" && text != v.currency.Code() {
		return fmt.Errorf("the books are kept in %s, not in %q", v.currency.Code(), cut(text))
	}
	return nil
}

// exact is how Kopeck's own format writes moments.
const exact = "2006-01-02T15:04:05.999999Z07:00"

// moment reads a time of Kopeck's own format, which may be in the future (an order's due day).
func moment(text string) (time.Time, error) {
	at, err := time.Parse(time.RFC3339, text)
	if err != nil || at.Year() < 1900 || at.Year() > 2200 {
		return at, fmt.Errorf("%q: not a moment in RFC 3339 of the years 1900 to 2200", cut(text))
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

func truth(text string) (bool, error) {
	if text != "true" && text != "false" {
		return false, fmt.Errorf("%q: want true or false", cut(text))
	}
	return text == "true", nil
}

// share returns a share of an amount, rounded half to even.
func share(of money.Amount, part money.Decimal) (money.Amount, error) {
	switch {
	case part.IsZero() || of.IsZero():
		return money.Amount{}, nil
	case part == whole:
		return of, nil
	}
	return money.Round(new(big.Rat).Mul(of.Rat(), part.Rat()))
}

// cut shortens a text for a message.
func cut(text string) string {
	if len(text) > 40 {
		return strings.ToValidUTF8(text[:40], "") + "…"
	}
	return text
}

// faults is the first of what is wrong with a row, with the field.
type faults string

var errEmpty = errors.New("must not be empty")

// of notes that a field is wrong, unless err is nil or another was wrong before.
func (f *faults) of(field string, err error) {
	if *f == "" && err != nil {
		*f = faults(field + ": " + err.Error())
	}
}
