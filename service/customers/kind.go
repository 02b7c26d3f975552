package customers

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// kind is how values of a type V are converted: from what inputs give (I), from and to the text of files, for the database and
// for the audit.
type kind[V, I any] struct {
	input   func(s *Service, field string, given I) (V, error)
	read    func(form *Form, text string) (V, error) // text is not empty
	write   func(form *Form, v V) string
	value   func(v V) any // as database/sql takes it
	history func(s *Service, v V) any
	same    func(a, b V) bool
	number  bool // files have it as a number
}

func asGiven[V any](_ *Service, _ string, given V) (V, error) { return given, nil }

func asIs[V any](_ *Service, v V) any { return v }

func equal[V comparable](a, b V) bool { return a == b }

// text is any text.
var text = kind[string, string]{
	input:   asGiven[string],
	read:    func(_ *Form, text string) (string, error) { return text, nil },
	write:   func(_ *Form, v string) string { return v },
	value:   func(v string) any { return v },
	history: asIs[string],
	same:    equal[string],
}

// word is a value of an enum.
func word[V interface {
	~string
	Values() []string
}]() kind[V, V] {
	return kind[V, V]{
		input:   asGiven[V],
		read:    func(_ *Form, text string) (V, error) { return input.Word[V](text) },
		write:   func(_ *Form, v V) string { return string(v) },
		value:   func(v V) any { return string(v) },
		history: asIs[V],
		same:    equal[V],
	}
}

// amount is money in the installation's currency.
var amount = kind[money.Amount, service.MoneyInput]{
	input: func(s *Service, field string, given service.MoneyInput) (money.Amount, error) {
		return s.Amount(field, &given)
	},
	read:    func(form *Form, text string) (money.Amount, error) { return form.Amount(text) },
	write:   func(form *Form, v money.Amount) string { return form.Currency.Format(v) },
	value:   func(v money.Amount) any { return v.Minor() },
	history: func(s *Service, v money.Amount) any { return s.Currency.Format(v) },
	same:    equal[money.Amount],
	number:  true,
}

// moment is a time, to the microsecond.
var moment = kind[time.Time, time.Time]{
	input: asGiven[time.Time],
	read:  func(form *Form, text string) (time.Time, error) { return form.Moment(text) },
	write: func(_ *Form, v time.Time) string {
		if v.IsZero() {
			return ""
		}
		return v.UTC().Format("2006-01-02T15:04:05.999999Z07:00")
	},
	value:   func(v time.Time) any { return v },
	history: asIs[time.Time],
	same:    time.Time.Equal,
}

// date is a calendar day.
var date = kind[schema.Date, schema.Date]{
	input:   asGiven[schema.Date],
	read:    func(form *Form, text string) (schema.Date, error) { return form.Date(text) },
	write:   func(_ *Form, v schema.Date) string { return v.String() },
	value:   func(v schema.Date) any { return int64(v) },
	history: asIs[schema.Date],
	same:    equal[schema.Date],
}

// values is an object of values by name, at most 64 KiB of JSON.
var values = kind[map[string]any, any]{
	input: objectOf,
	read: func(_ *Form, text string) (map[string]any, error) {
		var fields map[string]any
		if err := json.Unmarshal([]byte(text), &fields); err != nil || fields == nil {
			return nil, errors.New("not a JSON object")
		}
		return fields, nil
	},
	write: func(_ *Form, v map[string]any) string {
		text, _ := json.Marshal(v) // what was read from JSON can be written
		return string(text)
	},
	value:   func(v map[string]any) any { return store.JSON{Of: v} },
	history: asIs[map[string]any],
	same:    func(a, b map[string]any) bool { return reflect.DeepEqual(a, b) },
}

// objectOf checks an object of an input, and returns it as it will be read back: with numbers as float64.
func objectOf(_ *Service, field string, given any) (map[string]any, error) {
	fields, ok := given.(map[string]any)
	if !ok {
		return nil, fault.Invalidf(field, "want an object of names and values")
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, fault.Invalidf(field, "not JSON")
	}
	fields = nil
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, fault.Invalidf(field, "not JSON")
	}
	return fields, nil
}

// currency is the column of files that names the currency of all amounts of a row.
func currency() *Descriptor {
	nothing := func(*Record, Locale) error { return nil }
	return &Descriptor{
		names: names{File: "currency"}, uses: mapped, check: nothing,
		read: func(form *Form, text string, _ *Record) error {
			if text != form.Currency.Code() {
				return fmt.Errorf("the books are kept in %s, not in %q", form.Currency.Code(), input.Excerpt(text))
			}
			return nil
		},
		write: func(form *Form, _ *Record) string { return form.Currency.Code() },
	}
}
