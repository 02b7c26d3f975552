package books_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/store"
)

// TestCheckLedger: errors that cancel out in the sums are still found, and a time limits what is checked.
func TestCheckLedger(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		buyer := w.customer()
		w.spoke(buyer, contact{kind: schema.TargetCall, at: hoursAgo(60)})
		early, late := w.bought(buyer, hoursAgo(50), 100), w.bought(buyer, hoursAgo(10), 200)
		add := func(order string, minor int64) {
			w.write(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE orders SET unattributed = unattributed + ? WHERE id = ?", money.Minor(minor), order)
				return err
			})
		}
		add(early, 5)
		add(late, -5)
		middle := hoursAgo(30)
		for name, c := range map[string]struct {
			from, to   *time.Time
			orders     int
			difference int64
			offenders  []string
		}{
			"all":          {nil, nil, 2, 0, []string{early, late}},
			"the early":    {nil, &middle, 1, -5, []string{early}},
			"the late":     {&middle, nil, 1, 5, []string{late}},
			"from is in":   {new(hoursAgo(50)), &middle, 1, -5, []string{early}},
			"to is not in": {&middle, new(hoursAgo(10)), 0, 0, nil},
		} {
			t.Run(name, func(t *testing.T) {
				check, err := w.Books.CheckLedger(w.system(), c.from, c.to)
				must(t, err)
				slices.Sort(check.Offenders)
				if check.Orders != c.orders || check.Difference != money.Minor(c.difference) || !slices.Equal(check.Offenders, c.offenders) || check.Balanced != (len(c.offenders) == 0) {
					t.Errorf("%+v, want %d orders, the difference %d and the offenders %v", check, c.orders, c.difference, c.offenders)
				}
			})
		}
		if _, err := w.Books.CheckLedger(w.system(), &today, &middle); !fault.Is(err, fault.Invalid) {
			t.Errorf("from after to: %v, want INVALID", err)
		}
		w.write(func(ctx context.Context, tx *store.Tx) error {
			return w.Books.Settle(ctx, tx, buyer, books.Occasion{Reason: "test"})
		})
		if check, err := w.Books.CheckLedger(w.system(), nil, nil); err != nil || !check.Balanced {
			t.Errorf("after settling whatever does not balance: %+v, %v", check, err)
		}
	})
}
