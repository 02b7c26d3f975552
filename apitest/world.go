// Package apitest tests what only the API shows: access by role, concurrency and whole workflows, on both databases. World
// is a running server and Client a caller of its API. The rules of a package under service/ are tested in that package.
package apitest

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
	"kopeck/transport"
	"kopeck/web"
)

// World is a running Kopeck over a database of its own.
type World struct {
	T     testing.TB
	URL   string       // of the server
	Site  http.Handler // the server without its network
	Store *store.Store
	App   *app.App
	Clock *Clock

	statements atomic.Int64
	mu         sync.Mutex
	tokens     map[schema.Role]string
}

// Start is the time at which the clock of a new world begins to run. It is a Friday, and the same day in every zone where tests run, so that no
// test depends on when and where it runs.
var Start = time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)

// Clock is a clock that can be advanced. It runs unless it is set.
type Clock struct {
	mu     sync.Mutex
	began  time.Time // when it showed Start, by the machine's clock
	ahead  time.Duration
	frozen *time.Time
}

// Now returns the clock's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.frozen != nil {
		return c.frozen.Add(c.ahead)
	}
	return Start.Add(time.Since(c.began)).Add(c.ahead)
}

// Advance advances the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.ahead += d
}

// Set stops the clock at a time, for tests that depend on dates.
func (c *Clock) Set(at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.frozen, c.ahead = &at, 0
}

// Each runs a test in a new world on each database.
func Each(t *testing.T, test func(t *testing.T, w *World)) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, url string) { test(t, New(t, url)) })
}

// New starts a world over a migrated database.
func New(t testing.TB, url string) *World {
	t.Helper()
	w := &World{T: t, Clock: &Clock{began: time.Now()}, tokens: map[schema.Role]string{}}
	log := slog.New(slog.NewTextHandler(testWriter{t}, &slog.HandlerOptions{Level: slog.LevelWarn}))
	w.Store = dbtest.Open(t, url, store.Options{Log: log, Observe: func(context.Context, string) { w.statements.Add(1) }})
	keys, err := auth.OpenKeys(t.TempDir(), w.Clock.Now, nil)
	if err != nil {
		t.Fatal(err)
	}
	roubles, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	w.App, err = app.New(t.Context(), service.Config{Store: w.Store, Keys: keys, Currency: roubles, Now: w.Clock.Now, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	watching, stop := context.WithCancel(context.Background())
	watched, err := w.App.Watch(watching)
	if err != nil {
		t.Fatal(err)
	}
	site := web.New(web.Config{
		App: w.App, Store: w.Store, Keys: keys, Development: true, Log: log, Now: w.Clock.Now,
		Limits: transport.Limits{Bucket: -1, Operation: 5 * time.Minute}, // tests are slow under the race detector
	})
	w.Site = site
	server := httptest.NewServer(site)
	w.URL = server.URL
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		_ = site.Shutdown(ctx)
		server.Close()
		stop()
		watched()
		w.App.Value.Close()
	})
	return w
}

// System returns a context of Kopeck itself, which may do everything.
func (w *World) System() context.Context { return auth.System(w.T.Context()) }

// Statements runs f and returns the number of statements sent to the database meanwhile.
func (w *World) Statements(f func()) int {
	before := w.statements.Load()
	f()
	return int(w.statements.Load() - before)
}

type testWriter struct{ t testing.TB }

// Write adds a line of the server's log to the log of the test.
func (w testWriter) Write(line []byte) (int, error) {
	w.t.Logf("server: %s", line)
	return len(line), nil
}
