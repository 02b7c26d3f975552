package store_test

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/ent/setting"
	"kopeck/store"
)

// Text sorts and compares by bytes on both databases, whatever the server's collation.
func TestTextOrder(t *testing.T) {
	names := []string{"a", "B", "b", "A", "Ä", "ä", "z", "Z", "é", "e", "Яблоко", "яблоко", "Ёлка", "ёлка", "Ели", "😀", "🍎 яблоко", "_", " x", "x y", "x-y", "xy", "10", "9", "עברית", "ß", "ss"}
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			for _, name := range names {
				if err := set(ctx, tx, name, "1"); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		want := slices.SortedFunc(slices.Values(names), cmp.Compare[string])
		got, err := s.Client().Setting.Query().Order(ent.Asc(setting.FieldID)).IDs(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(got, want) {
			t.Errorf("the order is %q,\nwant %q", got, want)
		}
		for _, name := range names {
			after, err := s.Client().Setting.Query().Where(setting.IDGT(name)).Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if want := len(want) - 1 - slices.Index(want, name); after != want {
				t.Errorf("%d come after %q, want %d", after, name, want)
			}
		}
		if last := one[string](t, s, "SELECT max(id) FROM settings"); last != want[len(want)-1] {
			t.Errorf("the last is %q", last)
		}
	})
}

// Times of every zone, with and without fractions, sort, compare and are read as they were written.
func TestTimes(t *testing.T) {
	zone := time.FixedZone("east", 5*3600+1800)
	times := []time.Time{
		noon, noon.Truncate(time.Second), noon.Truncate(time.Second).Add(500 * time.Millisecond), noon.Add(time.Microsecond),
		noon.Truncate(time.Second).Add(50 * time.Microsecond), noon.In(zone).Add(time.Second), noon.Add(time.Hour).In(zone),
		noon.AddDate(-1900, 0, 0), time.Unix(0, 0), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC),
	}
	dbtest.Each(t, func(t *testing.T, url string) {
		s := dbtest.Open(t, url, store.Options{})
		err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
			for i, at := range times {
				if err := tx.Setting.Create().SetID(fmt.Sprint(i)).SetValue([]byte("1")).SetUpdatedAt(at).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		sorted := slices.SortedFunc(slices.Values(times), time.Time.Compare)
		all, err := s.Client().Setting.Query().Order(ent.Asc(setting.FieldUpdatedAt)).All(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, one := range all {
			if !one.UpdatedAt.Equal(sorted[i]) {
				t.Errorf("place %d is %v, want %v", i, one.UpdatedAt, sorted[i])
			}
			if one.UpdatedAt.Location() != time.UTC {
				t.Errorf("%v is not in UTC", one.UpdatedAt)
			}
		}
		for i, at := range sorted {
			after, err := s.Client().Setting.Query().Where(setting.UpdatedAtGT(at.In(zone))).Count(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if after != len(sorted)-1-i {
				t.Errorf("%d come after %v, want %d", after, at, len(sorted)-1-i)
			}
		}
		if last := one[store.Time](t, s, "SELECT max(updated_at) FROM settings"); !last.Equal(sorted[len(sorted)-1]) {
			t.Errorf("the latest is %v", last)
		}
	})
}

func TestSQL(t *testing.T) {
	t.Parallel()
	const query = `SELECT '?', "a?", x FROM t WHERE a = ? AND b IN (?, ?) AND c = 'it''s ?'`
	if got := store.SQL("sqlite3", query); got != query {
		t.Errorf("SQLite: %s", got)
	}
	want := strings.Replace(strings.Replace(strings.Replace(query, "= ?", "= $1", 1), "(?,", "($2,", 1), ", ?)", ", $3)", 1)
	if got := store.SQL("postgres", query); got != want {
		t.Errorf("PostgreSQL: %s", got)
	}
}

func TestObserveSeesEveryStatement(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		var seen []string
		s := dbtest.Open(t, url, store.Options{Observe: func(_ context.Context, query string) { seen = append(seen, query) }})
		count := func(want int, what string, do func()) {
			t.Helper()
			seen = nil
			do()
			if len(seen) != want {
				t.Errorf("%s: %d statements were seen, want %d: %q", what, len(seen), want, seen)
			}
		}
		count(1, "a query", func() { settings(t, s) })
		count(1, "a query by hand", func() { one[int](t, s, "SELECT count(*) FROM settings") })
		want := 3
		if s.Dialect() == dialect.Postgres {
			want++ // the lock of those who write
		}
		count(want, "a transaction", func() {
			err := s.Write(t.Context(), func(ctx context.Context, tx *store.Tx) error {
				if err := set(ctx, tx, "x", "1"); err != nil {
					return err
				}
				if _, err := tx.Setting.Get(ctx, "x"); err != nil {
					return err
				}
				_, err := tx.Exec(ctx, "DELETE FROM settings")
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	})
}
