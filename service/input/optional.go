package input

import (
	"time"

	"github.com/99designs/gqlgen/graphql"
)

// NonEmpty gives a text, nil where it is empty.
func NonEmpty(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

// Or gives an optional value, or the default where it is absent.
func Or[T any](given *T, standard T) T {
	if given == nil {
		return standard
	}
	return *given
}

// Set sets a field that was given, or clears it where null was.
func Set[T any](given graphql.Omittable[*T], checked *T, to func(T), clear func()) {
	switch {
	case !given.IsSet():
	case checked == nil:
		clear()
	default:
		to(*checked)
	}
}

// StringOf gives an optional text that was given, nil where it was absent or null.
func StringOf(given graphql.Omittable[*string]) *string {
	if !given.IsSet() {
		return nil
	}
	return given.Value()
}

// AnyOf gives an optional value that was given, nil where it was absent or null.
func AnyOf(given graphql.Omittable[any]) any {
	if !given.IsSet() {
		return nil
	}
	return given.Value()
}

// SameTime reports whether two moments are the same, or both absent.
func SameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}

// OrZero gives an optional value, or the zero of its type where it is absent.
func OrZero[T any](p *T) T {
	if p == nil {
		var none T
		return none
	}
	return *p
}
