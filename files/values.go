package files

import (
	"errors"
	"fmt"
	"math/big"
	"math/bits"
	"strings"

	"kopeck/money"
	"kopeck/service/app"
	"kopeck/service/field"
)

var whole = money.Whole(1)

// values reads and writes the fields of a row.
type values struct {
	currency money.Currency
	numbers  numberFormat
	round    bool  // more decimals than there may be are rounded off, half to even
	rounded  int64 // numbers that were
	left     int64 // rows that were left out
	dates    *dates
	form     field.Form
}

func newValues(s *app.App, o Options) (*values, error) {
	d, err := newDates(s.Settings(), s.Now(), o)
	if err != nil {
		return nil, err
	}
	v := valuesOf(s.Currency, d)
	v.round = o.Round
	v.numbers, err = numbersOf(o)
	return v, err
}

// valuesOf reads and writes numbers with a point, and dates.
func valuesOf(currency money.Currency, d *dates) *values {
	v := &values{currency: currency, numbers: pointNumbers, dates: d}
	v.form = field.Form{Currency: currency, Amount: v.amount, Decimal: v.decimal, Moment: d.parse, Ahead: d.ahead, Date: d.date}
	return v
}

// ownValues reads and writes Kopeck's own format.
func ownValues(currency money.Currency) *values {
	return &values{currency: currency, numbers: pointNumbers, form: field.Form{Currency: currency}}
}

// amount reads money that is not negative.
func (v *values) amount(text string) (money.Amount, error) {
	a, err := v.signedAmount(text)
	if err == nil && a.Sign() < 0 {
		return a, fmt.Errorf("%q: must not be negative", cut(text))
	}
	return a, err
}

// signedAmount reads money.
func (v *values) signedAmount(text string) (money.Amount, error) {
	plain, err := v.numbers.plain(unmarked(text, v.currency.Code()))
	if err != nil {
		return money.Amount{}, err
	}
	a, err := v.currency.Parse(plain)
	switch {
	case errors.Is(err, money.ErrTooManyDecimals) && v.round:
		v.rounded++
		exact, ok := new(big.Rat).SetString(plain)
		if !ok {
			return a, fmt.Errorf("%q: not an amount: want it like %s", cut(text), v.numbers.name)
		}
		if a, err = money.Round(exact.Mul(exact, new(big.Rat).SetInt64(v.currency.MinorPerMajor()))); err != nil {
			return a, fmt.Errorf("%q: too large an amount", cut(text))
		}
		return a, nil
	case errors.Is(err, money.ErrTooManyDecimals):
		return a, fmt.Errorf("%q: more decimals than %s has; --round rounds them off", cut(text), v.currency.Code())
	case errors.Is(err, money.ErrOverflow):
		return a, fmt.Errorf("%q: too large an amount", cut(text))
	case err != nil:
		return a, fmt.Errorf("%q: not an amount: want it like %s", cut(text), v.numbers.name)
	}
	return a, nil
}

// decimal reads a number that is not negative.
func (v *values) decimal(text string) (money.Decimal, error) {
	plain, err := v.numbers.plain(text)
	if err != nil {
		return money.Decimal{}, err
	}
	d, err := money.ParseDecimal(plain)
	if exact, ok := new(big.Rat).SetString(plain); ok && v.round && errors.Is(err, money.ErrTooManyPlaces) {
		v.rounded++
		d, err = money.DecimalOf(exact, money.Places)
	}
	switch {
	case err != nil:
		return d, fmt.Errorf("%q: %w", cut(text), err)
	case d.Sign() < 0:
		return d, fmt.Errorf("%q: must not be negative", cut(text))
	}
	return d, nil
}

// share returns a share, from 0 to 1, of an amount that is not negative, rounded half to even.
func share(of money.Amount, part money.Decimal) (money.Amount, error) {
	const one = 1_000_000_000 // part is in billionths
	if of.Sign() < 0 || part.Sign() < 0 || part.Compare(whole) > 0 {
		return money.Round(new(big.Rat).Mul(of.Rat(), part.Rat()))
	}
	high, low := bits.Mul64(uint64(of.Minor()), uint64(part.Nano()))
	minor, rest := bits.Div64(high, low, one) // not above of
	if 2*rest > one || 2*rest == one && minor%2 == 1 {
		minor++
	}
	return money.Minor(int64(minor)), nil
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
