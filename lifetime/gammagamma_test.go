package lifetime_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/lifetime/logtest"
)

func TestGammaGammaReference(t *testing.T) {
	t.Parallel()
	var ref logtest.Predictions
	logtest.SharedJSON(t, "reference/predictions.json", &ref)
	likelihoods := 0
	for name, set := range ref.GammaGamma {
		g := lifetime.GammaGamma{P: set.Params[0], Q: set.Params[1], Gamma: set.Params[2]}
		mean, err := g.ExpectedMargin(0, 0)
		if err != nil {
			t.Fatal(err)
		}
		logtest.Near(t, name+" population", mean, set.PopulationMean, 1e-9)
		for _, c := range set.Cases {
			what := fmt.Sprintf("%s x=%d m_x=%g", name, c.X, c.MX)
			got, err := g.ExpectedMargin(c.X, c.MX)
			if err != nil {
				t.Fatal(err)
			}
			logtest.Near(t, what+" E[M]", got, c.EM, 1e-9)
			if c.LL != nil {
				logtest.Near(t, what+" LL", g.LogLikelihood(c.X, c.MX), *c.LL, 1e-9)
				likelihoods++
			}
		}
	}
	if likelihoods < 100 {
		t.Errorf("only %d likelihoods checked", likelihoods)
	}
}

func TestGammaGammaRefusesNoMean(t *testing.T) {
	t.Parallel()
	for _, g := range []lifetime.GammaGamma{
		{P: 6, Q: 1, Gamma: 15},
		{P: 6, Q: 0.5, Gamma: 15},
		{P: 0, Q: 3, Gamma: 15},
		{P: 6, Q: 3, Gamma: -1},
		{P: 6, Q: math.NaN(), Gamma: 15},
		{P: math.Inf(1), Q: 3, Gamma: 15},
	} {
		if _, err := g.ExpectedMargin(2, 10); !errors.Is(err, lifetime.ErrParameters) {
			t.Errorf("%+v: %v", g, err)
		}
	}
}

// The expectation lies between the customer's average and the population's, nearer the former the
// more orders there are.
func TestExpectedMarginShrinks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		g := lifetime.GammaGamma{
			P: rapid.Float64Range(0.1, 50).Draw(t, "p"), Q: rapid.Float64Range(1.01, 50).Draw(t, "q"),
			Gamma: rapid.Float64Range(0.1, 1e6).Draw(t, "gamma"),
		}
		own := rapid.Float64Range(-1e6, 1e6).Draw(t, "own")
		before, err := g.ExpectedMargin(0, own)
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range []int{1, 2, 7, 100, 10000} {
			e, err := g.ExpectedMargin(x, own)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(e-own) > math.Abs(before-own)*(1+1e-9)+1e-9*math.Abs(own) {
				t.Fatalf("x = %d: %g is farther from %g than %g", x, e, own, before)
			}
			before = e
		}
	})
}

func TestGammaGammaWarnings(t *testing.T) {
	t.Parallel()
	var rows []lifetime.MarginRow
	for i := range 300 {
		x := 1 + i%10
		spread := 1 + 0.3*math.Sin(float64(i))
		rows = append(rows, lifetime.MarginRow{X: x, Mean: 1000 * float64(x) * spread, N: 1})
	}
	rows = append(rows, lifetime.MarginRow{X: 1, Mean: -20, N: 4}, lifetime.MarginRow{X: 3, Mean: 0, N: 3},
		lifetime.MarginRow{X: 0, Mean: 0, N: 1000})
	fit, err := lifetime.FitGammaGamma(rows, lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if fit.NotPositive != 7 || fit.Customers != 300 {
		t.Errorf("%d left out of %d, want 7 of 300", fit.NotPositive, fit.Customers)
	}
	// Exactly linear but for the spread.
	if fit.Correlation < 0.85 {
		t.Errorf("correlation %g", fit.Correlation)
	}
	if w := fit.Warnings(); len(w) != 2 || !strings.HasPrefix(w[0], "7 ") || !strings.Contains(w[1], "correlated") {
		t.Errorf("warnings %q", w)
	}
	if w := (lifetime.GammaGammaFit{Correlation: 0.1}).Warnings(); w != nil {
		t.Errorf("warnings %q of a fit without fault", w)
	}
}

// Neither the currency's unit nor the grouping of rows changes what a fit says.
func TestGammaGammaFitLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		rng := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		between, within := rapid.Float64Range(0.2, 1.5).Draw(t, "between"), rapid.Float64Range(0.1, 1).Draw(t, "within")
		scale := math.Exp(rapid.Float64Range(-7, 14).Draw(t, "ln scale"))
		var weighted, repeated, scaled []lifetime.MarginRow
		customers := 0
		for range 150 {
			r := lifetime.MarginRow{X: 1 + rng.IntN(8), N: 1 + rng.IntN(3)}
			r.Mean = math.Exp(between*rng.NormFloat64() + within*rng.NormFloat64()/math.Sqrt(float64(r.X)))
			weighted = append(weighted, r)
			customers += r.N
			for range r.N {
				repeated = append(repeated, lifetime.MarginRow{X: r.X, Mean: r.Mean, N: 1})
			}
			r.Mean *= scale
			scaled = append(scaled, r)
		}
		fits := [3]lifetime.GammaGammaFit{}
		for i, rows := range [][]lifetime.MarginRow{weighted, repeated, scaled} {
			fit, err := lifetime.FitGammaGamma(rows, lifetime.Options{})
			if u := new(lifetime.Unidentified); errors.As(err, &u) && u.Reason == lifetime.NoMeanMargin {
				return
			}
			if err != nil || !fit.Converged || fit.Customers != customers {
				t.Fatalf("got %+v, %v, want a converged fit; customers: %v", fit, err, customers)
			}
			fits[i] = fit
		}
		fits[2].LogLikelihood += float64(customers) * math.Log(scale)
		fits[2].Model.Gamma /= scale
		for _, fit := range fits[1:] {
			if math.Abs(fit.LogLikelihood-fits[0].LogLikelihood) > 1e-3 || !closeTo(fit.Correlation, fits[0].Correlation, 1e-9) {
				t.Fatalf("%+v and %+v", fit, fits[0])
			}
			a, b := fit.Model, fits[0].Model
			if fits[0].Boundary == lifetime.Interior && !(closeTo(a.P, b.P, 1e-3) && closeTo(a.Q, b.Q, 1e-3) && closeTo(a.Gamma, b.Gamma, 1e-3)) {
				t.Fatalf("%+v and %+v", fit, fits[0])
			}
		}
	})
}
