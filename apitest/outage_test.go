package apitest

import (
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/schema"
	"kopeck/store"
)

// get returns the status, the body and Retry-After of a page.
func (w *World) get(path string) (status int, body string) {
	w.T.Helper()
	response, err := http.Get(w.URL + path)
	if err != nil {
		w.T.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		w.T.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// until waits until a condition holds.
func (w *World) until(what string, holds func() bool) {
	w.T.Helper()
	for end := time.Now().Add(60 * time.Second); !holds(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			w.T.Fatalf("still not: %s", what)
		}
	}
}

const createAny = `mutation($name: String!) { createCustomer(input: {name: $name}) { customer { id } userErrors { message } } }`

// outage expects that an operation is refused for an outage, with a status and a header that tell clients and proxies to repeat it.
func (c *Client) outage(query string, variables Vars) {
	c.t.Helper()
	r := c.Do(query, variables)
	if r.Status != http.StatusServiceUnavailable || len(r.Errors) == 0 || r.Errors[0].Code() != "UNAVAILABLE" || r.Header.Get("Retry-After") == "" {
		c.t.Errorf("%s: %d, Retry-After %q, %s", query, r.Status, r.Header.Get("Retry-After"), r.Body)
	}
}

func TestDatabaseFileIsDeleted(t *testing.T) {
	file := dbtest.SQLite(t)
	w := New(t, file)
	manager := w.As(schema.RoleManager)
	manager.Must(createAny, Vars{"name": "a"})
	if status, body := w.get("/readyz"); status != http.StatusOK {
		t.Fatal(body)
	}
	if err := os.Remove(strings.TrimPrefix(file, "sqlite://")); err != nil {
		t.Fatal(err)
	}
	manager.outage(createAny, Vars{"name": "b"})
	manager.outage(`{ customers { totalCount } }`, nil)
	if status, body := w.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "file of the database is gone") {
		t.Errorf("%d %s", status, body)
	}
}

// TestDatabaseGoesAway takes the database away and gives it back: nothing is ever an internal error.
func TestDatabaseGoesAway(t *testing.T) {
	database, elsewhere := dbtest.Postgres(t), dbtest.Empty(t)
	w := New(t, database)
	u, err := url.Parse(database)
	if err != nil {
		t.Fatal(err)
	}
	name := strings.TrimPrefix(u.Path, "/")
	operator := dbtest.Open(t, elsewhere, store.Options{Pool: 1})
	execute := func(statement string) {
		t.Helper()
		if _, err := operator.Client().ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	kill := "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '" + name + "'"
	manager := w.As(schema.RoleManager)
	manager.Must(createAny, Vars{"name": "a"})
	query := `{ customers { totalCount } }`

	execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS false")
	execute(kill)
	for range 5 {
		manager.outage(query, nil)
		manager.outage(createAny, Vars{"name": "b"})
	}
	if status, body := w.get("/readyz"); status != http.StatusServiceUnavailable || !strings.Contains(body, "not available") {
		t.Errorf("%d %s", status, body)
	}
	execute("ALTER DATABASE " + name + " ALLOW_CONNECTIONS true")
	w.until("ready", func() bool { status, _ := w.get("/readyz"); return status == http.StatusOK })
	manager.Must(query, nil)

	manager.Must(createAny, Vars{"name": "c"})
	if n := manager.Must(query, nil).Int("customers.totalCount"); n != 2 {
		t.Errorf("%d customers, want those whose creation was acknowledged", n)
	}
}
