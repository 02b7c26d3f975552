package apitest

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/schema"
	"kopeck/service/bulk"
	"kopeck/service/customers"
	"kopeck/store"
)

// TestReadingBesideRestating sets a fee for the past that covers 20,000 contacts of 4,000 customers, and reads pages of
// contacts meanwhile: reading goes on, on both databases.
func TestReadingBesideRestating(t *testing.T) {
	const contacts, customers = 20_000, 4_000
	dbtest.Each(t, func(t *testing.T, url string) {
		w := New(t, url)
		admin := w.As(schema.RoleAdmin)
		seller := admin.Must(`{ viewer { user { id email } } }`, nil)
		admin.Must(rateIs, Vars{"in": ratePer("STAFF", seller.Text("viewer.user.email"), "hour", "600", "2020-01-01T00:00:00Z")})
		fillContacts(t, w, seller.Text("viewer.user.id"), seller.Text("viewer.user.email"), customers, contacts)
		asked := time.Now()
		if gap := admin.Must(rateGaps, nil); gap.Int("rateGaps.0.contacts") != contacts || gap.Int("rateGaps.1.contacts") != contacts {
			t.Errorf("got %s, want the gaps of all contacts", gap.Body)
		}
		t.Logf("the gaps of %d contacts were found in %s", contacts, time.Since(asked).Round(time.Millisecond))
		stop, read := make(chan struct{}), make(chan time.Duration)
		var pages atomic.Int64
		go func() {
			slowest := time.Duration(0)
			for {
				select {
				case <-stop:
					read <- slowest
					return
				default:
					begun := time.Now()
					admin.Do(`{ contacts(first: 50, orderBy: {field: AT, direction: DESC}) { edges { node { at cost { amount } costLines { label } } } } }`, nil)
					slowest = max(slowest, time.Since(begun))
					pages.Add(1)
					time.Sleep(20 * time.Millisecond)
				}
			}
		}()
		begun, before := time.Now(), pages.Load()
		r := admin.Do(rateIs, Vars{"in": ratePer("CHANNEL_FEE", "PHONE", "contact", "1.25", "2021-01-01T00:00:00Z")})
		if len(r.Errors) > 0 && r.Errors[0].Code() != "DEADLINE_EXCEEDED" || len(r.UserErrors()) > 0 {
			t.Fatalf("got %s, want no fault but DEADLINE_EXCEEDED", r.Body)
		}
		for number(t, w, "SELECT count(*) FROM rates WHERE subject = 'CHANNEL_FEE'") == 0 { // a request ends after ten seconds; the work goes on
			time.Sleep(20 * time.Millisecond)
		}
		took := time.Since(begun)
		meanwhile := pages.Load() - before
		close(stop)
		t.Logf("%d contacts were restated in %s; %d pages were read beside it, the slowest in %s", contacts, took.Round(time.Millisecond), meanwhile, (<-read).Round(time.Millisecond))
		if meanwhile < 2 {
			t.Errorf("%d pages were read while contacts were restated", meanwhile)
		}
		if n := number(t, w, "SELECT count(*) FROM contacts WHERE cost = 3125 AND version = 1"); n != contacts {
			t.Errorf("%d contacts cost 31.25", n)
		}
		if n := number(t, w, "SELECT count(*) FROM customers WHERE contact_cost = ?", 3125*(contacts/customers)); n != customers {
			t.Errorf("the contacts of %d customers cost what they should", n)
		}
		if n := number(t, w, "SELECT count(*) FROM audit_entries WHERE action = 'contact.restate'"); n != contacts {
			t.Errorf("%d contacts are in the audit", n)
		}
	})
}

// number returns the number that a query finds.
func number(t *testing.T, w *World, query string, args ...any) (n int64) {
	t.Helper()
	rows, err := w.Store.Query(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	if rows.Next(); rows.Scan(&n) != nil {
		t.Fatalf("%s gives no number", query)
	}
	return n
}

// fillContacts imports customers and writes their contacts without the verbs: calls of three minutes by one member of staff, at 10 a
// minute, of which the fee has no rate.
func fillContacts(t *testing.T, w *World, staff, email string, of, contacts int) {
	t.Helper()
	begin := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	people := make([]customers.Record, of)
	for i := range people {
		people[i] = customers.NewRecord()
		people[i].ID, people[i].Name, people[i].CreatedAt = fmt.Sprintf("cus_01jd%022d", i), fmt.Sprint("Customer ", i), begin
	}
	err := w.App.Bulk.Import(w.System(), func(ctx context.Context, i *bulk.Import) error {
		_, err := i.Customers(ctx, people)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	lines := `[{"kind":"STAFF_TIME","label":"` + email + `, hour","quantity":"3","rate":"600","amount":3000,"from":"2020-01-01T00:00:00Z"},` +
		`{"kind":"CHANNEL_FEE","label":"PHONE: no rate","quantity":"1","rate":"0","amount":0},{"kind":"CHANNEL_TIME","label":"PHONE: no rate","quantity":"3","rate":"0","amount":0}]`
	columns := []string{"id", "version", "customer_id", "kind", "direction", "channel", "at", "minutes", "staff_id", "stage", "expense", "cost", "cost_lines", "uncosted", "realised", "recorded_at"}
	err = w.Store.Bulk(w.System(), func(ctx context.Context, b *store.Bulk) error {
		_, err := b.Copy(ctx, "contacts", columns, func(yield func([]any) bool) {
			for i := range contacts {
				at := begin.Add(time.Duration(i) * 10 * time.Minute)
				if !yield([]any{fmt.Sprintf("con_01jd%022d", i), 1, people[i%of].ID, "INFO_CALL", "INBOUND", "PHONE", at, int64(3e9), staff, "STRANGER", 0, 3000, lines, true, 0, at}) {
					return
				}
			}
		})
		if err == nil {
			_, err = b.Exec(ctx, "UPDATE customers SET contact_cost = ?", 3000*(contacts/of))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}
