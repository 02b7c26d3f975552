package files_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/files"
	"kopeck/files/option"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// world is a service over a database of its own. Its clock stands.
type world struct {
	*testing.T
	store   *store.Store
	service *app.App
}

var today = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

func open(t testing.TB, url string) (*store.Store, *app.App) {
	t.Helper()
	return openAt(t, url, func() time.Time { return today })
}

// openAt is open with a clock.
func openAt(t testing.TB, url string, now func() time.Time) (*store.Store, *app.App) {
	t.Helper()
	s := dbtest.Open(t, url, store.Options{})
	keys, err := auth.OpenKeys(t.TempDir(), now, nil)
	if err != nil {
		t.Fatal(err)
	}
	roubles, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	made, err := app.New(t.Context(), service.Config{Store: s, Keys: keys, Currency: roubles, Now: now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	return s, made
}

func each(t *testing.T, test func(w *world)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, url string) { test(newWorld(t, url)) })
}

func newWorld(t *testing.T, url string) *world {
	t.Helper()
	s, made := open(t, url)
	w := &world{t, s, made}
	w.campaign("radio")
	return w
}

// campaign makes a campaign without an end, which files name by its code.
func (w *world) campaign(code string) {
	w.Helper()
	in := service.CreateCampaignInput{Code: code, Name: code, Source: code, From: schema.DateOf(today.AddDate(-2, 0, 0))}
	if _, err := w.service.Campaigns.CreateCampaign(auth.System(w.Context()), in); err != nil {
		w.Fatal(err)
	}
}

// bring imports a text and fails the test where the import as a whole failed.
func (w *world) bring(text string, o option.Options) files.Report {
	w.Helper()
	report, err := w.try(text, o)
	if err != nil {
		w.Fatalf("the import failed: %v", err)
	}
	return report
}

func (w *world) try(text string, o option.Options) (files.Report, error) {
	o.Source = strings.NewReader(text)
	if o.Rejects == "" {
		o.Rejects = filepath.Join(w.TempDir(), "rejects.csv")
	}
	return files.Import(w.Context(), w.service, o)
}

// counted holds a report against what it should count.
func (w *world) counted(r files.Report, rows, added, present, rejected int64) {
	w.Helper()
	if r.Rows != rows || r.Added != added || r.Present != present || r.Rejected != rejected {
		w.Errorf("want %d rows, %d added, %d present, %d rejected; got: %s", rows, added, present, rejected, r)
	}
}

// only holds the reasons of a report against what must be in them, row by row.
func (w *world) only(r files.Report, reasons map[int64]string) {
	w.Helper()
	for _, one := range r.First {
		if want, ok := reasons[one.Line]; !ok || !strings.Contains(one.Reason, want) {
			w.Errorf("line %d: %q, want %q in it", one.Line, one.Reason, want)
		}
	}
	if int(r.Rejected) != len(reasons) && len(r.First) == int(r.Rejected) {
		w.Errorf("%d rows rejected, want %d: %s", r.Rejected, len(reasons), r)
	}
}

func (w *world) export(kind option.Kind) string {
	w.Helper()
	var out bytes.Buffer
	if err := files.Export(w.Context(), w.service, kind, &out); err != nil {
		w.Fatal(err)
	}
	return out.String()
}

func (w *world) one(to any, query string, args ...any) {
	w.Helper()
	rows, err := w.store.Query(w.Context(), query, args...)
	if err != nil {
		w.Fatal(err)
	}
	defer rows.Close()
	if !rows.Next() {
		w.Fatalf("%s: no row", query)
	}
	if err := rows.Scan(to); err != nil {
		w.Fatal(err)
	}
}

func (w *world) number(query string, args ...any) (n int64) {
	w.Helper()
	w.one(&n, query, args...)
	return n
}

// closed holds the books against law 1 and the customers' statistics against their orders.
func (w *world) closed() {
	w.Helper()
	if n := w.number(`SELECT count(*) FROM orders o WHERE o.status IN ('COMPLETED', 'REFUNDED') AND o.margin <> o.unattributed + coalesce((SELECT sum(c.amount) FROM credits c WHERE c.order_id = o.id), 0)`); n != 0 {
		w.Errorf("%d orders whose credits do not sum to their margin", n)
	}
	if n := w.number(`SELECT count(*) FROM customers c WHERE c.order_days <> (SELECT count(DISTINCT o.day) FROM orders o WHERE o.customer_id = c.id AND o.status = 'COMPLETED')
		OR c.margin <> coalesce((SELECT sum(o.margin) FROM orders o WHERE o.customer_id = c.id AND o.status IN ('COMPLETED', 'REFUNDED')), 0)`); n != 0 {
		w.Errorf("%d customers whose statistics are not their orders'", n)
	}
	findings, err := w.service.Check.Laws(w.Context())
	if err != nil {
		w.Fatal(err)
	}
	for _, one := range findings {
		w.Errorf("%s: %s: %s", one.Law, one.Subject, one.Wrong)
	}
}

// all is everything that imports write, but for ids and the times of writing: to hold two databases against each other.
func (w *world) all() string {
	w.Helper()
	var text strings.Builder
	for _, query := range []string{
		`SELECT c.external_id || '|' || c.name || '|' || c.stage || '|' || c.order_days || '|' || c.first_order_day || '|' || c.last_order_day || '|' || c.margin || '|' || c.repeat_margin || '|' || c.lifetime_value FROM customers c ORDER BY c.external_id`,
		`SELECT c.external_id || '|' || o.external_id || '|' || o.status || '|' || o.day || '|' || o.total || '|' || o.cost || '|' || o.margin || '|' || o.unattributed FROM orders o JOIN customers c ON c.id = o.customer_id ORDER BY o.external_id`,
		`SELECT c.external_id || '|' || t.term FROM search_terms t JOIN customers c ON c.id = t.customer_id ORDER BY c.external_id, t.term`,
	} {
		rows, err := w.store.Query(context.Background(), query)
		if err != nil {
			w.Fatal(err)
		}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				w.Fatal(err)
			}
			text.WriteString(line + "\n")
		}
		rows.Close()
	}
	return text.String()
}

// order is an order with its customer, by its external id.
func (w *world) order(external string) (text string) {
	w.Helper()
	rows := strings.Split(w.export(option.Orders), "\n")
	at := ""
	for _, row := range rows {
		if fields := strings.Split(row, ","); len(fields) > 5 && fields[1] == external {
			at = fields[5]
		}
	}
	w.one(&text, `SELECT o.status || '|' || o.total || '|' || o.refunded || '|' || o.cost || '|' || coalesce(c.email, '') || '|' || coalesce(c.phone, '')
		FROM orders o JOIN customers c ON c.id = o.customer_id WHERE o.external_id = ?`, external)
	return text + "|" + at
}

func share(text string) *money.Decimal {
	d := money.MustDecimal(text)
	return &d
}

// shared gives a file of the real logs, or skips the test where they are not at hand.
func shared(t testing.TB, name string) string {
	t.Helper()
	return beside(t, "data", name)
}

// wrong gives a small file that once went wrong when it was imported, or skips the test where they are not at hand.
func wrong(t testing.TB, name string) string {
	t.Helper()
	return beside(t, "cases", name)
}

func beside(t testing.TB, directory, name string) string {
	t.Helper()
	path := filepath.Join("..", "..", "shared", directory, name)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatalf("CI is set, but the file is not there: %v", err)
		}
		t.Skipf("SKIPPED: %s is not there", path)
	}
	return path
}

func sqlite(t testing.TB) string { return dbtest.SQLite(t) }

// zone sets the installation's time zone.
func (w *world) zone(name string) {
	w.Helper()
	if _, err := w.service.ChangeSetting(auth.System(w.Context()), service.ChangeSettingInput{Name: "timeZone", Value: name}); err != nil {
		w.Fatal(err)
	}
}

func readCSV(t *testing.T, path string) [][]string {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows
}
