package store_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/ent/setting"
	"kopeck/store"
)

const prepared = "SELECT count(*) FROM pg_prepared_statements"

func TestStatementsAreKeptAndBounded(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{Pool: 1, Statements: 5})
	for i, want := range []int{0, 1, 1} { // prepared the second time
		one[int](t, s, "SELECT count(*) FROM settings WHERE id = ?", "x")
		if n := one[int](t, s, prepared); n != want {
			t.Errorf("%d statements are prepared after %d runs, want %d", n, i+1, want)
		}
	}
	for range 3 {
		for i := range 20 {
			if got := one[int](t, s, fmt.Sprintf("SELECT %d + CAST(? AS integer)", i), 1); got != i+1 {
				t.Errorf("%d + 1 is %d", i, got)
			}
			if got := one[int](t, s, fmt.Sprintf("SELECT %d + CAST(? AS integer)", i), 2); got != i+2 {
				t.Errorf("%d + 2 is %d", i, got)
			}
		}
	}
	if n := one[int](t, s, prepared); n > 5 {
		t.Errorf("%d statements are prepared, want 5 at most", n)
	}
	without := dbtest.Open(t, dbtest.Postgres(t), store.Options{Pool: 1, Statements: -1})
	for range 3 {
		one[int](t, without, "SELECT count(*) FROM settings WHERE id = ?", "x")
	}
	if n := one[int](t, without, prepared); n != 0 {
		t.Errorf("%d statements are prepared where none should be kept", n)
	}
}

// A statement prepared before its table changed is prepared again, inside and outside a transaction.
func TestStatementsSurviveAChangeOfSchema(t *testing.T) {
	url := dbtest.Postgres(t)
	s, changer := dbtest.Open(t, url, store.Options{Pool: 1}), dbtest.Open(t, url, store.Options{})
	get := func(ctx context.Context, client *ent.SettingClient) error {
		_, err := client.Query().Where(setting.ID("x")).All(ctx)
		return err
	}
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error { return set(ctx, tx, "x", "1") })
	if err != nil {
		t.Fatal(err)
	}
	change := func(kind string) {
		t.Helper()
		err := changer.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
			_, err := b.Exec(ctx, "ALTER TABLE settings ALTER COLUMN value TYPE "+kind+" USING value::text::"+kind)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for range 3 {
		if err := get(t.Context(), s.Client().Setting); err != nil {
			t.Fatal(err)
		}
	}
	change("json")
	for range 3 {
		if err := get(t.Context(), s.Client().Setting); err != nil {
			t.Errorf("outside a transaction: %v", err)
		}
	}
	change("jsonb")
	tries := 0
	err = s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		tries++
		return get(ctx, tx.Setting)
	})
	if err != nil {
		t.Errorf("in a transaction: %v", err)
	}
	if tries != 2 {
		t.Errorf("%d tries in a transaction, want one with the old statement and a second one", tries)
	}
}

func TestRowsMustBeReadBeforeTheNextStatement(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{})
	err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
		for range 3 { // unprepared, and prepared
			rows, err := tx.Query(ctx, "SELECT i FROM generate_series(1, CAST(? AS integer)) AS i", 5000)
			if err != nil {
				return err
			}
			if _, err := tx.Setting.Get(ctx, "x"); err == nil || ent.IsNotFound(err) {
				t.Errorf("a statement between rows: %v", err)
			}
			n := 0
			for rows.Next() {
				n++
			}
			if err := rows.Err(); err != nil || n != 5000 {
				t.Errorf("%d rows, error %v", n, err)
			}
			rows.Close()
		}
		_, err := tx.Setting.Query().Count(ctx)
		return err
	})
	if err != nil {
		t.Error(err)
	}
}

// Behind a pooler that switches server sessions no statements are kept. This one refuses unknown startup parameters.
func TestNoStatementsBehindAPooler(t *testing.T) {
	between := through(t, dbtest.Postgres(t))
	between.refuse = "kopeck.session"
	s := dbtest.Open(t, between.url, store.Options{Pool: 2})
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 5 {
				if err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Setting.Query().Where(setting.ID("x")).Count(ctx)
					return err
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if n := one[int](t, s, prepared); n != 0 {
		t.Errorf("%d statements are prepared behind a pooler", n)
	}
}
