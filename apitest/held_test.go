package apitest

import (
	"fmt"
	"testing"
	"time"

	"kopeck/schema"
)

// TestHoldsAreKept: what a price holds is its order's, whatever becomes of the day until the token expires.
func TestHoldsAreKept(t *testing.T) {
	t.Parallel()
	for name, meanwhile := range map[string]func(w *World, boris, token string){
		"another order is placed over the capacity": func(w *World, boris, token string) {
			w.As(schema.RoleManager).Must(placeOrder, Vars{"in": Vars{"customerId": boris, "priceTokens": []string{token}, "overruleDateReason": "We work at night"}})
		},
		"the day is off now": func(w *World, _, _ string) {
			w.As(schema.RoleAdmin).Must(`mutation { changeSetting(input: {name: "daysOff", value: ["2026-11-28"]}) { userErrors { code field message } } }`, nil)
		},
		"the day has less capacity now": func(w *World, _, _ string) {
			w.As(schema.RoleAdmin).Must(`mutation($in: SetRateInput!) { setRate(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{
				"subject": "RESOURCE", "code": "saw", "unit": "hour", "amount": "10", "capacityPerDay": "1", "validFrom": "2026-11-27T00:00:00Z",
			}})
		},
		"a day ends": func(w *World, boris, _ string) {
			w.Clock.Set(time.Date(2026, 11, 29, 0, 4, 0, 0, time.UTC))
			sales := w.As(schema.RoleSales)
			token := sales.Must(askDate, Vars{"c": boris, "p": productOf(w, "WINDOW"), "q": "7", "l": 0}).Text("customer.price.token")
			sales.Must(placeOrder, Vars{"in": Vars{"customerId": boris, "priceTokens": []string{token}}})
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			Each(t, func(t *testing.T, w *World) {
				window, anna := joinery(w) // seven windows are a day
				w.Clock.Set(time.Date(2026, 11, 28, 23, 55, 0, 0, time.UTC))
				sales := w.As(schema.RoleSales)
				boris := NewCustomer(w.As(schema.RoleManager), Vars{"name": "Boris"})
				ask := func(customer, product string) Vars { return Vars{"c": customer, "p": product, "q": "7", "l": 0} }
				held := sales.Must(holdPrice, ask(anna, window))
				if held.Get("customer.price.date.holds") != true {
					t.Fatalf("%s", held.Body)
				}
				meanwhile(w, boris, sales.Must(askDate, ask(boris, window)).Text("customer.price.token"))
				sales.Must(placeOrder, Vars{"in": Vars{"customerId": anna, "priceTokens": []string{held.Text("customer.price.token")}}})
				r := w.As(schema.RoleManager).Must(`{ resource(code: "saw") { utilisation(from: "2026-11-28T00:00:00Z", to: "2026-11-29T00:00:00Z") { bookings { order { customer { id } } units heldUntil } } } }`, nil)
				found := false
				for _, booking := range r.Get("resource.utilisation.0.bookings").([]any) {
					b := booking.(map[string]any)
					if order, _ := b["order"].(map[string]any); order != nil && order["customer"].(map[string]any)["id"] == anna {
						found = b["units"] == "7.583333331" && b["heldUntil"] == nil
					}
				}
				if !found {
					t.Errorf("the order has not what was held: %s", r.Body)
				}
				inOrder(t, w)
			})
		})
	}
}

// TestHoldIsFreeToItsPrice: what is held is free to its own price, whatever the lead time: not to another product.
func TestHoldIsFreeToItsPrice(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, anna := joinery(w)
		sales := w.As(schema.RoleSales)
		w.share("1")
		door := makeProduct(w.As(schema.RoleAdmin), Vars{"sku": "DOOR", "listPrice": roubles("9000.00"), "standardLeadDays": 2, "components": []Vars{{"resource": "saw", "quantity": "1.083333333"}}})
		sales.Must(holdPrice, Vars{"c": anna, "p": window, "q": "14", "l": 1})
		for product, want := range map[string]bool{window: true, door: false} {
			if r := sales.Must(askDate, Vars{"c": anna, "p": product, "q": "14", "l": 1}); r.Get("customer.price.date.holds") != want {
				t.Errorf("a price beside the hold: %s", r.Body)
			}
			if r := sales.Must(askProposals, Vars{"c": anna, "p": product, "q": "14"}); (r.Int("customer.proposals.0.leadDays") == 1) != want {
				t.Errorf("a proposal beside the hold: %s", r.Body)
			}
		}
		// Held anew for a later day, it is not held twice.
		sales.Must(holdPrice, Vars{"c": anna, "p": window, "q": "14", "l": 5})
		r := w.As(schema.RoleManager).Must(`{ resource(code: "saw") { utilisation(from: "2026-11-28T00:00:00Z", to: "2026-12-04T00:00:00Z") { booked } } }`, nil)
		if got := fmt.Sprint(r.Get("resource.utilisation")); got != "[map[booked:8] map[booked:7.166666662] map[booked:0] map[booked:0] map[booked:0] map[booked:0]]" {
			t.Errorf("booked are %s", got)
		}
	})
}

// share sets how much of a resource one user may hold.
func (w *World) share(share string) {
	w.T.Helper()
	w.As(schema.RoleAdmin).Must(`mutation($s: JSON!) { changeSetting(input: {name: "holdShare", value: $s}) { userErrors { code field message } } }`, Vars{"s": share})
}

// TestNobodyHoldsEverything: a seller who holds price after price keeps half of the capacity free for others, who sell it; one who holds
// nothing may hold as much.
func TestNobodyHoldsEverything(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, anna := joinery(w) // seven windows are a day
		sales, manager := w.As(schema.RoleSales), w.As(schema.RoleManager)
		boris := NewCustomer(manager, Vars{"name": "Boris"})
		ask := func(customer, quantity string) Vars {
			return Vars{"c": customer, "p": window, "q": quantity, "l": 13}
		}
		held := 0
		for quantity := 16; quantity > 0; quantity-- { // each another price, for the same customer
			r := sales.Do(holdPrice, ask(anna, fmt.Sprint(quantity)))
			if len(r.Errors) == 0 {
				held += quantity
				continue
			}
			if r.Errors[0].Code() != "LIMIT_EXCEEDED" || r.Get("customer.price") != nil {
				t.Fatalf("%s", r.Body)
			}
		}
		if held < 46 || held > 51 { // 7 of 14 days have 56 hours, and a window takes 1.083333333
			t.Errorf("%d windows are held", held)
		}
		if r := sales.Do(holdPrice, ask(boris, "7")); len(r.Errors) != 1 || r.Errors[0].Code() != "LIMIT_EXCEEDED" {
			t.Errorf("for another customer: %s", r.Body)
		}
		token := sales.Must(askDate, ask(boris, "7")).Text("customer.price.token")
		sales.Must(placeOrder, Vars{"in": Vars{"customerId": boris, "priceTokens": []string{token}}}) // without holding it
		if r := manager.Must(holdPrice, ask(boris, "30")); r.Get("customer.price.date.holds") != true {
			t.Errorf("nothing is left for others: %s", r.Body)
		}
		w.Clock.Advance(16 * time.Minute)
		if r := sales.Must(holdPrice, ask(anna, "50")); r.Get("customer.price.date.heldUntil") == nil {
			t.Errorf("what has expired counts: %s", r.Body)
		}
	})
}

// TestHoldOfADeletedCustomer: what is held for somebody who is deleted is free at once.
func TestHoldOfADeletedCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, anna := joinery(w)
		sales, manager := w.As(schema.RoleSales), w.As(schema.RoleManager)
		boris := NewCustomer(manager, Vars{"name": "Boris"})
		w.share("1")
		if r := sales.Must(holdPrice, Vars{"c": anna, "p": window, "q": "14", "l": 1}); r.Get("customer.price.date.holds") != true {
			t.Fatal(r.Body)
		}
		ask := func() any {
			return sales.Must(askDate, Vars{"c": boris, "p": window, "q": "14", "l": 1}).Get("customer.price.date.holds")
		}
		if ask() != false {
			t.Error("the capacity is free while it is held")
		}
		manager.Must(`mutation($id: ID!) { deleteCustomer(input: {id: $id, reason: "asked to"}) { userErrors { code field message } } }`, Vars{"id": anna})
		if ask() != true {
			t.Error("the capacity of a deleted customer is held")
		}
	})
}

// productOf returns the id of a product by its sku.
func productOf(w *World, sku string) string {
	w.T.Helper()
	return w.As(schema.RoleAdmin).Must(`query($s: String!) { products(filter: {search: $s}) { edges { node { id } } } }`, Vars{"s": sku}).Text("products.edges.0.node.id")
}

// TestNoCapacityInDaysThatAreOver: an order of the past that is due in the future is made from today on.
func TestNoCapacityInDaysThatAreOver(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		sales := w.As(schema.RoleSales)
		token := func(quantity string, lead int) string {
			return sales.Must(askDate, Vars{"c": customer, "p": window, "q": quantity, "l": lead}).Text("customer.price.token")
		}
		place := func(token, at string) Vars {
			return Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}, "at": at}}
		}
		// 21 windows take three days. Due tomorrow, two of them are left.
		manager := w.As(schema.RoleManager) // who may record orders from before their prices
		late := manager.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, place(token("21", 3), "2026-11-26T09:00:00Z"))
		if late.Text("placeOrder.userErrors.0.earliest") != "2026-11-30T00:00:00Z" || late.Int("placeOrder.userErrors.0.leadDays") != 2 {
			t.Errorf("%s", late.Body)
		}
		manager.Must(placeOrder, place(token("14", 3), "2026-11-26T09:00:00Z"))
		manager.Must(placeOrder, place(token("21", 0), "2026-11-20T09:00:00Z")) // a fact
		inOrder(t, w)
	})
}
