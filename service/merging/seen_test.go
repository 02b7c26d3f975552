package merging_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestHoldsComeBack: what an order took over of a hold of the merged customer, and gave up, is theirs again after the undo.
func TestHoldsComeBack(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		saw, one, correction := "saw", money.Exact("1"), true
		w.Rate(schema.RateResource, saw, "1", "hour", apptest.Start.AddDate(-1, 0, 0))
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateResource, Code: saw, Amount: "1", Unit: "hour", CapacityPerDay: &one, ValidFrom: apptest.Start, Correction: &correction})
		w.Must(err)
		product := w.Product(service.CreateProductInput{Sku: "TABLE", ListPrice: apptest.Roubles("100"), Components: []*service.ComponentInput{{Resource: &saw, Quantity: "0.6"}}})
		c, holder, lead := &company{w, product}, w.As(schema.RoleSales), 3
		for _, cancelled := range []string{"before the undo", "after it", "once they are merged again"} {
			t.Run(cancelled, func(t *testing.T) {
				w.Clock.Advance(24 * time.Hour)
				a, b := w.Customer("Anna"), w.Customer("Bella")
				price, err := w.Quote.Price(holder, b, product, money.Whole(1), nil, &lead, nil)
				w.Must(err)
				w.Must(w.Rates.Hold(holder, price))
				token, err := w.Quote.PriceToken(price)
				w.Must(err)
				whose := func(when, customerID string) {
					t.Helper()
					const held = "SELECT held_for FROM bookings WHERE hold IS NOT NULL AND freed_at > ? AND substr(hold, 1, length(held_for)) = held_for AND held_for IN (?, ?)"
					if got := w.Rows(held, w.Now(), a.ID, b.ID); len(got) != 1 || got[0] != customerID {
						t.Errorf("%s it is held for %v, want %s", when, got, customerID)
					}
				}
				m := c.merge(a.ID, b.ID)
				whose("merged", a.ID)
				o, err := w.Sale.PlaceOrder(w.As(schema.RoleManager), service.PlaceOrderInput{CustomerID: a.ID, PriceTokens: []string{token}})
				w.Must(err)
				cancel := func() {
					_, err := w.Sale.CancelOrder(w.As(schema.RoleManager), service.CancelOrderInput{ID: o.ID, Reason: "a test"})
					w.Must(err)
				}
				switch cancelled {
				case "before the undo":
					cancel()
					whose("given up", a.ID)
					c.undo(m)
				case "after it":
					c.undo(m)
					cancel()
				default:
					c.undo(m)
					m = c.merge(a.ID, b.ID)
					cancel()
					whose("given up", a.ID)
					c.undo(m)
				}
				whose("in the end", b.ID)
				c.clean(t)
			})
		}
	})
}

// TestTasksOfWhoDoesNotSee: a merge by which a colleague becomes the owner of a customer whom nobody owned hands over the tasks of who does not see
// them any more, and its undoing gives them back.
func TestTasksOfWhoDoesNotSee(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c, admin := newCompany(w), w.As(schema.RoleAdmin)
		owner, sees, sales := user(admin), user(w.As(schema.RoleManager)), user(w.As(schema.RoleSales))
		for _, nobodys := range []string{"the merged one", "the kept one"} {
			t.Run(nobodys, func(t *testing.T) {
				w.Clock.Advance(time.Second)
				owned, err := w.Customers.CreateCustomer(admin, service.CreateCustomerInput{Name: "Anna", OwnerID: &owner})
				w.Must(err)
				free := w.Customer("Bella")
				due := w.Now().Add(time.Hour)
				task := func(ownerID string) *ent.Task {
					made, _, err := w.Tasks.CreateTask(admin, service.CreateTaskInput{CustomerID: free.ID, Title: "Call back", DueAt: &due, OwnerID: &ownerID})
					w.Must(err)
					return made
				}
				theirs, others := task(sales), task(sees)
				expect := func(when string, of *ent.Task, want string) {
					t.Helper()
					if got := w.Rows("SELECT owner_id FROM tasks WHERE id = ?", of.ID)[0]; got != want {
						t.Errorf("%s: the task is of %s, want %s", when, got, want)
					}
				}
				keep, away := owned.ID, free.ID
				if nobodys == "the kept one" { // who gets the owner of the other
					keep, away = free.ID, owned.ID
				}
				changes, stop := w.App.TaskChanges(keep)
				defer stop()
				m := c.merge(keep, away)
				expect("of who does not see the customer", theirs, owner)
				expect("of who does", others, sees)
				for heard := ""; heard != theirs.ID; { // perhaps after the others that have moved, or were made
					heard = <-changes
				}
				c.undo(m)
				expect("of who sees the customer again", theirs, sales)
				expect("of who always did", others, sees)
				c.clean(t)
			})
		}
	})
}
