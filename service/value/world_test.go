package value_test

import (
	"context"
	"fmt"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// today is the moment at which the tests' clocks begin; they stand still.
var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// world is a company in a database of its own.
type world struct {
	*app.App
	testing.TB

	observer  atomic.Pointer[func(ctx context.Context, query string)]
	ahead     atomic.Int64 // by how many nanoseconds the clock is later than today
	customers int          // made so far
	orders    int
}

// each runs a test in a new world on each database.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		w := &world{TB: t}
		log := slog.New(slog.DiscardHandler)
		db := dbtest.Open(t, url, store.Options{Log: log, Observe: func(ctx context.Context, query string) {
			if observe := w.observer.Load(); observe != nil {
				(*observe)(ctx, query)
			}
		}})
		now := func() time.Time { return today.Add(time.Duration(w.ahead.Load())) }
		keys, err := auth.OpenKeys(t.TempDir(), now, nil)
		must(t, err)
		roubles, err := money.ParseCurrency("RUB")
		must(t, err)
		w.App, err = app.New(t.Context(), service.Config{Store: db, Keys: keys, Currency: roubles, Now: now, Log: log})
		must(t, err)
		test(t, w)
	})
}

// must ends a test with an error.
func must(t interface {
	Helper()
	Fatal(args ...any)
}, err error,
) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// observe calls a function with every statement from now on.
func (w *world) observe(f func(ctx context.Context, query string)) { w.observer.Store(&f) }

// system is a context in which Kopeck itself acts.
func (w *world) system() context.Context { return auth.System(w.Context()) }

// customer makes a customer without orders and returns the id.
func (w *world) customer() string {
	w.Helper()
	w.customers++
	id := fmt.Sprintf("cus_%026d", w.customers)
	must(w, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertRows(ctx, "customers", []string{
			"id", "created_at", "updated_at", "name", "name_key", "acquisition_cost", "margin", "repeat_margin", "contact_cost", "last_order_at", "lifetime_value",
		}, [][]any{{id, today.AddDate(-5, 0, 0), today, id, id, 0, 0, 0, 0, time.Unix(0, 0).UTC(), 0}})
	}))
	return id
}

// placed adds orders to a customer, without settling anything.
func (w *world) placed(customer string, orders ...lifetime.Order) {
	w.Helper()
	rows := make([][]any, len(orders))
	for i, o := range orders {
		w.orders++
		var completed any
		if !o.CompletedAt.IsZero() {
			completed = o.CompletedAt
		}
		rows[i] = []any{fmt.Sprintf("ord_%026d", w.orders), o.At, o.At, customer, string(o.Status), o.At, o.Day, o.Margin, 0, 0, o.Margin, 0, completed}
	}
	must(w, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertRows(ctx, "orders", []string{
			"id", "created_at", "updated_at", "customer_id", "status", "at", "day", "total", "refunded", "cost", "margin", "unattributed", "completed_at",
		}, rows)
	}))
}

// bought returns an order of some days ago, completed an hour after it was placed.
func (w *world) bought(daysAgo int, margin int64) lifetime.Order {
	at := today.AddDate(0, 0, -daysAgo)
	return lifetime.Order{Status: lifetime.OrderCompleted, Day: w.Settings().Day(at), At: at, CompletedAt: at.Add(time.Hour), Margin: money.Minor(margin)}
}

// regulars makes customers who bought about every so many days, each another number of times.
func (w *world) regulars(n int) {
	w.Helper()
	for i := range n {
		id, every := w.customer(), 5+i%17
		var orders []lifetime.Order
		for k := range 1 + i*i%7 {
			orders = append(orders, w.bought(200+i%90-k*every, int64(10_000+1000*(i%13)+100*k)))
		}
		w.placed(id, orders...)
	}
}
