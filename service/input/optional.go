package input

import (
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/fault"
)

// NonEmpty returns a text as an optional value, nil if it is empty.
func NonEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Or returns an optional value, or a default if it is absent.
func Or[T any](given *T, standard T) T {
	if given == nil {
		return standard
	}
	return *given
}

// OrZero returns an optional value, or the zero of its type if it is absent.
func OrZero[T any](given *T) T {
	var zero T
	return Or(given, zero)
}

// Take puts the value of an optional field into a place, and reports whether there is one.
func Take[T any](field, to *T) (isGiven bool) {
	if field == nil {
		return false
	}
	*to = *field
	return true
}

// Listed returns the values that a filter gives for a field, nil if it gives none. Fault: INVALID on the field for null, which must not find
// everything.
func Listed[T any](field string, of graphql.Omittable[[]T]) ([]T, error) {
	if of.IsSet() && of.Value() == nil {
		return nil, nothing(field)
	}
	return of.Value(), nil
}

// One is Listed for a field with one value.
func One[T any](field string, of graphql.Omittable[*T]) (*T, error) {
	if of.IsSet() && of.Value() == nil {
		return nil, nothing(field)
	}
	return of.Value(), nil
}

func nothing(field string) error {
	return fault.Invalidf(field, "null: leave the field out to find all")
}

// SetOrClear sets a field if it was given, or clears it if null was given. checked is its value, nil for null.
func SetOrClear[T any](given graphql.Omittable[*T], checked *T, set func(T), clear func()) {
	switch {
	case !given.IsSet():
	case checked == nil:
		clear()
	default:
		set(*checked)
	}
}

// SameTime reports whether two moments are the same, or both absent.
func SameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
