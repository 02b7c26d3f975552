package value_test

import (
	"context"
	"fmt"
	"io/fs"
	"regexp"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"

	"kopeck/ent/customer"
	"kopeck/lifetime"
	"kopeck/schema/migrations"
	"kopeck/service"
	"kopeck/service/value"
	"kopeck/store"
)

// shown returns what is shown of all customers.
func (w *world) shown() string {
	w.Helper()
	all, err := w.Client.Customer.Query().Order(customer.ByID()).All(w.system())
	must(w, err)
	var text strings.Builder
	for _, c := range all {
		fmt.Fprintln(&text, c.ID, c.ShownTotal, strings.ReplaceAll(string(c.ShownEarnings), " ", "") != "")
	}
	return text.String()
}

func (w *world) exec(query string, args ...any) {
	w.Helper()
	must(w, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
		_, err := tx.Exec(ctx, query, args...)
		return err
	}))
}

// TestShownOncePerDay changes what customers are worth: it is shown on the next day, or to the end of a refresh that was interrupted.
func TestShownOncePerDay(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(12)
		refresh := func() string {
			t.Helper()
			must(t, w.Books.RefreshShown(w.system()))
			return w.shown()
		}
		nothing := w.shown()
		if strings.Contains(nothing, "true") {
			t.Fatalf("before the first refresh: %s", nothing)
		}
		begun := refresh()
		w.settleAll() // as an import does
		imported := w.shown()
		if strings.Contains(begun, "false") || imported == begun {
			t.Errorf("after a refresh %s, after an import %s", begun, imported)
		}
		w.exec("UPDATE customers SET margin = margin + 1000000, repeat_margin = repeat_margin + 1000000")
		if at := refresh(); at != imported {
			t.Errorf("on the same day: %s, was %s", at, imported)
		}
		w.ahead.Store(int64(24 * time.Hour))
		next := refresh()
		if next == imported {
			t.Errorf("on the next day still %s", next)
		}
		w.exec("UPDATE customers SET margin = margin + 1000000, repeat_margin = repeat_margin + 1000000")
		w.ahead.Store(0) // the clock is set back
		if at := refresh(); at != next {
			t.Errorf("a day earlier: %s, was %s", at, next)
		}
		w.ahead.Store(int64(24 * time.Hour))
		middle := fmt.Sprintf("cus_%026d", 6)
		w.exec("UPDATE settings SET value = ? WHERE id = 'shown'", fmt.Sprintf(`{"day": %d, "after": %q, "done": false}`, w.Settings().Day(w.Now()), middle))
		before, after := strings.Split(next, "\n"), strings.Split(refresh(), "\n")
		for i := range before[:len(before)-1] {
			if changed := before[i] != after[i]; changed != (i >= 6) {
				t.Errorf("%s became %s by a refresh that had come as far as %s", before[i], after[i], middle)
			}
		}
	})
}

// TestFitShowsTheSameEarnings: what is shown follows another model at once, and not what has happened since the start of the day.
func TestFitShowsTheSameEarnings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(60)
		w.settleAll()
		must(t, w.Books.SettleAll(w.system())) // a fit settles too: nothing is left for it to find
		must(t, w.Books.RefreshShown(w.system()))
		byPrior := w.shown()
		w.exec("UPDATE customers SET contact_cost = contact_cost + 100000000")
		_, err := w.Value.Fit(w.system(), service.FitLifetimeModelInput{Kind: &bgnbd})
		must(t, err)
		byModel := w.shown()
		if byModel == byPrior {
			t.Error("a fit changed nothing")
		}
		w.exec("UPDATE customers SET contact_cost = contact_cost - 100000000")
		w.ahead.Store(int64(time.Minute))
		w.exec("DELETE FROM settings WHERE id = 'shown'")
		must(t, w.Books.RefreshShown(w.system()))
		if at := w.shown(); at != byModel {
			t.Errorf("after the fit %s, by the earnings of before %s", byModel, at)
		}
	})
}

// TestShownWhileTheObservedEndMoves: the first order of all customers after a long silence says that the others were silent indeed. What they
// are shown by, and what rules ask of them, is that of the start of the day all the same.
func TestShownWhileTheObservedEndMoves(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		ids := w.grocer(40)
		worth := func(at time.Time, past bool) string {
			t.Helper()
			rows, _ := w.worth(ids[1:])
			of, err := w.Value.RulesWorth(w.system(), rows, at, past, w.Report.EarningsKnownAt)
			must(t, err)
			var text strings.Builder
			for _, c := range rows {
				fmt.Fprintln(&text, c.ID, of[c.ID].Total)
			}
			return text.String()
		}
		seen := func() string {
			t.Helper()
			rows, all := w.worth(ids[1:])
			var text strings.Builder
			for i, v := range all {
				v.Of(rows[i], value.EarningsOf(rows[i]))
				must(t, w.Value.Show(v, rows[i]))
				fmt.Fprintln(&text, rows[i].ID, v.Total, v.Future, rows[i].ShownTotal)
			}
			return text.String()
		}
		day := int64(24 * time.Hour)
		w.ahead.Store(60 * day)
		must(t, w.Books.RefreshShown(w.system()))
		w.ahead.Add(int64(time.Hour))
		morning, shown, asked := w.Now(), seen(), worth(w.Now(), false)

		w.ahead.Add(int64(time.Hour))
		now := w.Now()
		w.placed(ids[0], lifetime.Order{Status: lifetime.OrderCompleted, Day: w.Settings().Day(now), At: now, CompletedAt: now})
		w.settle(ids[:1])
		w.Value.WaitSettled(t.Context())
		if _, v := w.worth(ids[1:2]); v[0].OrdersKnownUntil != nil {
			t.Fatalf("the order did not end the silence: %+v", v[0])
		}
		if later := seen(); later != shown {
			t.Errorf("after the order\n%sis shown, before\n%s", later, shown)
		}
		if later := worth(w.Now(), false); later != asked {
			t.Errorf("after the order rules ask for\n%sbefore\n%s", later, asked)
		}

		w.ahead.Add(day)
		must(t, w.Books.RefreshShown(w.system()))
		if later := seen(); later == shown {
			t.Errorf("on the day after, still\n%s", later)
		}
		for _, at := range []time.Time{morning, now.Add(time.Minute)} {
			if then := worth(at, true); then != asked {
				t.Errorf("of %s rules ask for\n%swas\n%s", at, then, asked)
			}
		}
	})
}

// since is from when shown earnings are what they are, and whether by an import, which that migration did not know.
var since = regexp.MustCompile(`,"since":"[^"]*"|"since":"[^"]*",|,"imported":true|"imported":true,`)

// TestMigrationShowsWhatTheRefreshShows runs the statement of the migration that fills in what is shown of customers.
func TestMigrationShowsWhatTheRefreshShows(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(12)
		w.settleAll()
		earnings := func() (all []string) {
			rows, err := w.Client.Customer.Query().Order(customer.ByID()).All(w.system())
			must(t, err)
			for _, c := range rows {
				all = append(all, since.ReplaceAllString(strings.ReplaceAll(string(c.ShownEarnings), " ", ""), ""))
			}
			return all
		}
		shown := w.shown()
		want := earnings()
		from := migrations.SQLite()
		if w.Store.Dialect() == dialect.Postgres {
			from = migrations.Postgres()
		}
		files, err := fs.Glob(from, "*_shown_worth.sql")
		must(t, err)
		text, err := fs.ReadFile(from, files[0])
		must(t, err)
		_, statement, _ := strings.Cut(string(text), "whole\n-- thousands\n")
		statement, _, _ = strings.Cut(statement, ";")
		w.exec("UPDATE customers SET shown_total = 0, shown_earnings = NULL")
		w.exec(statement)
		if got := earnings(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("the migration shows\n%s\nthe refresh\n%s", got, want)
		}
		must(t, w.Books.RefreshShown(w.system()))
		if at := w.shown(); at != shown {
			t.Errorf("after the first refresh %s, want %s", at, shown)
		}
	})
}
