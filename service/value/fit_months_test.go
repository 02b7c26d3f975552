package value_test

import (
	"strings"
	"testing"

	"kopeck/lifetime/backtest"
	"kopeck/service"
	"kopeck/service/value"
)

// TestMonthsOfOldFits: what fits of older versions measured of months is read as it was meant.
func TestMonthsOfOldFits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		report string
		want   *value.BoundsCoverage
	}{
		"counts of an older version": {`{"orders":0.01,"margins":0.02,"measured":{"months":12,"forecasts":80,"orders":60,"margins":64}}`, &value.BoundsCoverage{Months: 12, Forecasts: 80, Orders: 0.75, Margin: 0.8}},
		"nothing, of an older one":   {`{"orders":0.01,"margins":0.02,"measured":{"months":0,"forecasts":0,"orders":0,"margins":0}}`, nil},
		"shares":                     {`{"orders":0.01,"margins":0.02,"coverage":{"days":365,"months":12,"groups":[{"from":0,"customers":80,"orders":{"level":0.8,"after":0.75},"margin":{"level":0.8,"after":0.8}}]}}`, &value.BoundsCoverage{Months: 12, Forecasts: 80, Orders: 0.75, Margin: 0.8}},
		"nothing was measured":       {`{"orders":0.01,"margins":0.02}`, nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := value.CoverageOfMonths(c.report)
			if err != nil || (got == nil) != (c.want == nil) || got != nil && *got != *c.want {
				t.Errorf("%+v, %v; want %+v", got, err, c.want)
			}
		})
	}
}

// TestMonthsAreMeasured: a fit measures how often the bounds of months held, and what is kept with it says so after a restart too.
// The prior says that nothing was measured, and so does a log that is too short.
func TestMonthsAreMeasured(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		before := w.Value.Current().Months()
		if notes := strings.Join(before.Notes(), "\n"); before.Coverage() != nil || !strings.Contains(notes, "with the next fit") {
			t.Errorf("the prior held %+v; notes %q", before.Coverage(), notes)
		}
		w.regulars(150)
		w.settleAll()
		fit, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{})
		must(t, err)
		months := w.Value.Current().Months()
		c := months.Coverage()
		if c == nil || c.Months < 3 || c.Forecasts < c.Months || c.Orders < 0 || c.Orders > 1 || c.Margin < 0 || c.Margin > 1 {
			t.Fatalf("the bounds held %+v", c)
		}
		if notes := strings.Join(months.Notes(), "\n"); !strings.Contains(notes, "the bounds of months") || !strings.Contains(notes, "no season") {
			t.Errorf("the notes are %q", notes)
		}
		if !strings.Contains(string(fit.Report), `"months":`) {
			t.Errorf("the report is %s", fit.Report)
		}
		must(t, w.Reload(w.Context()))
		if again := w.Value.Current().Months().Coverage(); *again != *c {
			t.Errorf("after a restart %+v, before %+v", again, c)
		}
		orders, margins := months.Relative(3)
		chance, _ := backtest.MonthErrors{}.Relative(3)
		if !(orders > 0 && margins > 0) || orders > 50*chance {
			t.Errorf("relative variances %g and %g", orders, margins)
		}
	})
}
