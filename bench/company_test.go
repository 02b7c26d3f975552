package bench

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/dbtest"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/store"
)

// eachDatabase runs a benchmark on SQLite and on PostgreSQL, with the URL of a migrated database.
func eachDatabase(b *testing.B, run func(b *testing.B, url string)) {
	b.Helper()
	b.Run("sqlite", func(b *testing.B) { run(b, dbtest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { run(b, dbtest.Postgres(b)) })
}

// filled returns a company on a database into which these rows are copied.
func filled(b *testing.B, url string, tables []tableOf) *app.App {
	b.Helper()
	s := dbtest.Open(b, url, store.Options{})
	keys, err := auth.OpenKeys(b.TempDir(), time.Now, nil)
	if err != nil {
		b.Fatal(err)
	}
	roubles, err := money.ParseCurrency("RUB")
	if err != nil {
		b.Fatal(err)
	}
	made, err := app.New(b.Context(), service.Config{Store: s, Keys: keys, Currency: roubles, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		b.Fatal(err)
	}
	fill(b, s, tables)
	return made
}

// fill copies rows into a database.
func fill(b *testing.B, s *store.Store, tables []tableOf) {
	b.Helper()
	err := s.Bulk(b.Context(), func(ctx context.Context, to *store.Bulk) error {
		for _, table := range tables {
			if _, err := to.Copy(ctx, table.name, strings.Fields(table.columns), table.rows); err != nil {
				return fmt.Errorf("%s: %w", table.name, err)
			}
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	err = s.Write(b.Context(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, "ANALYZE")
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
}

// tableOf is the rows of a table; columns are their names, separated by spaces.
type tableOf struct {
	name, columns string
	rows          iter.Seq[[]any]
}

// idOf returns the id of the row with a number.
func idOf(prefix string, n int) string { return fmt.Sprintf("%s_01jd0000000000000%09d", prefix, n) }

// rows returns n rows, made by their numbers.
func rows(n int, row func(n int) []any) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		for i := range n {
			if !yield(row(i)) {
				return
			}
		}
	}
}
