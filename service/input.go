package service

import (
	"fmt"
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service/input"
)

// The checks of inputs that need the currency, the clock or the maker of ids. The others are in package input.

// MoneyInput is an amount as the caller gives it.
type MoneyInput struct {
	Amount       money.Exact `json:"amount"`
	CurrencyCode string      `json:"currencyCode"`
}

// Amount reads money in the installation's currency that is not negative; absent is 0. Fault: INVALID.
func (s *Core) Amount(field string, in *MoneyInput) (money.Amount, error) {
	if in == nil {
		return money.Amount{}, nil
	}
	a, err := s.SignedAmount(field, *in)
	if err == nil && a.Sign() < 0 {
		err = fault.New(fault.Invalid, "", "must not be negative").At(field, "amount")
	}
	return a, err
}

// SignedAmount reads money in the installation's currency, which may be negative, of at most [money.Most] either way. Fault: INVALID.
func (s *Core) SignedAmount(field string, in MoneyInput) (money.Amount, error) {
	if in.CurrencyCode != s.Currency.Code() {
		return money.Amount{}, fault.New(fault.Invalid, "", "the currency must be %s, not %q", s.Currency.Code(), input.Excerpt(in.CurrencyCode)).At(field, "currencyCode")
	}
	a, err := s.Currency.Parse(string(in.Amount))
	if err == nil && a.TooLarge() {
		err = fmt.Errorf("want at most %s", s.Currency.Format(money.Most))
	}
	if err != nil {
		return money.Amount{}, fault.New(fault.Invalid, "", "%v", err).At(field, "amount")
	}
	return a, nil
}

// ClockSkew is by how much the clock of a phone may be wrong.
const ClockSkew = 5 * time.Minute

// PastMoment checks when something has happened; absent is now. A moment in the future by at most [ClockSkew] is now. Fault: INVALID.
func (s *Core) PastMoment(field string, in *time.Time) (time.Time, error) {
	now := s.Now()
	return momentUpTo(now, now, "must not be in the future", field, in)
}

// momentUpTo checks a moment that may lie between the year 1900 and a last one; absent, and ahead of now by at most [ClockSkew], is now.
// Fault: INVALID, for one after the last with the text tooLate.
func momentUpTo(now, last time.Time, tooLate, field string, in *time.Time) (time.Time, error) {
	switch {
	case in == nil, in.After(now) && !in.After(now.Add(ClockSkew)):
		return now, nil
	case in.After(last):
		return now, fault.Invalidf(field, "%s", tooLate)
	case in.Year() < 1900:
		return now, fault.Invalidf(field, "must not be before the year 1900")
	}
	return in.UTC().Truncate(time.Microsecond), nil
}

// HoldsFrom checks from when something is to hold, in the past or the future, and returns it as it is stored; absent is now. Fault:
// INVALID.
func (s *Core) HoldsFrom(field string, in *time.Time) (time.Time, error) {
	if in == nil {
		return s.Now(), nil
	}
	return in.UTC().Truncate(time.Microsecond), input.CheckDate(field, in)
}

// NewID checks an id that a client has made, or makes one. Fault: INVALID on id.
func (s *Core) NewID(prefix string, given *string) (string, error) {
	if given == nil {
		return s.IDs.Make(prefix), nil
	}
	return *given, id.Check("id", prefix, *given)
}
