package quote

import (
	"context"
	"errors"
	"fmt"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/fault"
	"kopeck/pricing"
	"kopeck/service"
	"kopeck/service/input"
)

// PriceFault turns an error of the pure packages about a price into a fault.
func PriceFault(err error) error {
	var missing *pricing.MissingRateError
	var cycle *costing.CycleError
	var measurement *costing.MeasurementError
	var formula *costing.FormulaError
	switch {
	case errors.As(err, &measurement):
		return fault.Invalidf(measurement.Code, "%v", err).At("options")
	case errors.As(err, &formula):
		return fault.New(fault.WrongState, "options", "what is measured gives no quantity: %v", formula.Err)
	case errors.As(err, &missing), errors.As(err, &cycle), errors.Is(err, costing.ErrTooDeep), errors.Is(err, costing.ErrTooManyTerms),
		errors.Is(err, pricing.ErrNoTerms), errors.Is(err, pricing.ErrNoMargin):
		return fault.New(fault.WrongState, "productId", "%v", err)
	case errors.Is(err, costing.ErrUnknownProduct):
		return fault.NoSuch("productId", "product")
	}
	return input.DomainError(err)
}

// PriceFaultFor is PriceFault for an actor: which rate is missing tells what a product is made of, so that it is named to those
// alone who have the scope costs.
func PriceFaultFor(ctx context.Context, err error) error {
	return priceFaultFor(seesCosts(ctx), err)
}

func priceFaultFor(seesCosts bool, err error) error {
	var missing *pricing.MissingRateError
	if !seesCosts && errors.As(err, &missing) {
		return fault.New(fault.WrongState, "productId", "%s cannot be priced: a rate is missing", missing.SKU)
	}
	return PriceFault(err)
}

// IsUnpriced reports whether an error of a price says that there is none: no terms hold, or a rate or what is measured is missing.
func IsUnpriced(err error) bool {
	var missing *pricing.MissingRateError
	var unmeasured *costing.MeasurementError
	return errors.Is(err, pricing.ErrNoTerms) || errors.As(err, &missing) || errors.As(err, &unmeasured)
}

func seesCosts(ctx context.Context) bool {
	actor, ok := auth.From(ctx)
	return ok && actor.Has(auth.ScopeCosts)
}

// CheckAhead returns FORBIDDEN on a field with a moment ahead for whoever lacks the scope costs: what is known of rates to come
// would show in prices.
func (s *Service) CheckAhead(ctx context.Context, field string, moment time.Time) error {
	if !moment.After(s.Now()) || seesCosts(ctx) {
		return nil
	}
	return fault.New(fault.Forbidden, field, "a price of the future needs the scope %s", auth.ScopeCosts)
}

// ChosenOptions reads the options of a question; whether the product has them is checked with the price.
func ChosenOptions(in []*service.OptionInput) ([]pricing.Option, error) {
	if len(in) > 50 {
		return nil, fault.New(fault.LimitExceeded, "options", "want at most 50 options")
	}
	var chosen []pricing.Option
	for i, o := range in {
		if err := input.CheckText("value", o.Value, 100); err != nil {
			return nil, fault.At(err, "options", fmt.Sprint(i))
		}
		chosen = append(chosen, pricing.Option{Code: o.Code, Value: o.Value})
	}
	return chosen, nil
}
