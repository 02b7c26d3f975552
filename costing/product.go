package costing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/formula"
	"kopeck/money"
)

// Product is what we sell, as far as its cost is concerned.
type Product struct {
	ID, SKU, Name    string
	Kind             string // GOOD, SERVICE or BUNDLE; costing treats them alike
	StandardLeadDays int
	LeadDays         []DatedLead // the standard lead times of its life, if they have changed; in any order
	Components       []Component // of one unit
	Options          []Option
	Measurements     []string // the codes of what must be measured, sorted; a Catalogue computes it
}

// DatedLead is a standard lead time that holds from a moment on.
type DatedLead struct {
	Days                  int
	ValidFrom, RecordedAt time.Time
}

// Component is a quantity of a material, a resource or another product: exactly one of the three.
type Component struct {
	Material, Resource, PartID string
	Quantity                   money.Decimal
	Formula                    *formula.Formula // gives the quantity; nil: Quantity does
	Wrong                      error            // why it cannot be read: what it is a component of cannot be made; nil for a right one
}

// Option is a choice that changes what one unit is made of. The surcharge, for each unit of the option, is income: it is part of the
// price and not of the cost.
type Option struct {
	ID, Code, Name string
	Surcharge      money.Amount
	Components     []Component
	Measured       bool // filled by a customer's measurement of its code; see package pricing
	Grade          bool // makes a better quality; of several the last is the best
}

// Recipe is what one unit of a product is made of, with the options that can be chosen: from ValidFrom on, as we know since RecordedAt.
type Recipe struct {
	ID, ProductID         string
	ValidFrom, RecordedAt time.Time
	RecordedBy, Reason    string
	Components            []Component
	Options               []Option
}

// Measurement is the definition of what can be measured to make a product: from ValidFrom on, as we know since RecordedAt. The first that
// was recorded of a code has held before all others.
type Measurement struct {
	Code, Name, Unit      string
	Least, Most           money.Decimal // included
	ValidFrom, RecordedAt time.Time
}

// Range is what is in the measurement's range, for formulas.
func (m Measurement) Range() formula.Range { return formula.Range{Least: m.Least, Most: m.Most} }

// Check returns what is wrong with a measured value, or nil.
func (m Measurement) Check(value money.Decimal) error {
	if value.Compare(m.Least) < 0 || value.Compare(m.Most) > 0 {
		return fmt.Errorf("%s is %s %s: want %s to %s %s", m.Code, value, m.Unit, m.Least, m.Most, m.Unit)
	}
	return nil
}

// MaxDepth is how deep products may be nested in each other.
const MaxDepth = 20

// maxTerms bounds what nested formulas are multiplied out to.
const maxTerms = 10_000

// Errors of a catalogue.
var (
	ErrUnknownProduct = errors.New("costing: no such product")
	ErrTooDeep        = fmt.Errorf("costing: products are nested more than %d deep", MaxDepth)
	ErrTooManyTerms   = fmt.Errorf("costing: the formulas of nested products make more than %d terms", maxTerms)
)

// CycleError says that a product would be a part of itself. Path holds the SKUs from the product back to itself.
type CycleError struct{ Path []string }

// Error implements error.
func (e *CycleError) Error() string {
	return "a product cannot be a part of itself: " + strings.Join(e.Path, " > ")
}

// MeasurementError says that a product needs a measurement, as an option or for a formula, that is neither given nor known of the
// customer.
type MeasurementError struct {
	Code   string
	Reason string
}

// Error implements error.
func (e *MeasurementError) Error() string { return e.Code + " is needed: " + e.Reason }

// FormulaError says that a formula of a product has no quantity for what was measured.
type FormulaError struct {
	Formula string
	Err     error // of package formula
}

// Error implements error.
func (e *FormulaError) Error() string { return fmt.Sprintf("the formula %s: %v", e.Formula, e.Err) }

// Unwrap returns why the formula has no quantity.
func (e *FormulaError) Unwrap() error { return e.Err }

// leadAt returns the standard lead time that holds at a moment, as known at another. What was recorded first has held before all others.
func (p Product) leadAt(at, knownAt time.Time) int {
	if len(p.LeadDays) == 0 {
		return p.StandardLeadDays
	}
	first := 0
	for i, lead := range p.LeadDays {
		if lead.RecordedAt.Before(p.LeadDays[first].RecordedAt) {
			first = i
		}
	}
	for i, lead := range slices.Backward(p.LeadDays) {
		if i != first && !lead.ValidFrom.After(at) && !lead.RecordedAt.After(knownAt) {
			return lead.Days
		}
	}
	return p.LeadDays[first].Days
}

// sortLeads sorts lead times in the order in which they hold. The order of two for one moment is that of their recording.
func sortLeads(leads []DatedLead) []DatedLead {
	sorted := slices.Clone(leads)
	slices.SortStableFunc(sorted, func(a, b DatedLead) int {
		return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt))
	})
	return sorted
}

// sortRecipes sorts recipes in the order in which they hold.
func sortRecipes(recipes []Recipe) {
	slices.SortFunc(recipes, func(a, b Recipe) int {
		return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
}

// EachComponent visits the components of the recipe and of its options.
func (r Recipe) EachComponent(visit func(Component)) {
	for _, c := range r.Components {
		visit(c)
	}
	for _, o := range r.Options {
		for _, c := range o.Components {
			visit(c)
		}
	}
}
