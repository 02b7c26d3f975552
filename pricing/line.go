// Package pricing says what a customer pays for a product at a moment, and why. A Book is an immutable
// snapshot of everything prices come from; asking it for a price reads no database and no clock. The steps
// of a price are declared in one table, in step.go, and each has a file of its own.
package pricing

import (
	"kopeck/costing"
	"kopeck/money"
)

// LineKind says which step a line of a price comes from. The values are those of the API's PriceLineKind.
type LineKind string

// The kinds of line. Each has a step in the table of steps, which declares their order.
const (
	ListLine      LineKind = "LIST"
	OptionLine    LineKind = "OPTION"
	ExemptionLine LineKind = "EXEMPTION"
	AgreementLine LineKind = "AGREEMENT"
	RuleLine      LineKind = "RULE"
	LeadTimeLine  LineKind = "LEAD_TIME"
	FloorLine     LineKind = "FLOOR"
	RoundingLine  LineKind = "ROUNDING"
)

// Line is one step of a price's waterfall: what it adds to the unit price. The first is LIST with the list price.
// It is kept as JSON with order and offer lines and bound to the API's PriceLine.
type Line struct {
	Kind   LineKind     `json:"kind"`
	Label  string       `json:"label"`
	Amount money.Amount `json:"amount"`
	RefID  string       `json:"ref,omitempty"` // the rule, agreement or option
}

// Option is an option of a product that is chosen, as it is kept with order and offer lines.
type Option = costing.Chosen

// Rejected is a rule that was considered and did not apply, and why.
type Rejected struct {
	RuleID string
	Reason string
}
