package input

import (
	"errors"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
)

// Decimal reads a Decimal from low to high. Fault: INVALID.
func Decimal(field string, in money.Exact, low, high string) (money.Decimal, error) {
	d, err := money.ParseDecimal(string(in))
	if err != nil {
		return d, fault.Invalidf(field, "%v", err)
	}
	if d.Compare(money.MustDecimal(low)) < 0 || d.Compare(money.MustDecimal(high)) > 0 {
		return d, fault.Invalidf(field, "want %s to %s", low, high)
	}
	return d, nil
}

// Quantity reads a number of units, more than 0 and at most a billion; absent is 1. Fault: INVALID.
func Quantity(field string, in *money.Exact) (money.Decimal, error) {
	if in == nil {
		return money.Whole(1), nil
	}
	return Decimal(field, *in, "0.000000001", "1000000000")
}

// CheckDate checks that a time, if there is one, is in the years in which calendars agree and both databases compute dates.
// Fault: INVALID.
func CheckDate(field string, in *time.Time) error {
	if in != nil && (in.Year() < 1900 || in.Year() > 2200) {
		return fault.Invalidf(field, "want a year from 1900 to 2200")
	}
	return nil
}

// DomainError returns the fault of an error of the domain packages that the caller can correct: INVALID on the field that it
// names. Any other error is returned as it is.
func DomainError(err error) error {
	var field *costing.FieldError
	var option *costing.OptionError
	switch {
	case errors.As(err, &field):
		return fault.Invalidf(field.Field, "%s", field.Reason)
	case errors.As(err, &option):
		return fault.Invalidf("options", "%s", option.Error())
	case errors.Is(err, money.ErrOverflow):
		return fault.Invalidf("", "the amount is too large")
	}
	return err
}
