package backtest_test

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/lifetime/logtest"
)

// historiesOf returns the order days of a log by customer, amounts as margins in minor units, up to a day.
func historiesOf(log logtest.Log, end int) []lifetime.History {
	var all []lifetime.History
	for _, c := range slices.Sorted(maps.Keys(log)) {
		var h lifetime.History
		for _, d := range slices.Sorted(maps.Keys(log[c])) {
			if d <= end {
				h = append(h, lifetime.DayMargin{Day: d, Margin: 100 * log[c][d]})
			}
		}
		if len(h) > 0 {
			all = append(all, h)
		}
	}
	return all
}

// seasonalLog draws a log of some years from 2021 on: customers who join through all of it, leave at rates of their own, and order
// by a season of a strength whose greatest factor is before Christmas.
func seasonalLog(years int, strength float64, seed uint64) logtest.Log {
	rng := rand.New(rand.NewPCG(seed, 5))
	begin := int(time.Date(2021, 1, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	log := logtest.Log{}
	for i := range 1500 {
		id, joined := fmt.Sprint(i), begin+rng.IntN(365*years)
		log[id] = map[int]float64{joined: 20 + 10*rng.NormFloat64()}
		rate := (rng.ExpFloat64() + rng.ExpFloat64()) / 120
		left := float64(joined) + rng.ExpFloat64()*600/(rng.ExpFloat64()+rng.ExpFloat64())
		for d := joined + 1; d < begin+365*years && float64(d) < left; d++ {
			if rng.Float64() < rate*seasonAt(d, strength) {
				log[id][d] = 20 + 10*rng.NormFloat64()
			}
		}
	}
	return log
}

func seasonAt(day int, strength float64) float64 {
	of := float64(time.Unix(int64(day)*86400, 0).UTC().YearDay())
	return math.Exp(strength * math.Cos(2*math.Pi*(of-345)/365))
}

// fitBest fits all kinds to histories and returns the likeliest model.
func fitBest(t *testing.T, histories []lifetime.History, end int) (best lifetime.CountFit[lifetime.CountModel]) {
	t.Helper()
	var tally lifetime.Tally
	for _, h := range histories {
		for i := range h[1:] {
			if err := tally.AddGaps(h[i+1].Day-h[i].Day, 1); err != nil {
				t.Fatal(err)
			}
		}
		if err := tally.Add(lifetime.Stats{Frequency: len(h) - 1, RecencyDays: h[len(h)-1].Day - h[0].Day, AgeDays: end - h[0].Day}, 1); err != nil {
			t.Fatal(err)
		}
	}
	for i, kind := range lifetime.Kinds() {
		fit, err := lifetime.FitCounts(kind, tally.Sample(lifetime.Week), lifetime.Options{})
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 || fit.LogLikelihood > best.LogLikelihood {
			best = fit
		}
	}
	return best
}

// heldMonths counts forecasts of months, and of how many the bounds held.
type heldMonths struct{ Forecasts, Orders, Margins int }

// forecastMonths counts how many of the months after a day the bounds hold, that follow from the histories up to it.
func forecastMonths(t *testing.T, log logtest.Log, end, months int) (held heldMonths, errors backtest.MonthErrors) {
	t.Helper()
	histories := historiesOf(log, end)
	fit := fitBest(t, histories, end)
	errors, err := backtest.MeasureMonths(histories, fit, end, lifetime.Options{}, logtest.Seeded)
	if err != nil {
		t.Fatal(err)
	}
	margins, err := lifetime.FitShrunkenMean(logtest.MarginRows(histories))
	if err != nil {
		t.Fatal(err)
	}
	f := backtest.NewBaseForecast(months, backtest.ForecastSample{Customers: 300, Futures: 60}, rand.NewPCG(1, 2))
	for _, add := range []func(lifetime.Outlook) error{func(o lifetime.Outlook) error { f.Expect(o); return nil }, f.Vary} {
		for _, h := range histories {
			o := lifetime.Outlook{Counts: fit.Model, Margins: margins}
			o.X, o.TX, o.T = lifetime.Stats{Frequency: len(h) - 1, RecencyDays: h[len(h)-1].Day - h[0].Day, AgeDays: end - h[0].Day}.In(lifetime.Week)
			for _, d := range h[1:] {
				o.Mean += d.Margin / float64(o.X)
			}
			if o.Margin, err = margins.ExpectedMargin(o.X, o.Mean); err != nil {
				t.Fatal(err)
			}
			if err := add(o); err != nil {
				t.Fatal(err)
			}
		}
	}
	errors.Adjust(f, end)
	orders, earned := make([]float64, months), make([]float64, months)
	for _, days := range log {
		known := false
		for d := range days {
			known = known || d <= end
		}
		for d, amount := range days {
			if i := int(float64(d-end-1) / lifetime.DaysPerMonth); known && d > end && i < months {
				orders[i]++
				earned[i] += 100 * amount
			}
		}
	}
	for i := range months {
		held.Forecasts++
		if math.Abs(orders[i]-f.Orders[i]) <= backtest.StandardNormal*math.Sqrt(f.OrdersVary[i]) {
			held.Orders++
		}
		if math.Abs(earned[i]-f.Margins[i]) <= backtest.StandardNormal*math.Sqrt(f.MarginsVary[i]) {
			held.Margins++
		}
	}
	return held, errors
}

// TestBoundsOfMonthsHold holds out the last 12, 9, 6 and 3 months of real logs, and of seasonal ones, and counts how many of them the
// bounds hold that follow from what came before.
//
// Bounds of 0.8 that are right hold less by chance alone. The months of one year are forecast from four moments, but what is tested are no
// more than 12 months a log, so that the share held has a standard error of sqrt(0.16/12) = 0.115 for one log. Three of them are allowed.
// They may hold more: shops differ from each other, and where nothing is known of one the bounds are those of the more uneven. What is
// measured says so; it is never less than was counted by more than chance. On the whole CDNOW log, which is too large for each run, 19 of 30
// months of orders and 17 of margins were held: of its first year nearly nothing is known, and the answer of later moments says 0.70 and 0.47.
func TestBoundsOfMonthsHold(t *testing.T) {
	t.Parallel()
	if logtest.Raced {
		t.Skip("SKIPPED: hundreds of fits: in the run without the race detector")
	}
	seasonal := func(seed uint64) func(t *testing.T) logtest.Log {
		return func(*testing.T) logtest.Log { return seasonalLog(4, 0.5, seed) }
	}
	ofFile := func(name string) func(t *testing.T) logtest.Log {
		return func(t *testing.T) logtest.Log { t.Helper(); return logtest.Read(t, name) }
	}
	for name, c := range map[string]struct {
		logs    []func(t *testing.T) logtest.Log
		end     string
		margins bool // the log has amounts
	}{
		"CDNOW":         {[]func(t *testing.T) logtest.Log{ofFile("cdnow_sample")}, "1998-06-30", true},
		"the grocer's":  {[]func(t *testing.T) logtest.Log{ofFile("grocery")}, "2007-12-30", false},
		"seasonal logs": {[]func(t *testing.T) logtest.Log{seasonal(1), seasonal(2)}, "2024-12-30", true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var all heldMonths
			for _, log := range c.logs {
				for _, back := range []int{12, 9, 6, 3} {
					end := logtest.Day(t, "2006-01-02", c.end) - int(math.Round(float64(back)*lifetime.DaysPerMonth))
					held, errors := forecastMonths(t, log(t), end, back)
					t.Logf("%d months: held %d orders, %d margins; measured before: %+v, deviations %.2f %.2f", back, held.Orders, held.Margins, errors.Measured, math.Sqrt(errors.Orders), math.Sqrt(errors.Margins))
					all.Forecasts, all.Orders, all.Margins = all.Forecasts+held.Forecasts, all.Orders+held.Orders, all.Margins+held.Margins
					if len(errors.Measured.Groups) == 0 || errors.Season.Known() != (name == "seasonal logs") {
						t.Errorf("%d months before the end: measured %+v, season %v", back, errors.Measured, errors.Season.Factors())
					}
				}
			}
			orders, margins := float64(all.Orders)/float64(all.Forecasts), float64(all.Margins)/float64(all.Forecasts)
			t.Logf("held %.3f of the orders, %.3f of the margins of %d months", orders, margins, all.Forecasts)
			least := backtest.BoundProbability - 3*math.Sqrt(0.16/12/float64(len(c.logs)))
			if orders < least || c.margins && margins < least {
				t.Errorf("held %.3f of the orders, %.3f of the margins of %d months, want %.3f", orders, margins, all.Forecasts, least)
			}
		})
	}
}

func TestSeasonIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		years    int
		strength float64
	}{{4, 0.5}, {3, 0.3}, {2, 0.5}, {3, 0}} {
		t.Run(fmt.Sprintf("%d years of strength %g", c.years, c.strength), func(t *testing.T) {
			t.Parallel()
			log := seasonalLog(c.years, c.strength, 9)
			end := int(time.Date(2021+c.years, 1, 1, 0, 0, 0, 0, time.UTC).Unix()/86400) - 1
			histories := historiesOf(log, end)
			fit := fitBest(t, histories, end)
			season := backtest.SeasonOf(histories, fit.Model, end)
			if !season.Known() {
				t.Fatal("no season")
			}
			mean := 0.0
			for month, factor := range season.Factors() {
				mean += factor / 12
				from := int(time.Date(2023, time.Month(month+1), 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
				truth := seasonAt(from+15, c.strength) / seasonAt(from+15, 0)
				if norm := 1 + c.strength*c.strength/4; math.Abs(math.Log(factor/truth*norm)) > 0.25 {
					t.Errorf("month %d: %.3f, drawn %.3f", month+1, factor, truth/norm)
				}
				if got := season.Between(float64(from), float64(from)+20); math.Abs(got-factor) > 1e-9 {
					t.Errorf("month %d: %g between days of it, want %g", month+1, got, factor)
				}
			}
			if math.Abs(mean-1) > 1e-9 {
				t.Errorf("the mean factor is %g", mean)
			}
			if backtest.SeasonOf(historiesOf(log, end-365*(c.years-2)-60), fit.Model, end-365*(c.years-2)-60).Known() {
				t.Error("a season of less than two years")
			}
		})
	}
	t.Run("none is known", func(t *testing.T) {
		t.Parallel()
		if s := backtest.NewSeason(nil); s.Known() || s.Factors() != nil || s.Between(3, 90) != 1 {
			t.Errorf("%+v", s)
		}
	})
}

// TestMonthsBeforeAnyMeasure: where nothing was measured months are taken to differ by what they do in shops of unknown season, the
// more the farther ahead.
func TestMonthsBeforeAnyMeasure(t *testing.T) {
	t.Parallel()
	var e backtest.MonthErrors
	orders, margins := e.Relative(6)
	if math.Abs(math.Sqrt(orders)-0.22) > 1e-9 || margins != orders {
		t.Errorf("%g and %g", orders, margins)
	}
	if later, _ := e.Relative(18); !(later > orders) {
		t.Errorf("a year later %g", later)
	}
	e.Parameters = []float64{0.01, 0.02}
	if with, _ := e.Relative(6); math.Abs(with-orders-0.02) > 1e-12 {
		t.Errorf("%g with the parameters' own error", with)
	}
}
