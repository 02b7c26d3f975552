package value

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/lifetime"
	"kopeck/money"
)

func TestBounded(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ given, want float64 }{
		{1.5, 1.5}, {math.Inf(1), math.MaxFloat64}, {math.Inf(-1), -math.MaxFloat64}, {math.NaN(), math.MaxFloat64},
	} {
		t.Run(fmt.Sprint(c.given), func(t *testing.T) {
			t.Parallel()
			if got := bounded(c.given); got != c.want {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
}

func TestFitErrors(t *testing.T) {
	t.Parallel()
	stopped, cancel := context.WithCancel(t.Context())
	cancel()
	unidentified := &lifetime.Unidentified{Reason: "no repeat order", Customers: 3}
	for name, c := range map[string]struct {
		ctx  context.Context
		err  error
		is   func(error) bool
		want string
	}{
		"the data identifies nothing": {t.Context(), fmt.Errorf("fit: %w", unidentified), func(err error) bool { return fault.Is(err, fault.WrongState) }, "WRONG_STATE"},
		"the caller left":             {stopped, lifetime.ErrStopped, func(err error) bool { return errors.Is(err, context.Canceled) }, "the context's error"},
		"anything else":               {t.Context(), money.ErrOverflow, func(err error) bool { return errors.Is(err, money.ErrOverflow) }, "the error itself"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if err := fitError(c.ctx, c.err); !c.is(err) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestReportOnAFit(t *testing.T) {
	t.Parallel()
	model, err := lifetime.NewCountModel(lifetime.KindBGNBD, lifetime.Week, map[string]float64{"r": 0.2, "alpha": 4, "a": 0.8, "b": 2})
	if err != nil {
		t.Fatal(err)
	}
	fit := lifetime.CountFit[lifetime.CountModel]{Model: model, Report: lifetime.Report{Customers: 10, Rows: 7, Status: "converged", Converged: true, StdErrors: []float64{0.01, 0.5, math.Inf(1), math.NaN()}}}
	t.Run("a good fit has no warning", func(t *testing.T) {
		t.Parallel()
		r := reportOn(fit)
		if len(r.Warnings) != 0 || len(r.Notes) != 2 {
			t.Errorf("notes %q, warnings %q", r.Notes, r.Warnings)
		}
		if len(r.StandardErrors) != 2 || r.StandardErrors["r"] != 0.01 || r.StandardErrors["alpha"] != 0.5 {
			t.Errorf("the standard errors are %v, want those of r and alpha: the others are not finite", r.StandardErrors)
		}
	})
	t.Run("a fit that did not converge has one", func(t *testing.T) {
		t.Parallel()
		bad := fit
		bad.Converged = false
		if r := reportOn(bad); len(r.Warnings) != 1 || !slices.Contains(r.Notes, r.Warnings[0]) {
			t.Errorf("notes %q, warnings %q", r.Notes, r.Warnings)
		}
	})
	t.Run("gamma is in the major unit", func(t *testing.T) {
		t.Parallel()
		r := fitReport{StandardErrors: map[string]float64{}}
		r.standardErrors([]lifetime.Parameter{{Name: "p"}, {Name: "gamma"}}, []float64{2, 300}, 100)
		if r.StandardErrors["p"] != 2 || r.StandardErrors["gamma"] != 3 {
			t.Errorf("%v, want p 2 and gamma 3", r.StandardErrors)
		}
	})
}

func TestBackTestOf(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		stored string
		want   *BackTest
	}{
		"none":   {"", nil},
		"null":   {"null", nil},
		"a test": {`{"calibrationEnd":"2026-01-01T00:00:00Z","holdoutOrders":7}`, &BackTest{CalibrationEnd: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), HoldoutOrders: 7}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := BackTestOf(&ent.LifetimeModel{BackTest: []byte(c.stored)})
			if err != nil || (got == nil) != (c.want == nil) || got != nil && !reflect.DeepEqual(got, c.want) {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

// TestWhoReadsNotes: what has counts of the fit is for who has the scope costs; a fit of an earlier version does not say it.
func TestWhoReadsNotes(t *testing.T) {
	t.Parallel()
	r := reportOn(lifetime.CountFit[lifetime.CountModel]{Model: lifetime.Prior(lifetime.Week), Report: lifetime.Report{Converged: true}})
	r.warn("a prior with the published shapes (Fader and Hardie 2013) stands in")
	r.warnWithCosts("7 repeat customers took no part")
	for name, c := range map[string]struct {
		change func(r fitReport) fitReport
		want   []string
	}{
		"of now": {func(r fitReport) fitReport { return r }, []string{"a prior with the published shapes (Fader and Hardie 2013) stands in"}},
		"of an earlier version": {func(r fitReport) fitReport {
			r.WithCosts = nil
			r.Warnings = append(r.Warnings, "the fit did not converge")
			return r
		}, []string{"the fit did not converge"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			text, err := json.Marshal(c.change(r))
			if err != nil {
				t.Fatal(err)
			}
			kept, err := reportOf(&ent.LifetimeModel{Report: text})
			if err != nil {
				t.Fatal(err)
			}
			if got := textsOf(kept.warnings(), false); !slices.Equal(got, c.want) {
				t.Errorf("everybody reads %q, want %q", got, c.want)
			}
			if got := textsOf(kept.warnings(), true); !slices.Equal(got, kept.Warnings) {
				t.Errorf("with costs one reads %q, want %q", got, kept.Warnings)
			}
		})
	}
}
