// Package apptest gives a test all verbs over a database of its own, without HTTP, on SQLite and on PostgreSQL. It is for the tests of
// the packages under service; see apitest for tests through the API.
package apptest

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// Start is the time that the clock of a new world shows. It is a Monday.
var Start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// World is an app over a database of its own. Its clock moves only by Advance.
type World struct {
	*app.App

	T     testing.TB
	Clock *Clock
	Keys  *auth.Keys

	mutex      sync.Mutex
	statements []string
	users      map[schema.Role]string // ids
}

// Each runs a test in a new world on each database, in parallel.
func Each(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		test(t, New(t, url))
	})
}

// New makes a world over a migrated database.
func New(t testing.TB, url string) *World {
	t.Helper()
	w := &World{T: t, Clock: &Clock{at: Start}, users: map[schema.Role]string{}}
	db := dbtest.Open(t, url, store.Options{Log: quiet, Observe: func(_ context.Context, query string) {
		w.mutex.Lock()
		defer w.mutex.Unlock()
		w.statements = append(w.statements, query)
	}})
	var err error
	config := Config(t, db, w.Clock)
	w.Keys = config.Keys
	w.App, err = app.New(t.Context(), config)
	w.Must(err)
	return w
}

var quiet = slog.New(slog.DiscardHandler)

// Config returns the configuration of a World over a store.
func Config(t testing.TB, s *store.Store, clock *Clock) service.Config {
	t.Helper()
	keys, err := auth.OpenKeys(t.TempDir(), clock.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	roubles, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	return service.Config{Store: s, Keys: keys, Currency: roubles, Now: clock.Now, Log: quiet}
}

// Must fails the test if there is an error.
func (w *World) Must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}

// Statements runs f and returns the statements that reached the database meanwhile.
func (w *World) Statements(f func()) []string {
	w.mutex.Lock()
	w.statements = nil
	w.mutex.Unlock()
	f()
	w.mutex.Lock()
	defer w.mutex.Unlock()
	return w.statements
}

// System returns a context in which Kopeck itself acts.
func (w *World) System() context.Context { return auth.System(w.T.Context()) }

// As returns a context in which a user of a role acts. The user is created at the first call.
func (w *World) As(role schema.Role) context.Context {
	w.T.Helper()
	name := strings.ToLower(string(role)) + "@example.com"
	if w.users[role] == "" {
		w.users[role] = w.IDs.Make(id.User)
		w.Insert("users", map[string]any{
			"id": w.users[role], "created_at": w.Clock.Now(), "updated_at": w.Clock.Now(), "email": name, "email_key": name, "name": string(role), "role": string(role), "active": true,
		})
		w.Must(w.Reload(w.System()))
	}
	return auth.With(w.T.Context(), auth.Actor{UserID: w.users[role], Name: name, Role: role, Scopes: auth.ScopesOf(role)})
}

// Actor returns the test's context with an actor of a role. No user is stored for the actor.
func (w *World) Actor(role schema.Role) context.Context {
	return auth.With(w.T.Context(), auth.Actor{
		UserID: "user of role " + string(role), Name: string(role), Role: role, Scopes: auth.ScopesOf(role),
	})
}

// Set changes a setting, which is given as JSON.
func (w *World) Set(name, value string) {
	w.T.Helper()
	var decoded any
	w.Must(json.Unmarshal([]byte(value), &decoded))
	_, err := w.ChangeSetting(w.System(), service.ChangeSettingInput{Name: name, Value: decoded})
	w.Must(err)
}

// Customer creates a customer.
func (w *World) Customer(name string) *ent.Customer {
	w.T.Helper()
	c, err := w.Customers.CreateCustomer(w.Actor(schema.RoleAdmin), service.CreateCustomerInput{Name: name})
	if err != nil {
		w.T.Fatal(err)
	}
	return c
}

// Insert writes a row past the verbs. Reload then refreshes what is held in memory.
func (w *World) Insert(table string, row map[string]any) {
	w.T.Helper()
	columns, values := make([]string, 0, len(row)), make([]any, 0, len(row))
	for column, value := range row {
		columns, values = append(columns, column), append(values, value)
	}
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		return tx.InsertRows(ctx, table, columns, [][]any{values})
	})
}

// Transaction runs a writing transaction as the system.
func (w *World) Transaction(do func(ctx context.Context, tx *store.Tx) error) {
	w.T.Helper()
	w.Must(w.Store.Write(w.System(), do))
}

// Rows returns the rows of a query, each as its values separated by spaces.
func (w *World) Rows(query string, args ...any) []string {
	w.T.Helper()
	found, err := w.Store.Query(w.System(), query, args...)
	w.Must(err)
	defer found.Close()
	columns, err := found.Columns()
	w.Must(err)
	var rows []string
	for found.Next() {
		values := make([]any, len(columns))
		for i := range values {
			values[i] = new(any)
		}
		w.Must(found.Scan(values...))
		texts := make([]string, len(values))
		for i, value := range values {
			switch v := (*value.(*any)).(type) {
			case []byte:
				texts[i] = string(v)
			default:
				texts[i] = fmt.Sprint(v)
			}
		}
		rows = append(rows, strings.Join(texts, " "))
	}
	w.Must(found.Err())
	return rows
}

// CustomerID makes a customer and returns the id.
func (w *World) CustomerID() string {
	w.T.Helper()
	c, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Customer"})
	w.Must(err)
	return c.ID
}

// Rate sets a rate that holds from a moment on.
func (w *World) Rate(subject schema.RateSubject, code, amount, unit string, from time.Time) {
	w.T.Helper()
	_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: subject, Code: code, Amount: money.Exact(amount), Unit: unit, ValidFrom: from})
	w.Must(err)
}

// Product makes a product and returns the id.
func (w *World) Product(in service.CreateProductInput) string {
	w.T.Helper()
	if in.Name == "" {
		in.Name = in.Sku
	}
	p, err := w.Catalogue.CreateProduct(w.System(), in)
	w.Must(err)
	return p.ID
}

// Roubles returns an amount as the API takes it.
func Roubles(amount string) *service.MoneyInput {
	return &service.MoneyInput{Amount: money.Exact(amount), CurrencyCode: "RUB"}
}
