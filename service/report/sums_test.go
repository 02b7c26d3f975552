package report_test

import (
	"cmp"
	"context"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/service/report"
	"kopeck/store"
)

// fact is an order or a contact of a customer, as far as sums are concerned.
type fact struct {
	id              string
	contact         bool
	status          lifetime.OrderStatus // of an order
	at, completedAt time.Time
	total, refunded int64 // in kopecks
	value           int64 // the margin of an order; what a contact cost
}

// tax is what of an order's total is tax; of what is given back there is none.
func (f fact) tax() int64 { return f.total / 10 }

// drawFacts draws orders and contacts of a customer, several at one moment among them.
func drawFacts(t *rapid.T, w *apptest.World) []fact {
	var facts []fact
	for range rapid.IntRange(0, 8).Draw(t, "facts") {
		f := fact{
			contact: rapid.Bool().Draw(t, "contact"),
			at:      apptest.Start.AddDate(0, 0, -rapid.IntRange(0, 4).Draw(t, "days ago")*100),
			value:   rapid.Int64Range(0, 300).Draw(t, "value"),
		}
		if f.contact {
			f.id = w.IDs.Make(id.Contact)
		} else {
			f.id = w.IDs.Make(id.Order)
			f.status = rapid.SampledFrom([]lifetime.OrderStatus{"PLACED", lifetime.OrderCancelled, lifetime.OrderCompleted, lifetime.OrderCompleted, lifetime.OrderRefunded}).Draw(t, "status")
			f.total, f.refunded = rapid.Int64Range(300, 900).Draw(t, "total"), rapid.Int64Range(0, 300).Draw(t, "refunded")
			f.value -= rapid.Int64Range(0, 100).Draw(t, "loss")
			if f.status.Sold() {
				f.completedAt = f.at.AddDate(0, 0, rapid.IntRange(0, 2).Draw(t, "days to completion")*100)
			}
		}
		facts = append(facts, f)
	}
	return facts
}

// insert writes facts of a customer past the verbs.
func insert(w *apptest.World, customerID string, facts []fact) {
	w.T.Helper()
	w.Transaction(func(ctx context.Context, tx *store.Tx) error {
		for _, f := range facts {
			if f.contact {
				if err := tx.InsertRows(ctx, "contacts", []string{"id", "customer_id", "kind", "direction", "channel", "at", "minutes", "stage", "expense", "cost", "cost_lines", "uncosted", "realised", "recorded_at"},
					[][]any{{f.id, customerID, "VISIT", "INBOUND", "PHONE", f.at, 0, "STRANGER", 0, f.value, "[]", false, 0, f.at}}); err != nil {
					return err
				}
				continue
			}
			var completed any
			if !f.completedAt.IsZero() {
				completed = f.completedAt
			}
			if err := tx.InsertRows(ctx, "orders", []string{"id", "created_at", "updated_at", "customer_id", "status", "at", "day", "total", "refunded", "tax", "cost", "margin", "unattributed", "completed_at"},
				[][]any{{f.id, f.at, f.at, customerID, string(f.status), f.at, 0, f.total, f.refunded, f.tax(), f.total - f.refunded - f.tax() - f.value, f.value, 0, completed}}); err != nil {
				return err
			}
		}
		return nil
	})
}

// sumsBy is the rule for the sums of a customer: from a moment until another, and the revenue of the year before a third.
func sumsBy(facts []fact, from, to, yearEnd time.Time) (sums [6]int64) {
	within := func(at, from, to time.Time) bool { return !at.Before(from) && at.Before(to) }
	for _, f := range facts {
		switch in := within(f.at, from, to); {
		case f.contact && in:
			sums[1]++
			sums[4] += f.value
		case f.contact || !f.status.Sold():
		default:
			if in {
				sums[2] += f.total - f.refunded - f.tax()
				sums[3] += f.value
			}
			if in && f.status == lifetime.OrderCompleted {
				sums[0]++
			}
			if within(f.at, yearEnd.AddDate(0, 0, -365), yearEnd) {
				sums[5] += f.total - f.refunded - f.tax()
			}
		}
	}
	return sums
}

// paidBackBy is the rule for when a customer has paid back what it cost to acquire them: when the margins of sold orders, less the
// costs of contacts, first reach it. Of one moment the facts count in the order of their ids.
func paidBackBy(facts []fact, cost int64) (at time.Time) {
	moves := slices.DeleteFunc(slices.Clone(facts), func(f fact) bool { return !f.contact && !f.status.Sold() })
	for n, f := range moves {
		if f.contact {
			moves[n].completedAt, moves[n].value = f.at, -f.value
		}
	}
	slices.SortFunc(moves, func(a, b fact) int { return cmp.Or(a.completedAt.Compare(b.completedAt), cmp.Compare(a.id, b.id)) })
	soFar := int64(0)
	for _, f := range moves {
		if soFar += f.value; soFar >= cost {
			return f.completedAt
		}
	}
	return time.Time{}
}

// TestSumsOfTheDatabase compares what SQL sums up of customers, and when they had paid back their cost, with the rules over random
// orders and contacts.
func TestSumsOfTheDatabase(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		rapid.Check(t, func(t *rapid.T) {
			facts, cost := drawFacts(t, w), rapid.Int64Range(1, 400).Draw(t, "cost")
			customerID := w.CustomerID()
			insert(w, customerID, facts)
			w.Transaction(func(ctx context.Context, tx *store.Tx) error {
				_, err := tx.Exec(ctx, "UPDATE customers SET acquisition_cost = ? WHERE id = ?", cost, customerID)
				return err
			})
			day := func(label string) time.Time {
				return apptest.Start.AddDate(0, 0, -rapid.IntRange(0, 5).Draw(t, label)*100)
			}
			from, to, yearEnd := day("from"), day("to"), day("end of the year")
			sums, err := report.SumsOfCustomers(w.System(), w.Store, []string{customerID}, from, to, yearEnd)
			w.Must(err)
			if got, want := sums[customerID].Figures(), sumsBy(facts, from, to, yearEnd); got != want {
				t.Fatalf("SQL has orders, contacts, revenue, margin, cost and the year's revenue %v, the rule %v", got, want)
			}
			paid, err := report.PaidBackAt(w.System(), w.Store, []string{customerID})
			w.Must(err)
			if got, want := paid[customerID], paidBackBy(facts, cost); !got.Equal(want) {
				t.Fatalf("SQL has it paid back at %s, the rule at %s", got, want)
			}
		})
	})
}
