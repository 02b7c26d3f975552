package value_test

import (
	"strings"
	"testing"

	"kopeck/lifetime"
	"kopeck/service"
)

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
		chance, _ := lifetime.MonthErrors{}.Relative(3)
		if !(orders > 0 && margins > 0) || orders > 50*chance {
			t.Errorf("relative variances %g and %g", orders, margins)
		}
	})
}
