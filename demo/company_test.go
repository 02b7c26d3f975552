package demo_test

import (
	"log/slog"
	"os"
	"testing"
	"time"

	"kopeck/dbtest"
	"kopeck/demo"
	"kopeck/money"
	"kopeck/store"
)

var day = time.Date(2026, 11, 20, 15, 0, 0, 0, time.UTC)

func roubles(t testing.TB) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func fill(t testing.TB, url string, seed uint64, now time.Time) {
	t.Helper()
	s, err := store.Open(t.Context(), url, store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	started := time.Now()
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelDebug}))
	if err := demo.Fill(t.Context(), demo.Config{Store: s, Currency: roubles(t), Seed: seed, Now: now, Log: log}); err != nil {
		t.Fatal(err)
	}
	t.Logf("filled in %v", time.Since(started))
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestFill(t *testing.T) {
	url := dbtest.SQLite(t)
	fill(t, url, 1, day)
}

func TestLook(t *testing.T) {
	url := dbtest.SQLite(t)
	fill(t, url, 1, day)
	s := dbtest.Open(t, url, store.Options{})
	for _, q := range []string{
		"select 'customers', stage, count(*), count(segment) from customers group by stage",
		"select 'orders', status, count(*), sum(total)/100 from orders group by status",
		"select 'contacts', kind||direction, count(*), sum(cost)/100 from contacts group by kind||direction",
		"select 'perm', state||level, count(*), 0 from permissions group by state||level",
		"select 'offers', status, count(*), sum(total)/100 from offers group by status",
		"select 'bookings', resource, count(*), sum(units)/1000000000/730 from bookings group by resource",
		"select 'moves', reason, count(*), 0 from stage_changes group by substr(reason,1,12) order by 3 desc limit 15",
		"select 'days', order_days, count(*), 0 from customers group by order_days",
		"select 'margin', '', sum(margin)/100, sum(total)/100 from orders where status='COMPLETED'",
		"select 'credits', '', count(*), sum(amount)/100 from credits",
		"select 'agr', '', count(*), 0 from price_agreements",
		"select 'steps', json_extract(l.value,'$.kind')||' '||json_extract(l.value,'$.label'), count(*), sum(json_extract(l.value,'$.amount'))/100 from order_lines, json_each(price_lines) l group by 2 order by 3 desc limit 40",
		"select 'model', parameters, customers, converged from lifetime_models",
		"select 'month', substr(at,1,7), count(*), 0 from orders group by 2",
	} {
		rows, err := s.Query(t.Context(), q)
		if err != nil {
			t.Fatal(q, err)
		}
		for rows.Next() {
			var a, b string
			var n, m any
			if err := rows.Scan(&a, &b, &n, &m); err != nil {
				t.Fatal(err)
			}
			t.Log(a, b, n, m)
		}
		rows.Close()
	}
}
