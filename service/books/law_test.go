package books_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	entcontact "kopeck/ent/contact"
	"kopeck/ent/credit"
	entcustomer "kopeck/ent/customer"
	entorder "kopeck/ent/order"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/store"
)

// books returns what the books have of customers: credits, what contacts realised, and the derived figures of the customers.
func (w *world) books(t *rapid.T, customers []string) string {
	t.Helper()
	var text strings.Builder
	credits, err := w.Client.Credit.Query().Where(credit.HasOrderWith(entorder.CustomerIDIn(customers...))).Order(credit.ByOrderID(), credit.ByPosition()).All(w.system())
	must(t, err)
	for _, c := range credits {
		fmt.Fprintln(&text, c.OrderID, c.Position, c.ContactID, c.Amount, c.Share)
	}
	contacts, err := w.Client.Contact.Query().Where(entcontact.CustomerIDIn(customers...)).Order(entcontact.ByID()).All(w.system())
	must(t, err)
	for _, c := range contacts {
		fmt.Fprintln(&text, c.ID, c.Realised)
	}
	orders, err := w.Client.Order.Query().Where(entorder.CustomerIDIn(customers...)).Order(entorder.ByID()).All(w.system())
	must(t, err)
	for _, o := range orders {
		sum := o.Unattributed
		for _, c := range credits {
			if c.OrderID == o.ID {
				sum, err = sum.Plus(c.Amount)
				must(t, err)
			}
		}
		want := money.Amount{}
		if o.Status == schema.OrderCompleted || o.Status == schema.OrderRefunded {
			want = o.Margin
		}
		if sum != want {
			t.Errorf("the order %s, %s, has the margin %v, and %v credited and unattributed", o.ID, o.Status, o.Margin, sum)
		}
		fmt.Fprintln(&text, o.ID, o.Unattributed)
	}
	rows, err := w.Client.Customer.Query().Where(entcustomer.IDIn(customers...)).Order(entcustomer.ByID()).All(w.system())
	must(t, err)
	for _, c := range rows {
		fmt.Fprintln(&text, c.ID, c.Stage, c.OrderDays, c.FirstOrderDay, c.LastOrderDay, c.Margin, c.RepeatMargin, c.ContactCost, c.LastOrderAt, c.LifetimeValue)
	}
	return text.String()
}

// fact is an order or a contact of a customer.
type fact struct {
	of      string
	order   *order
	contact *contact
}

func drawFacts(t *rapid.T, customers []string) []fact {
	var facts []fact
	for range rapid.IntRange(1, 7).Draw(t, "facts") {
		f := fact{of: rapid.SampledFrom(customers).Draw(t, "customer")}
		at := hoursAgo(rapid.IntRange(0, 24*200).Draw(t, "hours ago"))
		if rapid.Bool().Draw(t, "order") {
			f.order = &order{rapid.SampledFrom([]schema.OrderStatus{schema.OrderCompleted, schema.OrderCompleted, schema.OrderRefunded, schema.OrderPlaced}).Draw(t, "status"), at, at, rapid.Int64Range(-500, 1000).Draw(t, "margin")}
			if f.order.status == schema.OrderPlaced {
				f.order.completed = time.Time{}
			}
		} else {
			f.contact = &contact{kind: rapid.SampledFrom([]schema.ContactKind{schema.TargetCall, schema.Visit}).Draw(t, "kind"), at: at, cost: rapid.Int64Range(0, 50).Draw(t, "cost")}
			if about := rapid.SampledFrom(customers).Draw(t, "about"); about != f.of && rapid.Bool().Draw(t, "recommends") {
				f.contact.kind, f.contact.about = schema.Recommendation, about
			}
		}
		facts = append(facts, f)
	}
	return facts
}

// TestOrderOfArrivalChangesNothing: facts that come one by one in any order, each settled by its own way, end in the closed books
// that settling everything together makes.
func TestOrderOfArrivalChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		rapid.Check(t, func(t *rapid.T) {
			customers := []string{w.customer(), w.customer()}
			for _, f := range drawFacts(t, customers) {
				if f.contact != nil {
					w.spoke(f.of, *f.contact)
					continue
				}
				w.write(func(ctx context.Context, tx *store.Tx) error {
					id, err := w.placed(ctx, tx, f.of, *f.order)
					if err != nil {
						return err
					}
					return w.Books.Settle(ctx, tx, f.of, books.Occasion{Reason: "test"}, id)
				})
			}
			one := w.books(t, customers)
			w.write(func(ctx context.Context, tx *store.Tx) error {
				return w.Books.SettleImported(ctx, tx, slices.Concat(customers, customers))
			})
			if together := w.books(t, customers); together != one {
				t.Errorf("one by one:\n%s\ntogether:\n%s", one, together)
			}
		})
		check, err := w.Books.CheckLedger(w.system(), nil, nil)
		must(t, err)
		if !check.Balanced || check.Orders == 0 {
			t.Errorf("the ledger check says %+v", check)
		}
	})
}
