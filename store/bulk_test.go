package store_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"
	"slices"
	"testing"

	"kopeck/dbtest"
	"kopeck/money"
	"kopeck/store"
)

// customers yields rows for the table of customers.
func customers(from, to int) iter.Seq[[]any] {
	return func(yield func([]any) bool) {
		row := make([]any, 7) // used again for each row
		for i := from; i < to; i++ {
			row[0], row[1], row[2] = fmt.Sprintf("cust_%09d", i), "Имя\t\\N \n\"'"+fmt.Sprint(i), fmt.Sprintf("имя %09d", i)
			row[3], row[4], row[5], row[6] = noon, noon, nil, money.Minor(int64(i))
			if i%2 == 0 {
				row[5] = noon
			}
			if !yield(row) {
				return
			}
		}
	}
}

var customerColumns = []string{"id", "name", "name_key", "created_at", "updated_at", "acquired_at", "acquisition_cost"}

// prepare creates the table load, which has the columns of the rows of customers.
func prepare(t testing.TB, s *store.Store) {
	t.Helper()
	err := s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
		for _, statement := range []string{
			"DROP TABLE IF EXISTS load",
			"CREATE TABLE load (id text PRIMARY KEY, name text NOT NULL, name_key text NOT NULL, created_at timestamp NOT NULL, updated_at timestamp NOT NULL, acquired_at timestamp, acquisition_cost bigint NOT NULL)",
			"CREATE INDEX load_name ON load (name_key, id)",
		} {
			if _, err := b.Exec(ctx, statement); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestCopy(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		prepare(t, s)
		for _, n := range []int{0, 1, 70, 71, 72, 1000} { // around the size of SQLite's INSERTs
			err := s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
				if _, err := b.Exec(ctx, "DELETE FROM load"); err != nil {
					return err
				}
				copied, err := b.Copy(ctx, "load", customerColumns, customers(0, n))
				if copied != int64(n) {
					t.Errorf("%d rows were copied, want %d", copied, n)
				}
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := one[int](t, s, "SELECT count(*) FROM load"); got != n {
				t.Errorf("%d rows are there, want %d", got, n)
			}
		}
		rows, err := s.Query(t.Context(), "SELECT name, created_at, acquired_at, acquisition_cost FROM load WHERE id IN (?, ?) ORDER BY id", "cust_000000007", "cust_000000008")
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for i := 7; rows.Next(); i++ {
			var name string
			var created, acquired store.Time
			var cost money.Amount
			if err := rows.Scan(&name, &created, &acquired, &cost); err != nil {
				t.Fatal(err)
			}
			if name != "Имя\t\\N \n\"'"+fmt.Sprint(i) || !created.Equal(noon) || acquired.IsZero() != (i%2 == 1) || cost != money.Minor(int64(i)) {
				t.Errorf("row %d is %q, %v, %v, %v", i, name, created, acquired, cost)
			}
		}
	})
}

func TestCopyIsAllOrNothing(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		prepare(t, s)
		copies := func(rows iter.Seq[[]any], columns []string) error {
			return s.Bulk(t.Context(), func(ctx context.Context, b *store.Bulk) error {
				if _, err := b.Copy(ctx, "load", customerColumns, customers(5000, 5100)); err != nil {
					return err
				}
				_, err := b.Copy(ctx, "load", columns, rows)
				return err
			})
		}
		twice := func(yield func([]any) bool) {
			for row := range customers(0, 10) {
				yield(row)
			}
			for row := range customers(5, 6) {
				yield(row)
			}
		}
		if err := copies(twice, customerColumns); !store.IsUnique(err) || !slices.Equal(store.UniqueColumns(err), []string{"id"}) {
			t.Errorf("a row twice: %v, columns %v", err, store.UniqueColumns(err))
		}
		if err := copies(customers(0, 10), customerColumns[:6]); err == nil {
			t.Error("rows with a value too many were copied")
		}
		if err := copies(customers(0, 10), nil); err == nil {
			t.Error("rows without columns were copied")
		}
		ctx, stop := context.WithCancel(t.Context())
		err := s.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
			_, err := b.Copy(ctx, "load", customerColumns, func(yield func([]any) bool) {
				for row := range customers(0, 100_000) {
					stop()
					if !yield(row) {
						return
					}
				}
			})
			return err
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("a copy whose context ended: %v", err)
		}
		if n := one[int](t, s, "SELECT count(*) FROM load"); n != 0 {
			t.Errorf("%d rows were left", n)
		}
		if err := copies(customers(0, 10), customerColumns); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestSessionKeepsTemporaryTables(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{Pool: 1})
		events, cancel := s.Subscribe("load")
		defer cancel()
		for range 2 { // the second finds no table of the first
			err := s.Session(t.Context(), func(ctx context.Context, session *store.Session) error {
				err := session.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
					_, err := b.Exec(ctx, "CREATE TEMPORARY TABLE staged (id text, value text)")
					return err
				})
				if err != nil {
					return err
				}
				for chunk := range 3 {
					err := session.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
						if err := b.Lock(ctx, store.LockOn("load", "all"), false); err != nil {
							return err
						}
						if _, err := b.Exec(ctx, "DELETE FROM staged"); err != nil {
							return err
						}
						rows := [][]any{{fmt.Sprint("a", chunk), "1"}, {fmt.Sprint("b", chunk), "2"}}
						if _, err := b.Copy(ctx, "staged", []string{"id", "value"}, slices.Values(rows)); err != nil {
							return err
						}
						statement := "INSERT INTO settings (id, value, updated_at) SELECT id, value, ? FROM staged WHERE true ON CONFLICT (id) DO NOTHING"
						if s.Dialect() == "postgres" {
							statement = "INSERT INTO settings (id, value, updated_at) SELECT id, value::jsonb, ? FROM staged ON CONFLICT (id) DO NOTHING"
						}
						if _, err := b.Exec(ctx, statement, noon); err != nil {
							return err
						}
						return b.Publish("load", fmt.Sprint(chunk))
					})
					if err != nil {
						return err
					}
					if event := next(t, events); event.Payload != fmt.Sprint(chunk) {
						t.Errorf("event %+v after chunk %d", event, chunk)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if n := settings(t, s); n != 6 {
			t.Errorf("%d settings, want 6", n)
		}
	})
}

func TestConstraintErrors(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		write := func(query string, args ...any) error {
			return s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, query, args...)
				return err
			})
		}
		twice := func(ctx context.Context, tx *store.Tx) error {
			if err := set(ctx, tx, "x", "1"); err != nil {
				return err
			}
			return set(ctx, tx, "x", "2")
		}
		err := s.Write(t.Context(), twice)
		if !store.IsUnique(err) || store.IsForeignKey(err) || !slices.Equal(store.UniqueColumns(err), []string{"id"}) {
			t.Errorf("through Ent: %v, columns %v", err, store.UniqueColumns(err))
		}
		insert := "INSERT INTO idempotency_keys (id, actor, key, operation, body_hash, result_id, created_at) VALUES (?, 'me', 'one key', 'o', 'h', '', ?)"
		if err := write(insert, "one", noon); err != nil {
			t.Fatal(err)
		}
		err = write(insert, "two", noon)
		if !store.IsUnique(err) || !slices.Equal(store.UniqueColumns(err), []string{"actor", "key"}) {
			t.Errorf("an index of two columns: %v, columns %v", err, store.UniqueColumns(err))
		}
		err = write("INSERT INTO search_terms (term, customer_id) VALUES ('x', 'cust_nobody')")
		if !store.IsForeignKey(err) || store.IsUnique(err) || store.UniqueColumns(err) != nil {
			t.Errorf("a reference to nobody: %v", err)
		}
		for _, other := range []error{nil, sql.ErrNoRows, errors.New("x")} {
			if store.IsUnique(other) || store.IsForeignKey(other) || store.IsFull(other) || store.IsUnavailable(other) {
				t.Errorf("%v is taken for a constraint's error", other)
			}
		}
	})
}

// BenchmarkCopy puts rows of seven columns into a table with a primary key and an index of two text columns.
func BenchmarkCopy(b *testing.B) {
	for name, database := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLite, "postgres": dbtest.Postgres} {
		b.Run(name, func(b *testing.B) {
			s := dbtest.Open(b, database(b), store.Options{})
			prepare(b, s)
			const chunk = 10_000
			b.ResetTimer()
			for from := 0; from < b.N; from += chunk {
				err := s.Bulk(b.Context(), func(ctx context.Context, bulk *store.Bulk) error {
					_, err := bulk.Copy(ctx, "load", customerColumns, customers(from, min(from+chunk, b.N)))
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "rows/s")
		})
	}
}
