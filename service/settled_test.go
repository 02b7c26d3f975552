package service_test

import (
	"context"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// longContact begins a transaction that records a call of a customer now and stays open; end commits it.
func longContact(t *testing.T, w *apptest.World, customerID string) (end func()) {
	t.Helper()
	written, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
			now := w.Now()
			err := tx.InsertRows(ctx, "contacts", []string{
				"id", "customer_id", "kind", "direction", "channel", "at", "recorded_at", "minutes", "expense", "cost", "cost_lines", "uncosted", "stage", "realised",
			}, [][]any{{
				w.IDs.Make(id.Contact), customerID, string(schema.InfoCall), string(schema.Inbound), string(schema.ByPhone), now, now, 0, 100_00, 100_00, "[]", false,
				string(schema.Stranger), 0,
			}})
			if err != nil {
				return err
			}
			close(written)
			<-release
			return nil
		})
	}()
	select {
	case <-written:
	case err := <-ended:
		t.Fatal(err)
	}
	return func() {
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	}
}

// A question about what was known at a moment is not answered while a transaction is writing that has recorded something by then, and
// has the same answer for ever afterwards (issue 13, B.8).
func TestAnAnswerForAMomentWaitsForThoseWhoWereWriting(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, admin := w.Customer("Anna"), w.As(schema.RoleAdmin)
		end := longContact(t, w, c.ID)
		w.Clock.Advance(time.Minute)
		at := w.Now()
		w.Clock.Advance(time.Minute)
		count := func() int {
			e, err := w.Report.ContactEconomics(admin, apptest.Start.AddDate(0, -1, 0), apptest.Start.AddDate(0, 1, 0), nil, nil, &at)
			if err != nil {
				t.Error(err)
				return -1
			}
			return e.Total.Contacts
		}
		w.SettleWithin(20 * time.Millisecond)
		_, err := w.Report.ContactEconomics(admin, apptest.Start.AddDate(0, -1, 0), apptest.Start.AddDate(0, 1, 0), nil, nil, &at)
		if got := apptest.Faults(err); got != "UNAVAILABLE" {
			t.Errorf("while it is written: %q, want UNAVAILABLE", got)
		}
		w.SettleWithin(time.Minute)
		answers := make(chan int, 3)
		for range cap(answers) {
			go func() { answers <- count() }()
		}
		end()
		for range cap(answers) {
			if n := <-answers; n != 1 {
				t.Errorf("%d contacts were known, want the one that was being written", n)
			}
		}
		if asked := w.Statements(func() { count() }); len(asked) != len(w.Statements(func() { count() })) {
			t.Error("a moment that is settled is asked for again")
		}
	})
}

// A process that has not heard of a change yet has it in memory before it answers for a moment after the change.
func TestAnAnswerForAMomentHasWhatOthersChanged(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := w.Customer("Anna")
		product := w.Product(service.CreateProductInput{Sku: "coat", ListPrice: apptest.Roubles("18881")})
		other, err := app.New(t.Context(), apptest.Config(t, w.Store, w.Clock)) // it does not watch
		w.Must(err)
		w.Clock.Advance(time.Minute)
		_, err = w.Catalogue.SetListPrice(w.System(), service.SetListPriceInput{ProductID: product, ListPrice: apptest.Roubles("94999")})
		w.Must(err)
		w.Clock.Advance(time.Minute)
		at := w.Now()
		w.Clock.Advance(time.Minute)
		q, err := other.Quote.Quotes(w.System(), []*ent.Customer{c}, &at)
		w.Must(err)
		p, err := q.Price(c, product, nil, nil, nil)
		w.Must(err)
		if got := w.Currency.Format(p.Unit); got != "94999.00" {
			t.Errorf("the other process sells at %s, want 94999.00", got)
		}
		if n := len(w.Statements(func() { _, err = other.Quote.Quotes(w.System(), []*ent.Customer{c}, &at) })); n != 0 || err != nil {
			t.Errorf("the same question took %d statements, %v", n, err)
		}
	})
}
