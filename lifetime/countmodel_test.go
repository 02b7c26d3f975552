package lifetime_test

import (
	"errors"
	"fmt"
	"maps"
	"math"
	"testing"

	"kopeck/lifetime"
	"kopeck/lifetime/logtest"
)

// kindsInReference are the kinds by their names in predictions.json and in fits.json.
var kindsInReference = []struct {
	kind           lifetime.Kind
	predicted, fit string
	names          []string
	cases          int
}{
	{lifetime.KindBGNBD, "bgnbd", "BG/NBD", []string{"r", "alpha", "a", "b"}, 14 * 32},
	{lifetime.KindMBGNBD, "mbgnbd", "MBG/NBD", []string{"r", "alpha", "a", "b"}, 5 * 32},
	{lifetime.KindParetoNBD, "paretonbd", "Pareto/NBD", []string{"r", "alpha", "s", "beta"}, 14 * 32},
}

func modelOf(t testing.TB, kind lifetime.Kind, names []string, params []float64) lifetime.CountModel {
	t.Helper()
	named := map[string]float64{}
	for i, name := range names {
		named[name] = params[i]
	}
	m, err := lifetime.NewCountModel(kind, lifetime.Week, named)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestPredictionsReference(t *testing.T) {
	t.Parallel()
	var ref logtest.Predictions
	logtest.SharedJSON(t, "reference/predictions.json", &ref)
	for _, of := range kindsInReference {
		t.Run(of.predicted, func(t *testing.T) {
			worst, checked := map[string]float64{}, map[string]int{}
			compare := func(figure, what string, got float64, want logtest.Decimal) {
				logtest.Near(t, what+" "+figure, got, want, 1e-9)
				if w := float64(want); math.Abs(w) > 1e-290 {
					worst[figure] = math.Max(worst[figure], math.Abs(got/w-1))
				}
				checked[figure]++
			}
			for name, set := range ref.Models[of.predicted] {
				m := modelOf(t, of.kind, of.names, set.Params)
				for i, c := range set.Cases {
					what := fmt.Sprintf("%s case %d (x=%d t_x=%g T=%g)", name, i, c.X, c.TX, c.T)
					compare("LL", what, m.LogLikelihood(c.X, c.TX, c.T), c.LL)
					compare("P(alive)", what, m.PAlive(c.X, c.TX, c.T), c.PAlive)
					for at, want := range c.EY {
						var horizon float64
						fmt.Sscan(at, &horizon)
						compare("E[Y(t)]", what+" t="+at, m.ExpectedPurchases(c.X, c.TX, c.T, horizon), want)
					}
					if c.DERT != nil {
						compare("DERT", what, m.DiscountedPurchases(c.X, c.TX, c.T, math.Log(1.15)/52), *c.DERT)
					}
				}
				for at, want := range ref.Unconditional[of.predicted][name] {
					var horizon float64
					fmt.Sscan(at, &horizon)
					compare("E[X(t)]", name+" t="+at, m.ExpectedNew(horizon), want)
				}
			}
			if checked["LL"] < of.cases || checked["P(alive)"] < of.cases || checked["E[Y(t)]"] < 5*of.cases {
				t.Errorf("too few figures checked: %v", checked)
			}
			t.Logf("figures checked %v, worst relative errors %v", checked, worst)
		})
	}
}

// A third parameter of 0 is the NBD model, and the limit of ever rarer dropout.
func TestNobodyLeaves(t *testing.T) {
	t.Parallel()
	of := func(a float64) []lifetime.CountModel {
		return []lifetime.CountModel{
			lifetime.BGNBD{Unit: lifetime.Week, R: 0.5, Alpha: 10, A: a, B: 1},
			lifetime.MBGNBD{Unit: lifetime.Week, R: 0.5, Alpha: 10, A: a, B: 1},
			lifetime.ParetoNBD{Unit: lifetime.Week, R: 0.5, Alpha: 10, S: a, Beta: 1},
		}
	}
	for i, m := range of(0) {
		if err := m.Validate(); err != nil {
			t.Fatal(err)
		}
		if got := m.PAlive(3, 10, 500); got != 1 {
			t.Errorf("%s: P(alive) = %g, want 1", m.Kind(), got)
		}
		const e = 3.5 / 30 * 52
		if got := m.ExpectedPurchases(3, 10, 20, 52); !closeTo(got, e, 1e-14) {
			t.Errorf("%s: E[Y] = %g, want %g", m.Kind(), got, e)
		}
		if got := m.DiscountedPurchases(3, 10, 20, 0.01); !closeTo(got, 3.5/30/0.01, 1e-14) {
			t.Errorf("%s: discounted %g, want %g", m.Kind(), got, 3.5/30/0.01)
		}
		near := of(1e-9)[i]
		if got := near.ExpectedPurchases(3, 10, 20, 52); !closeTo(got, e, 1e-7) {
			t.Errorf("%s: E[Y] near the limit = %g, want %g", m.Kind(), got, e)
		}
		if got, want := near.LogProbability(4, 3, 10, 20, 52), m.LogProbability(4, 3, 10, 20, 52); math.Abs(got-want) > 1e-7 {
			t.Errorf("%s: ln P(Y = 4) near the limit = %g, want %g", m.Kind(), got, want)
		}
	}
}

func TestNewCountModelRefuses(t *testing.T) {
	t.Parallel()
	good := map[string]float64{"r": 1, "alpha": 1, "a": 1, "b": 1, "s": 1, "beta": 1, "p": 6}
	for _, of := range kindsInReference {
		if m, err := lifetime.NewCountModel(of.kind, lifetime.Week, good); err != nil || m.Kind() != of.kind || m.TimeUnit() != lifetime.Week {
			t.Errorf("%s: %+v, %v", of.kind, m, err)
		}
		if _, err := lifetime.NewCountModel(of.kind, 0, good); !errors.Is(err, lifetime.ErrParameters) {
			t.Errorf("%s without a unit: %v", of.kind, err)
		}
		for i, name := range of.names {
			for _, bad := range []float64{-1, math.NaN(), math.Inf(1)} {
				with := maps.Clone(good)
				with[name] = bad
				if _, err := lifetime.NewCountModel(of.kind, lifetime.Week, with); !errors.Is(err, lifetime.ErrParameters) {
					t.Errorf("%s with %s = %g: %v", of.kind, name, bad, err)
				}
			}
			zero, without := maps.Clone(good), maps.Clone(good)
			zero[name] = 0
			delete(without, name)
			if _, err := lifetime.NewCountModel(of.kind, lifetime.Week, zero); errors.Is(err, lifetime.ErrParameters) != (i != 2) {
				t.Errorf("%s with %s = 0: %v", of.kind, name, err)
			}
			if _, err := lifetime.NewCountModel(of.kind, lifetime.Week, without); !errors.Is(err, lifetime.ErrParameters) {
				t.Errorf("%s without %s: %v", of.kind, name, err)
			}
		}
	}
	if _, err := lifetime.NewCountModel("NBD", lifetime.Week, good); !errors.Is(err, lifetime.ErrParameters) {
		t.Errorf("an unknown kind: %v", err)
	}
}
