package books_test

import (
	"testing"

	"kopeck/money"
	"kopeck/schema"
)

// TestExpectedValues: contacts are expected to earn the mean of their group, and of greater groups where there are few like them.
func TestExpectedValues(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		buyer := w.customer()
		w.spoke(buyer, contact{kind: schema.TargetCall, at: hoursAgo(50)})
		w.bought(buyer, hoursAgo(40), 1000)
		w.spoke(buyer, contact{kind: schema.TargetCall, at: hoursAgo(30)})
		w.spoke(buyer, contact{kind: schema.Visit, at: hoursAgo(24 * 400)})
		rows, err := w.Client.Contact.Query().All(w.system())
		must(t, err)
		expected, err := w.Books.ExpectedValues(w.system(), rows)
		must(t, err)
		for _, c := range rows {
			e := expected[c]
			if c.Kind == schema.Visit { // older than a year: no group has it
				if e.From.Contacts != 0 || e.From.Mean != nil || e.Value != money.Minor(500) {
					t.Errorf("a contact unlike any of the last year is expected to earn %v (%+v), want the mean of all", e.Value, e.From)
				}
				continue
			}
			if e.From.Contacts != 2 || e.From.Mean == nil || *e.From.Mean != money.Minor(500) || e.Value != money.Minor(500) {
				t.Errorf("a call is expected to earn %v (%+v), want 500", e.Value, e.From)
			}
		}
		t.Run("a change of the books is noticed", func(t *testing.T) {
			w.bought(buyer, hoursAgo(20), 1000)
			expected, err := w.Books.ExpectedValues(w.system(), rows[:1])
			must(t, err)
			if got := expected[rows[0]].Value; got != money.Minor(1000) {
				t.Errorf("a call is expected to earn %v, want 1000", got)
			}
		})
		t.Run("nobody has earned anything", func(t *testing.T) {
			if got, err := w.Books.ExpectedValues(w.system(), nil); err != nil || len(got) != 0 {
				t.Errorf("%v, %v; want nothing", got, err)
			}
		})
	})
}
