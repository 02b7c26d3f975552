package value_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/value"
	"kopeck/store"
)

// earningsOf are those of orders.
func earningsOf(orders []lifetime.Order) value.Earnings {
	is, err := lifetime.StatisticsOf(orders)
	if err != nil {
		panic(err)
	}
	return value.Earnings{
		OrderDays: is.OrderDays, FirstDay: is.FirstDay, LastDay: is.LastDay, Margin: is.Margin, RepeatMargin: is.RepeatMargin, Recent: is.Recent,
		ContactCost: money.Minor(300), AcquisitionCost: money.Minor(500),
	}
}

// TestEarningsUntil compares earnings up to a day with those of the orders up to it, over random orders.
func TestEarningsUntil(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var orders, known []lifetime.Order
		until := rapid.IntRange(20_000, 20_400).Draw(t, "until")
		for range rapid.IntRange(0, 12).Draw(t, "orders") {
			o := lifetime.Order{Status: lifetime.OrderCompleted, Day: rapid.IntRange(20_000, 20_300).Draw(t, "day"), Margin: money.Minor(int64(rapid.IntRange(-500, 900).Draw(t, "margin")))}
			orders = append(orders, o)
			if o.Day <= until {
				known = append(known, o)
			}
		}
		got, want := earningsOf(orders).Until(until), earningsOf(known)
		if got.OrderDays != want.OrderDays || got.FirstDay != want.FirstDay || got.LastDay != want.LastDay || got.Margin != want.Margin ||
			got.RepeatMargin != want.RepeatMargin || got.Recent != want.Recent || got.ContactCost != want.ContactCost {
			t.Fatalf("until %d of %v: %+v; want %+v", until, orders, got, want)
		}
	})
	t.Run("the last order is more than a year later", func(t *testing.T) {
		t.Parallel()
		day := func(days ...int) (orders []lifetime.Order) {
			for _, d := range days {
				orders = append(orders, lifetime.Order{Status: lifetime.OrderCompleted, Day: d, Margin: money.Minor(100)})
			}
			return orders
		}
		got := earningsOf(day(20_000, 20_100, 20_900, 20_950)).Until(20_500)
		if got.OrderDays != 2 || got.LastDay != 20_500 || got.RepeatMargin != money.Minor(100) {
			t.Errorf("%+v", got)
		}
	})
}

// TestClockStopsForAllAlike: the orders are said to be known until a day after which some have ordered. What is expected of these is what
// is expected of their twins without later orders; but they are alive.
func TestClockStopsForAllAlike(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.regulars(60)
		days := [][]int{{90, 60, 45}, {90, 60, 45, 5}, {200}, {200, 3}, {4}}
		ids := make([]string, len(days))
		for i, ago := range days {
			ids[i] = w.customer()
			for _, d := range ago {
				w.placed(ids[i], w.bought(d, 5_000))
			}
		}
		w.settle(ids)
		until := w.Settings().Day(today.AddDate(0, 0, -20))
		w.knownUntil(schema.Date(until).String())
		rows, all := w.worth(ids)
		for i, twin := range map[int]int{1: 0, 3: 2} {
			v, of := all[i], all[twin]
			if v.Frequency != of.Frequency || v.Recency != of.Recency || v.Age != of.Age || v.ExpectedOrders != of.ExpectedOrders || v.Future != of.Future || v.ExpectedOrderMargin != of.ExpectedOrderMargin {
				t.Errorf("who ordered later: %+v; who did not: %+v", v, of)
			}
			is, err := v.Interval()
			must(t, err)
			was, err := of.Interval()
			must(t, err)
			if is.OrdersLow != was.OrdersLow || is.OrdersHigh != was.OrdersHigh {
				t.Errorf("bounds of who ordered later: %+v; of who did not: %+v", is, was)
			}
			if v.ProbabilityAlive != 1 || v.Past.Compare(of.Past) <= 0 || !strings.Contains(strings.Join(v.Notes, ""), "there are later orders") {
				t.Errorf("who ordered later is alive with %v, earned %v, with the notes %q", v.ProbabilityAlive, v.Past, v.Notes)
			}
			if rows[i].Stage == schema.Former {
				t.Errorf("who ordered later is %s", rows[i].Stage)
			}
		}
		if late := all[4]; late.ProbabilityAlive != 1 || !late.Future.IsZero() || late.ExpectedOrders != 0 || late.OrdersKnownUntil == nil {
			t.Errorf("who ordered for the first time later: %+v", late)
		}
		months, err := w.Report.ExpectedMonths(w.system(), nil, nil)
		must(t, err)
		must(t, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "DELETE FROM orders WHERE day > ?", until)
			return err
		}))
		w.settle(ids)
		without, err := w.Report.ExpectedMonths(w.system(), nil, nil)
		must(t, err)
		if months.Rows[0].Orders != without.Rows[0].Orders || months.Rows[0].Margin != without.Rows[0].Margin || !months.Rows[0].From.Equal(w.Settings().StartOfDay(until+1)) {
			t.Errorf("with later orders %+v is expected, without them %+v", months.Rows[0], without.Rows[0])
		}
		if from := months.Rows[0].From; from.After(today.AddDate(0, 0, -18).Truncate(24 * time.Hour)) {
			t.Errorf("the months begin at %s", from)
		}
	})
}
