package service

import (
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/input"
)

// Amount reads money in the installation's currency; it must not be negative.
func (s *Core) Amount(field string, in *MoneyInput) (money.Amount, error) {
	if in == nil {
		return money.Amount{}, nil
	}
	a, err := s.SignedAmount(field, *in)
	if err == nil && a.Sign() < 0 {
		err = fault.New(fault.Invalid, "", "not a negative amount").At(field, "amount")
	}
	return a, err
}

// SignedAmount reads money in the installation's currency, which may be negative.
func (s *Core) SignedAmount(field string, in MoneyInput) (money.Amount, error) {
	if in.CurrencyCode != s.Currency.Code() {
		return money.Amount{}, fault.New(fault.Invalid, "", "the books are kept in %s, not in %q", s.Currency.Code(), input.Shown(in.CurrencyCode)).At(field, "currencyCode")
	}
	a, err := s.Currency.Parse(string(in.Amount))
	if err != nil {
		return money.Amount{}, fault.New(fault.Invalid, "", "%v", err).At(field, "amount")
	}
	return a, nil
}

// Moment checks a time that has happened; absent is now. Phones' clocks run ahead a little.
func (s *Core) Moment(field string, in *time.Time) (time.Time, error) {
	now := s.Now()
	switch {
	case in == nil:
		return now, nil
	case in.After(now.Add(5 * time.Minute)):
		return now, fault.Invalidf(field, "in the future")
	case in.After(now):
		return now, nil
	case in.Year() < 1900:
		return now, fault.Invalidf(field, "before the year 1900")
	}
	return in.UTC().Truncate(time.Microsecond), nil
}
