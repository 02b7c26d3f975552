package lifetime_test

import (
	"errors"
	"fmt"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/lifetime/logtest"
	"kopeck/money"
)

func TestRecentDays(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text   string
		want   lifetime.Recent
		after  int
		orders int
		margin float64
	}{
		"no orders":                       {"", "", 0, 0, 0},
		"one":                             {"20123:1500", "20123:1500", 20122, 1, 1500},
		"not after the day itself":        {"20123:1500", "20123:1500", 20123, 0, 0},
		"those of a day are added":        {"20150:-400,20123:1500,20150:100", "20123:1500,20150:-300", 0, 2, 1200},
		"those after a day":               {"20123:1500,20150:-300", "20123:1500,20150:-300", 20123, 1, -300},
		"a year before the last is old":   {"20000:1,20001:2,20365:4", "20001:2,20365:4", 0, 2, 6},
		"days before 1970":                {"-3:5,-1:7", "-3:5,-1:7", -3, 1, 7},
		"the greatest and the least sums": {"1:9223372036854775807,2:-9223372036854775808", "1:9223372036854775807,2:-9223372036854775808", 1, 1, math.MinInt64},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := lifetime.ParseRecent(c.text)
			if err != nil || got != c.want {
				t.Errorf("%q, %v; want %q", got, err, c.want)
			}
			if orders, margin := got.After(c.after); orders != c.orders || margin != c.margin {
				t.Errorf("after %d %d orders earned %g, want %d and %g", c.after, orders, margin, c.orders, c.margin)
			}
		})
	}
	for name, text := range map[string]string{"no day": ":5", "no margin": "5", "words": "a:b", "a gap": "1:2,,3:4"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got, err := lifetime.ParseRecent(text); err == nil {
				t.Errorf("%q is read as %q", text, got)
			}
		})
	}
	t.Run("more than money holds", func(t *testing.T) {
		t.Parallel()
		if _, err := lifetime.ParseRecent("1:9223372036854775807,1:1"); !errors.Is(err, money.ErrOverflow) {
			t.Error(err)
		}
	})
}

// TestRecentDaysOfStatistics: whenever it is asked, the last period of any length up to a year has the completed order days that lie in
// it, of any orders.
func TestRecentDaysOfStatistics(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var orders []lifetime.Order
		for range rapid.IntRange(0, 12).Draw(t, "orders") {
			day := rapid.IntRange(19_000, 20_000).Draw(t, "day")
			orders = append(orders, lifetime.Order{
				Status: rapid.SampledFrom([]lifetime.OrderStatus{lifetime.OrderCompleted, lifetime.OrderCompleted, lifetime.OrderRefunded, lifetime.OrderCancelled}).Draw(t, "status"),
				Day:    day, At: time.Unix(int64(day)*86400, 0), Margin: money.Minor(int64(rapid.IntRange(-5000, 9000).Draw(t, "margin"))),
			})
		}
		s, err := lifetime.StatisticsOf(orders)
		if err != nil {
			t.Fatal(err)
		}
		end := s.LastDay + rapid.IntRange(0, 400).Draw(t, "silence")
		period := rapid.IntRange(1, lifetime.YearDays).Draw(t, "period")
		days, want := map[int]bool{}, 0.0
		for _, o := range orders {
			if o.Status == lifetime.OrderCompleted && o.Day > end-period {
				days[o.Day] = true
				want += float64(o.Margin.Minor())
			}
		}
		if n, margin := s.Recent.After(end - period); n != len(days) || margin != want {
			t.Errorf("in the %d days up to %d %d orders earned %g, want %d and %g", period, end, n, margin, len(days), want)
		}
	})
}

// TestLastPeriodAgain: as many come in a time as came in the last period, in proportion; who had none in it has left.
func TestLastPeriodAgain(t *testing.T) {
	t.Parallel()
	m, err := lifetime.NewCountModel(lifetime.KindLastPeriod, lifetime.Week, map[string]float64{"rate": 0.1, "period": 20})
	if err != nil {
		t.Fatal(err)
	}
	if days := lifetime.PeriodDays(m); days != 140 {
		t.Errorf("the period has %d days, want 140", days)
	}
	for recent, want := range map[int]float64{0: 0, 1: 2, 5: 10} {
		t.Run(fmt.Sprint(recent, " orders"), func(t *testing.T) {
			t.Parallel()
			of := lifetime.Repeating(m, recent)
			if got := of.ExpectedPurchases(7, 30, 31, 40); math.Abs(got-want) > 1e-12 {
				t.Errorf("in twice the period %g are expected, want %g", got, want)
			}
			var months [3]float64
			of.MonthlyOrders(months[:], 7, 30, 31)
			if got, want := months[2], want/40*3*lifetime.DaysPerMonth/7; math.Abs(got-want) > 1e-12 {
				t.Errorf("in three months %g are expected, want %g", got, want)
			}
			o := lifetime.Outlook{Counts: of, X: 7, TX: 30, T: 31, Months: 3, Margin: 100}
			i, err := o.Interval(0.8, logtest.Seeded())
			if err != nil || (i.OrdersHigh == 0) != (recent == 0) || float64(i.OrdersLow) > months[2] || float64(i.OrdersHigh) < months[2] {
				t.Errorf("%+v, %v; %g are expected", i, err, months[2])
			}
		})
	}
	for name, c := range map[string]struct {
		tx, T, alive float64
	}{"139 days of silence": {10, 10 + 139.0/7, 1}, "140 days": {10, 30, 0}, "a new customer": {0, 0, 1}} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := m.PAlive(1, c.tx, c.T); got != c.alive {
				t.Errorf("P(alive) is %g, want %g", got, c.alive)
			}
		})
	}
	t.Run("a newcomer has the mean rate", func(t *testing.T) {
		t.Parallel()
		if got := m.ExpectedNew(30); got != 3 {
			t.Errorf("%g", got)
		}
	})
	for name, period := range map[string]float64{"no period": 0, "more than a year": 53} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if m, err := lifetime.NewCountModel(lifetime.KindLastPeriod, lifetime.Week, map[string]float64{"rate": 0.1, "period": period}); !errors.Is(err, lifetime.ErrParameters) {
				t.Errorf("%+v, %v", m, err)
			}
		})
	}
	t.Run("others repeat no period", func(t *testing.T) {
		t.Parallel()
		prior := lifetime.CountModel(lifetime.Prior(lifetime.Week))
		if lifetime.PeriodDays(prior) != 0 || lifetime.Repeating(prior, 3) != prior {
			t.Error("BG/NBD asks for the last period")
		}
	})
}

// TestLastPeriodIsTheRival: fitted, the kind forecasts what the rival of its name does, also where the period is a part of the time that is
// forecast.
func TestLastPeriodIsTheRival(t *testing.T) {
	t.Parallel()
	s := lifetime.Sample{Unit: lifetime.Day, Period: 50}
	for i := range 400 {
		s.Rows = append(s.Rows, lifetime.Row{X: i % 4, TX: float64(i % 4 * 20), T: 200, N: 1})
	}
	fit, err := lifetime.FitCounts(lifetime.KindLastPeriod, s, lifetime.Options{})
	if err != nil || lifetime.PeriodDays(fit.Model) != 50 {
		t.Fatalf("%+v, %v", fit, err)
	}
	again, err := lifetime.Refit(fit.Model, lifetime.Sample{Unit: s.Unit, Rows: s.Rows}, lifetime.Options{})
	if err != nil || lifetime.PeriodDays(again.Model) != 50 {
		t.Errorf("fitted again: %+v, %v", again, err)
	}
	rivals, err := backtest.NewRivals(s, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, t1 := range []float64{50, 125} {
		past := backtest.RivalHistory{X: 3, TX: 60, T: 65, Recent: 2, RecentMargin: 700}
		f := rivals.Of(backtest.LastPeriod, past, t1, 0)
		orders := lifetime.Repeating(fit.Model, past.Recent).ExpectedPurchases(past.X, past.TX, past.T, t1)
		if math.Abs(f.Orders-orders) > 1e-12 || math.Abs(f.Margin-orders*350) > 1e-9 || math.Abs(orders-2*t1/50) > 1e-12 {
			t.Errorf("in %g days the rival forecasts %+v and the model %g", t1, f, orders)
		}
	}
}
