package store_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/store"
)

const killOthers = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"

func TestKilledConnectionsRecover(t *testing.T) {
	url := dbtest.Postgres(t)
	s, killer := dbtest.Open(t, url, store.Options{}), dbtest.Open(t, url, store.Options{Pool: 1})
	kill := func() {
		t.Helper()
		if one[int](t, killer, killOthers) == 0 {
			t.Error("no connection was killed")
		}
	}
	settings(t, s)
	kill()
	if n := settings(t, s); n != 0 { // a query on a connection that died in the pool
		t.Errorf("%d settings", n)
	}
	kill()
	tries := 0
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		if err := set(ctx, tx, "x", "1"); err != nil {
			return err
		}
		if tries++; tries == 1 {
			kill() // in the middle of a transaction, so that the commit is not even sent
			_, err := tx.Setting.Get(ctx, "x")
			return err
		}
		return nil
	})
	if err != nil || tries != 2 {
		t.Errorf("%d tries, error %v", tries, err)
	}
	if n := settings(t, s); n != 1 {
		t.Errorf("%d settings, want 1", n)
	}
}

// A commit that is executed but whose answer is lost is neither success nor failure, and is not retried.
func TestLostCommitIsUnknown(t *testing.T) {
	direct := dbtest.Postgres(t)
	between := through(t, direct)
	s := dbtest.Open(t, between.url, store.Options{})
	tries, after := 0, 0
	write := func(name string) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			tries++
			tx.AfterCommit(func() { after++ })
			return set(ctx, tx, name, "1")
		})
	}
	between.change(func() { between.dropOn = []byte("COMMIT") })
	err := write("x")
	if !errors.Is(err, store.ErrCommitUnknown) || tries != 1 || after != 0 {
		t.Errorf("%d tries, %d followed, error %v", tries, after, err)
	}
	between.change(func() { between.dropOn = nil })
	if err := write("y"); err != nil || after != 1 {
		t.Errorf("afterwards: %d followed, error %v", after, err)
	}
	n := settings(t, s)
	for end := time.Now().Add(10 * time.Second); n != 2 && time.Now().Before(end); n = settings(t, s) {
		time.Sleep(10 * time.Millisecond) // the first commit may still be running
	}
	if n != 2 {
		t.Errorf("%d settings, want both", n)
	}
	// A commit that the database refuses has failed: its outcome is known.
	err = s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		_ = set(ctx, tx, "x", "1") // fails, and with it the transaction
		return nil
	})
	if err == nil || errors.Is(err, store.ErrCommitUnknown) {
		t.Errorf("a commit of a failed transaction: %v", err)
	}
}

// Outside a transaction, too, database/sql does not repeat a statement whose answer is lost.
func TestLostStatementIsNotRepeated(t *testing.T) {
	between := through(t, dbtest.Postgres(t))
	s := dbtest.Open(t, between.url, store.Options{})
	between.change(func() { between.dropOn = []byte("INSERT INTO idempotency_keys") })
	_, err := s.Client().ExecContext(t.Context(), `INSERT INTO idempotency_keys (id, actor, key, operation, body_hash, result_id, created_at)
		SELECT gen_random_uuid(), $1, gen_random_uuid(), '', '', '', now()`, "me")
	if err == nil || !store.IsUnavailable(err) {
		t.Errorf("the error is %v", err)
	}
	between.change(func() { between.dropOn = nil })
	n := one[int](t, s, "SELECT count(*) FROM idempotency_keys")
	for end := time.Now().Add(10 * time.Second); n != 1 && time.Now().Before(end); n = one[int](t, s, "SELECT count(*) FROM idempotency_keys") {
		time.Sleep(10 * time.Millisecond) // the statement may still be running
	}
	if n != 1 {
		t.Errorf("%d rows, want one", n)
	}
}

// When a server vanishes without closing its connections, every call returns within a second after its deadline, and calls
// succeed again when the server is back.
func TestSilentServer(t *testing.T) {
	between := through(t, dbtest.Postgres(t))
	s := dbtest.Open(t, between.url, store.Options{Pool: 12})
	calls := map[string]func(ctx context.Context) error{
		"health": s.Health,
		"query": func(ctx context.Context) error {
			_, err := s.Client().Setting.Query().Count(ctx)
			return err
		},
		"query with a parameter": func(ctx context.Context) error {
			_, err := s.Client().Setting.Get(ctx, "x")
			if ent.IsNotFound(err) {
				err = nil
			}
			return err
		},
		"transaction": func(ctx context.Context) error {
			return s.Write(ctx, func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "INSERT INTO settings (id, value, updated_at) VALUES (?, ?, ?) ON CONFLICT (id) DO NOTHING", "x", "1", noon)
				return err
			})
		},
		"bulk": func(ctx context.Context) error {
			return s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
				if _, err := b.Exec(ctx, "CREATE TEMPORARY TABLE staged (id text, name text, name_key text, created_at timestamp, updated_at timestamp, acquired_at timestamp, acquisition_cost bigint)"); err != nil {
					return err
				}
				_, err := b.Copy(ctx, "staged", customerColumns, customers(0, 20_000))
				return err
			})
		},
	}
	each := func(check func(name string, took time.Duration, err error), deadline time.Duration) {
		var all sync.WaitGroup
		for name, call := range calls {
			for range 2 { // one on a connection from the pool, one, perhaps, on a new one
				all.Go(func() {
					ctx, stop := context.WithTimeout(t.Context(), deadline)
					defer stop()
					began := time.Now()
					err := call(ctx)
					check(name, time.Since(began), err)
				})
			}
		}
		all.Wait()
	}
	fine := func(name string, _ time.Duration, err error) {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 3 { // the third time statements are prepared
		each(fine, 20*time.Second)
	}
	between.change(func() { between.silent = true })
	const deadline = 700 * time.Millisecond
	each(func(name string, took time.Duration, err error) {
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s on a silent server: %v", name, err)
		}
		if took > deadline+30*time.Second { // without the deadline it would have no end; a busy machine may be late
			t.Errorf("%s took %v with a deadline of %v", name, took, deadline)
		}
	}, deadline)
	between.change(func() { between.silent = false })
	each(fine, 20*time.Second)
}

// A prepared statement waits until it has been cancelled, which a silent server never confirms. Without a deadline of its own
// the cancelling takes as long as connecting may.
func TestPreparedStatementOnASilentServer(t *testing.T) {
	direct := dbtest.Postgres(t)
	between := through(t, direct+map[bool]string{true: "&", false: "?"}[strings.Contains(direct, "?")]+"connect_timeout=90")
	s := dbtest.Open(t, between.url, store.Options{Pool: 1})
	get := func(within time.Duration) error {
		ctx, stop := context.WithTimeout(t.Context(), within)
		defer stop()
		_, err := s.Client().Setting.Get(ctx, "x")
		return err
	}
	for range 3 {
		if err := get(watchdog); !ent.IsNotFound(err) {
			t.Fatal(err)
		}
	}
	between.change(func() { between.silent = true })
	ended := make(chan error, 1)
	go func() { ended <- get(200 * time.Millisecond) }()
	select {
	case err := <-ended:
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
	case <-time.After(watchdog):
		t.Error("the statement is still being cancelled")
	}
	between.change(func() { between.silent = false })
}

func TestCancelledStatementEndsOnTheServer(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		endless := "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT count(*) FROM n WHERE i > ?"
		for range 3 {
			ctx, stop := context.WithTimeout(t.Context(), 100*time.Millisecond)
			began := time.Now()
			rows, err := s.Query(ctx, endless, 1)
			if err == nil {
				for rows.Next() {
				}
				err = errors.Join(rows.Err(), rows.Close())
			}
			stop()
			if !errors.Is(err, context.DeadlineExceeded) || time.Since(began) > 30*time.Second {
				t.Errorf("after %v: %v", time.Since(began), err)
			}
		}
		if err := s.Health(t.Context()); err != nil {
			t.Error(err)
		}
		if strings.HasPrefix(url, "postgres") {
			running := func() int {
				return one[int](t, s, "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'active' AND query LIKE 'WITH RECURSIVE%'")
			}
			until(t, "the cancelled statements have ended", func() bool { return running() == 0 })
		}
	})
}

func TestStatementTimeout(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{StatementTimeout: 50 * time.Millisecond})
	rows, err := s.Query(t.Context(), "SELECT pg_sleep(10)")
	if err == nil {
		rows.Next()
		err = errors.Join(rows.Err(), rows.Close())
	}
	if err == nil || !strings.Contains(err.Error(), "statement timeout") {
		t.Errorf("the error is %v", err)
	}
	err = s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
		_, err := b.Exec(ctx, "SELECT pg_sleep(0.2)")
		return err
	})
	if err != nil {
		t.Errorf("in bulk: %v", err)
	}
}

// After a failover a connection to the old primary is read-only: it is dropped and another one opened.
func TestReadOnlyConnectionIsLeft(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{Pool: 1})
	demoted := one[int](t, s, "SELECT pg_backend_pid()")
	write := func() error {
		return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if one, err := tx.Client().QueryContext(ctx, "SELECT pg_backend_pid()"); err != nil {
				return err
			} else if pid := 0; one.Next() && one.Scan(&pid) == nil && one.Close() == nil && pid == demoted {
				if _, err := tx.Exec(ctx, "SET TRANSACTION READ ONLY"); err != nil {
					return err
				}
			}
			return set(ctx, tx, "x", "1")
		})
	}
	if err := write(); err != nil {
		t.Error(err)
	}
	if pid := one[int](t, s, "SELECT pg_backend_pid()"); pid == demoted {
		t.Error("the read-only connection is still in the pool")
	}
}

// A failed statement ends the transaction on both databases, even if its error is ignored.
func TestNothingFollowsAFailedStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		write := func(more bool) error {
			return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if err := set(ctx, tx, "x", "1"); err != nil {
					return err
				}
				if err := set(ctx, tx, "x", "1"); !store.IsUnique(err) {
					t.Errorf("the error is %v", err)
				}
				if more {
					return set(ctx, tx, "y", "1")
				}
				return nil
			})
		}
		for _, more := range []bool{true, false} {
			if err := write(more); err == nil || store.IsUnique(err) || errors.Is(err, store.ErrCommitUnknown) {
				t.Errorf("more: %v: the error is %v", more, err)
			}
		}
		if n := settings(t, s); n != 0 {
			t.Errorf("%d settings, want none", n)
		}
	})
}

// On a full disk writing fails with an error for which IsFull is true, nothing stored is lost and reading works; with free
// space writing works again.
func TestFullDisk(t *testing.T) {
	s := dbtest.Open(t, dbtest.SQLite(t), store.Options{})
	write := func(name string, pages int) error {
		return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			if _, err := tx.Client().ExecContext(ctx, fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
				return err
			}
			return set(ctx, tx, name, `"`+strings.Repeat("x", 1_000_000)+`"`)
		})
	}
	const ample = 1 << 20
	if err := write("one", ample); err != nil {
		t.Fatal(err)
	}
	used := one[int](t, s, "PRAGMA page_count")
	if err := s.Writable(t.Context()); err != nil {
		t.Errorf("not writable: %v", err)
	}
	if err := write("two", used+10); !store.IsFull(err) || !strings.Contains(store.Outage(err), "disk") {
		t.Errorf("the error is %v", err)
	}
	if err := s.Writable(t.Context()); !store.IsFull(err) {
		t.Errorf("writable on a full disk: %v", err)
	}
	if n := settings(t, s); n != 1 {
		t.Errorf("%d settings, want the first", n)
	}
	if err := write("three", ample); err != nil {
		t.Errorf("with free space again: %v", err)
	}
	if err := s.Writable(t.Context()); err != nil {
		t.Errorf("not writable with free space again: %v", err)
	}
}
