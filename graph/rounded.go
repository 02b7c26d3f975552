package graph

import (
	"context"
	"fmt"
	"math"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/money"
	"kopeck/service"
)

// rounded rounds the figure that a resolver returns, for a viewer without the scope of a field: an amount by [service.Core.Round], a
// number to two significant digits.
func (r *Resolver) rounded(ctx context.Context, obj any, next graphql.Resolver) (any, error) {
	value, err := next(ctx)
	if err != nil {
		return nil, err
	}
	switch figure := value.(type) {
	case float64:
		return twoDigits(figure), nil
	case *float64:
		if figure == nil {
			return figure, nil
		}
		round := twoDigits(*figure)
		return &round, nil
	case money.Amount:
		return r.roundedAmount(figure, obj)
	case *money.Amount:
		if figure == nil {
			return figure, nil
		}
		round, err := r.roundedAmount(*figure, obj)
		return &round, err
	}
	return nil, fmt.Errorf("graph: @scope(orRounded: true) on a %T, which is no figure", value)
}

// roundedAmount rounds an amount of an object.
func (r *Resolver) roundedAmount(amount money.Amount, obj any) (money.Amount, error) {
	of, ok := obj.(service.Roundable)
	if !ok {
		return money.Amount{}, fmt.Errorf("graph: @scope(orRounded: true) on a field of a %T, which does not say what its amounts are made of", obj)
	}
	return r.app.Round(amount, of)
}

// twoDigits rounds a number to two significant digits.
func twoDigits(number float64) float64 {
	if number == 0 || math.IsNaN(number) || math.IsInf(number, 0) {
		return number
	}
	places := 1 - int(math.Floor(math.Log10(math.Abs(number))))
	if places < 0 {
		step := math.Pow10(-places)
		return math.Round(number/step) * step
	}
	scale := math.Pow10(places)
	if math.IsInf(scale, 0) {
		return 0
	}
	return math.Round(number*scale) / scale
}
