package books_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/store"
)

// left records a departure and settles the customer.
func (w *world) left(customer string, at time.Time) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		reason := "left"
		if err := w.RecordDated(ctx, tx, schema.DatedDeparture, customer, &reason, at); err != nil {
			return err
		}
		c, err := tx.Customer.Get(ctx, customer)
		if err != nil {
			return err
		}
		if c.DepartedAt == nil || at.After(*c.DepartedAt) {
			if err := tx.Customer.UpdateOneID(customer).SetDepartedAt(at).Exec(ctx); err != nil {
				return err
			}
		}
		return w.Books.Settle(ctx, tx, customer, books.Occasion{Since: at})
	})
}

// returned gives an order back in full and settles the customer.
func (w *world) returned(customer, order string) {
	w.Helper()
	w.write(func(ctx context.Context, tx *store.Tx) error {
		if err := tx.Order.UpdateOneID(order).SetStatus(schema.OrderRefunded).Exec(ctx); err != nil {
			return err
		}
		return w.Books.Settle(ctx, tx, customer, books.Occasion{Reason: "returned"}, order)
	})
}

// changes returns the changes of a customer's stage, in the order in which we learned of them.
func (w *world) changes(customer string) []string {
	return w.rows("SELECT from_stage || ' ' || to_stage || ' ' || kind FROM stage_changes WHERE customer_id = ? ORDER BY recorded_at, id", customer)
}

// TestWhatIsGivenBackIsAReversal, whatever the stage follows from then.
func TestWhatIsGivenBackIsAReversal(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.bought(w.customer(), hoursAgo(1), 100) // orders are known until today
		for name, c := range map[string]struct {
			orders []int // hours ago; the last is given back
			left   int   // hours ago, before the last order; 0: never
			want   []string
		}{
			"the first order": {[]int{100}, 0, []string{"STRANGER CUSTOMER ORDER", "CUSTOMER STRANGER REVERSAL"}},
			"the order after a departure": {[]int{24 * 30, 24 * 10}, 24 * 20, []string{
				"STRANGER CUSTOMER ORDER", "CUSTOMER FORMER DEPARTURE", "FORMER CUSTOMER ORDER", "CUSTOMER FORMER REVERSAL",
			}},
			"the order that made loyal": {[]int{24 * 3, 24 * 2, 24}, 0, []string{
				"STRANGER CUSTOMER ORDER", "CUSTOMER LOYAL ORDER", "LOYAL CUSTOMER REVERSAL",
			}},
			"the order after long silence": {[]int{24 * 1800, 24 * 1790, 24 * 1780, 24}, 0, []string{
				"STRANGER CUSTOMER ORDER", "CUSTOMER FORMER SILENCE", "FORMER LOYAL ORDER", "LOYAL FORMER REVERSAL",
			}},
		} {
			t.Run(name, func(t *testing.T) {
				customer, last := w.customer(), ""
				for i, hours := range c.orders {
					if i == len(c.orders)-1 && c.left > 0 {
						w.left(customer, hoursAgo(c.left))
					}
					last = w.bought(customer, hoursAgo(hours), 100)
				}
				w.returned(customer, last)
				if got := w.changes(customer); !slices.Equal(got, c.want) {
					t.Errorf("%q; want %q", got, c.want)
				}
			})
		}
	})
}

// TestReversalsInAnyOrder: an order that was given back has never been. The stage is the same whether it is recorded late or in time or not
// at all, and only what is given back makes a REVERSAL.
func TestReversalsInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(t *rapid.T) {
			type fact struct {
				what string
				at   time.Time
			}
			var facts []fact
			for range rapid.IntRange(1, 6).Draw(t, "facts") {
				facts = append(facts, fact{rapid.SampledFrom([]string{"order", "returned", "returned", "departure"}).Draw(t, "fact"), hoursAgo(24 * rapid.IntRange(1, 1500).Draw(t, "days"))})
			}
			record := func(facts []fact, atOnce bool) string {
				customer := w.customer()
				var later []string
				known := 0
				recorded := func(takesBack bool) {
					changes := w.changes(customer)
					for _, one := range changes[known:] {
						if is := one[len(one)-len("REVERSAL"):] == string(schema.StageReversal); is != takesBack {
							t.Fatalf("%q: given back is %v", changes, takesBack)
						}
					}
					known = len(changes)
				}
				for _, f := range facts {
					if f.what == "departure" {
						w.left(customer, f.at)
						recorded(false)
						continue
					}
					order := w.bought(customer, f.at, 100)
					recorded(false)
					switch {
					case f.what == "order":
					case atOnce:
						w.returned(customer, order)
						recorded(true)
					default:
						later = append(later, order)
					}
				}
				for _, order := range later {
					w.returned(customer, order)
					recorded(true)
				}
				return w.rows("SELECT stage FROM customers WHERE id = ?", customer)[0]
			}
			inTime := slices.Clone(facts)
			slices.SortStableFunc(inTime, func(a, b fact) int { return a.at.Compare(b.at) })
			never := slices.DeleteFunc(slices.Clone(inTime), func(f fact) bool { return f.what == "returned" })
			want := record(inTime, true)
			for name, got := range map[string]string{"recorded in any order": record(facts, true), "given back late": record(inTime, false), "not recorded at all": record(never, false)} {
				if got != want {
					t.Fatalf("%s: %s; want %s", name, got, want)
				}
			}
		})
	})
}
