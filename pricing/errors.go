package pricing

import (
	"errors"
	"fmt"
	"strings"

	"kopeck/costing"
)

// Errors of a price. Those of costing.Basis.Cost are passed on as they are.
var (
	// ErrNoTerms says that the product had no price terms at that moment, or none that were known then.
	ErrNoTerms = errors.New("the product has no price at that moment")
	// ErrNoMargin says that a product's minimum margin leaves no price: it is 1 or more, or negative.
	ErrNoMargin = errors.New("the product's minimum margin leaves no price")
)

// MissingRateError says which rates a price would need that are not there: no price is made up without them.
type MissingRateError struct {
	SKU  string
	Keys []costing.RateKey // at least one
}

// Error implements error.
func (e *MissingRateError) Error() string {
	names := make([]string, len(e.Keys))
	for i, key := range e.Keys {
		names[i] = key.String()
	}
	return fmt.Sprintf("%s cannot be priced: no rate for %s", e.SKU, strings.Join(names, ", "))
}

// RuleError says where and why a rule's condition is wrong. Line counts from 1, Column from 1 in characters; both
// are 0 where the whole condition is meant.
type RuleError struct {
	Line, Column int
	Reason       string
}

// Error implements error.
func (e *RuleError) Error() string {
	if e.Line == 0 {
		return e.Reason
	}
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Reason)
}
