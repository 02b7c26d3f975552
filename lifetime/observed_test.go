package lifetime_test

import (
	"math"
	"testing"

	"kopeck/lifetime"
	"kopeck/lifetime/logtest"
)

func TestObservedEnd(t *testing.T) {
	t.Parallel()
	known := 1000
	for name, c := range map[string]struct {
		of        lifetime.Observation
		day, want int
	}{
		"no orders":                               {lifetime.Observation{}, 5000, 5000},
		"the day of the last order":               {lifetime.Observation{LastDay: 1000, YearOrders: 365}, 1000, 1000},
		"before the last order":                   {lifetime.Observation{LastDay: 1000, YearOrders: 1679}, 900, 900},
		"one order a day, four whole silent days": {lifetime.Observation{LastDay: 1000, YearOrders: 365}, 1005, 1005},
		"one order a day, five":                   {lifetime.Observation{LastDay: 1000, YearOrders: 365}, 1006, 1000},
		"many a day, the day is not over":         {lifetime.Observation{LastDay: 1000, YearOrders: 1680}, 1001, 1001},
		"many a day, one whole silent day":        {lifetime.Observation{LastDay: 1000, YearOrders: lifetime.MostYearOrders}, 1002, 1000},
		"a single order, four years":              {lifetime.Observation{LastDay: 1000, YearOrders: 1}, 2679, 2679},
		"a single order, more":                    {lifetime.Observation{LastDay: 1000, YearOrders: 1}, 2680, 1000},
		"told, later than the day":                {lifetime.Observation{KnownUntil: &known, LastDay: 10, YearOrders: 900}, 500, 500},
		"told, earlier than the day":              {lifetime.Observation{KnownUntil: &known, LastDay: 10, YearOrders: 900}, 1500, 1000},
		"told, earlier than the last order":       {lifetime.Observation{KnownUntil: &known, LastDay: 1200, YearOrders: 900}, 1201, 1000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.of.End(c.day); got != c.want {
				t.Errorf("%d; want %d", got, c.want)
			}
		})
	}
}

func TestObservedEndForACustomer(t *testing.T) {
	t.Parallel()
	known := 1000
	for name, c := range map[string]struct {
		of              lifetime.Observation
		day, last, want int
	}{
		"silent, the order is not heard of yet": {lifetime.Observation{LastDay: 1000, YearOrders: 1680}, 1100, 1100, 1100},
		"silent, an earlier order":              {lifetime.Observation{LastDay: 1000, YearOrders: 1680}, 1100, 900, 1000},
		"told, a later order":                   {lifetime.Observation{KnownUntil: &known, LastDay: 1100, YearOrders: 1680}, 1100, 1100, 1000},
		"nobody is silent":                      {lifetime.Observation{LastDay: 1100, YearOrders: 1680}, 1100, 500, 1100},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.of.EndFor(c.day, c.last); got != c.want {
				t.Errorf("%d; want %d", got, c.want)
			}
		})
	}
}

func TestObservationWith(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		of   lifetime.Observation
		days []int
		want lifetime.Observation
	}{
		"no orders":                 {lifetime.Observation{}, nil, lifetime.Observation{}},
		"the first":                 {lifetime.Observation{}, []int{500, 900, 536, 535}, lifetime.Observation{LastDay: 900, YearOrders: 2}},
		"later by less than a year": {lifetime.Observation{LastDay: 900, YearOrders: 7}, []int{1000}, lifetime.Observation{LastDay: 1000, YearOrders: 8}},
		"later by a year":           {lifetime.Observation{LastDay: 900, YearOrders: 7}, []int{1265}, lifetime.Observation{LastDay: 1265, YearOrders: 1}},
		"earlier":                   {lifetime.Observation{LastDay: 900, YearOrders: 7}, []int{899, 536, 535}, lifetime.Observation{LastDay: 900, YearOrders: 9}},
		"many":                      {lifetime.Observation{LastDay: 900, YearOrders: lifetime.MostYearOrders}, []int{900}, lifetime.Observation{LastDay: 900, YearOrders: lifetime.MostYearOrders}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := c.of.With(c.days); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

// A grocer's log ends, and the forecast is asked for N days later: what is forecast for the three months that followed the log's end
// does not fall with the days in which nobody read the orders.
func TestForecastDoesNotFallWithTheSilenceOfALog(t *testing.T) {
	t.Parallel()
	log := logtest.Read(t, "grocery")
	c := log.Calibrate(t, "2007-09-30", "2007-12-30")
	fit, err := lifetime.FitMBGCNBD(c.Tally.Sample(lifetime.Week), lifetime.Options{})
	if err != nil {
		t.Fatal(err)
	}
	end, year := logtest.Day(t, "2006-01-02", "2007-09-30"), 0
	for _, days := range log {
		for d := range days {
			if d <= end && d > end-365 {
				year++
			}
		}
	}
	seen := lifetime.Observation{LastDay: end, YearOrders: min(year, lifetime.MostYearOrders)}
	forecast := func(endAt func(today int) int, silence int) (orders float64) {
		moved := endAt(end+silence) - end
		for stats, after := range c.HoldOut {
			x, tx, T := lifetime.Stats{Frequency: stats.Frequency, RecencyDays: stats.RecencyDays, AgeDays: stats.AgeDays + moved}.In(lifetime.Week)
			for _, n := range after {
				orders += float64(n) * fit.Model.ExpectedPurchases(x, tx, T, 91.0/7)
			}
		}
		return orders
	}
	actual := 0.0
	for _, after := range c.HoldOut {
		for bought, n := range after {
			actual += float64(bought * n)
		}
	}
	fresh := forecast(seen.End, 0)
	t.Logf("forecast %.1f, came %.0f", fresh, actual)
	for _, silence := range []int{0, 30, 60} {
		if got := forecast(seen.End, silence); math.Abs(got-fresh) > 1e-6 {
			t.Errorf("%d days after the log's end %.1f orders are forecast; want %.1f", silence, got, fresh)
		}
	}
	if late := forecast(func(today int) int { return today }, 60); late > fresh/2 {
		t.Errorf("with a clock that does not stop %.1f orders are forecast after 60 days, of %.1f; the log shows nothing", late, fresh)
	}
	if off := fresh/actual - 1; off < -0.25 || off > 0.25 {
		t.Errorf("%.1f orders are forecast, %.0f came", fresh, actual)
	}
}
