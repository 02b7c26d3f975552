package books_test

import (
	"testing"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
)

// TestFirstOrders: the first order of a moment is the one that had been completed and was not given back by then.
func TestFirstOrders(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		buyer, other := w.customer(), w.customer()
		first := w.bought(buyer, hoursAgo(100), 10)
		second := w.bought(buyer, hoursAgo(50), 20)
		must(t, w.Client.Order.UpdateOneID(first).SetStatus(schema.OrderRefunded).SetRefunded(money.Minor(10)).SetMargin(money.Amount{}).Exec(w.system()))
		must(t, w.Client.Refund.Create().SetID(w.id("ref")).SetOrderID(first).SetAmount(money.Minor(10)).SetReason("test").SetAt(hoursAgo(30)).SetRecordedAt(hoursAgo(30)).SetActor("test").Exec(w.system()))
		for name, c := range map[string]struct {
			known int // hours ago
			want  string
		}{
			"before any order":             {101, ""},
			"after the first":              {99, first},
			"after the second":             {40, first},
			"after the first was returned": {20, second},
			"now":                          {-1 << 20, second},
		} {
			t.Run(name, func(t *testing.T) {
				known := hoursAgo(c.known)
				if c.known < 0 {
					known = service.EndOfTime
				}
				got, err := books.FirstOrders(w.Context(), w.Store, []string{buyer, other}, known)
				must(t, err)
				if got[buyer] != c.want || got[other] != "" {
					t.Errorf("%v, want %q of the buyer alone", got, c.want)
				}
			})
		}
	})
}
