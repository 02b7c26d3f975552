package service_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/ent/auditentry"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// note writes an audit entry, and returns a new id.
func note(w *apptest.World) func(ctx context.Context, tx *store.Tx) (string, error) {
	return func(ctx context.Context, tx *store.Tx) (string, error) {
		return w.IDs.Make("note"), w.Audit(ctx, tx, "note", "test", nil)
	}
}

// notes returns how many notes were written.
func notes(t *testing.T, w *apptest.World) int {
	t.Helper()
	n, err := w.Client.AuditEntry.Query().Where(auditentry.Action("note")).Count(auth.System(t.Context()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// keyed is a verb with an idempotency key.
func keyed(key string, body any) service.Verb {
	return service.Verb{Name: "note", Key: &key, Body: body}
}

func TestIdempotencyKey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx := w.Actor(schema.RoleAdmin)
		first, err := w.Write(ctx, keyed("key", map[string]int{"a": 1}), note(w))
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			ctx   context.Context
			verb  service.Verb
			same  bool // the first result
			fault fault.Code
			notes int // after it
		}{
			{"the same key and body", ctx, keyed("key", map[string]int{"a": 1}), true, "", 1},
			{"another body", ctx, keyed("key", map[string]int{"a": 2}), false, fault.IdempotencyKeyReused, 1},
			{"another verb", ctx, service.Verb{Name: "other", Key: new("key"), Body: map[string]int{"a": 1}}, false, fault.IdempotencyKeyReused, 1},
			{"another key", ctx, keyed("key2", map[string]int{"a": 1}), false, "", 2},
			{"another actor", w.Actor(schema.RoleManager), keyed("key", map[string]int{"a": 1}), false, "", 3},
			{"no key", ctx, service.Verb{Name: "note"}, false, "", 4},
			{"no key, once more", ctx, service.Verb{Name: "note"}, false, "", 5},
		} {
			t.Run(c.name, func(t *testing.T) {
				got, err := w.Write(c.ctx, c.verb, note(w))
				if c.fault != "" && !fault.Is(err, c.fault) || c.fault == "" && (err != nil || (got == first) != c.same) {
					t.Errorf("%q, %v; the first result was %q", got, err, first)
				}
				if n := notes(t, w); n != c.notes {
					t.Errorf("%d were run; want %d", n, c.notes)
				}
			})
		}
	})
}

func TestFailedVerbLeavesItsKeyUnused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx, refused := w.Actor(schema.RoleAdmin), errors.New("refused")
		if _, err := w.Write(ctx, keyed("key", 1), func(ctx context.Context, tx *store.Tx) (string, error) {
			return "", errors.Join(w.Audit(ctx, tx, "note", "test", nil), refused)
		}); !errors.Is(err, refused) {
			t.Fatal(err)
		}
		if n := notes(t, w); n != 0 {
			t.Errorf("a verb that failed wrote %d entries", n)
		}
		if _, err := w.Write(ctx, keyed("key", 2), note(w)); err != nil {
			t.Errorf("the key after a failure: %v", err)
		}
	})
}

func TestConcurrentRequestsWithOneKey(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const requests = 8
		ids, errs := make([]string, requests), make([]error, requests)
		var all sync.WaitGroup
		for i := range requests {
			all.Go(func() { ids[i], errs[i] = w.Write(w.Actor(schema.RoleAdmin), keyed("key", 1), note(w)) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		if len(slices.Compact(ids)) != 1 || notes(t, w) != 1 {
			t.Errorf("%d were run, with the results %v", notes(t, w), ids)
		}
	})
}

func TestForgetKeys(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		write := func() {
			t.Helper()
			if _, err := w.Write(w.Actor(schema.RoleAdmin), keyed("key", 1), note(w)); err != nil {
				t.Fatal(err)
			}
			if err := w.DeleteExpired(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		write()
		w.Clock.Advance(service.Days(w.Limits.KeyDays))
		write()
		if n := notes(t, w); n != 1 {
			t.Errorf("the key was forgotten within %d days", w.Limits.KeyDays)
		}
		w.Clock.Advance(time.Microsecond)
		if err := w.DeleteExpired(t.Context()); err != nil {
			t.Fatal(err)
		}
		write()
		if n := notes(t, w); n != 2 {
			t.Errorf("the key is remembered after %d days", w.Limits.KeyDays)
		}
	})
}

func TestWriteIsRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		for name, c := range map[string]struct {
			ctx  context.Context
			verb service.Verb
			want fault.Code
		}{
			"nobody has signed in": {t.Context(), service.Verb{Name: "note"}, fault.Unauthenticated},
			"an empty key":         {w.Actor(schema.RoleAdmin), keyed("", 1), fault.Invalid},
			"a key too long":       {w.Actor(schema.RoleAdmin), keyed(strings.Repeat("ж", 256), 1), fault.Invalid},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := w.Write(c.ctx, c.verb, note(w)); !fault.Is(err, c.want) {
					t.Errorf("%v; want %s", err, c.want)
				}
			})
		}
		if _, err := w.Write(w.Actor(schema.RoleAdmin), keyed(strings.Repeat("ж", 255), 1), note(w)); err != nil {
			t.Errorf("a key of 255 characters: %v", err)
		}
		if n := notes(t, w); n != 1 {
			t.Errorf("%d were run; want 1", n)
		}
	})
}

// TestUniqueColumns creates customers that differ from an existing one in all but one column.
func TestUniqueColumns(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		ctx, email, externalID := w.Actor(schema.RoleAdmin), "anna@example.com", "x-1"
		first, err := w.Customers.CreateCustomer(ctx, service.CreateCustomerInput{Name: "Anna", Email: &email, ExternalID: &externalID})
		if err != nil {
			t.Fatal(err)
		}
		other := strings.ToUpper(email)
		for field, in := range map[string]service.CreateCustomerInput{
			"email": {Name: "B", Email: &other}, "externalId": {Name: "B", ExternalID: &externalID}, "id": {Name: "B", ID: &first.ID},
		} {
			t.Run(field, func(t *testing.T) {
				_, err := w.Customers.CreateCustomer(ctx, in)
				if got, want := apptest.Faults(err), "ALREADY_EXISTS "+field; got != want {
					t.Errorf("%q; want %q", got, want)
				}
			})
		}
	})
}
