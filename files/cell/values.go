// Package cell reads what cells of files hold: numbers in the format of the file, amounts with the marks of their currency,
// dates and times ([Values]). What could be read in two ways is refused.
//
// It may import package option beside it, service, service/field, schema and the domain layer.
package cell

import (
	"errors"
	"fmt"
	"math/big"

	"kopeck/files/option"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/field"
)

// Values reads and writes the fields of a row.
type Values struct {
	Currency money.Currency
	Numbers  NumberFormat
	Round    bool  // more decimals than there may be are rounded off, half to even
	Rounded  int64 // numbers that were
	Dates    *Dates
	Form     field.Form
}

// NewValues returns what reads cells as options say. The error is option.ErrOptions.
func NewValues(core *service.Core, o option.Options) (*Values, error) {
	d, err := NewDates(core.Settings(), core.Now(), o)
	if err != nil {
		return nil, err
	}
	v := ValuesOf(core.Currency, d)
	v.Round = o.Round
	v.Numbers, err = numbersOf(o)
	return v, err
}

// ValuesOf reads and writes numbers with a point, and dates.
func ValuesOf(currency money.Currency, d *Dates) *Values {
	v := &Values{Currency: currency, Numbers: PointNumbers, Dates: d}
	v.Form = field.Form{Currency: currency, Amount: v.Amount, Decimal: v.decimal, Moment: d.Parse, Ahead: d.ahead, Date: d.date}
	return v
}

// OwnValues reads and writes Kopeck's own format.
func OwnValues(currency money.Currency) *Values {
	return &Values{Currency: currency, Numbers: PointNumbers, Form: field.Form{Currency: currency}}
}

// Amount reads money that is not negative.
func (v *Values) Amount(text string) (money.Amount, error) {
	a, err := v.SignedAmount(text)
	if err == nil && a.Sign() < 0 {
		return a, fmt.Errorf("%q: must not be negative", option.Short(text))
	}
	return a, err
}

// SignedAmount reads money.
func (v *Values) SignedAmount(text string) (money.Amount, error) {
	plain, err := v.Numbers.Plain(Unmarked(text, v.Currency.Code()))
	if err != nil {
		return money.Amount{}, err
	}
	a, err := v.Currency.Parse(plain)
	switch {
	case errors.Is(err, money.ErrTooManyDecimals) && v.Round:
		v.Rounded++
		exact, ok := new(big.Rat).SetString(plain)
		if !ok {
			return a, fmt.Errorf("%q: not an amount: want it like %s", option.Short(text), v.Numbers.Name)
		}
		if a, err = money.Round(exact.Mul(exact, new(big.Rat).SetInt64(v.Currency.MinorPerMajor()))); err != nil || a.TooLarge() {
			return a, fmt.Errorf("%q: too large an amount", option.Short(text))
		}
		return a, nil
	case errors.Is(err, money.ErrTooManyDecimals):
		return a, fmt.Errorf("%q: more decimals than %s has; --round rounds them off", option.Short(text), v.Currency.Code())
	case errors.Is(err, money.ErrOverflow), a.TooLarge():
		return a, fmt.Errorf("%q: too large an amount", option.Short(text))
	case err != nil:
		return a, fmt.Errorf("%q: not an amount: want it like %s", option.Short(text), v.Numbers.Name)
	}
	return a, nil
}

// decimal reads a number that is not negative.
func (v *Values) decimal(text string) (money.Decimal, error) {
	plain, err := v.Numbers.Plain(text)
	if err != nil {
		return money.Decimal{}, err
	}
	d, err := money.ParseDecimal(plain)
	if exact, ok := new(big.Rat).SetString(plain); ok && v.Round && errors.Is(err, money.ErrTooManyPlaces) {
		v.Rounded++
		d, err = money.DecimalOf(exact, money.Places)
	}
	switch {
	case err != nil:
		return d, fmt.Errorf("%q: %w", option.Short(text), err)
	case d.Sign() < 0:
		return d, fmt.Errorf("%q: must not be negative", option.Short(text))
	}
	return d, nil
}
