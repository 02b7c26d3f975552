package lifetime_test

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/lifetime/logtest"
)

type fitted struct {
	Params []float64
	LL     float64
	StdErr []float64 `json:"std_err"`
}

type fitReference struct {
	Meta struct {
		Customers   int
		Repeaters   int
		CalEnd      string  `json:"cal_end"`
		HoldEnd     string  `json:"hold_end"`
		HoldLen     float64 `json:"hold_len"`
		Positive    int     `json:"gg_n_positive"`
		Correlation float64 `json:"corr_x_mx"`
	}
	Distinct   int     `json:"distinct_x_tx_T"`
	BGNBD      fitted  `json:"BG/NBD"`
	MBGNBD     fitted  `json:"MBG/NBD"`
	ParetoNBD  fitted  `json:"Pareto/NBD"`
	GammaGamma *fitted `json:"Gamma-Gamma"`
}

func (r fitReference) of(kind lifetime.Kind) fitted {
	switch kind {
	case lifetime.KindMBGNBD:
		return r.MBGNBD
	case lifetime.KindParetoNBD:
		return r.ParetoNBD
	}
	return r.BGNBD
}

var logNames = []string{"cdnow_sample", "cdnow_master", "grocery"}

func readFits(t testing.TB) map[string]fitReference {
	var ref map[string]fitReference
	logtest.SharedJSON(t, "reference/fits.json", &ref)
	return ref
}

// checkOptimum holds a fit against a reference: parameters, likelihood and standard errors.
func checkOptimum(t *testing.T, got lifetime.Report, params []float64, want fitted) {
	t.Helper()
	if !got.Converged || got.Boundary != lifetime.Interior || got.Condition < 1 {
		t.Errorf("not an interior maximum: %+v", got)
	}
	if got.LogLikelihood < want.LL-1e-6 || got.LogLikelihood > want.LL+1e-3 {
		t.Errorf("log-likelihood %.9f, want %.9f", got.LogLikelihood, want.LL)
	}
	for i, p := range want.Params {
		if math.Abs(params[i]-p) > 1e-4 || math.Abs(params[i]-p) > 0.01*want.StdErr[i] {
			t.Errorf("parameter %d = %.8f, want %.8f", i, params[i], p)
		}
		if math.Abs(got.StdErrors[i]/want.StdErr[i]-1) > 1e-2 {
			t.Errorf("standard error %d = %.6f, want %.6f", i, got.StdErrors[i], want.StdErr[i])
		}
	}
	t.Logf("%s; gradient %.2g; parameters %.6f; standard errors %.6f", got.Status, got.GradientNorm, params, got.StdErrors)
}

// hundredths are the times of a sample as tables with two decimals have them, like the published one of CDNOW.
func hundredths(s lifetime.Sample) lifetime.Sample {
	rows := slices.Clone(s.Rows)
	for i, r := range rows {
		rows[i].TX, rows[i].T = math.Round(100*r.TX)/100, math.Round(100*r.T)/100
	}
	return lifetime.Sample{Unit: s.Unit, Rows: rows}
}

func TestFitCountsReachesReference(t *testing.T) {
	t.Parallel()
	ref := readFits(t)
	for _, name := range []string{"cdnow_sample", "cdnow_sample_rounded", "cdnow_master", "grocery"} {
		want := ref[name]
		c := logtest.Read(t, strings.TrimSuffix(name, "_rounded")).Calibrate(t, want.Meta.CalEnd, want.Meta.HoldEnd)
		sample := c.Tally.Sample(lifetime.Week)
		if name == "cdnow_sample_rounded" {
			sample = hundredths(sample)
		}
		if sample.Customers() != want.Meta.Customers || sample.Repeaters() != want.Meta.Repeaters || len(sample.Rows) != want.Distinct {
			t.Fatalf("%d customers, %d repeaters, %d rows; want %d, %d, %d", sample.Customers(), sample.Repeaters(),
				len(sample.Rows), want.Meta.Customers, want.Meta.Repeaters, want.Distinct)
		}
		for _, of := range kindsInReference {
			kind := of.kind
			t.Run(name+"/"+string(kind), func(t *testing.T) {
				fit, err := lifetime.FitCounts(kind, sample, lifetime.Options{})
				if err != nil {
					t.Fatal(err)
				}
				m := fit.Model
				var params []float64
				for _, p := range m.Parameters() {
					params = append(params, p.Value)
				}
				checkOptimum(t, fit.Report, params, want.of(kind))
				if fit.Customers != want.Meta.Customers || fit.Rows != want.Distinct || m.TimeUnit() != lifetime.Week || m.Kind() != kind {
					t.Errorf("customers %d, rows %d, unit %v, kind %v", fit.Customers, fit.Rows, m.TimeUnit(), m.Kind())
				}
				sum := 0.0
				for _, r := range sample.Rows {
					sum += float64(r.N) * m.LogLikelihood(r.X, r.TX, r.T)
				}
				if math.Abs(sum-fit.LogLikelihood) > 1e-6 {
					t.Errorf("the rows' likelihoods sum to %.9f, the fit says %.9f", sum, fit.LogLikelihood)
				}
			})
		}
	}
}

func TestFitGammaGammaReachesReference(t *testing.T) {
	t.Parallel()
	ref := readFits(t)
	for _, name := range []string{"cdnow_sample", "cdnow_master"} {
		t.Run(name, func(t *testing.T) {
			want := ref[name]
			c := logtest.Read(t, name).Calibrate(t, want.Meta.CalEnd, want.Meta.HoldEnd)
			fit, err := lifetime.FitGammaGamma(c.Margins, lifetime.Options{})
			if err != nil {
				t.Fatal(err)
			}
			checkOptimum(t, fit.Report, []float64{fit.Model.P, fit.Model.Q, fit.Model.Gamma}, *want.GammaGamma)
			if fit.Customers != want.Meta.Positive || fit.NotPositive != want.Meta.Repeaters-want.Meta.Positive {
				t.Errorf("%d customers used, %d left out; want %d, %d", fit.Customers, fit.NotPositive,
					want.Meta.Positive, want.Meta.Repeaters-want.Meta.Positive)
			}
			if math.Abs(fit.Correlation-want.Meta.Correlation) > 1e-4 {
				t.Errorf("correlation %.6f, want %.6f", fit.Correlation, want.Meta.Correlation)
			}
		})
	}
}

// The figures printed in FHL 2005 and FH 2013, for the CDNOW sample.
func TestFitsArePublished(t *testing.T) {
	t.Parallel()
	c := logtest.Read(t, "cdnow_sample").Calibrate(t, "1997-09-30", "1998-06-30")
	counts, err := lifetime.FitBGNBD(c.Tally.Sample(lifetime.Week), lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	margins, err := lifetime.FitGammaGamma(c.Margins, lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for what, v := range map[string][3]float64{
		"r": {counts.Model.R, 0.243, 1e-3}, "alpha": {counts.Model.Alpha, 4.414, 1e-3},
		"a": {counts.Model.A, 0.793, 1e-3}, "b": {counts.Model.B, 2.426, 1e-3},
		"log-likelihood": {counts.LogLikelihood, -9582.4, 0.05},
		"p":              {margins.Model.P, 6.25, 5e-3}, "q": {margins.Model.Q, 3.74, 5e-3}, "gamma": {margins.Model.Gamma, 15.44, 5e-3},
	} {
		t.Run(what, func(t *testing.T) {
			if math.Abs(v[0]-v[1]) > v[2] {
				t.Errorf("%s = %g, published %g", what, v[0], v[1])
			}
		})
	}
}

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

func TestBackTestReference(t *testing.T) {
	t.Parallel()
	var ref map[string]struct {
		N           int
		HoldLen     float64 `json:"hold_len"`
		ActualTotal float64 `json:"actual_total"`
		Models      map[string]struct {
			MAE, RMSE, Total float64
			Bias             float64 `json:"bias_pct"`
			Top              float64 `json:"share_of_holdout_purchases_by_predicted_top10pct"`
		}
	}
	// The file writes NaN where a figure is not defined, which JSON does not know.
	text := logtest.Shared(t, "reference/holdout_accuracy.json")
	if err := json.Unmarshal(logtest.NanToNull(text), &ref); err != nil {
		t.Fatal(err)
	}
	fits := readFits(t)
	for _, name := range logNames {
		f, r := fits[name], ref[name]
		rows := logtest.Read(t, name).Calibrate(t, f.Meta.CalEnd, f.Meta.HoldEnd).Rows(lifetime.Week)
		for _, of := range kindsInReference {
			m := modelOf(t, of.kind, of.names, f.of(of.kind).Params)
			name := name + " " + of.fit
			got, err := backtest.Test(m, rows, r.HoldLen)
			if err != nil {
				t.Fatal(err)
			}
			// No reference has this figure; that it is one of the right size is seen here, and what it is made of elsewhere.
			if perCustomer := got.LogLikelihood / float64(got.Customers); !(perCustomer < -0.5 && perCustomer > -2.5) {
				t.Errorf("%s: a log-likelihood of %g a customer", name, perCustomer)
			}
			t.Logf("%s: hold-out log-likelihood %.3f", name, got.LogLikelihood)
			want, baseline := r.Models[of.fit], r.Models["naive: everyone = calibration mean rate"]
			if got.Customers != r.N || got.Actual != r.ActualTotal {
				t.Errorf("%s: %d customers bought %g, want %d, %g", name, got.Customers, got.Actual, r.N, r.ActualTotal)
			}
			for what, pair := range map[string][2]float64{
				"predicted": {got.Predicted, want.Total}, "mean absolute": {got.MeanAbsolute, want.MAE},
				"root mean square": {got.RootMeanSquare, want.RMSE}, "bias": {100 * got.Bias, want.Bias},
				"baseline": {got.BaselineRootMeanSquare, baseline.RMSE},
			} {
				if !closeTo(pair[0], pair[1], 1e-7) {
					t.Errorf("%s: %s %.9f, want %.9f", name, what, pair[0], pair[1])
				}
			}
			if math.Abs(got.TopTenth-want.Top) > 1e-9 {
				t.Errorf("%s: top tenth %.6f, want %.6f", name, got.TopTenth, want.Top)
			}
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
