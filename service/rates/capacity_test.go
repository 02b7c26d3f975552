package rates_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/rates"
	"kopeck/store"
)

// TestCapacityIsBookedAndFreed: two orders take the capacity of days one after the other, and a cancelled one gives its own back.
func TestCapacityIsBookedAndFreed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFactory(w)
		one, correction := money.Exact("1"), true
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateResource, Code: "saw", Amount: "1", Unit: "hour", CapacityPerDay: &one, ValidFrom: apptest.Start, Correction: &correction})
		w.Must(err)
		booked := func() []string {
			return w.Rows("SELECT day - ?, sum(units) FROM bookings WHERE freed_at IS NULL GROUP BY day ORDER BY day", f.Settings().Day(apptest.Start))
		}
		place := func(quantity string) *ent.Order {
			o, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: f.customer, PriceTokens: []string{f.token(quantity)}})
			w.Must(err)
			return o
		}
		first := place("2") // 0.666 hours of the saw
		if got := booked(); !slices.Equal(got, []string{"0 666000000"}) {
			t.Errorf("after one order: %q", got)
		}
		place("4") // 1.332 hours
		if got := booked(); !slices.Equal(got, []string{"0 1000000000", "1 998000000"}) {
			t.Errorf("after two orders: %q", got)
		}
		_, err = w.Sale.CancelOrder(w.System(), service.CancelOrderInput{ID: first.ID, Reason: "a test"})
		w.Must(err)
		if got := booked(); !slices.Equal(got, []string{"0 334000000", "1 998000000"}) {
			t.Errorf("after the first is cancelled: %q", got)
		}
		days, err := w.Workshop.ResourceDays(w.System(), []string{"saw"}, apptest.Start, apptest.Start.AddDate(0, 0, 2), nil)
		w.Must(err)
		var units []string
		for _, day := range days["saw"] {
			units = append(units, day.Booked.String())
		}
		if !slices.Equal(units, []string{"0.334", "0.998", "0"}) {
			t.Errorf("booked: %q", units)
		}
		w.Transaction(func(ctx context.Context, tx *store.Tx) error { return w.Rates.FreeCapacity(ctx, tx, first.ID, w.Now()) })
	})
}

// TestMovingCapacityReadsItOnce: an order that took nothing over from a colleague reads what it has booked once, before it is moved.
func TestMovingCapacityReadsItOnce(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newSaw(w)
		order := f.order(w.System(), f.token("2"), "")
		statements := w.Statements(func() {
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				return w.Rates.MoveCapacity(ctx, tx, order, rates.Date{At: w.Now(), DueDay: f.Settings().Day(w.Now()) + 5, Field: "dueDate", For: f.customer})
			})
		})
		reads := 0
		for _, one := range statements {
			if strings.Contains(one, "SELECT order_id, resource, day, units FROM bookings") {
				reads++
			}
		}
		if reads != 1 {
			t.Errorf("it reads its bookings %d times:\n%s", reads, strings.Join(statements, "\n"))
		}
	})
}
