package lifetime_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/lifetime/logtest"
)

// With one phase it is MBG/NBD, in everything.
func TestOnePhaseIsMBGNBD(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m, s := models().Draw(t, "model"), histories().Draw(t, "history")
		p := m.Parameters()
		one := lifetime.MBGNBD{Unit: m.TimeUnit(), R: p[0].Value, Alpha: p[1].Value, A: p[2].Value, B: p[3].Value}
		k := lifetime.MBGCNBD{Unit: one.Unit, K: 1, R: one.R, Alpha: one.Alpha, A: one.A, B: one.B}
		x, tx, T := s.In(one.Unit)
		n, at, rate := rapid.IntRange(0, 20).Draw(t, "n"), rapid.Float64Range(0, 300).Draw(t, "t"), rapid.Float64Range(0.001, 3).Draw(t, "rate")
		for what, pair := range map[string][2]float64{
			"LL": {k.LogLikelihood(x, tx, T), one.LogLikelihood(x, tx, T)}, "P(alive)": {k.PAlive(x, tx, T), one.PAlive(x, tx, T)},
			"E": {k.ExpectedPurchases(x, tx, T, at), one.ExpectedPurchases(x, tx, T, at)}, "new": {k.ExpectedNew(at), one.ExpectedNew(at)},
			"P": {k.LogProbability(n, x, tx, T, at), one.LogProbability(n, x, tx, T, at)},
			"D": {k.DiscountedPurchases(x, tx, T, rate), one.DiscountedPurchases(x, tx, T, rate)},
		} {
			if pair[0] != pair[1] && math.Abs(pair[0]-pair[1]) > 1e-11*math.Abs(pair[1])+1e-14 {
				t.Fatalf("%s: %g, MBG/NBD %g", what, pair[0], pair[1])
			}
		}
	})
}

// The likelihood is that of the gaps given a rate of phases and a leaving probability, over both: by the trapezoidal rule in
// ln(rate) and ln(p/(1-p)). P(alive) is the part of it in which the customer has not left.
func TestRegularLikelihoodByIntegration(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string, lo, hi float64) float64 {
			return math.Exp(rapid.Float64Range(math.Log(lo), math.Log(hi)).Draw(t, name))
		}
		m := lifetime.MBGCNBD{Unit: lifetime.Week, K: rapid.IntRange(1, 6).Draw(t, "k"), R: draw("r", 0.3, 9), Alpha: draw("alpha", 0.3, 30), A: draw("a", 0.3, 9), B: draw("b", 0.3, 9)}
		gaps := rapid.SliceOfN(rapid.Float64Range(0.1, 8), 0, 5).Draw(t, "gaps")
		silent := rapid.Float64Range(0, 30).Draw(t, "silent")
		tx, logGaps := 0.0, 0.0
		for _, g := range gaps {
			tx, logGaps = tx+g, logGaps+math.Log(g)
		}
		x, k := float64(len(gaps)), float64(m.K)
		lgamma := func(v float64) float64 { l, _ := math.Lgamma(v); return l }
		const step = 0.1
		stayed, left := 0.0, 0.0
		for u := -120.0; u < 8; u += step {
			rate, still := math.Exp(u), 0.0
			for j := range m.K { // fewer than K phases in the silence
				term := math.Exp(-rate * silent)
				if j > 0 {
					term = math.Exp(float64(j)*math.Log(rate*silent) - rate*silent - lgamma(float64(j)+1))
				}
				still += term
			}
			weight := math.Exp(m.R*(u+math.Log(m.Alpha)) - m.Alpha*rate - lgamma(m.R) + k*x*u - rate*tx + (k-1)*logGaps - x*lgamma(k))
			stayed, left = stayed+step*weight*still, left+step*weight
		}
		chance := func(leaves, stays float64) float64 { // the mean of p^leaves (1-p)^stays
			sum := 0.0
			for v := -120.0; v < 120; v += step {
				down, up := math.Log1p(math.Exp(-v)), math.Log1p(math.Exp(v))
				sum += step * math.Exp(-(m.A+leaves)*down-(m.B+stays)*up+lgamma(m.A+m.B)-lgamma(m.A)-lgamma(m.B))
			}
			return sum
		}
		stayed, left = stayed*chance(0, x+1), left*chance(1, x)
		if got, want := m.LogLikelihood(len(gaps), tx, tx+silent)+(k-1)*logGaps, math.Log(stayed+left); math.Abs(got-want) > 1e-7 {
			t.Fatalf("log-likelihood %.10f, integrated %.10f", got, want)
		}
		if got, want := m.PAlive(len(gaps), tx, tx+silent), stayed/(stayed+left); math.Abs(got-want) > 1e-7*want {
			t.Fatalf("P(alive) %.10f, integrated %.10f", got, want)
		}
	})
}

// What customers drawn from the model do after a day is what it expects of those with their histories, in groups of these.
func TestRegularCustomersDoWhatIsExpected(t *testing.T) {
	t.Parallel()
	rng := rand.New(rand.NewPCG(5, 6))
	m := lifetime.MBGCNBD{Unit: lifetime.Day, K: 3, R: 2, Alpha: 20, A: 0.5, B: 3}
	gamma := func(shape int) float64 { // of a whole shape
		sum := 0.0
		for range shape {
			sum += rng.ExpFloat64()
		}
		return sum
	}
	type group struct{ n, expected, came, square float64 }
	groups := map[string]*group{}
	const past, ahead = 120.0, 60.0
	for range 60_000 {
		rate := gamma(2) / m.Alpha
		// Beta(0.5, 3) is a squared normal's share with two-sided half shapes: Gamma(0.5) is a half squared normal.
		half := rng.NormFloat64()
		u := half * half / 2
		leave := u / (u + gamma(3))
		x, tx, later := 0, 0.0, 0
		for at := 0.0; rng.Float64() >= leave; {
			if at += gamma(3) / rate; at > past+ahead {
				break
			}
			if at <= past {
				x, tx = x+1, at
			} else {
				later++
			}
		}
		name := "silent long"
		if past-tx < 30 {
			name = "silent for a while"
		}
		if past-tx < 8 {
			name = "just ordered"
		}
		switch {
		case x == 0:
			name = "one order"
		case x < 4:
			name += ", a few"
		}
		g := groups[name]
		if g == nil {
			g = &group{}
			groups[name] = g
		}
		e := m.ExpectedPurchases(x, tx, past, ahead)
		g.n, g.expected, g.came, g.square = g.n+1, g.expected+e, g.came+float64(later), g.square+(float64(later)-e)*(float64(later)-e)
	}
	if len(groups) != 7 {
		t.Fatalf("%d groups", len(groups))
	}
	for name, g := range groups {
		if g.n < 200 || math.Abs(g.came-g.expected) > 4*math.Sqrt(g.square) {
			t.Errorf("%s: %g customers, %g orders expected, %g came, standard error %g", name, g.n, g.expected, g.came, math.Sqrt(g.square))
		}
	}
}

// The published fit of the grocery log by its first year finds K = 2 (Platzer, "Customer Base Analysis with BTYDplus"), and that the
// forecasts of the second year are nearer to what came than those of a Poisson process, customer by customer.
func TestGroceryIsRegular(t *testing.T) {
	t.Parallel()
	c := logtest.Read(t, "grocery").Calibrate(t, "2006-12-31", "2007-12-30")
	sample := c.Tally.Sample(lifetime.Week)
	fit, err := lifetime.FitMBGCNBD(sample, lifetime.Options{})
	if err != nil || !fit.Converged {
		t.Fatalf("got %+v, %v, want a converged fit", fit, err)
	}
	one, err := lifetime.FitMBGNBD(sample, lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fit.Model.K != 2 || fit.LogLikelihood < one.LogLikelihood+100 {
		t.Errorf("K = %d, log-likelihood %g, MBG/NBD %g", fit.Model.K, fit.LogLikelihood, one.LogLikelihood)
	}
	rows := c.Rows(lifetime.Week)
	regular, err := backtest.Test(fit.Model, rows, 52)
	if err != nil {
		t.Fatal(err)
	}
	other, err := backtest.Test(one.Model, rows, 52)
	if err != nil {
		t.Fatal(err)
	}
	if regular.MeanAbsolute >= other.MeanAbsolute || regular.RootMeanSquare >= other.RootMeanSquare || math.Abs(regular.Bias) >= math.Abs(other.Bias) {
		t.Errorf("%+v, MBG/NBD %+v", regular, other)
	}
	// The log's own rows and gaps give the likelihood that the fit reports.
	sum := sample.Gaps.LogSum
	for _, r := range sample.Rows {
		sum += float64(r.N) * fit.Model.LogLikelihood(r.X, r.TX, r.T)
	}
	if math.Abs(sum-fit.LogLikelihood) > 1e-6 {
		t.Errorf("the rows' likelihoods sum to %.9f, the fit says %.9f", sum, fit.LogLikelihood)
	}
	// In days it is the same fit.
	days, err := lifetime.FitMBGCNBD(c.Tally.Sample(lifetime.Day), lifetime.Options{})
	if err != nil || days.Model.K != 2 || !closeTo(days.Model.Alpha, 7*fit.Model.Alpha, 1e-4) || !closeTo(days.Model.A, fit.Model.A, 1e-4) {
		t.Errorf("in days %+v, %v", days, err)
	}
	orders := 0
	for _, r := range sample.Rows {
		orders += r.X * r.N
	}
	if math.Abs(days.LogLikelihood-fit.LogLikelihood+float64(orders)*math.Log(7)) > 1e-3 {
		t.Errorf("log-likelihood %g in days, %g in weeks, of %d orders", days.LogLikelihood, fit.LogLikelihood, orders)
	}
}

func TestCDNOWIsNotRegular(t *testing.T) {
	t.Parallel()
	sample := logtest.Read(t, "cdnow_sample").Calibrate(t, "1997-09-30", "1998-06-30").Tally.Sample(lifetime.Week)
	fit, err := lifetime.FitMBGCNBD(sample, lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	one, err := lifetime.FitMBGNBD(sample, lifetime.Options{})
	if err != nil || fit.Model.K != 1 || fit.LogLikelihood != one.LogLikelihood || fit.Model.R != one.Model.R {
		t.Errorf("%+v, MBG/NBD %+v, %v", fit, one, err)
	}
	sample.Gaps = lifetime.Gaps{}
	var unidentified *lifetime.Unidentified
	if _, err := lifetime.FitMBGCNBD(sample, lifetime.Options{}); !errors.As(err, &unidentified) || unidentified.Reason != lifetime.NoGaps {
		t.Errorf("without the gaps: %v", err)
	}
	var tally lifetime.Tally
	for _, bad := range [][2]int{{0, 1}, {-3, 1}, {5, -1}} {
		if err := tally.AddGaps(bad[0], bad[1]); !errors.Is(err, lifetime.ErrStats) {
			t.Errorf("%d gaps of %d days: %v", bad[1], bad[0], err)
		}
	}
}

func TestRegularParameters(t *testing.T) {
	t.Parallel()
	good := map[string]float64{"r": 1, "alpha": 1, "a": 1, "b": 1, "k": 12}
	if m, err := lifetime.NewCountModel(lifetime.KindMBGCNBD, lifetime.Week, good); err != nil || m != (lifetime.MBGCNBD{Unit: lifetime.Week, K: 12, R: 1, Alpha: 1, A: 1, B: 1}) {
		t.Errorf("got %+v, %v, want the model with k 12 and the other parameters 1", m, err)
	}
	for _, k := range []float64{0, -1, 1.5, 13, 1e300, math.NaN(), math.Inf(1)} {
		good["k"] = k
		if m, err := lifetime.NewCountModel(lifetime.KindMBGCNBD, lifetime.Week, good); !errors.Is(err, lifetime.ErrParameters) {
			t.Errorf("k = %g: %+v, %v", k, m, err)
		}
	}
	delete(good, "k")
	if m, err := lifetime.NewCountModel(lifetime.KindMBGCNBD, lifetime.Week, good); !errors.Is(err, lifetime.ErrParameters) {
		t.Errorf("without k: %+v, %v", m, err)
	}
}

// Where nobody leaves, the rarest orders are expected to all digits too: of who has just ordered, one for each K phases, whose number is
// negative binomial.
func TestRegularWithoutDropout(t *testing.T) {
	t.Parallel()
	for k := 2; k <= lifetime.MaxPhases; k++ {
		m := lifetime.MBGCNBD{Unit: lifetime.Week, K: k, R: 0.7, Alpha: 9, A: 0, B: 1}
		const T, t0 = 11.0, 1e-3
		shape, z := m.R+3*float64(k), t0/(m.Alpha+T+t0)
		term, tail := math.Exp(-shape*math.Log1p(t0/(m.Alpha+T))), 0.0
		for n := range 6 * k {
			tail += term * float64(n/k)
			term *= z * (shape + float64(n)) / float64(n+1)
		}
		if got := m.ExpectedPurchases(3, T, T, t0); !closeTo(got, tail, 1e-12) {
			t.Errorf("k = %d: %g, want %g", k, got, tail)
		}
		months := make([]float64, 2)
		m.Unit, m.Alpha = lifetime.Month, 1e-4 // months are far, and the next order is sure
		m.MonthlyOrders(months, 3, 1e-4, 1e-4)
		// In the long run an order every K/rate, less half a gap: E = (rate·t - (K-1)/2)/K of who has just ordered.
		if want := ((m.R+3*float64(k))/2e-4 - float64(k-1)/2) / float64(k); !closeTo(months[0], want, 1e-9) {
			t.Errorf("k = %d: %g orders a month, want %g", k, months[0], want)
		}
	}
}
