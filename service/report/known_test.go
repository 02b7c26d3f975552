package report_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/dbtest"
	"kopeck/ent"
)

// TestCancelledOrderKnown: Clara's order cost 200.00 when it was cancelled, and no rate restates it. What is known of it after that is the same
// for ever, also at moments at which cloth was known to have cost more.
func TestCancelledOrderKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		s := apptest.NewShop(t, url)
		o, err := s.Client.Order.Get(s.System(), s.Orders["Clara"])
		if err != nil {
			t.Fatal(err)
		}
		for _, at := range []time.Time{apptest.Day(time.October, 26).Add(time.Hour), apptest.Day(time.October, 28), apptest.Day(time.November, 13), s.Now()} {
			known, err := s.Report.OrdersKnownAt(s.System(), []*ent.Order{o}, at)
			if err != nil || known[o].Cost.Minor() != 20000 {
				t.Errorf("by what was known at %s it cost %+v, %v; want 200.00", at, known[o], err)
			}
		}
	})
}
