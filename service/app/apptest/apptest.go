// Package apptest provides tests of the packages below service with an App over a database of its own, with a clock that
// stands still. Only tests import it; it may import service/app, dbtest and what service may import.
package apptest

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// Start is what the clock shows at first.
var Start = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// World is an App over a migrated database, whose books are in roubles.
type World struct {
	*app.App

	Clock *Clock
	t     *testing.T
}

// Clock is a clock that stands still until it is set.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// Now returns the time that the clock shows.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance sets the clock forward.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// Each runs a test in a new World on each database, in parallel.
func Each(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		clock := &Clock{at: Start}
		a, err := app.New(t.Context(), Config(t, dbtest.Open(t, url, store.Options{Log: quiet}), clock))
		if err != nil {
			t.Fatal(err)
		}
		test(t, &World{App: a, Clock: clock, t: t})
	})
}

var quiet = slog.New(slog.DiscardHandler)

// Config returns the configuration of a World over a store.
func Config(t *testing.T, s *store.Store, clock *Clock) service.Config {
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

// As returns the test's context with an actor of a role. No user is stored for the actor.
func (w *World) As(role schema.Role) context.Context {
	return auth.With(w.t.Context(), auth.Actor{
		UserID: "user of role " + string(role), Name: string(role), Role: role, Scopes: auth.ScopesOf(role),
	})
}

// Customer creates a customer.
func (w *World) Customer(name string) *ent.Customer {
	w.t.Helper()
	c, err := w.Customers.CreateCustomer(w.As(schema.RoleAdmin), service.CreateCustomerInput{Name: name})
	if err != nil {
		w.t.Fatal(err)
	}
	return c
}

// Faults returns the faults of an error as "CODE path.of.field", in their order and separated by commas: "" for no error, and
// the message of an error that is no fault.
func Faults(err error) string {
	if err == nil {
		return ""
	}
	all := fault.All(err)
	if all == nil {
		return "internal error: " + err.Error()
	}
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = strings.TrimSpace(string(f.Code) + " " + strings.Join(f.Path, "."))
	}
	return strings.Join(texts, ", ")
}
