package apitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// show refreshes what viewers without the scope costs are shown, as the server does once a day.
func (w *World) show() {
	w.T.Helper()
	if err := w.App.Books.RefreshShown(w.System()); err != nil {
		w.T.Fatal(err)
	}
}

// lateShop is a shop shortly before midnight with what it knows of the day shown already.
func lateShop(w *World) *shop {
	midnight := w.Clock.Now().UTC().Truncate(24*time.Hour).AddDate(0, 0, 1)
	w.Clock.Set(midnight.Add(-30 * time.Minute))
	s := openShop(w)
	w.show()
	return s
}

// overMidnight lets an hour pass and refreshes what is shown.
func (w *World) overMidnight() {
	w.T.Helper()
	w.Clock.Set(w.Clock.Now().Add(24 * time.Hour))
	w.show()
}

// buys completes an order of coats and returns its id.
func (s *shop) buys(customer, quantity string) string {
	s.w.T.Helper()
	order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{s.token(customer, quantity, 0)}, "overruleDateReason": "A test"}}).Text("placeOrder.order.id")
	s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
	return order
}

// ranked is a customer in the list by value.
type ranked struct {
	id         string
	total      int64 // in kopecks
	percentile int
	interval   string
}

// byValue walks over all customers by value, some on each page.
func byValue(t *testing.T, c *Client) (all []ranked) {
	t.Helper()
	const ask = `query($after: Cursor) { customers(first: 7, after: $after, orderBy: {field: LIFETIME_VALUE}) { pageInfo { hasNextPage endCursor }
		edges { node { id lifetimeValue { percentile total { amount } interval { low { amount } high { amount } } } } } } }`
	for after := any(nil); ; {
		r := c.Must(ask, Vars{"after": after})
		for i := range r.Len("customers.edges") {
			at := fmt.Sprintf("customers.edges.%d.node.", i)
			total, err := strconv.ParseInt(strings.Replace(r.Text(at+"lifetimeValue.total.amount"), ".", "", 1), 10, 64)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, ranked{r.Text(at + "id"), total, r.Int(at + "lifetimeValue.percentile"), fmt.Sprint(r.Get(at + "lifetimeValue.interval"))})
		}
		if r.Get("customers.pageInfo.hasNextPage") != true {
			return all
		}
		after = r.Text("customers.pageInfo.endCursor")
	}
}

// of returns the place of a customer in a list.
func of(t *testing.T, all []ranked, id string) ranked {
	t.Helper()
	for _, one := range all {
		if one.id == id {
			return one
		}
	}
	t.Fatalf("%s is not listed", id)
	return ranked{}
}

// checkRanks fails the test unless a list is ordered by the totals that it has, and by id where they are equal, and percentiles are the
// share of the ranked customers whose totals are less.
func checkRanks(t *testing.T, all []ranked, ranks func(id string) bool) {
	t.Helper()
	if !slices.IsSortedFunc(all, func(a, b ranked) int { return cmp.Or(cmp.Compare(a.total, b.total), cmp.Compare(a.id, b.id)) }) {
		t.Errorf("the list is not ordered by what it shows: %v", all)
	}
	for _, one := range all {
		less, of := 0, 0
		for _, other := range all {
			if !ranks(other.id) {
				continue
			}
			if of++; other.total < one.total {
				less++
			}
		}
		if want := less * 100 / of; one.percentile != want {
			t.Errorf("%v is shown to have the percentile %d, want %d", one, one.percentile, want)
		}
	}
}

// TestWorthIsNotFoundByMadeCustomers compares a customer with others who are worth a known amount each: the order by value and the
// percentile gave the value to the kopeck.
func TestWorthIsNotFoundByMadeCustomers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := lateShop(w)
		sales := w.As(schema.RoleSales)
		order := s.buys(s.customer, "2")
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "reason": "Given back"}})
		rich := NewCustomer(s.admin, Vars{"name": "Rich"})
		s.buys(rich, "1")
		w.overMidnight()
		before := byValue(t, sales)
		everybody := func(string) bool { return true }
		checkRanks(t, before, everybody)
		if worth := of(t, before, s.customer).total; worth >= 0 || worth%1000 != 0 {
			t.Fatalf("a customer who gave everything back is worth %d", worth)
		}
		made := map[string]bool{}
		percentiles := map[int]bool{}
		for _, cost := range []string{"0.00", "0.01", "250.00", "799.99", "800.00", "800.01", "1199.98", "1200.00", "1200.01", "99999.99"} {
			r := sales.Must(`mutation($in: CreateCustomerInput!) { createCustomer(input: $in) { customer { id lifetimeValue { percentile } } userErrors { code message } } }`, Vars{"in": Vars{"name": "Made", "acquisitionCost": roubles(cost)}})
			made[r.Text("createCustomer.customer.id")] = true
			percentiles[r.Int("createCustomer.customer.lifetimeValue.percentile")] = true
		}
		if len(percentiles) != 1 {
			t.Errorf("the percentile follows from what the creator entered: %v", percentiles)
		}
		w.Clock.Advance(11 * time.Minute) // a division of customers is made again
		w.show()                          // once a day: this changes nothing
		after := byValue(t, sales)
		checkRanks(t, after, func(id string) bool { return !made[id] })
		for _, one := range after {
			if made[one.id] && one.total != 0 {
				t.Errorf("%v was made today, and is shown to be worth something", one)
			}
			if !made[one.id] && one != of(t, before, one.id) {
				t.Errorf("%v was %v before others were made", one, of(t, before, one.id))
			}
		}
		w.overMidnight()
		next := byValue(t, sales)
		checkRanks(t, next, everybody)
		least := next[0]
		if !made[least.id] || least.total != -100_000_00 {
			t.Errorf("on the next day the least is %v", least)
		}
		exact := byValue(t, s.admin)
		if exact[0].total != -99_999_99 {
			t.Errorf("ADMIN reads %v", exact[0])
		}
	})
}

// TestWorthIsNotFoundByKnownAmounts adds known amounts to a customer and takes them away, and reads after each: the mean of the rounded
// figures was the exact one, and a border that stood still was found.
func TestWorthIsNotFoundByKnownAmounts(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := lateShop(w)
		sales := w.As(schema.RoleSales)
		called := sales.Must(recordContact, Vars{"in": Called(s.customer, nil)}).Text("recordContact.contact.id")
		order := s.buys(s.customer, "2")
		w.overMidnight()
		ask := `query($c: ID!, $id: ID!) { customer(id: $c) { lifetimeValue { total { amount } future { amount } interval { low { amount } high { amount } } } }
			node(id: $id) { ... on Contact { value { realised { amount } expected { amount } net { amount } } } } }`
		look := func(by *Client) string {
			return data(by.Must(ask, Vars{"c": s.customer, "id": called}).Body)
		}
		begun, known := look(sales), look(s.admin)
		if !strings.Contains(begun, `"realised":{"amount":"1200.00"}`) || !strings.Contains(known, `"realised":{"amount":"1199.98"}`) {
			t.Errorf("SALES read %s, ADMIN %s", begun, known)
		}
		for range 20 {
			sales.Must(recordContact, Vars{"in": Called(s.customer, Vars{"channel": "POST", "expense": roubles("0.02")})})
			if at := look(sales); at != begun {
				t.Fatalf("%s after a contact, %s before", at, begun)
			}
		}
		if look(s.admin) == known {
			t.Error("ADMIN reads what was before the contacts")
		}
		for range 20 {
			sales.Must(refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("20.50"), "reason": "A scratch"}})
			if at := look(sales); at != begun {
				t.Fatalf("%s after a refund, %s before", at, begun)
			}
		}
		w.overMidnight()
		if at := look(sales); at == begun {
			t.Errorf("on the next day still %s", at)
		}
	})
}

// TestFiguresOfTheModelAreRounded reads what follows from a model's parameters, by which they could be computed, and from the counts of
// its test.
func TestFiguresOfTheModelAreRounded(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		ask := `query { customers(first: 100) { edges { node { lifetimeValue { probabilityAlive expectedOrders interval { probability held ordersHeld note } } } } } }`
		seen := 0
		for name, by := range map[string]*Client{"SALES": w.As(schema.RoleSales), "ADMIN": s.admin} {
			long := 0
			r := by.Must(ask, nil)
			for i := range r.Len("customers.edges") {
				at := fmt.Sprintf("customers.edges.%d.node.lifetimeValue.", i)
				for _, field := range []string{"probabilityAlive", "expectedOrders", "interval.probability", "interval.held", "interval.ordersHeld"} {
					if number, ok := r.Get(at + field).(json.Number); ok {
						seen++
						figure, err := number.Float64()
						if err != nil {
							t.Fatal(err)
						}
						if mantissa, _, _ := strings.Cut(strconv.FormatFloat(figure, 'e', -1, 64), "e"); len(mantissa) > len("-1.2") || len(mantissa) == len("1.23") && figure > 0 {
							long++
						}
					}
				}
				if note, ok := r.Get(at + "interval.note").(string); ok && strings.ContainsAny(note, "0123456789") {
					long++
				}
			}
			if (long == 0) != (name == "SALES") {
				t.Errorf("%s reads %d figures of more than two digits: %s", name, long, r.Body)
			}
		}
		if seen < 20 {
			t.Errorf("only %d figures", seen)
		}
	})
}
