package store_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/dbtest"
	"kopeck/store"
)

// hold begins a transaction that writes, by one of the ways to do so, and returns when it has written; end commits it.
func hold(t *testing.T, s *store.Store, way func(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error) (end func()) {
	t.Helper()
	written, release, ended := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- way(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if err := set(ctx, tx, "long", "1"); err != nil {
				return err
			}
			close(written)
			<-release
			return nil
		})
	}()
	select {
	case <-written:
	case err := <-ended:
		t.Fatal(err)
	}
	end = sync.OnceFunc(func() {
		close(release)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(end)
	return end
}

// What was known at a moment waits for every transaction that may have taken a moment before it, and for no other.
func TestSettleWaitsForTransactionsThatWereWriting(t *testing.T) {
	ways := map[string]func(s *store.Store) func(ctx context.Context, do func(ctx context.Context, tx *store.Tx) error) error{
		"Write": func(s *store.Store) func(context.Context, func(context.Context, *store.Tx) error) error {
			return s.Write
		},
		"WriteAlone": func(s *store.Store) func(context.Context, func(context.Context, *store.Tx) error) error {
			return func(ctx context.Context, do func(context.Context, *store.Tx) error) error {
				return s.WriteAlone(ctx, store.LockOn("test", "one"), do)
			}
		},
		"Bulk": func(s *store.Store) func(context.Context, func(context.Context, *store.Tx) error) error {
			return func(ctx context.Context, do func(context.Context, *store.Tx) error) error {
				return s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error { return do(ctx, b.Tx) })
			}
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			dbtest.Each(t, func(t *testing.T, url string) {
				s, other := dbtest.Open(t, url, store.Options{}), dbtest.Open(t, url, store.Options{})
				for _, one := range []*store.Store{s, other} {
					one.SetClock(func() time.Time { return noon })
				}
				end := hold(t, s, way(s))
				for asked, from := range map[string]*store.Store{"in this process": s, "in another": other} {
					short, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
					if err := from.Settle(short, noon); err == nil {
						t.Errorf("%s: settled while a transaction was writing", asked)
					}
					cancel()
				}
				if err := s.Settle(t.Context(), noon.Add(-time.Second)); err != nil {
					t.Errorf("of a moment before: %v", err)
				}
				if s.Dialect() == dialect.Postgres {
					if err := other.Settle(t.Context(), noon.Add(-time.Second)); err != nil {
						t.Errorf("of a moment before, in another process: %v", err)
					}
				}
				found := make(chan int, 2)
				for _, from := range []*store.Store{s, other} {
					go func() {
						if err := from.Settle(t.Context(), noon); err != nil {
							t.Error(err)
						}
						found <- settings(t, from)
					}()
				}
				end()
				for range 2 {
					if n := <-found; n != 1 {
						t.Errorf("after it was settled there are %d rows of the transaction, want 1", n)
					}
				}
			})
		})
	}
}

func TestSettleInATransactionIsAMistake(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		err := s.Read(t.Context(), func(ctx context.Context, _ *store.Tx) error { return s.Settle(ctx, noon) })
		if !errors.Is(err, store.ErrNested) {
			t.Errorf("the error is %v", err)
		}
	})
}

func TestBeforeCommitRunsOnceEachInTheOrderOfNames(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		var ran string
		if err := s.Write(t.Context(), func(_ context.Context, tx *store.Tx) error {
			for _, name := range []string{"b", "a", "b"} {
				tx.BeforeCommit(name, func(ctx context.Context) error {
					ran += name
					return set(ctx, tx, name, "1")
				})
			}
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		if ran != "ab" || settings(t, s) != 2 {
			t.Errorf("%q ran and wrote %d rows", ran, settings(t, s))
		}
	})
}
