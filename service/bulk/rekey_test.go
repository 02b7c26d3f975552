package bulk_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/ent/searchterm"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/customers"
	"kopeck/store"
)

// What an earlier version wrote is found, compared and kept as if this one had written it.
func TestRekey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx := w.System()
		write := func(query string, args ...any) {
			t.Helper()
			w.Must(w.Store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
				_, err := b.Exec(ctx, query, args...)
				return err
			}))
		}
		// As an earlier version kept them: the phone as it was typed, the e-mail folded alone, the term with its marks.
		old := func(name, email, key, phone string) string {
			c := w.Customer(name)
			write("UPDATE customers SET email = ?, email_key = ?, phone = ? WHERE id = ?", store.Nullable(email), store.Nullable(key), store.Nullable(phone), c.ID)
			write("DELETE FROM search_terms WHERE customer_id = ?", c.ID)
			write("INSERT INTO search_terms (customer_id, term) VALUES (?, ?)", c.ID, strings.ToLower(name))
			// The contact points are as the migration makes them of the rows.
			for of, point := range map[string][2]string{"PHONE": {phone, phone}, "EMAIL": {email, key}} {
				if point[0] != "" {
					write("INSERT INTO contact_points (id, customer_id, type, value, value_key, kind, created_at) VALUES (?, ?, ?, ?, ?, 'OTHER', ?)", w.IDs.Make(id.ContactPoint), c.ID, of, point[0], point[1], w.Clock.Now())
				}
			}
			return c.ID
		}
		anna := old("Семёнов", "anna@пример.рф", "anna@пример.рф", "8 (900) 111-22-33")
		same := old("Zürich", "anna@xn--e1afmkfd.xn--p1ai", "anna@xn--e1afmkfd.xn--p1ai", "+7 900 111‑22‑33 доб. 15")
		odd := old("Odd", "an\u200bna@example.com", "an\u200bna@example.com", "ask Ivan")
		plain := old("plain", "", "", "112")
		oak := w.Product(service.CreateProductInput{Sku: "OAK-Ё", Name: "Дуб"})
		write("UPDATE products SET search_key = ''")
		write("INSERT INTO settings (id, value, updated_at) VALUES ('rekeyed', ?, ?)", `{"after":""}`, w.App.Now())

		if pending, err := w.Bulk.RekeyPending(ctx); err != nil || !pending {
			t.Fatalf("%v, %v before; want work to do", pending, err)
		}
		if n, err := w.Bulk.Rekey(ctx); err != nil || n < 4 {
			t.Fatalf("looked at %d, %v", n, err)
		}
		if pending, err := w.Bulk.RekeyPending(ctx); err != nil || pending {
			t.Fatalf("%v, %v afterwards; want nothing to do", pending, err)
		}
		if n, err := w.Bulk.Rekey(ctx); err != nil || n != 0 {
			t.Errorf("a second time it looked at %d, %v", n, err)
		}
		if p, err := w.Client.Product.Get(ctx, oak); err != nil || p.SearchKey != " oak-е дуб" {
			t.Errorf("the product is searched by %q, %v", p.SearchKey, err)
		}
		for id, want := range map[string]string{
			anna:  "anna@пример.рф anna@xn--e1afmkfd.xn--p1ai 1 +79001112233",
			same:  "anna@xn--e1afmkfd.xn--p1ai anna@xn--e1afmkfd.xn--p1ai 0 +79001112233;ext=15",
			odd:   "anna@example.com anna@example.com 0 ask Ivan",
			plain: "- - 0 112",
		} {
			c, err := w.Client.Customer.Get(ctx, id)
			w.Must(err)
			if got := fmt.Sprint(shown(c.Email), " ", shown(c.EmailKey), " ", c.EmailTwin, " ", shown(c.Phone)); got != want {
				t.Errorf("%s: %s, want %s", c.Name, got, want)
			}
			for of, main := range map[string]*string{"PHONE": c.Phone, "EMAIL": c.Email} {
				if got := w.Rows("SELECT value FROM contact_points WHERE customer_id = ? AND type = ?", id, of); main == nil && len(got) > 0 || main != nil && !slices.Equal(got, []string{*main}) {
					t.Errorf("%s: the contact points are %q, want %s", c.Name, got, shown(main))
				}
			}
			terms, err := w.Client.SearchTerm.Query().Where(searchterm.CustomerID(id)).Order(searchterm.ByTerm()).All(ctx)
			w.Must(err)
			var got []string
			for _, one := range terms {
				got = append(got, one.Term)
			}
			if want := customers.SearchTerms(c); !slices.Equal(got, want) {
				t.Errorf("%s is found by %q, want %q", c.Name, got, want)
			}
		}
	})
}

func shown(text *string) string {
	if text == nil {
		return "-"
	}
	return *text
}

// TestRekeyRestatesOnceThroughKills: contacts that an earlier release wrote with the stage of the day of writing are restated, once each,
// though the program is ended between transactions and in one.
func TestRekeyRestatesOnceThroughKills(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx := w.System()
		write := func(query string, args ...any) {
			t.Helper()
			w.Must(w.Store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
				_, err := b.Exec(ctx, query, args...)
				return err
			}))
		}
		const customers = 7
		for i := range customers {
			c := w.Customer(fmt.Sprint("Customer ", i))
			w.Insert("contacts", map[string]any{
				"id": w.IDs.Make(id.Contact), "customer_id": c.ID, "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE", "at": w.Clock.Now(),
				"minutes": 0, "stage": "LOYAL", "expense": 0, "cost": 0, "cost_lines": "[]", "realised": 0, "recorded_at": w.Clock.Now(),
			})
		}
		write("INSERT INTO settings (id, value, updated_at) VALUES ('rekeyed', ?, ?)", `{"after":""}`, w.App.Now())
		count := func(query string) (n int) {
			t.Helper()
			w.Must(store.Each(ctx, w.Store, query, nil, func(scan store.ScanFunc) error { return scan(&n) }))
			return n
		}
		const restated, wrong = "SELECT count(*) FROM contact_restatements", "SELECT count(*) FROM contacts WHERE stage = 'LOYAL'"
		for step := 1; step <= 3; step++ {
			started, err := app.New(ctx, apptest.Config(t, w.Store, w.Clock)) // nothing is left of the program that was killed but the database
			w.Must(err)
			started.Bulk.RekeyTogether(2)
			ended, cancel := context.WithCancel(ctx)
			cancel()
			if _, _, err := started.Bulk.RekeyNext(ended); err == nil {
				t.Error("one that was ended before its transaction has done something")
			}
			if looked, more, err := started.Bulk.RekeyNext(ctx); looked != 2 || !more || err != nil {
				t.Fatalf("step %d looked at %d, %v, %v", step, looked, more, err)
			}
			if n := count(restated); n != 2*step || count(wrong) != customers-n {
				t.Errorf("after step %d %d are restated and %d wrong, of %d", step, n, count(wrong), customers)
			}
			if pending, err := started.Bulk.RekeyPending(ctx); !pending || err != nil {
				t.Errorf("after step %d: %v, %v; want more to do", step, pending, err)
			}
		}
		if looked, err := w.Bulk.Rekey(ctx); looked != 1 || err != nil {
			t.Errorf("the last run looked at %d, %v; want 1", looked, err)
		}
		w.Must(w.Books.SettleAll(ctx)) // has nothing to restate any more
		if n := count(restated); n != customers || count(wrong) != 0 {
			t.Errorf("%d are restated and %d wrong, of %d", n, count(wrong), customers)
		}
	})
}
