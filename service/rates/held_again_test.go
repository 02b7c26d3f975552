package rates_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
)

// TestAHoldOutlivesAColleaguesOrder: an order that takes over what a colleague holds gives it back when it is cancelled or moved, for as long as
// it was promised. Whoever used up what they held themselves holds nothing again.
func TestAHoldOutlivesAColleaguesOrder(t *testing.T) {
	const whole = "ADMIN 9.99 to day 19 for 10m0s"
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newSaw(w)
		seller, colleague := w.As(schema.RoleAdmin), w.As(schema.RoleManager)
		cancel := func(orderID string) {
			_, err := w.Sale.CancelOrder(colleague, service.CancelOrderInput{ID: orderID, Reason: "a test"})
			w.Must(err)
		}
		move := func(orderID string, days int) {
			day := schema.Date(f.Settings().Day(w.Clock.Now()) + days)
			_, err := w.Sale.RescheduleOrder(colleague, service.RescheduleOrderInput{ID: orderID, DueDate: &day})
			w.Must(err)
		}
		expect := func(what, want string) {
			t.Helper()
			if got := f.held(); got != want {
				t.Errorf("%s: held is %q, want %q", what, got, want)
			}
		}
		token, _ := f.hold(seller, 30, 40)
		w.Clock.Advance(5 * time.Minute)

		order := f.order(colleague, token, "")
		expect("the colleague has ordered", "")
		cancel(order)
		expect("and cancelled", whole)
		cancel(f.order(colleague, token, ""))
		expect("and again", whole)

		order = f.order(colleague, token, "")
		move(order, 39) // onto the whole of the first ten days
		expect("and moved it", "ADMIN 4.99 to day 19 for 10m0s")
		cancel(order)
		expect("cancelled after that", whole)

		order = f.order(colleague, token, "")
		w.Clock.Advance(4 * time.Minute)
		again, _ := f.hold(seller, 30, 40)
		anew := f.held()
		cancel(order)
		expect("the seller had held it anew", anew)
		f.order(seller, again, "")
		expect("the seller has ordered it", "")

		ours, _ := f.hold(seller, 3, 60)
		order = f.order(colleague, ours, "")
		cancel(f.order(seller, ours, ""))
		cancel(order)
		expect("the seller has ordered it too", "")

		some, _ := f.hold(seller, 30, 40)
		order = f.order(colleague, some, "")
		if _, err := f.ask(seller, 33, 40); !fault.Is(err, fault.LimitExceeded) {
			t.Errorf("what may be given back is not of the seller's share: %v", err)
		}
		cancel(order)
		cancel(f.order(colleague, some, "")) // what is left is taken over as well
		cancel(f.order(seller, some, ""))
		expect("the share", "")

		given, _ := f.hold(seller, 30, 40)
		order = f.order(colleague, given, "")
		_, err := w.Sale.CompleteOrder(colleague, service.CompleteOrderInput{ID: order})
		w.Must(err)
		expect("the colleague's order is completed", "")
		_, err = w.Sale.RefundOrder(colleague, service.RefundOrderInput{ID: order, Reason: "a test"})
		w.Must(err)
		expect("and given back in full", "ADMIN 9.99 to day 19 for 15m0s")
		cancel(f.order(seller, given, ""))

		late, _ := f.hold(seller, 3, 60)
		order = f.order(colleague, late, "")
		w.Clock.Advance(15 * time.Minute)
		cancel(order)
		expect("it would be over", "")

		own, _ := f.hold(colleague, 3, 60)
		cancel(f.order(colleague, own, ""))
		expect("the colleague's own", "")
		if taken := w.Rows("SELECT count(*) FROM bookings WHERE taken_by IS NOT NULL AND freed_at > ?", w.Clock.Now()); taken[0] != "0" {
			t.Errorf("%s are taken over and held", taken[0])
		}
	})
}
