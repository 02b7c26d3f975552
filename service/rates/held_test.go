package rates_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent/booking"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// newSaw returns a factory whose saw works an hour a day, of which a table takes 0.333.
func newSaw(w *apptest.World) *factory {
	f := newFactory(w)
	one, correction := money.Exact("1"), true
	_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateResource, Code: "saw", Amount: "1", Unit: "hour", CapacityPerDay: &one, ValidFrom: apptest.Start, Correction: &correction})
	w.Must(err)
	return f
}

// ask prices tables and holds them.
func (f *factory) ask(ctx context.Context, tables, lead int) (*quote.Price, error) {
	f.T.Helper()
	c, err := f.Client.Customer.Get(f.System(), f.customer)
	f.Must(err)
	price, err := f.Quote.Price(ctx, c, f.product, money.Whole(int64(tables)), nil, &lead, nil)
	f.Must(err)
	return price, f.Rates.Hold(ctx, price)
}

// hold prices tables, holds them and returns the token and the day.
func (f *factory) hold(ctx context.Context, tables, lead int) (string, *quote.PriceDate) {
	f.T.Helper()
	price, err := f.ask(ctx, tables, lead)
	f.Must(err)
	token, err := f.Quote.PriceToken(price)
	f.Must(err)
	return token, price.Date()
}

// order orders what a token promises.
func (f *factory) order(ctx context.Context, token, overrule string) string {
	f.T.Helper()
	in := service.PlaceOrderInput{CustomerID: f.customer, PriceTokens: []string{token}}
	if overrule != "" {
		in.OverruleDateReason = &overrule
	}
	o, err := f.Sale.PlaceOrder(ctx, in)
	f.Must(err)
	return o.ID
}

// held lists what is held now: the role of who holds it, the units, the last day and the minutes until it is free.
func (f *factory) held() string {
	f.T.Helper()
	now := f.Clock.Now()
	rows, err := f.Client.Booking.Query().Where(booking.HoldNotNil(), booking.FreedAtGT(now)).Order(booking.ByDay()).All(f.System())
	f.Must(err)
	units, last := map[string]int64{}, map[string]string{}
	for _, row := range rows {
		u, err := f.Client.User.Get(f.System(), *row.HeldBy)
		f.Must(err)
		units[u.Name] += row.Units.Nano()
		last[u.Name] = fmt.Sprintf("to day %d for %v", row.Day-f.Settings().Day(now), row.FreedAt.Sub(now))
	}
	var all []string
	for _, name := range slices.Sorted(maps.Keys(units)) {
		all = append(all, fmt.Sprintf("%s %s %s", name, money.Nano(units[name]), last[name]))
	}
	return strings.Join(all, ", ")
}

// TestHoldIsReleasedForAnotherAlone: what is held stays until it is free by the promise, whatever is asked meanwhile and whoever asks it.
func TestHoldIsReleasedForAnotherAlone(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newSaw(w)
		seller, colleague := w.As(schema.RoleAdmin), w.As(schema.RoleManager)
		_, first := f.hold(seller, 30, 40)
		w.Clock.Advance(5 * time.Minute)
		const before = "ADMIN 9.99 to day 19 for 10m0s"
		if got := f.held(); got != before {
			t.Fatalf("held: %s", got)
		}
		for _, who := range []context.Context{seller, colleague} { // no room by tomorrow
			if _, date := f.hold(who, 30, 1); date.Holds || date.HeldUntil != nil || f.held() != before {
				t.Errorf("by tomorrow %+v; held: %s", date, f.held())
			}
		}
		if _, err := f.ask(seller, 45, 40); !fault.Is(err, fault.LimitExceeded) || f.held() != before {
			t.Errorf("more than the share: %v; held: %s", err, f.held())
		}
		token, date := f.hold(colleague, 30, 40)
		if !date.Holds || date.HeldUntil == nil || !date.HeldUntil.Equal(*first.HeldUntil) || f.held() != before {
			t.Errorf("the colleague is told %+v; held: %s", date, f.held())
		}
		if _, date := f.hold(seller, 30, 60); date.HeldUntil == nil || f.held() != "ADMIN 9.99 to day 19 for 15m0s" {
			t.Errorf("held anew, until %v: %s", date.HeldUntil, f.held())
		}
		f.order(colleague, token, "")
		if got := f.held(); got != "" {
			t.Errorf("the customer has ordered it, and held is %s", got)
		}
		got := w.Rows("SELECT sum(units) FROM bookings WHERE order_id IS NOT NULL AND freed_at IS NULL")
		if !slices.Equal(got, []string{"9990000000"}) {
			t.Errorf("the order has %q", got)
		}
	})
}

// TestTwoHoldOneEach: whoever holds a price that a colleague holds for a later day has a hold of their own, and an order takes that of who
// places it.
func TestTwoHoldOneEach(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newSaw(w)
		seller, colleague := w.As(schema.RoleAdmin), w.As(schema.RoleManager)
		full, _ := f.hold(seller, 3, 0)
		blocking := f.order(seller, full, "")
		late, _ := f.hold(seller, 3, 9)
		if _, date := f.hold(colleague, 3, 0); date.HeldUntil != nil || f.held() != "ADMIN 0.999 to day 1 for 15m0s" {
			t.Fatalf("until %v; held: %s", date.HeldUntil, f.held())
		}
		_, err := w.Sale.CancelOrder(seller, service.CancelOrderInput{ID: blocking, Reason: "a test"})
		w.Must(err)
		const both = "ADMIN 0.999 to day 1 for 15m0s, MANAGER 0.999 to day 0 for 15m0s"
		var soon string
		for range 2 {
			var date *quote.PriceDate
			if soon, date = f.hold(colleague, 3, 0); date.HeldUntil == nil || f.held() != both {
				t.Errorf("until %v; held: %s", date.HeldUntil, f.held())
			}
		}
		f.order(seller, late, "")
		if got := f.held(); got != "MANAGER 0.999 to day 0 for 15m0s" {
			t.Errorf("after the seller's order is held %s", got)
		}
		f.order(colleague, soon, "")
		got := w.Rows("SELECT day - ?, sum(units) FROM bookings WHERE order_id IS NOT NULL AND freed_at IS NULL GROUP BY day ORDER BY day", f.Settings().Day(apptest.Start))
		if f.held() != "" || !slices.Equal(got, []string{"0 1000000000", "1 998000000"}) {
			t.Errorf("held: %s; ordered: %q", f.held(), got)
		}
	})
}

// TestHoldKeepsADayThatIsTaken: what is held is asked again after its day was overruled to another. It cannot be held anew, and is held as
// long as was promised.
func TestHoldKeepsADayThatIsTaken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newSaw(w)
		seller, colleague := w.As(schema.RoleAdmin), w.As(schema.RoleManager)
		f.hold(seller, 3, 0)
		other, _ := f.hold(colleague, 2, 0)
		f.order(colleague, other, "We work at night")
		w.Clock.Advance(time.Minute)
		token, date := f.hold(seller, 3, 0)
		if !date.Holds || date.HeldUntil == nil || *date.EarliestLeadDays != 0 || f.held() != "ADMIN 0.999 to day 0 for 14m0s" {
			t.Errorf("%+v; held: %s", date, f.held())
		}
		f.order(seller, token, "")
	})
}

// TestNobodyHoldsAllNearDays: a hold for a day ten years ahead took all days of the next years, as half of ten years. It leaves colleagues
// half of every span.
func TestNobodyHoldsAllNearDays(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newSaw(w)
		seller, colleague := w.As(schema.RoleAdmin), w.As(schema.RoleManager)
		if _, date := f.hold(seller, 5400, 3660); date.HeldUntil == nil { // 1,798.2 of 3,661 hours
			t.Fatalf("%+v", date)
		}
		if _, date := f.hold(seller, 5400, 3659); date.HeldUntil == nil {
			t.Errorf("held anew: %+v", date)
		}
		if _, err := f.ask(seller, 4, 60); !fault.Is(err, fault.LimitExceeded) {
			t.Errorf("another by the same user, of what the first took: %v", err)
		}
		token, date := f.hold(colleague, 80, 60) // 26.64 hours of 61 days
		if !date.Holds || date.HeldUntil == nil {
			t.Errorf("a colleague within 60 days: %+v", date)
		}
		f.order(colleague, token, "")
	})
}
