package backtest

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"kopeck/lifetime"
)

// HoldOut is a row of the calibration period with what each of its N customers did afterwards.
type HoldOut struct {
	lifetime.Row
	Purchases int // order days in the hold-out period, of each
	Recent    int // order days in the last period of the calibration, of each; of KindLastPeriod alone
}

// BackTest is how well a model fitted to the calibration period predicted the hold-out period.
//
// On the mean absolute error "nobody buys" nearly wins, since most customers do not; judge by the root
// mean square error, the bias and TopTenth.
type BackTest struct {
	Actual, Predicted float64 // order days of all customers
	Bias              float64 // Predicted/Actual - 1; 0 if nothing was bought
	MeanAbsolute      float64 // error per customer
	RootMeanSquare    float64 // error per customer
	// BaselineRootMeanSquare is the error of the simplest alternative: everyone continues at the mean rate of
	// the calibration period, Σx/ΣT.
	BaselineRootMeanSquare float64
	// TopTenth is the share of the actual purchases made by the tenth of the customers (rounded down)
	// with the highest predictions; customers with equal predictions share what they bought.
	TopTenth  float64
	Customers int
	// LogLikelihood of what each customer bought: the measure by which models are chosen, since it alone
	// judges the whole forecast and not its mean. Test fills it.
	LogLikelihood float64
}

// NewBackTest compares predict(x, t_x, T, t), such as BGNBD.ExpectedPurchases, with what was bought in
// the t units after the calibration period; rows and t are in the model's unit. Errors wrap ErrStats:
// no customers, t not above 0, or a negative count.
func NewBackTest(rows []HoldOut, t float64, predict func(x int, tx, T, t float64) float64) (BackTest, error) {
	return newBackTest(rows, t, func(r HoldOut) float64 { return predict(r.X, r.TX, r.T, t) })
}

func newBackTest(rows []HoldOut, t float64, predict func(r HoldOut) float64) (BackTest, error) {
	var b BackTest
	var repeats, time float64
	for _, r := range rows {
		if r.N < 0 || r.Purchases < 0 {
			return BackTest{}, fmt.Errorf("%w: %+v", lifetime.ErrStats, r)
		}
		b.Customers += r.N
		repeats += float64(r.N) * float64(r.X)
		time += float64(r.N) * r.T
	}
	if b.Customers == 0 || !(t > 0) {
		return BackTest{}, fmt.Errorf("%w: %d customers held out for %g", lifetime.ErrStats, b.Customers, t)
	}
	baseline := 0.0
	if time > 0 {
		baseline = repeats / time * t
	}
	type forecast struct{ expected, bought, customers float64 }
	forecasts := make([]forecast, len(rows))
	var absolute, square, baselineSquare float64
	for i, r := range rows {
		n, bought := float64(r.N), float64(r.Purchases)
		expected := predict(r)
		forecasts[i] = forecast{expected, n * bought, n}
		b.Actual += n * bought
		b.Predicted += n * expected
		absolute += n * math.Abs(expected-bought)
		square += n * (expected - bought) * (expected - bought)
		baselineSquare += n * (baseline - bought) * (baseline - bought)
	}
	n := float64(b.Customers)
	b.MeanAbsolute, b.RootMeanSquare, b.BaselineRootMeanSquare = absolute/n, math.Sqrt(square/n), math.Sqrt(baselineSquare/n)
	if b.Actual == 0 {
		return b, nil
	}
	b.Bias = b.Predicted/b.Actual - 1
	slices.SortStableFunc(forecasts, func(a, b forecast) int { return cmp.Compare(b.expected, a.expected) })
	left, top := float64(b.Customers/10), 0.0
	for i := 0; i < len(forecasts) && left > 0; {
		var tie forecast
		for first := i; i < len(forecasts) && forecasts[i].expected == forecasts[first].expected; i++ {
			tie.bought += forecasts[i].bought
			tie.customers += forecasts[i].customers
		}
		if tie.customers > 0 {
			top += tie.bought * min(1, left/tie.customers)
		}
		left -= tie.customers
	}
	b.TopTenth = top / b.Actual
	return b, nil
}

// Test is NewBackTest of a model, with the log-likelihood of what was bought.
func Test(m lifetime.CountModel, rows []HoldOut, t float64) (BackTest, error) {
	b, err := newBackTest(rows, t, func(r HoldOut) float64 { return lifetime.Repeating(m, r.Recent).ExpectedPurchases(r.X, r.TX, r.T, t) })
	if err != nil {
		return b, err
	}
	for _, r := range rows {
		if r.N > 0 {
			b.LogLikelihood += float64(r.N) * lifetime.Repeating(m, r.Recent).LogProbability(r.Purchases, r.X, r.TX, r.T, t)
		}
	}
	return b, nil
}
