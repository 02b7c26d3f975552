package costing

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"kopeck/formula"
	"kopeck/money"
)

// Chosen is an option that is chosen for a product and how much of it: the units of the option for each
// unit of the product, such as metres of lining, as a decimal number; "true", "yes" and "" are 1, "false" and "no" 0. Of a measurement it
// is what was measured. It is kept as JSON with order and offer lines.
type Chosen struct {
	Code  string `json:"code"`
	Value string `json:"value"`
}

// OptionError says which chosen option is wrong, and why.
type OptionError struct {
	Index  int    // of the chosen options
	Field  string // "code" or "value"
	Reason string
}

// Error implements error.
func (e *OptionError) Error() string {
	return fmt.Sprintf("options[%d].%s: %s", e.Index, e.Field, e.Reason)
}

// Units returns the number of units that the value stands for, or the reason why it stands for none.
func (c Chosen) Units() (money.Decimal, error) {
	switch strings.ToLower(strings.TrimSpace(c.Value)) {
	case "", "true", "yes":
		return one, nil
	case "false", "no":
		return money.Decimal{}, nil
	}
	units, err := money.ParseDecimal(c.Value)
	if err == nil && units.Sign() < 0 {
		err = fmt.Errorf("want 0 or more")
	}
	return units, err
}

// CheckChosen returns the units of each of the product's options, in the product's order, or an *OptionError: an
// option that the product does not have, one chosen twice, or a value that is no number, negative or too fine. What the product's
// formulas measure may be among the chosen.
func CheckChosen(p Product, chosen []Chosen) ([]money.Decimal, error) {
	units := make([]money.Decimal, len(p.Options))
	for i, choice := range chosen {
		at := slices.IndexFunc(p.Options, func(o Option) bool { return o.Code == choice.Code })
		switch {
		case slices.ContainsFunc(chosen[:i], func(c Chosen) bool { return c.Code == choice.Code }):
			return nil, &OptionError{i, "code", fmt.Sprintf("the option %q is chosen twice", choice.Code)}
		case at < 0 && !slices.Contains(p.Measurements, choice.Code):
			return nil, &OptionError{i, "code", fmt.Sprintf("%s has no option %q", p.SKU, choice.Code)}
		case at < 0:
			continue
		}
		var err error
		if units[at], err = choice.Units(); err != nil {
			return nil, &OptionError{i, "value", err.Error()}
		}
	}
	return units, nil
}

// notMeasured is the reason of a MeasurementError.
const notMeasured = "it is not measured"

// selection is what a question chooses of a product.
type selection struct {
	product Product // with those options that only earlier recipes have, if they were promised
	units   []money.Decimal
	base    []ingredient
	options [][]ingredient // by the product's options
}

// choose returns what a question chooses, with all quantities computed. Errors as Basis.Cost.
func (c *Catalogue) choose(q ProductQuestion, v *version) (selection, error) {
	s := selection{product: v.product, base: v.made.base, options: v.made.options}
	made := v.made
	chosen := q.Chosen
	if q.Promised {
		var err error
		if chosen, made, err = c.promised(q, v, &s); err != nil {
			return s, err
		}
	}
	var err error
	if s.units, err = CheckChosen(s.product, chosen); err != nil {
		return s, err
	}
	if len(made.formulas) == 0 {
		return s, nil
	}
	values, err := c.values(q, made.codes)
	if err != nil {
		return s, err
	}
	by := made.compute(values)
	s.base = measured(s.base, by)
	s.options = slices.Clone(s.options)
	for i := range s.options {
		s.options[i] = measured(s.options[i], by)
	}
	return s, nil
}

// values returns what is measured of each code; none is given for what is not.
func (c *Catalogue) values(q ProductQuestion, codes []string) ([]formula.Number, error) {
	values := make([]formula.Number, len(codes))
	for n, code := range codes {
		i := slices.IndexFunc(q.Chosen, func(choice Chosen) bool { return choice.Code == code })
		if i < 0 {
			continue
		}
		value, err := money.ParseDecimal(q.Chosen[i].Value)
		if err != nil && q.Promised { // it was promised as an option, and the recipe measures it by now
			continue
		}
		if definition, ok := c.Measurement(code, q.At, q.KnownAt); err == nil && ok && !q.Promised {
			err = definition.Check(value)
		}
		if err != nil {
			return nil, &OptionError{i, "value", err.Error()}
		}
		values[n] = formula.DecimalNumber(value)
	}
	return values, nil
}

// promised takes the options of a line that the recipe no longer has from the latest recipe that had them, and leaves out what it no
// longer measures.
func (c *Catalogue) promised(q ProductQuestion, v *version, s *selection) ([]Chosen, *folded, error) {
	var known []Chosen
	var added []Option
	for i, choice := range q.Chosen {
		has := func(o Option) bool { return o.Code == choice.Code }
		if slices.ContainsFunc(v.product.Options, has) || slices.Contains(v.product.Measurements, choice.Code) {
			known = append(known, choice)
			continue
		}
		option, ok := c.formerOption(q, choice.Code)
		switch {
		case ok:
			added = append(added, option)
			known = append(known, choice)
		case !c.IsDefined(choice.Code):
			return nil, nil, &OptionError{i, "code", fmt.Sprintf("%s has no option %q", v.product.SKU, choice.Code)}
		}
	}
	if len(added) == 0 {
		return known, v.made, nil
	}
	s.product.Options = slices.Concat(v.product.Options, added)
	made := folding{c, q.At, q.KnownAt}.product(s.product, nil)
	s.product.Measurements, s.base, s.options = made.codes, made.base, made.options
	return known, made, made.err
}

// formerOption returns the option of a code of the latest recipe that holds up to a moment, or else of the first that has it.
func (c *Catalogue) formerOption(q ProductQuestion, code string) (found Option, ok bool) {
	for _, r := range c.Recipes(q.ProductID) {
		if r.RecordedAt.After(q.KnownAt) || ok && r.ValidFrom.After(q.At) {
			continue
		}
		for _, o := range r.Options {
			if o.Code == code {
				found, ok = o, true
			}
		}
	}
	return found, ok
}

// QuantityOf returns the quantity of a component for what is measured at a moment, rounded to nine places where a formula gives it. Errors:
// *MeasurementError, *OptionError, *FormulaError.
func (c *Catalogue) QuantityOf(component Component, measured []Chosen, at time.Time) (money.Decimal, error) {
	if component.Formula == nil {
		return component.Quantity, nil
	}
	values, err := c.values(ProductQuestion{Chosen: measured, At: at, KnownAt: at}, component.Formula.Codes())
	if err != nil {
		return money.Decimal{}, err
	}
	if missing := slices.IndexFunc(values, func(n formula.Number) bool { return !n.Given() }); missing >= 0 {
		return money.Decimal{}, &MeasurementError{component.Formula.Codes()[missing], notMeasured}
	}
	quantity, err := component.Formula.Quantity(values)
	if err != nil {
		return money.Decimal{}, &FormulaError{component.Formula.String(), err}
	}
	return money.DecimalOf(quantity, money.Places)
}
