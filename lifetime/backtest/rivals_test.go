package backtest_test

import (
	"encoding/json"
	"errors"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/lifetime/logtest"
)

// TestRivalsMatchTheReference: on the CDNOW sample the simple forecasts have the errors that were computed independently, in orders and,
// of the model with Gamma-Gamma, in money.
func TestRivalsMatchTheReference(t *testing.T) {
	t.Parallel()
	var reference map[string]struct {
		Models map[string]struct {
			MAE, RMSE, Total float64
			Spend            struct{ MAE, RMSE, Total float64 }
		}
	}
	if err := json.Unmarshal(logtest.NanToNull(logtest.Shared(t, "reference/holdout_accuracy.json")), &reference); err != nil {
		t.Fatal(err)
	}
	const end, hold = "1997-09-30", "1998-06-30"
	log := logtest.Read(t, "cdnow_sample")
	calibrated := log.Calibrate(t, end, hold)
	sample := calibrated.Tally.Sample(lifetime.Week)
	fit, err := lifetime.FitMBGNBD(sample, lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	money, err := lifetime.FitGammaGamma(calibrated.Margins, lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	rivals, err := backtest.NewRivals(sample, 30)
	if err != nil {
		t.Fatal(err)
	}
	cut, ahead := logtest.Day(t, "2006-01-02", end), 39.0
	found := map[backtest.Rival]*backtest.Errors{}
	for _, name := range rivals.Names() {
		found[name] = &backtest.Errors{}
	}
	var model backtest.Errors
	outcomes := outcomesOf(t, log, fit.Model, &money.Model, end, hold, func(int) bool { return true })
	i := 0
	for _, name := range slices.Sorted(maps.Keys(log)) {
		past := backtest.RivalHistory{}
		for d, spent := range log[name] {
			if d <= cut {
				past.Margin += spent
			}
			if d <= cut && d > cut-int(7*ahead) {
				past.Recent++
				past.RecentMargin += spent
			}
		}
		if past.Margin == 0 && slices.Min(slices.Collect(maps.Keys(log[name]))) > cut {
			continue
		}
		o := outcomes[i]
		i++
		past.X, past.TX, past.T = o.Outlook.X, o.Outlook.TX, o.Outlook.T
		came := backtest.Forecast{Orders: float64(o.Orders), Margin: o.Margin}
		orders := fit.Model.ExpectedPurchases(past.X, past.TX, past.T, ahead)
		margin, err := money.Model.ExpectedMargin(past.X, o.Outlook.Mean)
		if err != nil {
			t.Fatal(err)
		}
		model.Add(backtest.Forecast{Orders: orders, Margin: orders * margin}, came, 1)
		for rival, e := range found {
			e.Add(rivals.Of(rival, past, ahead, orders), came, 1)
		}
	}
	of := reference["cdnow_sample"].Models
	for _, c := range []struct {
		name string
		got  backtest.Errors
		want string
	}{
		{"the model", model, "MBG/NBD"},
		{"own rate", *found[backtest.OwnRate], "naive: same repeat rate x/T*t"},
		{"mean of all", *found[backtest.MeanOfAll], "naive: everyone = calibration mean rate"},
	} {
		want := of[c.want]
		if got := c.got.RootMeanSquare().Orders; math.Abs(got/want.RMSE-1) > 1e-4 {
			t.Errorf("%s: root mean square error %.6f, want %.6f", c.name, got, want.RMSE)
		}
		if got := c.got.MeanAbsolute().Orders; math.Abs(got/want.MAE-1) > 1e-4 {
			t.Errorf("%s: mean absolute error %.6f, want %.6f", c.name, got, want.MAE)
		}
	}
	if got, want := model.RootMeanSquare().Margin, of["MBG/NBD"].Spend; math.Abs(got/want.RMSE-1) > 1e-3 || math.Abs(model.Predicted().Margin/want.Total-1) > 0.01 {
		t.Errorf("the model's margin: root mean square error %.3f and total %.0f, want %+v", got, model.Predicted().Margin, want)
	}
	// Measured apart from this program: 2.3180 orders; in money 172.07, 72.618.
	for rival, want := range map[backtest.Rival]backtest.Forecast{
		backtest.LastPeriod: {Orders: 2.3180, Margin: 172.07}, backtest.OwnMean: {Orders: model.RootMeanSquare().Orders, Margin: 72.618},
	} {
		got := found[rival].RootMeanSquare()
		if math.Abs(got.Orders/want.Orders-1) > 1e-3 || math.Abs(got.Margin/want.Margin-1) > 1e-3 {
			t.Errorf("%s: %+v, want %+v", rival, got, want)
		}
	}
}

func TestSimpleRates(t *testing.T) {
	t.Parallel()
	var tally lifetime.Tally
	add := func(x, tx, age, n int) {
		if err := tally.Add(lifetime.Stats{Frequency: x, RecencyDays: tx, AgeDays: age}, n); err != nil {
			t.Fatal(err)
		}
	}
	add(0, 0, 100, 40)
	add(4, 80, 100, 20)
	add(10, 90, 200, 10)
	if _, err := lifetime.FitCounts(lifetime.KindRecencyFrequency, tally.Sample(lifetime.Day), lifetime.Options{}); !errors.As(err, new(*lifetime.Unidentified)) {
		t.Errorf("without the times between orders: %v", err)
	}
	for _, gap := range [][2]int{{20, 95}, {9, 80}, {50, 5}} {
		if err := tally.AddGaps(gap[0], gap[1]); err != nil {
			t.Fatal(err)
		}
	}
	for _, kind := range lifetime.SimpleKinds() {
		for _, unit := range []lifetime.Unit{lifetime.Day, lifetime.Week, lifetime.Month} {
			fit, err := lifetime.FitCounts(kind, tally.Sample(unit), lifetime.Options{})
			if err != nil || !fit.Converged || fit.Customers != 70 {
				t.Fatalf("%s: %+v, %v", kind, fit, err)
			}
			m, err := lifetime.NewCountModel(kind, unit, named(fit.Model.Parameters()))
			if err != nil || m != fit.Model {
				t.Fatalf("%s: %+v, %v, want %+v", kind, m, err, fit.Model)
			}
			d := unit.Days()
			// x = 4 over 100 days and silent for 15 or 60: 30 days on. 180 repeat orders came in 8000 days.
			want := map[lifetime.Kind][2]float64{lifetime.KindMeanRate: {0.675, 0.675}, lifetime.KindOwnRate: {1.2, 1.2}, lifetime.KindRecencyFrequency: {1.2, 0}, lifetime.KindLastPeriod: {0.675, 0.675}}[kind]
			for i, tx := range []float64{85, 40} {
				if got := m.ExpectedPurchases(4, tx/d, 100/d, 30/d); math.Abs(got-want[i]) > 1e-12 {
					t.Errorf("%s in %s: %g, want %g", kind, unit, got, want[i])
				}
				months := make([]float64, 2)
				m.MonthlyOrders(months, 4, tx/d, 100/d)
				if math.Abs(months[1]-2*months[0]) > 1e-12 || math.Abs(months[0]-want[i]/30*lifetime.DaysPerMonth) > 1e-12 {
					t.Errorf("%s in %s: %v", kind, unit, months)
				}
				sum, mean := 0.0, 0.0
				for n := range 60 {
					p := math.Exp(m.LogProbability(n, 4, tx/d, 100/d, 30/d))
					sum, mean = sum+p, mean+p*float64(n)
				}
				if math.Abs(sum-1) > 1e-9 || math.Abs(mean-want[i]) > 1e-9 {
					t.Errorf("%s in %s: the probabilities sum to %g, with the mean %g", kind, unit, sum, mean)
				}
			}
			if got := m.ExpectedNew(80 / d); math.Abs(got-1.8) > 1e-12 {
				t.Errorf("%s: %g of a new customer", kind, got)
			}
			o := lifetime.Outlook{Counts: m, X: 4, TX: 85 / d, T: 100 / d, Months: 12, Margin: 100}
			b, err := o.Interval(0.8, rand.NewPCG(1, 2))
			if err != nil || b.OrdersLow < 1 || b.OrdersHigh < b.OrdersLow+2 || b.High != 100*float64(b.OrdersHigh) {
				t.Errorf("%s: %+v, %v", kind, b, err)
			}
		}
	}
	for _, bad := range []lifetime.SimpleRate{{Of: lifetime.KindOwnRate, Unit: lifetime.Day}, {Of: lifetime.KindOwnRate, Rate: 1}, {Of: lifetime.KindRecencyFrequency, Unit: lifetime.Day, Rate: 1}} {
		if err := bad.Validate(); !errors.Is(err, lifetime.ErrParameters) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func named(parameters []lifetime.Parameter) map[string]float64 {
	all := map[string]float64{}
	for _, p := range parameters {
		all[p.Name] = p.Value
	}
	return all
}
