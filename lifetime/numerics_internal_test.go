package lifetime

import (
	"math"
	"math/big"
	"testing"

	"kopeck/lifetime/numeric"

	"pgregory.net/rapid"
)

// The series and the integral are two derivations of one expectation: they must agree.
func TestSeriesIsIntegral(t *testing.T) {
	t.Parallel()
	agreed := 0
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, lo, hi float64) float64 {
			return math.Exp(rapid.Float64Range(math.Log(lo), math.Log(hi)).Draw(t, name))
		}
		shape, leave, stay := draw("shape", 1e-3, 500), draw("leave", 1e-9, 1e4), draw("stay", 1e-3, 1e5)
		ts, out := [1]float64{draw("s", 1e-6, 1e3)}, [1]float64{}
		if shape*math.Log1p(ts[0]) > maxLogHead || !series(shape, leave, stay, 1, 1, 0, ts[:], out[:]) {
			return
		}
		agreed++
		if want := integral(shape, leave, stay, ts[0]); !(math.Abs(out[0]-want) <= 1e-11*want) {
			t.Fatalf("series %.17g, integral %.17g", out[0], want)
		}
	})
	if agreed < 30 {
		t.Errorf("only %d drawings were fit for the series", agreed)
	}
}

// The same of orders that take several phases, some of which have passed.
func TestSeriesIsMeanOverPhases(t *testing.T) {
	t.Parallel()
	agreed := 0
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, lo, hi float64) float64 {
			return math.Exp(rapid.Float64Range(math.Log(lo), math.Log(hi)).Draw(t, name))
		}
		k := rapid.IntRange(1, MaxPhases).Draw(t, "k")
		j := rapid.IntRange(0, k-1).Draw(t, "j")
		shape, leave, stay, s := draw("shape", 1e-2, 500), draw("leave", 1e-6, 1e3), 1+draw("stay", 1e-3, 1e3), draw("s", 1e-2, 1e3)
		ts, out, share := [1]float64{s}, [1]float64{}, [MaxPhases]float64{}
		share[j] = 1
		if shape*math.Log1p(s) > maxLogHead || !series(shape+float64(j), leave, stay, 1, k, j, ts[:], out[:]) {
			return
		}
		agreed++
		most := shape + float64(k)
		want := numeric.BetaMean(leave, stay, max(1, s, s*most), most, func(p float64) float64 { return overPhases(p, shape, s, k, &share) })
		// Where hardly an order comes, the mean is a small difference of great ones; there the series is used.
		if !(math.Abs(out[0]-want) <= 1e-10*want+1e-12) {
			t.Fatalf("series %.17g, mean over p %.17g", out[0], want)
		}
	})
	if agreed < 30 {
		t.Errorf("only %d drawings were fit for the series", agreed)
	}
}

// By hand: with shape 1 and s = 1, h(p) = 1/(1+p), whose mean over Beta(2, 1), density 2p, is 2·(1 - ln 2).
func TestIntegralClosedForm(t *testing.T) {
	t.Parallel()
	if got, want := integral(1, 2, 1, 1), 2*(1-math.Ln2); math.Abs(got-want) > 1e-14 {
		t.Errorf("got %.17g, want %.17g", got, want)
	}
	// Over Beta(1, 1), uniform, the mean of h(p) = s/(1 + ps) is ln(1 + s).
	for _, s := range []float64{1e-8, 0.5, 40, 1e6, 1e12} {
		if got, want := integral(1, 1, 1, s), math.Log1p(s); math.Abs(got/want-1) > 1e-13 {
			t.Errorf("s = %g: got %.17g, want %.17g", s, got, want)
		}
	}
}

func TestRisingFactorials(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y := math.Exp(rapid.Float64Range(-40, 40).Draw(t, "ln y"))
		n := rapid.IntRange(0, 200).Draw(t, "n")
		// ln of the product and the sum of reciprocals, in 200 bits.
		product, sum := new(big.Float).SetPrec(200).SetInt64(1), 0.0
		for j := n - 1; j >= 0; j-- { // reciprocals: smallest first
			factor := new(big.Float).SetPrec(200).SetFloat64(y)
			factor.Add(factor, new(big.Float).SetInt64(int64(j)))
			product.Mul(product, factor)
			f, _ := factor.Float64()
			sum += 1 / f
		}
		exponent := product.MantExp(product)
		mantissa, _ := product.Float64()
		want := math.Log(mantissa) + float64(exponent)*math.Ln2
		size := math.Max(float64(n)*(1+math.Abs(math.Log(y))), 1)
		if got := numeric.LogRising(y, float64(n)); math.Abs(got-want) > 1e-14*size {
			t.Fatalf("logRising(%g, %d) = %.17g, want %.17g", y, n, got, want)
		}
		if got := numeric.DigammaRising(y, float64(n)); math.Abs(got-sum) > 1e-13*sum {
			t.Fatalf("digammaRising(%g, %d) = %.17g, want %.17g", y, n, got, sum)
		}
	})
}

// Between whole numbers the recurrence Γ(y+n+1) = (y+n)·Γ(y+n) must hold, and math.Lgamma agree.
func TestLogRisingBetweenWholeNumbers(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		y, n := rapid.Float64Range(0.01, 50).Draw(t, "y"), rapid.Float64Range(0.01, 50).Draw(t, "n")
		up, _ := math.Lgamma(y + n)
		down, _ := math.Lgamma(y)
		if got := numeric.LogRising(y, n); math.Abs(got-(up-down)) > 1e-13*(math.Abs(up)+math.Abs(down)+10) {
			t.Fatalf("logRising(%g, %g) = %.17g, want %.17g", y, n, got, up-down)
		}
		h := 1e-5 * y
		slope := (numeric.LogRising(y+h, n) - numeric.LogRising(y-h, n)) / (2 * h)
		if got := numeric.DigammaRising(y, n); math.Abs(got-slope) > 1e-6*math.Max(1, math.Abs(slope)) {
			t.Fatalf("digammaRising(%g, %g) = %g, the slope is %g", y, n, got, slope)
		}
	})
}

// The analytic gradients are the slopes of the likelihoods.
func TestGradients(t *testing.T) {
	t.Parallel()
	sample := Sample{Unit: Week, Rows: []Row{
		{X: 0, T: 9, N: 40},
		{X: 0, T: 30, N: 20},
		{X: 1, TX: 3, T: 30, N: 9},
		{X: 1, TX: 9, T: 9, N: 2},
		{X: 4, TX: 25, T: 30, N: 5},
		{X: 25, TX: 29, T: 30, N: 1},
		{X: 25, TX: 4, T: 30, N: 1},
	}}
	d, regular := newCounts(sample, 1), newCounts(sample, 4)
	m := newMargins([]MarginRow{{X: 1, Mean: 3, N: 4}, {X: 2, Mean: 90, N: 1}, {X: 7, Mean: 11, N: 2}, {X: 30, Mean: 5, N: 1}}, 10)
	for name, l := range map[string]numeric.Likelihood{
		"BG/NBD": d.betaGeometric(0), "MBG/NBD": d.betaGeometric(1), "Pareto/NBD": d.paretoNBD(), "NBD": d.nbd(), "Gamma-Gamma": m.likelihood(8),
		"MBG/CNBD-4": regular.betaGeometric(1), "CNBD-4": regular.nbd(),
	} {
		rapid.Check(t, func(t *rapid.T) {
			dim := len(l.Starts[0])
			theta, grad, other := make([]float64, dim), make([]float64, dim), make([]float64, dim)
			for i := range theta {
				theta[i] = rapid.Float64Range(-4, 4).Draw(t, "theta")
			}
			l.At(theta, grad)
			for i := range theta {
				const h = 1e-5
				v := theta[i]
				theta[i] = v + h
				up := l.At(theta, other)
				theta[i] = v - h
				down := l.At(theta, other)
				theta[i] = v
				if slope := (up - down) / (2 * h); math.Abs(slope-grad[i]) > 1e-5*(1+math.Abs(slope)+math.Abs(up)*1e-3) {
					t.Fatalf("%s at %v: derivative %d is %g, the slope %g", name, theta, i, grad[i], slope)
				}
			}
		})
	}
}

// The coarse sample that leads a fit on its way has the customers, orders and scale of the sample.
func TestCoarseKeepsTheTotals(t *testing.T) {
	t.Parallel()
	var all Tally
	for i := range 9000 {
		s := Stats{AgeDays: 190 + i%81}
		if i%3 > 0 {
			s.Frequency = 1 + i%7
			s.RecencyDays = s.Frequency + i%180
		}
		if err := all.Add(s, 1+i%4); err != nil {
			t.Fatal(err)
		}
	}
	s := all.Sample(Week)
	few := coarse(s)
	if len(few.Rows) > len(s.Rows)/2 || few.Validate() != nil {
		t.Fatalf("%d rows of %d: %v", len(few.Rows), len(s.Rows), few.Validate())
	}
	a, b := newCounts(s, 1), newCounts(few, 1)
	if a.customers != b.customers || a.repeats != b.repeats || math.Abs(a.scale/b.scale-1) > 1e-12 {
		t.Errorf("%g customers, %g repeats, scale %g of %g, %g, %g", b.customers, b.repeats, b.scale, a.customers, a.repeats, a.scale)
	}
	small := Sample{Unit: Week, Rows: s.Rows[:coarseRows]}
	if got := coarse(small); len(got.Rows) != coarseRows {
		t.Errorf("%d rows of %d", len(got.Rows), coarseRows)
	}
}

// Whatever the pieces and the parameters, the odds are those of many small pieces.
func TestParetoLeftByMoreNodes(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, lo, hi float64) float64 {
			return math.Exp(rapid.Float64Range(math.Log(lo), math.Log(hi)).Draw(t, name))
		}
		m := paretoLeft{r: draw("r", 1e-3, 1e3), alpha: draw("alpha", 1e-4, 1e4), s: draw("s", 1e-6, 1e3), beta: draw("beta", 1e-4, 1e4)}
		x, tx := float64(rapid.IntRange(0, 500).Draw(t, "x")), draw("t_x", 1e-3, 1e3)
		T := tx + draw("T - t_x", 1e-3, 1e3)
		// In y itself, on pieces that grow away from t_x; relative to the integrand there.
		sum, low, step := 0.0, tx, min(m.alpha+tx, m.beta+tx)/(m.r+x+m.s+1)/4
		for low < T {
			high := min(low+step, T)
			for _, n := range numeric.Gauss32 {
				y := low + n.At*(high-low)
				sum += n.Weight * (high - low) / (m.beta + y) *
					math.Exp(-(m.r+x)*math.Log1p((y-tx)/(m.alpha+tx))-m.s*math.Log1p((y-tx)/(m.beta+tx)))
			}
			low, step = high, step*1.2
		}
		want := math.Log(m.s*sum) + (m.r+x)*math.Log1p((T-tx)/(m.alpha+tx)) + m.s*math.Log1p((T-tx)/(m.beta+tx))
		if got := m.logOdds(x, tx, T, nil); !(math.Abs(got-want) <= 1e-11*(1+math.Abs(want)/1000)) {
			t.Fatalf("%.15g, by many pieces %.15g", got, want)
		}
	})
}
