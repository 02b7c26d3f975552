package value_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/value"
)

// regular are the earnings of a customer who ordered on five days of the last hundred.
func (w *world) regular() value.Earnings {
	day := w.Settings().Day(today)
	return value.Earnings{
		OrderDays: 5, FirstDay: day - 100, LastDay: day - 10, Margin: money.Minor(50_000), RepeatMargin: money.Minor(40_000),
		ContactCost: money.Minor(3_000), AcquisitionCost: money.Minor(2_000),
	}
}

// TestLifetimeValueByThePrior checks values that need no fitted model.
func TestLifetimeValueByThePrior(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		t.Run("nobody has ordered", func(t *testing.T) {
			v, err := w.Value.LifetimeValue(value.Earnings{ContactCost: money.Minor(300), AcquisitionCost: money.Minor(200)}, nil, nil, nil)
			must(t, err)
			if v.Past != money.Minor(-500) || v.Total != v.Past || !v.Future.IsZero() || v.ProbabilityAlive != 0 || v.HorizonMonths != 12 {
				t.Errorf("a prospect has %+v", v)
			}
			if bounds, err := v.Interval(); bounds != nil || err != nil {
				t.Errorf("a prospect has the bounds %v, %v; want none", bounds, err)
			}
		})
		t.Run("somebody orders regularly", func(t *testing.T) {
			v, err := w.Value.LifetimeValue(w.regular(), nil, nil, nil)
			must(t, err)
			if v.Past != money.Minor(45_000) {
				t.Errorf("the past is %v, want margin - contact cost - acquisition cost", v.Past)
			}
			if v.Frequency != 4 || v.ExpectedOrderMargin != money.Minor(10_000) {
				t.Errorf("%d repeat order days, an order is expected to earn %v; want 4 and the mean of the order days", v.Frequency, v.ExpectedOrderMargin)
			}
			total, err := v.Past.Plus(v.Future)
			must(t, err)
			if v.Total != total || v.Future.Sign() <= 0 || v.ProbabilityAlive <= 0 || v.ProbabilityAlive > 1 {
				t.Errorf("the value is %+v", v)
			}
			bounds, err := v.Interval()
			must(t, err)
			if bounds.Low.Compare(v.Past) < 0 || bounds.Low.Compare(bounds.High) > 0 || bounds.OrdersLow > bounds.OrdersHigh || bounds.Probability != 0.8 {
				t.Errorf("the bounds are %+v around %v", bounds, v.Total)
			}
			second, err := v.Interval()
			must(t, err)
			if *second != *bounds {
				t.Errorf("a second question has the bounds %+v, the first %+v", second, bounds)
			}
		})
		t.Run("an order given back in full is as if it had never been", func(t *testing.T) {
			good := value.Earnings{OrderDays: 1, FirstDay: w.regular().LastDay, LastDay: w.regular().LastDay, Margin: money.Minor(303_688)}
			with := good
			with.Margin, with.RefundedMargin = money.Minor(303_688-867_681), money.Minor(-867_681)
			want, err := w.Value.LifetimeValue(good, nil, nil, nil)
			must(t, err)
			got, err := w.Value.LifetimeValue(with, nil, nil, nil)
			must(t, err)
			if got.Future != want.Future || got.ExpectedOrderMargin != money.Minor(303_688) || got.Future.Sign() <= 0 {
				t.Errorf("future %v of an order margin of %v; want %v", got.Future, got.ExpectedOrderMargin, want.Future)
			}
			if got.Past != money.Minor(303_688-867_681) {
				t.Errorf("the past is %v: what the goods had cost is lost", got.Past)
			}
		})
		t.Run("silence makes less of it", func(t *testing.T) {
			e := w.regular()
			soon, err := w.Value.ValueOf(w.Value.Current(), e, today, 12, money.Decimal{})
			must(t, err)
			late, err := w.Value.ValueOf(w.Value.Current(), e, today.AddDate(2, 0, 0), 12, money.Decimal{})
			must(t, err)
			if late.ProbabilityAlive >= soon.ProbabilityAlive || late.Total.Compare(soon.Total) >= 0 || late.Past != soon.Past {
				t.Errorf("after two years of silence %+v, before %+v", late, soon)
			}
		})
		t.Run("a departure is noted", func(t *testing.T) {
			e, left := w.regular(), today.AddDate(0, 0, -5)
			e.DepartedAt = &left
			v, err := w.Value.LifetimeValue(e, nil, nil, nil)
			must(t, err)
			if notes := strings.Join(v.Notes, "\n"); !strings.Contains(notes, "departure") || !strings.Contains(notes, "prior") {
				t.Errorf("the notes are %q, want the departure and the prior", v.Notes)
			}
		})
		t.Run("more than money can hold", func(t *testing.T) {
			_, err := w.Value.LifetimeValue(value.Earnings{ContactCost: money.Minor(1<<63 - 1), AcquisitionCost: money.Minor(1<<63 - 1)}, nil, nil, nil)
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%v, want INVALID", err)
			}
		})
	})
}

func TestOutlookIsChecked(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		months := func(n int) *int { return &n }
		rate := func(text string) *money.Exact { e := money.Exact(text); return &e }
		for name, c := range map[string]struct {
			months *int
			rate   *money.Exact
			fields []string // with an error
		}{
			"defaults":                     {nil, nil, nil},
			"the shortest and the least":   {months(1), rate("-0.999999"), nil},
			"the longest and the greatest": {months(600), rate("10"), nil},
			"no month":                     {months(0), nil, []string{"horizonMonths"}},
			"too many months":              {months(601), nil, []string{"horizonMonths"}},
			"a rate of -1":                 {nil, rate("-1"), []string{"annualDiscountRate"}},
			"a rate over 10":               {nil, rate("10.1"), []string{"annualDiscountRate"}},
			"both":                         {months(-1), rate("-2"), []string{"horizonMonths", "annualDiscountRate"}},
		} {
			t.Run(name, func(t *testing.T) {
				horizon, discount, err := w.Value.CheckOutlook(c.months, c.rate)
				var fields []string
				for _, one := range fault.All(err) {
					fields = append(fields, strings.Join(one.Path, "."))
				}
				if strings.Join(fields, " ") != strings.Join(c.fields, " ") {
					t.Errorf("errors on %v (%v), want %v", fields, err, c.fields)
				}
				if c.months == nil && horizon != value.LifetimeHorizon || c.rate == nil && discount != w.Settings().AnnualDiscountRate {
					t.Errorf("the defaults are %d and %v", horizon, discount)
				}
			})
		}
	})
}

// TestModelAt: the model of a moment is the last one that had been fitted to be active by then, however many were fitted after it.
func TestModelAt(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		prior, err := w.Value.ModelAt(w.Context(), today)
		must(t, err)
		add := func(id string, fitted time.Time, activated, active bool) {
			report := `{"activated":false,"notes":[],"warnings":[]}`
			if activated {
				report = `{"activated":true,"notes":[],"warnings":[]}`
			}
			must(t, w.Client.LifetimeModel.Create().SetID(id).SetKind(bgnbd).SetTimeUnit("WEEK").SetParameters(map[string]any{"r": 0.25, "alpha": 4.0, "a": 0.8, "b": 2.5}).
				SetLogLikelihood(-1).SetCustomers(1).SetConverged(true).SetIterations(1).SetGradientNorm(0).SetActive(active).SetFittedAt(fitted).SetReport([]byte(report)).Exec(w.system()))
		}
		day := func(n int) time.Time { return today.AddDate(0, 0, n) }
		add("ltm_first", day(-30), true, false)
		for n := range 20 {
			add("ltm_tried"+string(rune('a'+n)), day(-20), false, false)
		}
		add("ltm_last", day(-10), true, true)
		must(t, w.Reload(w.Context()))
		for name, c := range map[string]struct {
			at   time.Time
			want string
		}{
			"before any fit":            {day(-31), prior.Row.ID},
			"at the first fit":          {day(-30), "ltm_first"},
			"after fits that were kept": {day(-15), "ltm_first"},
			"after the last":            {day(-10), "ltm_last"},
			"now":                       {today, "ltm_last"},
		} {
			t.Run(name, func(t *testing.T) {
				m, err := w.Value.ModelAt(w.Context(), c.at)
				must(t, err)
				if m.Row.ID != c.want {
					t.Errorf("the model is %s, want %s", m.Row.ID, c.want)
				}
			})
		}
	})
}

// TestFitWithLosses: a company some of whose customers cost money has them in what an order of a one-time buyer is expected to earn.
func TestFitWithLosses(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(120)
		for i := range 60 {
			id, loss := w.customer(), int64(20_000+500*(i%9))
			w.placed(id, w.bought(180+i%20, 5_000), w.bought(90-i%13, -loss), w.bought(20+i%11, -loss-700))
		}
		w.settleAll()
		m, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{})
		must(t, err)
		notes, err := value.FitNotes(m)
		must(t, err)
		if text := strings.Join(notes, "\n"); !strings.Contains(text, "60 of ") || !strings.Contains(text, "shrunken mean") {
			t.Errorf("the notes are %q", notes)
		}
		v, err := w.Value.LifetimeValue(value.Earnings{OrderDays: 1, FirstDay: w.regular().LastDay, LastDay: w.regular().LastDay, Margin: money.Minor(5_000)}, nil, nil, nil)
		must(t, err)
		if v.ExpectedOrderMargin.Compare(money.Minor(10_000)) >= 0 {
			t.Errorf("an order of a one-time buyer earns %v; those who earn anything earn 160.00 on average, a third lose 220.00", v.ExpectedOrderMargin)
		}
		bounds, err := v.Interval()
		must(t, err)
		if bounds.Low.Compare(v.Total) > 0 || bounds.High.Compare(v.Total) < 0 || bounds.Low == bounds.High {
			t.Errorf("the bounds are %+v around %v", bounds, v.Total)
		}
	})
}
