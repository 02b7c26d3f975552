package costing

import (
	"fmt"
	"strings"

	"kopeck/money"
)

// Chosen is an option that is chosen for a product and how much of it: the units of the option for each
// unit of the product, such as metres of lining, as a decimal number; "true", "yes" and "" are 1, "false" and "no" 0.
// It is kept as JSON with order and offer lines.
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
// option that the product does not have, one chosen twice, or a value that is no number, negative or too fine.
func CheckChosen(p Product, chosen []Chosen) ([]money.Decimal, error) {
	units := make([]money.Decimal, len(p.Options))
	taken := make([]bool, len(p.Options))
	for i, choice := range chosen {
		at := -1
		for j := range p.Options {
			if p.Options[j].Code == choice.Code {
				at = j
			}
		}
		switch {
		case at < 0:
			return nil, &OptionError{i, "code", fmt.Sprintf("%s has no option %q", p.SKU, choice.Code)}
		case taken[at]:
			return nil, &OptionError{i, "code", fmt.Sprintf("the option %q is chosen twice", choice.Code)}
		}
		taken[at] = true
		var err error
		if units[at], err = choice.Units(); err != nil {
			return nil, &OptionError{i, "value", err.Error()}
		}
	}
	return units, nil
}
