package pricing

import (
	"fmt"
	"slices"
	"strconv"

	"kopeck/costing"
	"kopeck/money"
)

// MeasurementError says that a product made to measure needs a measurement, as an option, that is neither given nor known
// of the customer.
type MeasurementError struct {
	Code   string // of the option
	Reason string
}

// Error implements error.
func (e *MeasurementError) Error() string { return e.Code + " is needed: " + e.Reason }

// measure completes the chosen options by the customer's measurements. A question without a customer, as for a floor, is
// left as it is.
func (w *waterfall) measure() error {
	if w.question.Customer.ID == "" {
		return nil
	}
	given := len(w.question.Options)
	for _, option := range w.product.Options {
		if !option.Measured || slices.ContainsFunc(w.question.Options[:given], func(c Option) bool { return c.Code == option.Code }) {
			continue
		}
		value, err := measurementOf(w.question.Customer, option.Code)
		if err != nil {
			return err
		}
		w.question.Options = append(slices.Clip(w.question.Options), Option{Code: option.Code, Value: value})
	}
	return nil
}

// measurementOf returns what is known of a customer as the value of an option.
func measurementOf(c Customer, code string) (string, error) {
	var value string
	switch measured := c.Measurements[code].(type) {
	case nil:
		return "", &MeasurementError{code, "neither given nor known of this customer"}
	case float64:
		value = strconv.FormatFloat(measured, 'f', -1, 64)
	case string:
		value = measured
	default:
		value = fmt.Sprint(measured)
	}
	if units, err := money.ParseDecimal(value); err != nil || units.Sign() < 0 {
		return "", &MeasurementError{code, "not given, and what is known of this customer is no measure"}
	}
	return value, nil
}

// withoutGrades returns the chosen options except those that make a grade.
func withoutGrades(p costing.Product, chosen []Option) []Option {
	return slices.DeleteFunc(slices.Clone(chosen), func(c Option) bool {
		return slices.ContainsFunc(p.Options, func(o costing.Option) bool { return o.Grade && o.Code == c.Code })
	})
}
