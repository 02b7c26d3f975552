package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"kopeck/costing"
	"kopeck/money"
)

// measure completes the chosen options, and what the recipe's formulas measure, by the customer's measurements. A question without a
// customer, as for a floor, is for the least that can be measured.
func (w *waterfall) measure() error {
	given := len(w.question.Options)
	isGiven := func(code string, among []Option) bool {
		return slices.ContainsFunc(among, func(c Option) bool { return c.Code == code })
	}
	add := func(code, value string) {
		w.question.Options = append(slices.Clip(w.question.Options), Option{Code: code, Value: value})
	}
	if w.question.Customer.ID == "" {
		for _, code := range w.product.Measurements {
			if definition, _ := w.book.basis.Catalogue.Measurement(code, w.question.At, w.question.At); !isGiven(code, w.question.Options) {
				add(code, definition.Least.String())
			}
		}
		return nil
	}
	for _, option := range w.product.Options {
		if !option.Measured || isGiven(option.Code, w.question.Options[:given]) {
			continue
		}
		value, err := measurementOf(w.question.Customer, option.Code)
		if err != nil {
			return err
		}
		add(option.Code, value)
	}
	for _, code := range w.product.Measurements {
		if isGiven(code, w.question.Options) {
			continue
		}
		if value, err := w.fitting(code); err == nil {
			add(code, value)
		}
	}
	return nil
}

// MeasurementsOf returns those of what a product measures at a moment that are known of a customer and in their ranges, as options.
func (b *Book) MeasurementsOf(productID string, measurements map[string]any, at time.Time) []Option {
	product, _ := b.basis.Catalogue.Product(productID, at, at)
	w := waterfall{book: b, product: product, question: Question{Customer: Customer{Measurements: measurements}, At: at}}
	var known []Option
	for _, option := range product.Options {
		if value, err := measurementOf(w.question.Customer, option.Code); option.Measured && err == nil {
			known = append(known, Option{Code: option.Code, Value: value})
		}
	}
	for _, code := range product.Measurements {
		if slices.ContainsFunc(known, func(o Option) bool { return o.Code == code }) {
			continue
		}
		if value, err := w.fitting(code); err == nil {
			known = append(known, Option{Code: code, Value: value})
		}
	}
	return known
}

// fitting returns what is known of the customer as the value of a measurement, if it is in its range.
func (w *waterfall) fitting(code string) (string, error) {
	value, err := measurementOf(w.question.Customer, code)
	if err != nil {
		return "", err
	}
	if definition, ok := w.book.basis.Catalogue.Measurement(code, w.question.At, w.question.At); ok {
		if err := definition.Check(money.MustDecimal(value)); err != nil {
			return "", &costing.MeasurementError{Code: code, Reason: "not given, and of this customer " + err.Error()}
		}
	}
	return value, nil
}

// unmeasured says of a measurement that a cost lacks why the customer's is not taken. Other errors are returned as they are.
func (w *waterfall) unmeasured(err error) error {
	var missing *costing.MeasurementError
	if w.question.Customer.ID != "" && errors.As(err, &missing) {
		if _, reason := w.fitting(missing.Code); reason != nil {
			return reason
		}
	}
	return err
}

// measurementOf returns what is known of a customer as the value of an option: a number that money.ParseDecimal reads.
func measurementOf(c Customer, code string) (string, error) {
	var value string
	switch measured := c.Measurements[code].(type) {
	case nil:
		return "", &costing.MeasurementError{Code: code, Reason: "neither given nor known of this customer"}
	case float64:
		value = strconv.FormatFloat(measured, 'f', -1, 64)
	case string:
		value = measured
	default:
		value = fmt.Sprint(measured)
	}
	if units, err := money.ParseDecimal(value); err != nil || units.Sign() < 0 {
		return "", &costing.MeasurementError{Code: code, Reason: "not given, and what is known of this customer is no measure"}
	}
	return value, nil
}

// withoutGrades returns the chosen options except those that make a grade.
func withoutGrades(p costing.Product, chosen []Option) []Option {
	return slices.DeleteFunc(slices.Clone(chosen), func(c Option) bool {
		return slices.ContainsFunc(p.Options, func(o costing.Option) bool { return o.Grade && o.Code == c.Code })
	})
}
