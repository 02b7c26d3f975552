package lifetime

import (
	"errors"
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// MaxMonths is the longest horizon, fifty years; no order log supports a longer forecast.
const MaxMonths = 600

// ErrHorizon is returned for a horizon of less than 0 or more than MaxMonths months.
var ErrHorizon = fmt.Errorf("lifetime: the horizon is not between 0 and %d months", MaxMonths)

// ErrDiscount is wrapped by the error for a discount rate that gives no finite value.
var ErrDiscount = errors.New("lifetime: the annual discount rate must be above -1 and give a numeric.Finite value")

// Future is the discounted expected margin of the months ahead, in minor units: the sum over months m
// of (cumulative[m-1] - cumulative[m-2]) · margin / (1 + annualRate)^(m/12), with cumulative as
// MonthlyOrders fills it, margin the expected margin of an order, and each month's orders valued at its
// end. The caller rounds it once, half to even. No months are worth 0. Errors: ErrHorizon, ErrDiscount.
func Future(cumulative []float64, margin, annualRate float64) (float64, error) {
	if len(cumulative) > MaxMonths {
		return 0, ErrHorizon
	}
	if !(annualRate > -1) || !numeric.Finite(annualRate) {
		return 0, fmt.Errorf("%w: %g", ErrDiscount, annualRate)
	}
	// Powers by multiplication: six hundred of them lose 1e-13 at most, and need no logarithm.
	monthly := math.Exp(-math.Log1p(annualRate) / 12)
	sum, before, factor := 0.0, 0.0, 1.0
	for _, c := range cumulative {
		factor *= monthly
		sum += (c - before) * factor
		before = c
	}
	if sum *= margin; !numeric.Finite(sum) {
		return 0, fmt.Errorf("%w: %g over %d months", ErrDiscount, annualRate, len(cumulative))
	}
	return sum, nil
}
