package value_test

import (
	"context"
	"testing"
	"time"

	"kopeck/money"
	"kopeck/store"
)

// TestStandings asks again and again how many customers are worth less than 0.01: a division of some minutes ago answers while it is
// made again, and an older one does not answer.
func TestStandings(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.customer() // worth nothing, as all of them
		ask := func(want int, when string) {
			t.Helper()
			got, err := w.Value.PercentageBelow(w.system(), money.Minor(1))
			if err != nil || got != want {
				t.Errorf("%s: %d, %v; want %d", when, got, err, want)
			}
		}
		ask(100, "at first")
		value := func(amount int) {
			t.Helper()
			must(t, w.Store.Write(w.system(), func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE customers SET lifetime_value = ?", amount)
				return err
			}))
		}
		value(100)
		w.ahead.Store(int64(time.Minute))
		ask(100, "after a minute")
		w.Value.WaitDivided()
		ask(100, "after a minute, again")
		w.ahead.Store(int64(2 * time.Minute))
		ask(100, "after two minutes, while the customers are divided again")
		w.Value.WaitDivided()
		ask(0, "after two minutes")
		value(0)
		w.ahead.Store(int64(13 * time.Minute))
		ask(100, "after nobody asked for eleven minutes")
		w.ahead.Store(0)
		ask(100, "after the clock was set back")
	})
}
