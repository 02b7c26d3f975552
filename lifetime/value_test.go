package lifetime_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
)

func TestFuture(t *testing.T) {
	t.Parallel()
	// By hand: two months with 1 and 0.5 orders of 1000 at 21 % a year; 1.21^(1/12), 1.21^(2/12).
	got, err := lifetime.Future([]float64{1, 1.5}, 1000, 0.21)
	want := 1000/math.Pow(1.21, 1./12) + 500/math.Pow(1.21, 2./12)
	if err != nil || !closeTo(got, want, 1e-14) {
		t.Errorf("got %.15g, %v; want %.15g", got, err, want)
	}
	if got, err := lifetime.Future([]float64{1, 1.5, 1.75}, 200, 0); err != nil || got != 350 {
		t.Errorf("undiscounted: %g, %v", got, err)
	}
	if got, err := lifetime.Future(nil, 200, 0.1); err != nil || got != 0 {
		t.Errorf("no months: %g, %v", got, err)
	}
	for _, rate := range []float64{-1, -2, math.NaN(), math.Inf(1)} {
		if got, err := lifetime.Future([]float64{1}, 200, rate); !errors.Is(err, lifetime.ErrDiscount) {
			t.Errorf("rate %g: %g, %v", rate, got, err)
		}
	}
	if _, err := lifetime.Future(make([]float64, lifetime.MaxMonths+1), 200, 0.1); !errors.Is(err, lifetime.ErrHorizon) {
		t.Errorf("601 months: %v", err)
	}
	long := make([]float64, lifetime.MaxMonths)
	for i := range long {
		long[i] = float64(i + 1)
	}
	if _, err := lifetime.Future(long, 200, -1+1e-12); !errors.Is(err, lifetime.ErrDiscount) {
		t.Errorf("a value beyond all doubles: %v", err)
	}
}

// Dearer time never raises the value, and the value never passes that of the orders undiscounted.
func TestFutureFallsWithTheRate(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		months := make([]float64, rapid.IntRange(1, 60).Draw(t, "months"))
		x, tx, T := s.In(m.TimeUnit())
		m.MonthlyOrders(months, x, tx, T)
		low := rapid.Float64Range(0, 2).Draw(t, "low")
		high := low + rapid.Float64Range(0, 2).Draw(t, "more")
		a, err1 := lifetime.Future(months, 100, low)
		b, err2 := lifetime.Future(months, 100, high)
		if err1 != nil || err2 != nil {
			t.Fatal(err1, err2)
		}
		if most := 100 * months[len(months)-1]; b > a*(1+1e-12) || a > most*(1+1e-12) || b < 0 {
			t.Fatalf("%g at %g, %g at %g, %g undiscounted", a, low, b, high, most)
		}
	})
}

func TestPriors(t *testing.T) {
	t.Parallel()
	for u := lifetime.Day; u <= lifetime.Month; u++ {
		p := lifetime.Prior(u)
		if err := p.Validate(); err != nil || p.Unit != u {
			t.Errorf("%v: %+v, %v", u, p, err)
		}
		// FHL 2005's customer 1: E[Y(39 weeks)] = 1.226.
		weeks := 7 / u.Days()
		if got := p.ExpectedPurchases(2, 30.43*weeks, 38.86*weeks, 39*weeks); math.Abs(got-1.226) > 5e-4 {
			t.Errorf("%v: %g", u, got)
		}
	}
	if got := lifetime.Prior(lifetime.Day).Alpha; !closeTo(got, 4.414*7, 1e-15) {
		t.Errorf("alpha in days %g", got)
	}
	g, err := lifetime.MarginPrior(35150)
	if err != nil {
		t.Fatal(err)
	}
	if mean, err := g.ExpectedMargin(0, 0); err != nil || !closeTo(mean, 35150, 1e-14) {
		t.Errorf("population mean %g, %v", mean, err)
	}
	// FH 2013's gamma of 15.44 belongs to a mean of 35.2 dollars: the prior is its shape at any scale.
	if g, err := lifetime.MarginPrior(35.219); err != nil || math.Abs(g.Gamma-15.44) > 0.001 {
		t.Errorf("got %+v, %v, want a gamma of 15.44", g, err)
	}
	for _, mean := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		var u *lifetime.Unidentified
		if _, err := lifetime.MarginPrior(mean); !errors.As(err, &u) || u.Reason != lifetime.NoMargin {
			t.Errorf("mean %g: %v", mean, err)
		}
	}
}
