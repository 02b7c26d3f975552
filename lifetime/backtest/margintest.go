package backtest

import (
	"errors"
	"math"

	"kopeck/lifetime"
)

// MaxNotPositive is the share of the repeaters up to which Gamma-Gamma may leave out those whose mean margin is 0 or less. Beyond it
// overstates what an order earns by too much.
const MaxNotPositive = 0.01

// leavesTooMany reports whether a fit left out more repeaters than it may.
func leavesTooMany(f lifetime.GammaGammaFit) bool {
	return float64(f.NotPositive) > MaxNotPositive*float64(f.Customers+f.NotPositive)
}

// Suits reports whether Gamma-Gamma may be used: it holds the margins, and either frequency and margin are as independent as it
// assumes, or it predicted order days that it was not fitted on at least as well as ShrunkenMean.
func (t MarginTest) Suits(f lifetime.GammaGammaFit) bool {
	if leavesTooMany(f) {
		return false
	}
	return math.Abs(f.Correlation) <= lifetime.MaxCorrelation || !(t.ShrunkenMean < t.GammaGamma)
}

// MarginTest compares models of the margin by order days that they were not fitted on: by the root of the mean square difference
// between what a customer's order days earned on average and what was expected of each.
type MarginTest struct {
	Customers                int
	GammaGamma, ShrunkenMean float64 // NaN where the model was not tested
}

// TestMargins fits the models of the margin to the order days up to the end of a day and tests them on those after it, on the
// customers who have both. It has no customers where the days before it identify no model. Errors: as the fits, without *Unidentified.
func TestMargins(histories []lifetime.History, end int, o lifetime.Options) (MarginTest, error) {
	t := MarginTest{GammaGamma: math.NaN(), ShrunkenMean: math.NaN()}
	rows, spread := marginsUntil(histories, end)
	var unidentified *lifetime.Unidentified
	shrunken, err := lifetime.FitShrunkenMean(rows, spread)
	if errors.As(err, &unidentified) {
		return t, nil
	}
	if err != nil {
		return t, err
	}
	gamma, err := lifetime.FitGammaGamma(rows, o)
	if err != nil && !errors.As(err, &unidentified) {
		return t, err
	}
	held := err == nil && !leavesTooMany(gamma)
	var days, missed, gammaMissed float64
	for _, h := range histories {
		known := h.Until(end)
		if len(known) == 0 || len(known) == len(h) {
			continue
		}
		t.Customers++
		x, mean := known.Repeat()
		n, later := float64(len(h)-len(known)), h[len(known):].Mean()
		expected, err := shrunken.ExpectedMargin(x, mean)
		if err != nil {
			return t, err
		}
		days += n
		missed += n * (later - expected) * (later - expected)
		if held && gamma.Model.Holds(x, mean) {
			if expected, err = gamma.Model.ExpectedMargin(x, mean); err != nil {
				return t, err
			}
		}
		gammaMissed += n * (later - expected) * (later - expected)
	}
	if days > 0 {
		t.ShrunkenMean = math.Sqrt(missed / days)
		if held {
			t.GammaGamma = math.Sqrt(gammaMissed / days)
		}
	}
	return t, nil
}

// marginsUntil returns the margins of repeat order days up to the end of a day, and how far they lie from each customer's mean.
func marginsUntil(histories []lifetime.History, end int) (rows []lifetime.MarginRow, spread lifetime.MarginSpread) {
	for _, h := range histories {
		known := h.Until(end)
		spread.Add(known)
		if x, mean := known.Repeat(); x > 0 {
			rows = append(rows, lifetime.MarginRow{X: x, Mean: mean, N: 1})
		}
	}
	return rows, spread
}
