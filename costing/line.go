// Package costing says what a contact and a product cost, from dated rates. Everything is exact: a rational
// becomes money at one place per line, half to even, and a total is the sum of its lines. The package takes
// values and times and returns values; it knows no database and no clock.
package costing

import (
	"math/big"
	"time"

	"kopeck/money"
)

// LineKind says what a line of a cost is for. The values are those of the API's CostLineKind.
type LineKind string

// The kinds of lines.
const (
	StaffTime   LineKind = "STAFF_TIME"
	ChannelFee  LineKind = "CHANNEL_FEE"
	ChannelTime LineKind = "CHANNEL_TIME"
	Expense     LineKind = "EXPENSE"
	Advertising LineKind = "ADVERTISING"
	Material    LineKind = "MATERIAL"
	Resource    LineKind = "RESOURCE"
	OptionLine  LineKind = "OPTION"
	Overhead    LineKind = "OVERHEAD"
	// ComponentLine is a part whose recipe is not recorded: it costs nothing, and its line says so.
	ComponentLine LineKind = "COMPONENT"
)

// Line is one line of a cost. It is kept as JSON with its contact and bound to the API's CostLine.
type Line struct {
	Kind     LineKind      `json:"kind"`
	Label    string        `json:"label"`
	Quantity money.Decimal `json:"quantity"` // of QuantityUnit
	Rate     money.Decimal `json:"rate"`     // of the currency's major unit, per RateUnit; a share for OVERHEAD
	// QuantityUnit and RateUnit are equal, or both units of time: then the quantity is converted. "" in a line that was written
	// before lines had units: see [Line.WithUnits].
	QuantityUnit string       `json:"quantityUnit,omitempty"`
	RateUnit     string       `json:"rateUnit,omitempty"`
	Amount       money.Amount `json:"amount"`
	// RateValidFrom is from when the rate has held (the latest one, where a line has several); nil where there is none.
	RateValidFrom *time.Time `json:"from,omitempty"`
	// RateRecordedAt is when that rate was recorded. It is set in the costs of products alone, and not kept with contacts.
	RateRecordedAt *time.Time `json:"-"`
}

// noRate ends the label of a line whose rate is missing.
const noRate = ": no rate"

// FieldError says which field of an input is wrong, by the API's name for it, and why.
type FieldError struct{ Field, Reason string }

// Error implements error.
func (e *FieldError) Error() string { return e.Field + ": " + e.Reason }

// sum returns the sum of the lines' amounts, or money.ErrOverflow.
func sum(lines []Line) (money.Amount, error) {
	var total money.Amount
	for _, line := range lines {
		var err error
		if total, err = total.Plus(line.Amount); err != nil {
			return money.Amount{}, err
		}
	}
	return total, nil
}

// minorOf returns quantity x rate in exact minor units.
func minorOf(quantity *big.Rat, rate money.Decimal, currency money.Currency) *big.Rat {
	exact := new(big.Rat).Mul(quantity, rate.Rat())
	return exact.Mul(exact, new(big.Rat).SetInt64(currency.MinorPerMajor()))
}
