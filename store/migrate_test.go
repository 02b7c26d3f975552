package store_test

import (
	"context"
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"kopeck/dbtest"
	"kopeck/store"
)

func TestMigrate(t *testing.T) {
	for name, url := range map[string]func(*testing.T) string{
		"sqlite":   func(t *testing.T) string { return "sqlite://" + filepath.Join(t.TempDir(), "kopeck.db") },
		"postgres": func(t *testing.T) string { return dbtest.Empty(t) },
	} {
		t.Run(name, func(t *testing.T) {
			at := url(t)
			s := dbtest.Open(t, at, store.Options{})
			have, want, err := s.Version(t.Context())
			if err != nil || have != 0 || want == 0 {
				t.Fatalf("an empty database: version %d of %d, error %v", have, want, err)
			}
			// Of several processes at once one migrates; the others wait and have nothing to do.
			var all sync.WaitGroup
			applied := make(chan int, 4)
			for range cap(applied) {
				other := dbtest.Open(t, at, store.Options{})
				all.Go(func() {
					n, err := other.Migrate(t.Context())
					if err != nil {
						t.Error(err)
					}
					applied <- n
				})
			}
			all.Wait()
			close(applied)
			busy := 0
			for n := range applied {
				if n > 0 {
					busy++
				}
			}
			if busy != 1 {
				t.Errorf("%d of four have migrated, want one", busy)
			}
			if have, want, err = s.Version(t.Context()); err != nil || have != want {
				t.Errorf("after migrating: version %d of %d, error %v", have, want, err)
			}
			if n, err := s.Migrate(t.Context()); n != 0 || err != nil {
				t.Errorf("migrating again: %d steps, error %v", n, err)
			}
			err = s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
				_, err := b.Exec(ctx, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999999999999, ?)", true)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if have, _, err := s.Version(t.Context()); !errors.Is(err, store.ErrNewer) || have != 99999999999999 {
				t.Errorf("a newer database: version %d, error %v", have, err)
			}
			if _, err := s.Migrate(t.Context()); !errors.Is(err, store.ErrNewer) {
				t.Errorf("migrating a newer database: %v", err)
			}
		})
	}
}

// Every column of text on PostgreSQL compares by bytes, as SQLite does.
func TestTextColumnsCompareByBytes(t *testing.T) {
	s := dbtest.Open(t, dbtest.Postgres(t), store.Options{})
	const text = `FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_collation l ON l.oid = a.attcollation
		WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped AND `
	if n := one[int](t, s, "SELECT count(*) "+text+"l.collname = 'C'"); n < 100 {
		t.Errorf("only %d columns of text were found", n)
	}
	if wrong := one[string](t, s, "SELECT coalesce(string_agg(c.relname || '.' || a.attname, ', '), '') "+text+"l.collname <> 'C'"); wrong != "" {
		t.Errorf("columns of text without COLLATE \"C\": %s", wrong)
	}
}
