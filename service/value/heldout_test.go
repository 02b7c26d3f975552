package value_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
)

// clumsy makes customers whose orders no model of a steady rate expects: they order every day for a while, pause, and order again, at
// a time that says nothing of how often; each order earns the same but for the customer.
func (w *world) clumsy(n int) (ids []string) {
	w.Helper()
	for i := range n {
		id := w.customer()
		var orders []lifetime.Order
		first := 390 - i%60
		for k := range 1 + i%4 {
			orders = append(orders, w.bought(first-2*k, int64(10_000+500*(i%40))))
		}
		if i%3 == 0 { // again after the calibration, more often than ever
			for k := range 8 + i%9 {
				orders = append(orders, w.bought(90-3*k-i%5, int64(10_000+500*(i%40))))
			}
		}
		w.placed(id, orders...)
		ids = append(ids, id)
	}
	w.settle(ids)
	return ids
}

// TestBoundsAreWidenedByWhatWasMeasured: bounds of 0.8 that held less in the days held out are widened, and the answer says what they held;
// those of the prior, and of fits of older versions, say that they were not tested.
func TestBoundsAreWidenedByWhatWasMeasured(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.clumsy(240)
		interval := func() *value.LifetimeInterval {
			c := w.Client.Customer.GetX(w.system(), ids[1])
			v, err := w.Value.LifetimeValue(value.EarningsOf(c), nil, nil, nil)
			must(t, err)
			i, err := v.Interval()
			must(t, err)
			return i
		}
		if i := interval(); i.Held != nil || i.OrdersHeld != nil || i.Probability != 0.8 || !strings.Contains(i.Note, "not tested") {
			t.Errorf("of the prior: %+v", i)
		}
		end := today.AddDate(0, 0, -100)
		m, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{CalibrationEnd: &end})
		must(t, err)
		i := interval()
		if i.Held == nil || i.OrdersHeld == nil || !strings.Contains(i.Note, "held out") || i.Probability > 0.8 {
			t.Fatalf("of the fit: %+v", i)
		}
		if !strings.Contains(i.Note, "held too little") {
			t.Errorf("they were not widened: %q", i.Note)
		}
		if i.Probability < 0.8 && !strings.Contains(i.Note, "what was measured") {
			t.Errorf("%g is called less than 0.8, and the note does not say why: %q", i.Probability, i.Note)
		}
		notes, err := value.FitNotes(m)
		must(t, err)
		if all := strings.Join(notes, "\n"); !strings.Contains(all, "the model's own bounds for 0.8 held the orders of") || strings.Contains(all, "not tested") {
			t.Errorf("the notes of the fit: %s", all)
		}
	})
}

// TestRivalsInOrdersAndMargin: the test of the fit that is used has simple forecasts beside it, in orders and in money; where one was nearer
// every value says so, and it can be chosen and stays chosen.
func TestRivalsInOrdersAndMargin(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.grocerOf(120)
		m, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: &bgnbd})
		must(t, err)
		test, err := value.BackTestOf(m)
		must(t, err)
		if test == nil || test.Refitted == nil || !*test.Refitted || test.HoldoutDays == nil || *test.HoldoutDays < 30 || test.HoldoutMargin == nil || test.HoldoutMargin.Sign() <= 0 || len(test.Rivals) != 5 {
			t.Fatalf("a fit to all orders, of one kind, is tested on the last quarter by one to the rest: %+v", test)
		}
		notes, err := value.FitNotes(m)
		must(t, err)
		all := strings.Join(notes, "\n")
		if strings.Contains(all, "was not tested") || !strings.Contains(all, "fitted on all orders; what was tested is a fit of the same kind") {
			t.Errorf("the notes: %s", all)
		}
		better := false
		for _, r := range test.Rivals {
			if r.PredictedMargin.Sign() < 0 || r.RootMeanSquareError < 0 || r.BetterForOrders != (r.Forecast != schema.ForecastOwnMean && r.RootMeanSquareError < test.RootMeanSquareError) {
				t.Errorf("%+v beside %+v", r, test)
			}
			better = better || r.BetterForOrders
		}
		if !better {
			t.Errorf("customers who never leave go on at their own rate, which no simple forecast found: %+v", test)
		}
		v := w.valueOf(ids[0])
		if notes := strings.Join(v.Notes, "\n"); !strings.Contains(notes, "a simple forecast, ") || !strings.Contains(notes, "can be chosen as") {
			t.Errorf("the notes of a value: %s", notes)
		}

		own, ownMean := schema.OwnRate, schema.OrderMarginOwnMean
		m, err = w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: &own, OrderMargin: &ownMean})
		must(t, err)
		if v = w.valueOf(ids[0]); !m.Active || v.Model.Kind != schema.OwnRate || v.ProbabilityAlive != 1 || v.ExpectedOrderMargin != w.meanOf(ids[0]) {
			t.Errorf("by the own rate: %+v of %+v", v, m)
		}
		if want := float64(v.Frequency) / v.Age * 12 * lifetime.DaysPerMonth / 7; v.ExpectedOrders < want*0.999 || v.ExpectedOrders > want*1.001 {
			t.Errorf("%g orders are expected, want %g", v.ExpectedOrders, want)
		}
		// The night computes it anew, and does not take another in its place.
		w.ahead.Store(int64(24 * time.Hour))
		w.placed(ids[0], w.boughtAt(today.Add(20*time.Hour), 12_345))
		w.settle(ids[:1])
		must(t, w.Value.RefitLifetime(w.system()))
		if now := w.Value.ActiveLifetimeModel(); now.ID == m.ID || now.Kind != schema.OwnRate {
			t.Errorf("after the night %s of the kind %s is active", now.ID, now.Kind)
		}
		if v = w.valueOf(ids[0]); v.ExpectedOrderMargin != w.meanOf(ids[0]) {
			t.Errorf("after the night an order is expected to earn %v", v.ExpectedOrderMargin)
		}
	})
}

// grocerOf makes customers who have bought every so many days for a year and more, and have not left.
func (w *world) grocerOf(n int) (ids []string) {
	w.Helper()
	for i := range n {
		id, every := w.customer(), 9+i%31
		var orders []lifetime.Order
		for ago := i % every; ago < 400-i%40; ago += every {
			orders = append(orders, w.bought(ago, int64(10_000+1000*(i%13)+10*(ago%17))))
		}
		w.placed(id, orders...)
		ids = append(ids, id)
	}
	w.settle(ids)
	return ids
}

func (w *world) boughtAt(at time.Time, margin int64) lifetime.Order {
	return lifetime.Order{Status: lifetime.OrderCompleted, Day: w.Settings().Day(at), At: at, CompletedAt: at.Add(time.Hour), Margin: money.Minor(margin)}
}

func (w *world) valueOf(id string) *value.LifetimeValue {
	w.Helper()
	v, err := w.Value.LifetimeValue(value.EarningsOf(w.Client.Customer.GetX(w.system(), id)), nil, nil, nil)
	must(w, err)
	return v
}

// meanOf is the mean margin of a customer's order days.
func (w *world) meanOf(id string) money.Amount {
	w.Helper()
	c := w.Client.Customer.GetX(w.system(), id)
	mean, err := money.FromFloat(float64(c.Margin.Minor()) / float64(c.OrderDays))
	must(w, err)
	return mean
}
