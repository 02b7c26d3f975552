package value_test

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/service/value"
)

// TestOrderLog compares the log that SQL computes from the orders, and the one from the figures kept with customers, with what the
// statistics of each customer give. Orders given back in full are in neither.
func TestOrderLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		all := map[string][]lifetime.Order{}
		endDay := w.Settings().Day(today)
		rapid.Check(t, func(t *rapid.T) {
			id, orders := w.customer(), w.drawOrders(t)
			w.placed(id, orders...)
			all[id] = orders
		})
		w.settleAll()
		read, kept, complete, err := w.Value.Logs(w.system(), endDay)
		must(t, err)
		if !complete {
			t.Fatal("an order is later than today")
		}
		histories, spread, err := w.Value.Days(w.system(), endDay)
		must(t, err)
		days, earned, freedom := 0, 0.0, 0
		for _, h := range histories {
			days += len(h)
			freedom += max(0, len(h)-2)
			for _, d := range h {
				earned += d.Margin
			}
		}
		if days != read.OrderDays || earned != read.Earned || spread.Freedom != freedom {
			t.Errorf("the order days are %d and earned %v, with %d degrees of freedom; want %d, %v and %d", days, earned, spread.Freedom, read.OrderDays, read.Earned, freedom)
		}
		want := value.Log{Histories: map[lifetime.Stats]int{}}
		for _, orders := range all {
			s, err := lifetime.StatisticsOf(orders)
			must(t, err)
			if s.OrderDays == 0 {
				continue
			}
			want.Histories[lifetime.Stats{Frequency: s.OrderDays - 1, RecencyDays: s.LastDay - s.FirstDay, AgeDays: endDay - s.FirstDay}]++
			want.OrderDays += s.OrderDays
			want.LastDay = max(want.LastDay, s.LastDay)
			for _, o := range orders {
				if o.Status == lifetime.OrderCompleted {
					want.Earned += float64(o.Margin.Minor())
				}
			}
		}
		if !reflect.DeepEqual(read, kept) {
			t.Errorf("the orders give %+v, the kept figures %+v", read, kept)
		}
		if !reflect.DeepEqual(read.Histories, want.Histories) || read.OrderDays != want.OrderDays || read.LastDay != want.LastDay || read.Earned != want.Earned {
			t.Errorf("the log has %+v, want %+v", read, want)
		}
	})
}
