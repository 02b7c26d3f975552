package customers

import (
	"encoding/json"
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// Locale is what the check of a value may depend on besides the value.
type Locale struct {
	Today  schema.Date // the calendar day of the installation
	Region string      // the country of phone numbers without a country code
}

// LocaleOf returns the locale of the installation at this moment.
func LocaleOf(s *service.Core) Locale {
	settings := s.Settings()
	return Locale{schema.Date(settings.Day(s.Now())), settings.PhoneRegion}
}

// check checks a value and brings it into the form in which it is kept; nil is no value. The fault is of the field named.
type check[V any] func(field string, v *V, here Locale) (*V, error)

// noCheck is for values that reading has checked.
func noCheck[V any](_ string, v *V, _ Locale) (*V, error) { return v, nil }

func isID(prefix string) check[string] {
	return func(field string, v *string, _ Locale) (*string, error) {
		if v == nil || *v == "" {
			return nil, nil
		}
		return v, id.Check(field, prefix, *v)
	}
}

func someText(most int) check[string] {
	return func(field string, v *string, _ Locale) (*string, error) {
		checked, err := input.Text(field, input.OrZero(v), most)
		return &checked, err
	}
}

func anyText(most int) check[string] {
	return func(field string, v *string, _ Locale) (*string, error) {
		return input.OptionalText(field, v, most)
	}
}

func isEmail(field string, v *string, _ Locale) (*string, error) {
	if v == nil || *v == "" {
		return nil, nil
	}
	address, err := input.Email(field, *v)
	return &address, err
}

// isPhone checks a phone number, which is kept in E.164.
func isPhone(field string, v *string, here Locale) (*string, error) {
	v, err := input.OptionalText(field, v, 60)
	if err != nil || v == nil {
		return v, err
	}
	phone, err := input.Phone(field, *v, here.Region)
	return &phone, err
}

func notNegative(field string, v *money.Amount, _ Locale) (*money.Amount, error) {
	if v != nil && v.Sign() < 0 {
		return nil, fault.Invalidf(field, "must not be negative")
	}
	return v, nil
}

func ofOurTime(field string, v *time.Time, _ Locale) (*time.Time, error) {
	return v, input.CheckDate(field, v)
}

// lived checks a date on which something happened to a living person: from 1900 to today.
func lived(field string, v *schema.Date, here Locale) (*schema.Date, error) {
	switch {
	case v == nil:
		return nil, nil
	case v.Time().Year() < 1900:
		return nil, fault.Invalidf(field, "want a year from 1900")
	case *v > here.Today:
		return nil, fault.Invalidf(field, "must not be in the future")
	}
	return v, nil
}

// small checks that an object has at most 64 KiB of JSON.
func small(field string, v *map[string]any, _ Locale) (*map[string]any, error) {
	if v == nil {
		return nil, nil
	}
	if text, err := json.Marshal(*v); err != nil || len(text) > 64<<10 {
		return nil, fault.Invalidf(field, "want at most 64 KiB of JSON")
	}
	return v, nil
}
