package value_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/service/value"
	"kopeck/store"
)

// drawOrders draws orders of a customer, of every status.
func (w *world) drawOrders(t *rapid.T) []lifetime.Order {
	var orders []lifetime.Order
	for range rapid.IntRange(0, 8).Draw(t, "orders") {
		o := w.bought(rapid.IntRange(0, 6).Draw(t, "days ago"), rapid.Int64Range(-1000, 1000).Draw(t, "margin"))
		o.At = o.At.Add(-time.Duration(rapid.IntRange(0, 3).Draw(t, "hours earlier")) * time.Hour)
		o.CompletedAt = o.At.Add(time.Duration(rapid.IntRange(0, 100).Draw(t, "hours to completion")) * time.Hour)
		o.Status = rapid.SampledFrom([]lifetime.OrderStatus{lifetime.OrderCompleted, lifetime.OrderCompleted, lifetime.OrderRefunded, "PLACED", "CANCELLED"}).Draw(t, "status")
		if o.Status == "PLACED" || o.Status == "CANCELLED" {
			o.CompletedAt = time.Time{}
		}
		orders = append(orders, o)
	}
	return orders
}

// TestStatisticsOfTheDatabase compares the statistics that SQL computes, and the earnings up to a moment, with the rule over random
// orders.
func TestStatisticsOfTheDatabase(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(t *rapid.T) {
			id, orders := w.customer(), w.drawOrders(t)
			w.placed(id, orders...)
			want, err := lifetime.StatisticsOf(orders)
			must(t, err)
			got, err := w.Value.StatisticsOf(w.Context(), w.Store, []string{id})
			must(t, err)
			if got[id] != want {
				t.Fatalf("SQL has %+v, the rule %+v", got[id], want)
			}

			moment := today.AddDate(0, 0, -rapid.IntRange(0, 6).Draw(t, "moment"))
			var before []lifetime.Order
			for _, o := range orders {
				if !o.At.After(moment) {
					before = append(before, o)
				}
			}
			then, err := lifetime.StatisticsOf(before)
			must(t, err)
			c := &ent.Customer{ID: id}
			earnings := map[*ent.Customer]value.Earnings{c: {}}
			must(t, w.Value.EarningsUpTo(w.system(), earnings, moment))
			if e := earnings[c]; e.OrderDays != then.OrderDays || e.FirstDay != then.FirstDay || e.LastDay != then.LastDay || e.Margin != then.Margin || e.RepeatMargin != then.RepeatMargin || e.RefundedMargin != then.RefundedMargin {
				t.Fatalf("up to %s SQL has %+v, the rule %+v", moment, e, then)
			}
		})
	})
}

func TestStatisticsOfNobody(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.customer()
		got, err := w.Value.StatisticsOf(w.Context(), w.Store, []string{id})
		must(t, err)
		if got[id] != lifetime.NoStatistics() {
			t.Errorf("a customer without orders has %+v, want %+v", got[id], lifetime.NoStatistics())
		}
	})
}

// TestStatisticsAreWrittenWhenTheyChange: the same statistics a second time write nothing.
func TestStatisticsAreWrittenWhenTheyChange(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		id := w.customer()
		w.placed(id, w.bought(30, 500), w.bought(10, 700))
		settle := func() (alive float64) {
			must(t, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
				customers, err := value.HoldCustomers(ctx, tx, []string{id})
				must(t, err)
				of, err := w.Value.StatisticsOf(ctx, tx, []string{id})
				must(t, err)
				all, err := w.Value.WriteStatistics(ctx, tx, customers, of, false)
				alive = all[id]
				return err
			}))
			return alive
		}
		first := settle()
		c, err := w.Client.Customer.Get(w.system(), id)
		must(t, err)
		if c.OrderDays != 2 || c.LastOrderDay-c.FirstOrderDay != 20 || c.Margin != money.Minor(1200) || c.RepeatMargin != money.Minor(700) {
			t.Errorf("the row has %d order days over %d days, margins %v and %v", c.OrderDays, c.LastOrderDay-c.FirstOrderDay, c.Margin, c.RepeatMargin)
		}
		if c.LifetimeValue.Compare(c.Margin) <= 0 || first <= 0 || first > 1 {
			t.Errorf("the row has the value %v, and the customer is alive with %v", c.LifetimeValue, first)
		}
		var writes []string
		w.observe(func(_ context.Context, query string) {
			if strings.HasPrefix(query, "UPDATE") {
				writes = append(writes, query)
			}
		})
		if second := settle(); second != first || len(writes) != 0 {
			t.Errorf("a second time the probability is %v, was %v, and it wrote %q", second, first, writes)
		}
	})
}
