package value_test

import (
	"cmp"
	"maps"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"kopeck/lifetime"
	"kopeck/service/value"
)

// TestOrderLog compares what a fit reads with what the orders of each customer give: up to a day, up to an earlier one with what came
// after it, and without the last quarter of the days. Orders given back in full are in none.
func TestOrderLog(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		var all []lifetime.History
		rapid.Check(t, func(t *rapid.T) {
			id, orders := w.customer(), w.drawOrders(t)
			w.placed(id, orders...)
			if h := historyOf(orders); len(h) > 0 {
				all = append(all, h)
			}
		})
		w.settleAll()
		first, last := w.Settings().Day(today), 0
		for _, h := range all {
			first, last = min(first, h[0].Day), max(last, h[len(h)-1].Day)
		}
		endDay := w.Settings().Day(today)
		read, earlier, err := w.Value.Logs(w.system(), endDay)
		must(t, err)
		quarter := (last - first) / 4
		if earlier.EndDay != last-quarter || earlier.Period != min(quarter, 365) || read.Period != earlier.Period {
			t.Errorf("the last quarter begins after %d, with a last period of %d and %d days; want %d and %d", earlier.EndDay, earlier.Period, read.Period, last-quarter, min(quarter, 365))
		}
		sameLog(t, "all orders", read, logOf(all, endDay, read.Period))
		sameLog(t, "without the last quarter", earlier, logOf(all, last-quarter, read.Period))
		cut := last - 100
		held, none, err := w.Value.Logs(w.system(), cut)
		must(t, err)
		if none.EndDay != 0 || held.Period != 100 {
			t.Errorf("with 100 days held out another log up to %d was read, and the last period has %d days", none.EndDay, held.Period)
		}
		sameLog(t, "with 100 days held out", held, logOf(all, cut, 100))
	})
}

// historyOf returns the order days of completed orders.
func historyOf(orders []lifetime.Order) (h lifetime.History) {
	days := map[int]float64{}
	for _, o := range orders {
		if o.Status == lifetime.OrderCompleted {
			days[o.Day] += float64(o.Margin.Minor())
		}
	}
	for _, day := range slices.Sorted(maps.Keys(days)) {
		h = append(h, lifetime.DayMargin{Day: day, Margin: days[day]})
	}
	return h
}

// logOf computes what a fit reads, in the plainest way.
func logOf(all []lifetime.History, endDay, period int) value.Log {
	log := value.Log{EndDay: endDay, Period: period, Histories: map[lifetime.Stats]int{}}
	for _, h := range all {
		log.LastDay = max(log.LastDay, h[len(h)-1].Day)
		var c value.LogCustomer
		known := 0
		for _, d := range h {
			if d.Day > endDay {
				c.Held++
				c.HeldEarned += int64(d.Margin)
				continue
			}
			known++
			c.Earned += int64(d.Margin)
			if d.Day > h[0].Day {
				c.RepeatEarned += int64(d.Margin)
			}
			if d.Day > endDay-period {
				c.Recent++
				c.RecentEarned += int64(d.Margin)
			}
		}
		if known == 0 {
			continue
		}
		c.Stats = lifetime.Stats{Frequency: known - 1, RecencyDays: h[known-1].Day - h[0].Day, AgeDays: endDay - h[0].Day}
		log.Histories[c.Stats]++
		log.OrderDays += known
		log.Earned += float64(c.Earned)
		log.Customers = append(log.Customers, c)
		log.Days = append(log.Days, h[:known])
		log.Spread.Freedom += max(0, known-2)
	}
	return log
}

func sameLog(t *testing.T, name string, is, want value.Log) {
	t.Helper()
	if is.EndDay != want.EndDay || is.LastDay != want.LastDay || is.OrderDays != want.OrderDays || is.Earned != want.Earned || is.Spread.Freedom != want.Spread.Freedom || !reflect.DeepEqual(is.Histories, want.Histories) {
		t.Errorf("%s: the log has %+v, want %+v", name, is, want)
	}
	byAll := func(a, b value.LogCustomer) int {
		return cmp.Or(cmp.Compare(a.Stats.Frequency, b.Stats.Frequency), cmp.Compare(a.Stats.RecencyDays, b.Stats.RecencyDays), cmp.Compare(a.Stats.AgeDays, b.Stats.AgeDays),
			cmp.Compare(a.Earned, b.Earned), cmp.Compare(a.RepeatEarned, b.RepeatEarned), cmp.Compare(a.Recent, b.Recent), cmp.Compare(a.RecentEarned, b.RecentEarned),
			cmp.Compare(a.Held, b.Held), cmp.Compare(a.HeldEarned, b.HeldEarned))
	}
	slices.SortFunc(want.Customers, byAll)
	if !slices.Equal(is.Customers, want.Customers) {
		t.Errorf("%s: the customers are %+v, want %+v", name, is.Customers, want.Customers)
	}
	if !reflect.DeepEqual(is.Days, want.Days) {
		t.Errorf("%s: the order days are %v, want %v", name, is.Days, want.Days)
	}
	repeaters, repeatEarned := 0, 0.0
	for _, m := range is.Margins {
		repeaters += m.N
		repeatEarned += float64(m.N*m.X) * m.Mean
	}
	for _, c := range want.Customers {
		if c.Stats.Frequency > 0 {
			repeaters--
			repeatEarned -= float64(c.RepeatEarned)
		}
	}
	if repeaters != 0 || repeatEarned > 1 || repeatEarned < -1 {
		t.Errorf("%s: the margins lack %d repeaters and %g", name, -repeaters, -repeatEarned)
	}
}

// TestFewAreKept: of however many customers a bounded number is kept, each as likely as the others.
func TestFewAreKept(t *testing.T) {
	t.Parallel()
	if few := value.Drawn(10, 7); !slices.Equal(few, []int{0, 1, 2, 3, 4, 5, 6}) {
		t.Errorf("of 7 customers %v are kept", few)
	}
	const most, n = 1000, 100_000
	kept := value.Drawn(most, n)
	sum := 0
	for _, i := range kept {
		sum += i
	}
	// The mean of 1,000 drawn numbers has a standard deviation of n/sqrt(12*1000).
	if mean := float64(sum) / most; len(kept) != most || mean < 0.45*n || mean > 0.55*n {
		t.Errorf("of %d customers %d are kept, with the mean %g", n, len(kept), mean)
	}
}
