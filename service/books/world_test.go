package books_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/books"
	"kopeck/store"
)

// today is the moment of the tests' clock, which stands still.
var today = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// hoursAgo is a moment before today.
func hoursAgo(n int) time.Time { return today.Add(-time.Duration(n) * time.Hour) }

// world is a company in a database of its own.
type world struct {
	*app.App
	testing.TB

	made int // rows with an id of ours
}

// each runs a test in a new world on each database.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		w := &world{TB: t}
		log := slog.New(slog.DiscardHandler)
		now := func() time.Time { return today }
		keys, err := auth.OpenKeys(t.TempDir(), now, nil)
		must(t, err)
		roubles, err := money.ParseCurrency("RUB")
		must(t, err)
		db := dbtest.Open(t, url, store.Options{Log: log})
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

// system is a context in which Kopeck itself acts.
func (w *world) system() context.Context { return auth.System(w.Context()) }

// write runs a function in a transaction.
func (w *world) write(do func(ctx context.Context, tx *store.Tx) error) {
	w.Helper()
	must(w, w.Store.Write(w.system(), do))
}

func (w *world) id(prefix string) string {
	w.made++
	return fmt.Sprintf("%s_%026d", prefix, w.made)
}

// customer makes a customer and returns the id.
func (w *world) customer() string {
	w.Helper()
	id := w.id("cus")
	w.write(func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertRows(ctx, "customers", []string{
			"id", "created_at", "updated_at", "name", "name_key", "acquisition_cost", "margin", "repeat_margin", "contact_cost", "last_order_at", "lifetime_value",
		}, [][]any{{id, today.AddDate(-5, 0, 0), today, id, id, 0, 0, 0, 0, time.Unix(0, 0).UTC(), 0}})
	})
	return id
}

// order is an order that a test adds.
type order struct {
	status        schema.OrderStatus
	at, completed time.Time
	margin        int64
}

// placed adds an order, unsettled, and returns its id.
func (w *world) placed(ctx context.Context, tx *store.Tx, customer string, o order) (id string, err error) {
	id = w.id("ord")
	var completed any
	if !o.completed.IsZero() {
		completed = o.completed
	}
	return id, tx.InsertRows(ctx, "orders", []string{
		"id", "created_at", "updated_at", "customer_id", "status", "at", "day", "total", "refunded", "cost", "margin", "unattributed", "completed_at",
	}, [][]any{{id, o.at, o.at, customer, string(o.status), o.at, w.Settings().Day(o.at), o.margin, 0, 0, o.margin, 0, completed}})
}

// contact is a contact that a test adds.
type contact struct {
	kind  schema.ContactKind
	at    time.Time
	about string // "" if it is no recommendation
	cost  int64
}

// touched adds a contact, unsettled, and returns its row.
func (w *world) touched(ctx context.Context, tx *store.Tx, customer string, c contact) (*ent.Contact, error) {
	id := w.id("con")
	var about any
	if c.about != "" {
		about = c.about
	}
	err := tx.InsertRows(ctx, "contacts", []string{
		"id", "customer_id", "kind", "direction", "channel", "at", "minutes", "stage", "expense", "cost", "cost_lines", "realised", "recorded_at", "about_id",
	}, [][]any{{id, customer, string(c.kind), "INBOUND", "PHONE", c.at, 0, "STRANGER", c.cost, c.cost, "[]", 0, c.at, about}})
	if err != nil {
		return nil, err
	}
	return tx.Contact.Get(ctx, id)
}

// bought adds an order that was completed, of some margin, and settles the customer. It returns the order's id.
func (w *world) bought(customer string, at time.Time, margin int64) (id string) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) (err error) {
		if id, err = w.placed(ctx, tx, customer, order{schema.OrderCompleted, at, at, margin}); err != nil {
			return err
		}
		return w.Books.Settle(ctx, tx, customer, books.Occasion{Reason: "test"}, id)
	})
	return id
}

// spoke adds a contact and settles it. It returns the contact's id.
func (w *world) spoke(customer string, c contact) (id string) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		row, err := w.touched(ctx, tx, customer, c)
		if err != nil {
			return err
		}
		id = row.ID
		of, err := tx.Customer.Get(ctx, customer)
		if err != nil {
			return err
		}
		return w.Books.SettleContact(ctx, tx, of, nil, row)
	})
	return id
}
