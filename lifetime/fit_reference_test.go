package lifetime_test

import (
	"encoding/json"
	"math"
	"slices"
	"strings"
	"testing"

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
