package store_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"

	"kopeck/dbtest"
	"kopeck/store"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)

// set writes a setting in a transaction.
func set(ctx context.Context, tx *store.Tx, name, value string) error {
	return tx.Setting.Create().SetID(name).SetValue(json.RawMessage(value)).SetUpdatedAt(noon).Exec(ctx)
}

func settings(t *testing.T, s *store.Store) int {
	t.Helper()
	n, err := s.Client().Setting.Query().Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestWriteCommitsOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		if err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, "kept", `{"a": 1}`) }); err != nil {
			t.Fatal(err)
		}
		wrong := errors.New("no")
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := set(ctx, tx, "lost", "1"); err != nil {
				return err
			}
			return wrong
		})
		if !errors.Is(err, wrong) {
			t.Errorf("the error is %v", err)
		}
		func() {
			defer func() {
				if p := recover(); p != "what" {
					t.Errorf("the panic became %v", p)
				}
			}()
			_ = s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if err := set(ctx, tx, "lost", "1"); err != nil {
					return err
				}
				panic("what")
			})
		}()
		if n := settings(t, s); n != 1 {
			t.Errorf("%d settings, want the one committed", n)
		}
		got, err := s.Client().Setting.Get(t.Context(), "kept")
		if err != nil {
			t.Fatal(err)
		}
		if !got.UpdatedAt.Equal(noon) || got.UpdatedAt.Location() != time.UTC {
			t.Errorf("the time came back as %v", got.UpdatedAt)
		}
		var value struct{ A int }
		if err := json.Unmarshal(got.Value, &value); err != nil || value.A != 1 {
			t.Errorf("the JSON came back as %s", got.Value)
		}
		// Nothing is left open: the pool and the writer's turn are free.
		if err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, "next", "1") }); err != nil {
			t.Error(err)
		}
		if inUse := s.Stats().InUse; inUse != 0 {
			t.Errorf("%d connections are still in use", inUse)
		}
	})
}

func TestWriteIsRetriedAndFollowsUpOnce(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{Jitter: func() float64 { return 0 }, Log: slog.New(slog.DiscardHandler)})
		events, cancel := s.Subscribe("tries")
		defer cancel()
		tries, after := 0, []string{}
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			tries++
			if err := set(ctx, tx, "x", "1"); err != nil {
				return err
			}
			tx.AfterCommit(func() { after = append(after, fmt.Sprint("first of ", tries)) })
			tx.AfterCommit(func() { panic("only logged") })
			tx.AfterCommit(func() { after = append(after, fmt.Sprint("last of ", tries)) })
			if err := tx.Publish("tries", fmt.Sprint(tries)); err != nil {
				return err
			}
			if tries < 4 {
				return fmt.Errorf("wrapped: %w", &pq.Error{Code: []pqerror.Code{"40001", "40P01", "57P01"}[tries-1]})
			}
			return nil
		})
		if err != nil || tries != 4 {
			t.Fatalf("%d tries, error %v", tries, err)
		}
		if got := strings.Join(after, ", "); got != "first of 4, last of 4" {
			t.Errorf("after the commit: %s", got)
		}
		if event := <-events; event.Payload != "4" || event.Lost {
			t.Errorf("the event is %+v", event)
		}
		if settings(t, s) != 1 {
			t.Error("a try that was given up left its row")
		}
		tries = 0
		err = s.Write(t.Context(), func(context.Context, *store.Tx) error { tries++; return &pq.Error{Code: "40001"} })
		if e := (*pq.Error)(nil); !errors.As(err, &e) || tries != 10 {
			t.Errorf("given up after %d tries with %v", tries, err)
		}
		tries = 0
		err = s.Write(t.Context(), func(context.Context, *store.Tx) error { tries++; return &pq.Error{Code: "23505"} })
		if !store.IsUnique(err) || tries != 1 {
			t.Errorf("%d tries on an error that stays: %v", tries, err)
		}
		ctx, stop := context.WithCancel(t.Context())
		tries = 0
		err = s.Write(ctx, func(context.Context, *store.Tx) error { tries++; stop(); return &pq.Error{Code: "40001"} })
		if err == nil || tries != 1 {
			t.Errorf("%d tries after the context's end: %v", tries, err)
		}
	})
}

func TestTransactionsDoNotNest(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		never := func(context.Context, *store.Tx) error { t.Error("run"); return nil }
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := s.Write(ctx, never); !errors.Is(err, store.ErrNested) {
				t.Errorf("Write in Write: %v", err)
			}
			if err := s.Read(ctx, never); !errors.Is(err, store.ErrNested) {
				t.Errorf("Read in Write: %v", err)
			}
			if err := s.Bulk(ctx, func(context.Context, *store.Bulk) error { t.Error("run"); return nil }); !errors.Is(err, store.ErrNested) {
				t.Errorf("Bulk in Write: %v", err)
			}
			if _, err := s.Client().Setting.Query().Count(ctx); err == nil {
				t.Error("the client went past the transaction")
			}
			if _, err := s.Client().Tx(ctx); err == nil {
				t.Error("the client opened a transaction beside the transaction")
			}
			tx.AfterCommit(func() {
				if err := s.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, "after", "1") }); err != nil {
					t.Errorf("a transaction after the first has ended: %v", err)
				}
			})
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if settings(t, s) != 1 {
			t.Error("the transaction after the commit did nothing")
		}
	})
}

func TestReadSeesOneSnapshot(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		err := s.Read(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			for range 2 {
				if n, err := tx.Setting.Query().Count(ctx); err != nil || n != 0 {
					t.Errorf("%d settings, error %v", n, err)
				}
				name := fmt.Sprint(settings(t, s))
				if err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, name, "1") }); err != nil {
					t.Error(err)
				}
			}
			if _, err := tx.Exec(ctx, "DELETE FROM settings"); err == nil {
				t.Error("a transaction that reads has written")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
		if settings(t, s) != 2 {
			t.Error("writing beside a reader did not work")
		}
	})
}

// Sixteen writers at two stores add to one counter: reading, then writing, under the counter's lock.
func TestConcurrentWritersLoseNothing(t *testing.T) {
	const writers, rounds = 16, 12
	dbtest.Each(t, func(t *testing.T, url string) {
		stores := []*store.Store{dbtest.Open(t, url, store.Options{}), dbtest.Open(t, url, store.Options{Pool: 4})}
		if err := stores[0].Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, "counter", "0") }); err != nil {
			t.Fatal(err)
		}
		var after atomic.Int64
		var all sync.WaitGroup
		for i := range writers {
			s := stores[i%2]
			all.Go(func() {
				for range rounds {
					err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
						if err := tx.Lock(ctx, store.LockOn("setting", "counter"), false); err != nil {
							return err
						}
						counter, err := tx.Setting.Get(ctx, "counter")
						if err != nil {
							return err
						}
						var n int
						if err := json.Unmarshal(counter.Value, &n); err != nil {
							return err
						}
						tx.AfterCommit(func() { after.Add(1) })
						return tx.Setting.UpdateOne(counter).SetValue(json.RawMessage(fmt.Sprint(n + 1))).Exec(ctx)
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		got := one[string](t, stores[0], "SELECT value FROM settings WHERE id = ?", "counter")
		if got != fmt.Sprint(writers*rounds) || after.Load() != writers*rounds {
			t.Errorf("the counter is %s and %d functions followed, want %d", got, after.Load(), writers*rounds)
		}
	})
}

func TestLockKinds(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{})
	key := store.LockOn("customer", "one")
	try := func(ctx context.Context, shared bool, key store.LockKey) error {
		return s.Write(ctx, func(ctx context.Context, tx *store.Tx) error { return tx.Lock(ctx, key, shared) })
	}
	succeeds := func(shared bool, key store.LockKey, what string) {
		t.Helper()
		if err := try(t.Context(), shared, key); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	waits := func(shared bool, what string) {
		t.Helper()
		ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer stop()
		if err := try(ctx, shared, key); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", what, err)
		}
	}
	hold := func(shared bool, meanwhile func()) {
		t.Helper()
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := tx.Lock(ctx, key, shared); err != nil {
				return err
			}
			meanwhile()
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
	hold(true, func() {
		succeeds(true, key, "two who share")
		waits(false, "one alone beside one who shares")
	})
	hold(false, func() {
		waits(true, "one who shares beside one alone")
		succeeds(false, store.LockOn("customer", "two"), "another key")
	})
	succeeds(false, key, "after all have ended")
}
