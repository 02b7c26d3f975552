package lifetime_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/lifetime/logtest"
)

// drawMargins draws customers of a model with 0 to 9 repeat order days each.
func drawMargins(m lifetime.ShrunkenMean, customers int, rng *rand.Rand) []lifetime.History {
	all := make([]lifetime.History, customers)
	for i := range all {
		own := m.Mean + m.Between*rng.NormFloat64()
		for day := range 1 + rng.IntN(10) {
			all[i] = append(all[i], lifetime.DayMargin{Day: i%100 + 30*day, Margin: own + m.Within*rng.NormFloat64()})
		}
	}
	return all
}

func TestShrunkenMeanIsRecovered(t *testing.T) {
	t.Parallel()
	for seed, m := range []lifetime.ShrunkenMean{{5623, 3000, 6000}, {-200, 900, 300}, {0, 100, 4000}} {
		histories := drawMargins(m, 20_000, rand.New(rand.NewPCG(uint64(seed), 5)))
		got, err := lifetime.FitShrunkenMean(logtest.MarginRows(histories))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(got.Mean-m.Mean) > 0.03*(m.Between+m.Within) || math.Abs(got.Within/m.Within-1) > 0.02 || math.Abs(got.Between-m.Between) > 0.04*(m.Between+m.Within) {
			t.Errorf("%+v, drawn from %+v", got, m)
		}
	}
}

// TestShrunkenMeanLaws: the expectation lies between the customer's mean and all customers', grows with the former, and depends on
// neither the currency's unit nor how rows are grouped.
func TestShrunkenMeanLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		drawn := lifetime.ShrunkenMean{Mean: rapid.Float64Range(-1e5, 1e5).Draw(t, "mean"), Between: rapid.Float64Range(0, 1e5).Draw(t, "between"), Within: rapid.Float64Range(0, 1e5).Draw(t, "within")}
		rows, spread := logtest.MarginRows(drawMargins(drawn, 60+rng.IntN(100), rng))
		m, err := lifetime.FitShrunkenMean(rows, spread)
		if err != nil {
			t.Fatal(err)
		}
		x, own := rapid.IntRange(0, 50).Draw(t, "x"), rapid.Float64Range(-1e6, 1e6).Draw(t, "own")
		got, err := m.ExpectedMargin(x, own)
		low, high := min(own, m.Mean), max(own, m.Mean)
		if err != nil || x > 0 && (got < low-1e-6 || got > high+1e-6) || x == 0 && got != m.Mean {
			t.Fatalf("%+v: %d orders of %g: %g, %v", m, x, own, got, err)
		}
		factor := math.Exp(rapid.Float64Range(-5, 5).Draw(t, "ln factor"))
		scaled := slices.Clone(rows)
		for i := range scaled {
			scaled[i].Mean *= factor
		}
		scaled = append(scaled, scaled...)
		for i := range scaled { // each customer twice
			scaled[i].N = 2
		}
		twice, err := lifetime.FitShrunkenMean(scaled, lifetime.MarginSpread{Squares: 4 * spread.Squares * factor * factor, Freedom: 4 * spread.Freedom})
		size := math.Abs(m.Mean) + m.Between + m.Within
		if err != nil || math.Abs(twice.Mean/factor-m.Mean) > 0.2*size || math.Abs(twice.Within/factor-m.Within) > 1e-6*size {
			t.Fatalf("%+v, %v in other units, four times each: %+v", twice, err, m)
		}
	})
}

func TestShrunkenMeanWithLittleData(t *testing.T) {
	t.Parallel()
	row := func(x int, mean float64, n int) lifetime.MarginRow { return lifetime.MarginRow{X: x, Mean: mean, N: n} }
	once := []lifetime.MarginRow{row(1, 100, 40), row(1, -60, 40), row(0, 0, 999)}
	t.Run("nobody has ordered twice again", func(t *testing.T) {
		t.Parallel()
		m, err := lifetime.FitShrunkenMean(once, lifetime.MarginSpread{})
		if err != nil || m.Mean != 20 {
			t.Fatalf("%+v, %v", m, err)
		}
		if ratio := m.Within * m.Within / (m.Between * m.Between); math.Abs(ratio-2.74/6.25) > 0.02 {
			t.Errorf("the mean of all weighs %g orders, want the published 0.438", ratio)
		}
	})
	t.Run("customers do not differ", func(t *testing.T) {
		t.Parallel()
		m, err := lifetime.FitShrunkenMean(once, lifetime.MarginSpread{Squares: 1e6, Freedom: 10})
		if err != nil || m.Between != 0 {
			t.Fatalf("%+v, %v", m, err)
		}
		if got, err := m.ExpectedMargin(50, 1e6); err != nil || got != m.Mean {
			t.Errorf("%g, %v", got, err)
		}
	})
	t.Run("too few", func(t *testing.T) {
		t.Parallel()
		_, err := lifetime.FitShrunkenMean([]lifetime.MarginRow{row(3, 5, 29)}, lifetime.MarginSpread{})
		if u := new(lifetime.Unidentified); !errors.As(err, &u) || u.Reason != lifetime.TooFewMargins {
			t.Error(err)
		}
	})
	t.Run("no number", func(t *testing.T) {
		t.Parallel()
		if _, err := lifetime.FitShrunkenMean([]lifetime.MarginRow{row(3, math.Inf(1), 50)}, lifetime.MarginSpread{}); !errors.Is(err, lifetime.ErrStats) {
			t.Error(err)
		}
		if err := (lifetime.ShrunkenMean{Between: -1}).Validate(); !errors.Is(err, lifetime.ErrParameters) {
			t.Error(err)
		}
	})
	t.Run("the prior has the variance of the order days", func(t *testing.T) {
		t.Parallel()
		m := lifetime.ShrunkenPrior(-5, 900)
		if v := m.Between*m.Between + m.Within*m.Within; m.Mean != -5 || math.Abs(v-900) > 1e-9 {
			t.Errorf("%+v has the variance %g", m, v)
		}
	})
}

// TestMarginsAreTested: where customers earn nothing the test of the real log is of the shrunken mean alone; where all earn
// something it is of both.
func TestMarginsAreTested(t *testing.T) {
	t.Parallel()
	log := logtest.Read(t, "cdnow_sample")
	for name, less := range map[string]float64{"what was spent": 0, "40 in a hundred of it less 8 dollars": 8} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var histories []lifetime.History
			for _, days := range log {
				var h lifetime.History
				for d, spent := range days {
					if less > 0 {
						spent = 0.4*spent - less
					} else {
						spent = max(spent, 0.01)
					}
					h = append(h, lifetime.DayMargin{Day: d, Margin: 100 * spent})
				}
				slices.SortFunc(h, func(a, b lifetime.DayMargin) int { return a.Day - b.Day })
				histories = append(histories, h)
			}
			slices.SortFunc(histories, func(a, b lifetime.History) int {
				return slices.CompareFunc(a, b, func(a, b lifetime.DayMargin) int { return a.Day - b.Day })
			})
			end := logtest.Day(t, "2006-01-02", "1997-09-30")
			got, err := backtest.TestMargins(histories, end, lifetime.Options{})
			if err != nil || got.Customers != 684 {
				t.Fatalf("%+v, %v; want the 684 customers who ordered later", got, err)
			}
			if tested := !math.IsNaN(got.GammaGamma); tested != (less == 0) || !(got.ShrunkenMean > 0) {
				t.Errorf("%+v", got)
			}
		})
	}
}
