package service

import (
	"kopeck/money"
)

// Setting is one of the installation's choices, as the API shows it.
type Setting struct {
	Name        string
	Value       any
	Description string
}

// MoneyInput is an amount as the caller gives it.
type MoneyInput struct {
	Amount       money.Exact `json:"amount"`
	CurrencyCode string      `json:"currencyCode"`
}

// Nullable gives a text, NULL where it is empty.
func Nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Pointers gives pointers to the values of a list, as the API wants them.
func Pointers[T any](values []T) []*T {
	all := make([]*T, len(values))
	for i := range values {
		all[i] = &values[i]
	}
	return all
}
