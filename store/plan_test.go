package store_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/dbtest"
	"kopeck/store"
)

// TestPlansOfReports: the statements run in both dialects, and the settings end with the transaction.
func TestPlansOfReports(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		setting := func(ctx context.Context, from store.Reader, name string) (value string) {
			err := store.Each(ctx, from, "SELECT current_setting(?)", []any{name}, func(scan store.ScanFunc) error { return scan(&value) })
			if err != nil {
				t.Fatal(err)
			}
			return value
		}
		limited, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		for _, ctx := range []context.Context{t.Context(), limited} {
			err := s.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
				if err := tx.PlanReport(ctx); err != nil {
					return err
				}
				if err := tx.PreferIndexes(ctx); err != nil {
					return err
				}
				query := "SELECT kind, count(*) FROM (SELECT kind FROM contacts" + store.FullScanHint(tx) + " WHERE at > ?" + store.SeparatePlan(tx) + ") AS r GROUP BY kind"
				if err := store.Each(ctx, tx, query, []any{noon}, func(store.ScanFunc) error { return nil }); err != nil {
					return err
				}
				if s.Dialect() != dialect.Postgres {
					return nil
				}
				_, hasDeadline := ctx.Deadline()
				if timeout := setting(ctx, tx, "statement_timeout"); (timeout == "0") == hasDeadline {
					t.Errorf("the statement timeout is %s, with a deadline: %t", timeout, hasDeadline)
				}
				if plan, scan := setting(ctx, tx, "plan_cache_mode"), setting(ctx, tx, "enable_seqscan"); plan != "force_custom_plan" || scan != "off" {
					t.Errorf("plan_cache_mode is %s, enable_seqscan is %s", plan, scan)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if s.Dialect() == dialect.Postgres {
			if scan := setting(t.Context(), s, "enable_seqscan"); scan != "on" {
				t.Errorf("after the transaction enable_seqscan is %s", scan)
			}
		}
	})
}

// TestMissingReferences loads rows in bulk, which SQLite does without checking what they refer to.
func TestMissingReferences(t *testing.T) {
	s := dbtest.Open(t, dbtest.SQLite(t), store.Options{})
	missing := func(n int) (found []store.MissingReference) {
		err := s.Read(t.Context(), func(ctx context.Context, tx *store.Tx) (err error) {
			found, err = tx.MissingReferences(ctx, n)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return found
	}
	if found := missing(10); len(found) > 0 {
		t.Fatalf("in an empty database: %v", found)
	}
	err := s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
		_, err := b.Copy(ctx, "refunds", strings.Fields("id order_id amount reason at recorded_at actor"), func(yield func([]any) bool) {
			_ = yield([]any{"ref_1", "ord_none", 1, "late", noon, noon, "system"}) && yield([]any{"ref_2", "ord_none", 1, "late", noon, noon, "system"})
		})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if found := missing(10); len(found) != 2 || found[0] != (store.MissingReference{Table: "refunds", Row: 1, Parent: "orders"}) {
		t.Errorf("two refunds of no order: %v", found)
	}
	if found := missing(1); len(found) != 1 {
		t.Errorf("one at most: %v", found)
	}
}
