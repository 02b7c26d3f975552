package customers

import (
	"encoding/json"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/field"
)

// kind is how values of a type V are converted: as [field.Kind] says, and from what inputs give (I) and for the audit.
type kind[V, I any] struct {
	field.Kind[V]

	input   func(s *Service, field string, given I) (V, error)
	history func(s *Service, v V) any
}

// plain is a kind whose values inputs give as they are, and which the audit keeps as they are.
func plain[V any](k field.Kind[V]) kind[V, V] {
	return kind[V, V]{
		k,
		func(_ *Service, _ string, given V) (V, error) { return given, nil },
		func(_ *Service, v V) any { return v },
	}
}

var (
	text   = plain(field.Text)
	moment = plain(field.Moment)
	date   = plain(field.Date)
)

// externalID is a text that a spreadsheet may have shortened.
var externalID = plain(field.Identifier)

// word is a value of an enum.
func word[V interface {
	~string
	Values() []string
}]() kind[V, V] {
	return plain(field.Word[V]())
}

// amount is money in the installation's currency.
var amount = kind[money.Amount, service.MoneyInput]{
	field.Amount,
	func(s *Service, field string, given service.MoneyInput) (money.Amount, error) {
		return s.Amount(field, &given)
	},
	func(s *Service, v money.Amount) any { return s.Currency.Format(v) },
}

// values is an object of values by name, at most 64 KiB of JSON.
var values = kind[map[string]any, any]{field.Values, objectOf, plain(field.Values).history}

// objectOf checks an object of an input, and returns it as it will be read back: with numbers as float64, which keeps them exactly.
func objectOf(_ *Service, name string, given any) (map[string]any, error) {
	fields, ok := given.(map[string]any)
	if !ok {
		return nil, fault.Invalidf(name, "want an object of names and values")
	}
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, fault.Invalidf(name, "not JSON")
	}
	if fields, err = field.ReadValues(text); err != nil {
		return nil, fault.Invalidf(name, "%v", err)
	}
	return fields, nil
}

// currency is the column of files that names the currency of all amounts of a row.
func currency() *Descriptor {
	f := field.Currency[Record](field.Own | field.Mappable)
	return &Descriptor{
		names: names{File: f.File}, uses: mapped, check: func(*Record, Locale) error { return nil },
		read: f.Read, write: f.Write,
	}
}
