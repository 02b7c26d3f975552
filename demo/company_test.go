package demo_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/demo"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
	"kopeck/transport"
	"kopeck/web"
)

// day is the one that the tests' companies are made for.
var day = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

var quiet = slog.New(slog.DiscardHandler)

// fill makes a company in a database, by a connection of its own, and returns how long it took.
func fill(ctx context.Context, t testing.TB, url string, seed uint64, now time.Time) (time.Duration, error) {
	t.Helper()
	s, err := store.Open(context.WithoutCancel(ctx), url, store.Options{Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	started := time.Now()
	err = demo.Fill(ctx, demo.Config{Store: s, Currency: roubles(t), Seed: seed, Now: now, Log: quiet})
	return time.Since(started), err
}

func roubles(t testing.TB) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// world is a company that is served.
type world struct {
	service *app.App
	store   *store.Store
	url     string
}

func serve(t testing.TB, url string, now func() time.Time) *world {
	t.Helper()
	w := &world{store: dbtest.Open(t, url, store.Options{Log: quiet})}
	keys, err := auth.OpenKeys(t.TempDir(), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.service, err = app.New(t.Context(), service.Config{Store: w.store, Keys: keys, Currency: roubles(t), Now: now, Log: quiet})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(web.New(web.Config{
		App: w.service, Store: w.store, Keys: keys, Development: true, Log: quiet, Now: now, Limits: transport.Limits{Bucket: -1},
	}))
	t.Cleanup(server.Close)
	w.url = server.URL
	return w
}

// each makes a company on each database and serves it.
func each(t *testing.T, test func(t *testing.T, w *world)) {
	dbtest.Each(t, func(t *testing.T, url string) {
		hour := time.Duration(len(url)%5) * time.Hour // of the day the company is made for: it does not matter
		if _, err := fill(t.Context(), t, url, 1, day.Add(hour)); err != nil {
			t.Fatal(err)
		}
		test(t, serve(t, url, func() time.Time { return day }))
	})
}

func (w *world) count(t *testing.T, query string) int {
	t.Helper()
	rows, err := w.store.Query(t.Context(), query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	n := 0
	if rows.Next() {
		if err := rows.Scan(&n); err != nil {
			t.Fatal(err)
		}
	}
	return n
}

// TestCompany makes the company on each database and checks all about it: making it takes most of the time.
func TestCompany(t *testing.T) {
	var exports sync.Map
	each(t, func(t *testing.T, w *world) {
		for _, kind := range option.Kinds() {
			text := w.export(t, kind)
			if before, there := exports.LoadOrStore(kind, text); there && before != text {
				t.Errorf("the same seed and day made two companies: %s\n%s", kind, firstDifference(before.(string), text))
			}
		}
		t.Run("is as large as it should be", w.size)
		t.Run("keeps the laws", w.laws)
		t.Run("answers the examples to each role", w.examples)
		t.Run("gives a page of 50 customers", w.page)
		t.Run("knows the past", w.past)
		t.Run("works six days a week", w.week)
		t.Run("knows how soon prices followed rates", w.reactions)
		t.Run("knows how acceptance falls with the gap to expected prices", w.expected)
	})
}

func (w *world) size(t *testing.T) {
	for _, want := range []struct {
		what, query string
		least, most int
	}{
		{"customers", "SELECT count(*) FROM customers", 2003, 2003},
		{"contacts", "SELECT count(*) FROM contacts", 13000, 22000},
		{"orders", "SELECT count(*) FROM orders", 5000, 8000},
		{"products", "SELECT count(*) FROM products", 30, 40},
		{"stages", "SELECT count(DISTINCT stage) FROM customers", 5, 5},
		{"customers of the rarest stage", "SELECT count(*) FROM customers GROUP BY stage ORDER BY count(*) LIMIT 1", 40, 500},
		{"segments", "SELECT count(DISTINCT segment) FROM customers", 3, 3},
		{"roles", "SELECT count(DISTINCT role) FROM users WHERE active", 5, 5},
		{"statuses of offers", "SELECT count(DISTINCT status) FROM offers", 6, 6},
		{"offers that expired", "SELECT count(*) FROM offers WHERE status IN ('SENT', 'VIEWED') AND expires_at < '2026-11-19'", 20, 1000},
		{"statuses of orders", "SELECT count(DISTINCT status) FROM orders", 4, 4},
		{"states of permissions", "SELECT count(DISTINCT state) FROM permissions", 4, 4},
		{"levels", "SELECT count(DISTINCT level) FROM permissions", 5, 5},
		{"rules", "SELECT count(*) FROM price_rules", 10, 20},
		{"agreements", "SELECT count(*) FROM price_agreements", 5, 100},
		{"agreements below the floor", "SELECT count(*) FROM price_agreements WHERE override_floor_reason IS NOT NULL", 1, 1},
		{"models that are active", "SELECT count(*) FROM lifetime_models WHERE active", 1, 1},
		{"models with a back-test", "SELECT count(*) FROM lifetime_models WHERE back_test IS NOT NULL", 4, 4},
		{"bookings", "SELECT count(*) FROM bookings", 5000, 50000},
		{"bookings on a Sunday", "SELECT count(*) FROM bookings WHERE (day + 4) % 7 = 0", 0, 20}, // of what is due on that very day
		{"rows without a rate", "SELECT count(*) FROM contacts WHERE uncosted", 0, 0},
		{"orders without a rate", "SELECT count(*) FROM orders WHERE uncosted", 0, 0},
		{"orders without a margin's sense", "SELECT count(*) FROM orders WHERE total <= 0 OR cost < 0 OR cost = 0 AND status <> 'REFUNDED'", 0, 0},
		{"lines that came back with their goods", "SELECT count(*) FROM refund_lines", 20, 400},
		{"what happens after the last moment", "SELECT count(*) FROM contacts WHERE at > '2026-11-20' OR recorded_at > '2026-11-20'", 0, 0},
		{"contacts before the customer came", "SELECT count(*) FROM contacts k JOIN customers c ON c.id = k.customer_id WHERE k.at < c.created_at", 0, 0},
		{"contacts that sell without a permission", "SELECT count(*) FROM contacts WHERE direction = 'OUTBOUND' AND kind IN ('TARGET_CALL', 'EMAIL', 'MESSAGE') AND permission_id IS NULL", 0, 0},
		{"customers who recommended several", "SELECT count(*) FROM (SELECT referred_by_id FROM customers WHERE referred_by_id IS NOT NULL GROUP BY referred_by_id HAVING count(*) > 1) AS more", 5, 300},
		{"people of a company", "SELECT count(*) FROM customer_relations GROUP BY group_id", 3, 3},
		{"of theirs in a contact", "SELECT count(*) FROM contact_persons GROUP BY contact_id", 2, 2},
		{"of ours in that contact", "SELECT count(*) FROM contact_participants WHERE contact_id IN (SELECT contact_id FROM contact_persons)", 2, 2},
		{"own fields", "SELECT count(*) FROM field_definitions", 3, 3},
		{"values in own fields", "SELECT count(*) FROM field_entries", 20, 40},
		{"needs", "SELECT count(*) FROM needs", 3, 3},
		{"facts of needs", "SELECT count(*) FROM need_facts", 25, 40},
		{"questions that were asked", "SELECT count(*) FROM asked_questions", 24, 24},
		{"exposures", "SELECT count(*) FROM exposures", 24, 24},
		{"rules by an own field", "SELECT count(*) FROM price_rules WHERE condition LIKE '%customer.fields.%'", 1, 1},
		{"expected prices, each said in a contact", "SELECT count(*) FROM expected_prices WHERE contact_id IS NOT NULL", 60, 1000},
		{"customers in Arabic, Hebrew or Persian", "SELECT count(*) FROM customers WHERE name IN ('مريم الأحمد', 'יעל כהן', 'فاطمه رضایی')", 1, 100},
	} {
		t.Run(want.what, func(t *testing.T) {
			if n := w.count(t, want.query); n < want.least || n > want.most {
				t.Errorf("%d, want %d to %d", n, want.least, want.most)
			}
		})
	}
}

func (w *world) laws(t *testing.T) {
	findings, err := w.service.Check.Laws(auth.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range findings {
		t.Error(one)
	}
	// Settling a second time changes nothing: the stages and statistics agree with their facts.
	before := w.count(t, "SELECT count(*) FROM stage_changes")
	var ids []string
	rows, err := w.store.Query(t.Context(), "SELECT id FROM customers ORDER BY id LIMIT 500")
	if err != nil {
		t.Fatal(err)
	}
	for rows.Next() {
		var one string
		if err := rows.Scan(&one); err != nil {
			t.Fatal(err)
		}
		ids = append(ids, one)
	}
	if err := rows.Close(); err != nil {
		t.Fatal(err)
	}
	err = w.store.Bulk(auth.System(t.Context()), func(ctx context.Context, b *store.Bulk) error { return w.service.Books.SettleImported(ctx, b.Tx, ids) })
	if err != nil {
		t.Fatal(err)
	}
	if after := w.count(t, "SELECT count(*) FROM stage_changes"); after != before {
		t.Errorf("settling a second time changed %d stages", after-before)
	}
}

func (w *world) export(t *testing.T, kind option.Kind) string {
	t.Helper()
	var text bytes.Buffer
	if err := files.Export(auth.System(t.Context()), w.service, kind, &text); err != nil {
		t.Fatal(err)
	}
	return text.String()
}

// firstDifference shows the first lines that differ.
func firstDifference(a, b string) string {
	x, y := strings.Split(a, "\n"), strings.Split(b, "\n")
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Sprintf("line %d\n%s\n%s", i+1, x[i], y[i])
		}
	}
	return fmt.Sprintf("%d lines and %d", len(x), len(y))
}

// TestAnInterruptedFillingStartsOver, with a seed that makes another company than that of TestCompany.
func TestAnInterruptedFillingStartsOver(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
		defer cancel()
		if _, err := fill(ctx, t, url, 2, day); err == nil {
			t.Skip("the company was made before it could be interrupted")
		}
		s := dbtest.Open(t, url, store.Options{Log: quiet})
		if m, err := demo.Read(t.Context(), s); err != nil || m != nil && m.Done {
			t.Fatalf("after an interruption the mark is %+v, %v", m, err)
		} else if m != nil {
			if err := demo.Clear(t.Context(), s); err != nil {
				t.Fatal(err)
			}
		}
		if m, err := demo.Read(t.Context(), s); m != nil || err != nil {
			t.Fatalf("after clearing the mark is %+v, %v", m, err)
		}
		if strings.HasPrefix(url, "postgres") {
			return // what follows is the same on both, and takes seconds
		}
		if _, err := fill(t.Context(), t, url, 2, day); err != nil {
			t.Fatal(err)
		}
		m, err := demo.Read(t.Context(), s)
		if err != nil || m == nil || *m != (demo.Mark{Seed: 2, Day: "2026-11-20", Done: true}) {
			t.Fatalf("the mark is %+v, %v", m, err)
		}
		if err := demo.Clear(t.Context(), s); err == nil {
			t.Fatal("a whole company was cleared")
		}
		rows, err := s.Query(t.Context(), "SELECT id FROM customers WHERE name = ?", demo.FavouriteName)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		if !rows.Next() {
			t.Error("the company of another seed lacks the customer whom the examples name")
		}
	})
}

func TestForeignDatabasesAreLeftAlone(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		w := serve(t, url, time.Now)
		if m, err := demo.Read(t.Context(), w.store); m != nil || err != nil {
			t.Fatalf("an empty database: %+v, %v", m, err)
		}
		if _, err := w.service.Customers.CreateCustomer(auth.System(t.Context()), service.CreateCustomerInput{Name: "Somebody real"}); err != nil {
			t.Fatal(err)
		}
		if _, err := demo.Read(t.Context(), w.store); err == nil {
			t.Fatal("a database with a customer counts as empty")
		}
		if err := demo.Clear(t.Context(), w.store); err == nil {
			t.Fatal("a database with a customer was cleared")
		}
	})
}
