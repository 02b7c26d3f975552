package value_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"kopeck/ent"
	"kopeck/ent/order"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
)

// TestLastPeriodIsChosen: the simple forecast "the last period again" can be chosen as a model, of orders and of money. What it says of a
// customer follows from the row alone, at any later moment, and moves with time and with the orders without another fit.
func TestLastPeriodIsChosen(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.grocerOf(60)
		id := w.customer()
		given := w.bought(20, 40_000)
		w.placed(id, w.bought(350, 7_000), w.bought(80, 10_000), w.bought(60, 20_000), w.bought(10, 30_000))
		w.settle([]string{id})
		kind, ownMean := schema.LastPeriod, schema.OrderMarginOwnMean
		end := today.AddDate(0, 0, -90)
		m, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: &kind, OrderMargin: &ownMean, CalibrationEnd: &end})
		must(t, err)
		period := int(math.Round(m.Parameters["period"].(float64) * 7))
		if !m.Active || period != 90 {
			t.Fatalf("it repeats a period of %d days, want the 90 held out: %+v", period, m)
		}
		test, err := value.BackTestOf(m)
		must(t, err)
		for _, r := range test.Rivals {
			if r.Forecast == schema.ForecastLastPeriod {
				t.Errorf("the model is beside itself: %+v", r)
			}
		}
		sees := func(what string, ahead, orders int, margin, alive float64) {
			t.Helper()
			w.ahead.Store(int64(ahead) * int64(24*time.Hour))
			v := w.valueOf(id)
			want := float64(orders) / 90 * 12 * lifetime.DaysPerMonth
			if math.Abs(v.ExpectedOrders-want) > 1e-9*want || float64(v.ExpectedOrderMargin.Minor()) != math.RoundToEven(margin) || v.ProbabilityAlive != alive {
				t.Errorf("%s: %g orders of %v are expected, alive %g; want %g of %g, %g", what, v.ExpectedOrders, v.ExpectedOrderMargin, v.ProbabilityAlive, want, margin, alive)
			}
			if notes := strings.Join(v.Notes, "\n"); !strings.Contains(notes, "in the last 90 days are taken to come in as many again") || !strings.Contains(notes, "order days of the last period") {
				t.Errorf("%s: the notes are %s", what, notes)
			}
		}
		sees("at first", 0, 3, 20_000, 1)
		w.placed(id, given)
		w.settle([]string{id})
		sees("with one more order", 0, 4, 25_000, 1)
		w.Client.Order.Update().Where(order.CustomerID(id), order.Day(given.Day)).SetStatus(schema.OrderRefunded).SetMargin(money.Minor(0)).ExecX(w.system())
		w.settle([]string{id})
		sees("when that was given back", 0, 3, 20_000, 1)
		// Somebody orders every day, so that the silence is this customer's own.
		for ahead := range 101 {
			w.placed(ids[0], w.boughtAt(today.AddDate(0, 0, ahead), 5_000))
		}
		w.settle(ids[:1])
		sees("ten days later", 10, 2, 25_000, 1)
		sees("thirty days later", 30, 1, 30_000, 1)
		sees("eighty days later the last order is ninety days ago", 80, 0, 16_750, 0)

		// Of a moment of the past, and in the sum of all customers.
		w.ahead.Store(int64(30 * 24 * time.Hour))
		at := today.AddDate(0, 0, -5)
		c := w.Client.Customer.GetX(w.system(), id)
		then, err := w.Value.EarningsAt(w.system(), []*ent.Customer{c}, &at)
		must(t, err)
		v, err := w.Value.LifetimeValue(then[c], nil, nil, &at)
		must(t, err)
		if want := 3.0 / 90 * 12 * lifetime.DaysPerMonth; math.Abs(v.ExpectedOrders-want) > 1e-9 {
			t.Errorf("five days before %g orders were expected, want %g", v.ExpectedOrders, want)
		}
		// The night fits it anew, and does not take another in its place; a restart changes nothing.
		must(t, w.Value.RefitLifetime(w.system()))
		if now := w.Value.ActiveLifetimeModel(); now.ID == m.ID || now.Kind != schema.LastPeriod {
			t.Errorf("after the night %s of the kind %s is active", now.ID, now.Kind)
		}
		before := w.valueOf(id)
		must(t, w.Reload(w.Context()))
		if again := w.valueOf(id); again.Total != before.Total || again.ExpectedOrders != before.ExpectedOrders {
			t.Errorf("after a restart %v, before %v", again.Total, before.Total)
		}
	})
}
