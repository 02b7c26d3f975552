package lifetime_test

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/lifetime/logtest"
)

// A fit in days is the fit in weeks with alpha times seven.
func TestFitDoesNotDependOnTheUnit(t *testing.T) {
	t.Parallel()
	want := readFits(t)["cdnow_sample"]
	c := logtest.Read(t, "cdnow_sample").Calibrate(t, want.Meta.CalEnd, want.Meta.HoldEnd)
	for u := lifetime.Day; u <= lifetime.Month; u++ {
		fit, err := lifetime.FitBGNBD(c.Tally.Sample(u), lifetime.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if m := fit.Model.To(lifetime.Week); math.Abs(m.Alpha-want.BGNBD.Params[1]) > 1e-5 || math.Abs(m.B-want.BGNBD.Params[3]) > 1e-5 {
			t.Errorf("in %v: %+v", u, m)
		}
	}
}

func TestFitWithoutDropout(t *testing.T) {
	t.Parallel()
	// Regular buyers, all of them here today: any dropout would make the data less likely.
	var tally lifetime.Tally
	for i := range 200 {
		age := 100 + i%50
		s := lifetime.Stats{Frequency: 1 + i%17, RecencyDays: age - i%3, AgeDays: age}
		if err := errors.Join(tally.Add(s, 3), tally.AddGaps(s.RecencyDays/s.Frequency, 3*s.Frequency)); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range lifetime.Kinds() {
		fit, err := lifetime.FitCounts(kind, tally.Sample(lifetime.Week), lifetime.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if fit.Boundary != lifetime.NoDropout || !fit.Converged || fit.Model.Parameters()[2].Value != 0 || fit.LogLikelihood != fit.NoDropoutLogLikelihood {
			t.Errorf("got %+v, want a converged fit without dropout", fit)
		}
		if err := fit.Model.Validate(); err != nil {
			t.Error(err)
		}
		if got := fit.Model.PAlive(3, 1, 20); got != 1 {
			t.Errorf("%s: P(alive) = %g", kind, got)
		}
		if len(fit.Model.Caveats(1)) != 1 {
			t.Errorf("%s: caveats %q", kind, fit.Model.Caveats(1))
		}
	}
}

func TestFitRefusesWhatIdentifiesNothing(t *testing.T) {
	t.Parallel()
	row := func(x int, tx, age float64, n int) lifetime.Row { return lifetime.Row{X: x, TX: tx, T: age, N: n} }
	for name, c := range map[string]struct {
		rows []lifetime.Row
		want lifetime.Reason
	}{
		"nobody":          {nil, lifetime.TooFewCustomers},
		"ten customers":   {[]lifetime.Row{row(2, 3, 9, 10)}, lifetime.TooFewCustomers},
		"one-time buyers": {[]lifetime.Row{row(0, 0, 9, 1000), row(0, 0, 20, 500)}, lifetime.NoRepeaters},
		"one day":         {[]lifetime.Row{row(0, 0, 0, 1000)}, lifetime.NoTimePassed},
		"few repeaters":   {[]lifetime.Row{row(0, 0, 9, 1000), row(1, 3, 9, 9)}, lifetime.TooFewRepeaters},
	} {
		t.Run(name, func(t *testing.T) {
			for _, kind := range lifetime.Kinds() {
				_, err := lifetime.FitCounts(kind, lifetime.Sample{Unit: lifetime.Week, Rows: c.rows}, lifetime.Options{})
				var u *lifetime.Unidentified
				if !errors.As(err, &u) || u.Reason != c.want {
					t.Errorf("%s: %s: %v", kind, name, err)
				}
			}
		})
	}
	for name, c := range map[string]struct {
		rows []lifetime.MarginRow
		want lifetime.Reason
	}{
		"nobody":         {nil, lifetime.TooFewMargins},
		"no profit":      {[]lifetime.MarginRow{{X: 2, Mean: -5, N: 100}, {X: 1, Mean: 0, N: 50}}, lifetime.TooFewMargins},
		"equal":          {[]lifetime.MarginRow{{X: 2, Mean: 10, N: 100}, {X: 3, Mean: 10, N: 100}}, lifetime.EqualMargins},
		"no finite mean": {heavyTail(), lifetime.NoMeanMargin},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := lifetime.FitGammaGamma(c.rows, lifetime.Options{})
			var u *lifetime.Unidentified
			if !errors.As(err, &u) || u.Reason != c.want {
				t.Errorf("%s: %v", name, err)
			}
		})
	}
	bad := lifetime.Sample{Unit: lifetime.Week, Rows: []lifetime.Row{row(1, 10, 9, 100)}}
	for _, kind := range lifetime.Kinds() {
		if _, err := lifetime.FitCounts(kind, bad, lifetime.Options{}); !errors.Is(err, lifetime.ErrStats) {
			t.Errorf("%s: a last order after now: %v", kind, err)
		}
	}
	if _, err := lifetime.FitCounts("NBD", bad, lifetime.Options{}); !errors.Is(err, lifetime.ErrParameters) {
		t.Errorf("an unknown kind: %v", err)
	}
	if _, err := lifetime.FitGammaGamma([]lifetime.MarginRow{{X: 1, Mean: math.NaN(), N: 1}}, lifetime.Options{}); !errors.Is(err, lifetime.ErrStats) {
		t.Errorf("a margin that is no number: %v", err)
	}
}

// heavyTail has margins whose logarithms are spread far and evenly, as q = 1/2 would draw them.
func heavyTail() []lifetime.MarginRow {
	rows := make([]lifetime.MarginRow, 400)
	for i := range rows {
		u := (float64(i) + 0.5) / 400
		rows[i] = lifetime.MarginRow{X: 1 + i%5, Mean: math.Pow(u, -2), N: 1}
	}
	return rows
}

func TestFitStops(t *testing.T) {
	t.Parallel()
	tally := simulate(lifetime.BGNBD{Unit: lifetime.Day, R: 1, Alpha: 90, A: 1, B: 3}, 500, 400, 3)
	for after := range 40 {
		kind := lifetime.Kinds()[after%len(lifetime.Kinds())]
		asked := 0
		_, err := lifetime.FitCounts(kind, tally.Sample(lifetime.Day), lifetime.Options{Stop: func() bool { asked++; return asked > after }})
		if !errors.Is(err, lifetime.ErrStopped) {
			t.Fatalf("%s stopped after %d: %v", kind, after, err)
		}
		if asked > after+2 {
			t.Fatalf("%s asked %d times after it was asked to stop", kind, asked-after)
		}
	}
}

// A row of n customers weighs as much as n rows: the likelihood of the fit is the sum over all customers. (A fit of the
// repeated rows may end elsewhere where the likelihood is flat, so only the likelihood is compared at random.)
func TestWeightedRowsAreRepeatedRows(t *testing.T) {
	t.Parallel()
	fit := func(t interface{ Fatal(...any) }, s lifetime.Sample) lifetime.BGNBDFit {
		fit, err := lifetime.FitBGNBD(s, lifetime.Options{})
		if err != nil {
			t.Fatal(err)
		}
		return fit
	}
	drawn := func(seed uint64) lifetime.Sample {
		tally := simulate(lifetime.BGNBD{Unit: lifetime.Day, R: 0.8, Alpha: 90, A: 0.8, B: 2}, 400, 500, seed)
		return tally.Sample(lifetime.Week)
	}
	rapid.Check(t, func(t *rapid.T) {
		sample := drawn(rapid.Uint64().Draw(t, "seed"))
		got := fit(t, sample)
		customers, want := 0, 0.0
		for _, r := range sample.Rows {
			for range r.N {
				customers++
				want += got.Model.LogLikelihood(r.X, r.TX, r.T)
			}
		}
		if got.Customers != customers || !closeTo(got.LogLikelihood, want, 1e-9) {
			t.Fatalf("got %+v, want %d customers with log-likelihood %.12g", got, customers, want)
		}
	})
	weighted := drawn(1)
	repeated := lifetime.Sample{Unit: weighted.Unit}
	for _, r := range weighted.Rows {
		for range r.N {
			one := r
			one.N = 1
			repeated.Rows = append(repeated.Rows, one)
		}
	}
	got, want := fit(t, repeated), fit(t, weighted)
	if !closeTo(got.LogLikelihood, want.LogLikelihood, 1e-9) || !closeTo(got.Model.R, want.Model.R, 1e-4) ||
		!closeTo(got.Model.A, want.Model.A, 1e-4) || want.Boundary != lifetime.Interior || got.Boundary != lifetime.Interior {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
