package apitest

import (
	"fmt"
	"math"
	"strings"
	"testing"

	"kopeck/schema"
)

const askProspect = `query($c: ID!, $h: Int, $d: Decimal) { customer(id: $c) { prospect(horizonMonths: $h, annualDiscountRate: $d) { reach { stage probability } observed newCustomer { amount } orderDays value { amount } } } }`

// TestProspect: of five strangers two gave a permission and are friends, one of whom ordered once, as did a third at
// once; two are strangers still, one of whom is the customer queried. With the prior, half a customer for each step ahead and two who stay in each
// stage: strangers went on 2.5 and 1.5 times of 2 + 1 + (2 + 2) + 1 = 8; friends 1.5 of 1 + 0.5 + (1 + 2) = 4.5. A stranger becomes a
// customer with 1.5/8 + 2.5/8 x 1.5/4.5 = 0.1875 + 0.104166... = 0.291666...
func TestProspect(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w) // whose customer is the first stranger
		stranger := s.customer
		if got := s.admin.Must(askProspect, Vars{"c": stranger}).Text("customer.prospect.newCustomer.amount"); got != "0.00" {
			t.Errorf("before any order a new customer is worth %s", got)
		}
		NewCustomer(s.admin, Vars{"name": "Another stranger"})
		buys := func() {
			order := s.order("1", nil)
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		}
		s.customer = NewCustomer(s.admin, Vars{"name": "A friend"})
		s.permit("PHONE", "MARKETING", "BRAND_TRUST")
		friend := s.customer
		s.customer = NewCustomer(s.admin, Vars{"name": "A friend who ordered"})
		s.permit("PHONE", "MARKETING", "BRAND_TRUST")
		buys()
		s.customer = NewCustomer(s.admin, Vars{"name": "Ordered at once"})
		buys()
		// Stages that staff or files set are not observed changes. A present customer counts as one who remains a customer.
		decided := NewCustomer(s.admin, Vars{"name": "A stranger again"})
		for i, stage := range []string{"LOYAL", "STRANGER"} {
			s.admin.Must(`mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{"id": decided, "expectedVersion": 1 + i, "stage": stage, "stageReason": "a guess"}})
		}
		s.admin.Must(`mutation($id: ID!) { deleteCustomer(input: {id: $id, reason: "a guess"}) { userErrors { code field message } } }`, Vars{"id": decided})
		r := s.admin.Must(askProspect, Vars{"c": stranger})
		got := map[string]float64{}
		for i := range r.Len("customer.prospect.reach") {
			at := fmt.Sprintf("customer.prospect.reach.%d.", i)
			got[r.Text(at+"stage")] = float(r, at+"probability")
		}
		becomes := 1.5/8 + 2.5/8*1.5/4.5
		loyal := becomes * 0.5 / (0.5 + 2 + 2) // two are customers now
		for stage, want := range map[string]float64{"STRANGER": 1, "FRIEND": 2.5 / 8, "CUSTOMER": becomes, "LOYAL": loyal, "FORMER": 0} {
			if math.Abs(got[stage]-want) > 1e-12 {
				t.Errorf("%s is reached with %v, want %v", stage, got[stage], want)
			}
		}
		if n := r.Int("customer.prospect.observed"); n != 4 { // stranger to friend twice, friend to customer, stranger to customer
			t.Errorf("%d changes were observed", n)
		}
		// A first order is 599.99; what follows is what the model expects of a customer with one order today.
		worth := s.admin.Must(`query($c: ID!) { customer(id: $c) { lifetimeValue(annualDiscountRate: "0") { expectedOrders } } }`, Vars{"c": s.customer})
		expected := 599.99 * (1 + float(worth, "customer.lifetimeValue.expectedOrders"))
		r = s.admin.Must(askProspect, Vars{"c": stranger, "d": "0"})
		if new := float(r, "customer.prospect.newCustomer.amount"); math.Abs(new-expected) > 0.011 || math.Abs(float(r, "customer.prospect.value.amount")-new*becomes) > 0.011 || r.Int("customer.prospect.orderDays") != 2 {
			t.Errorf("a new customer is worth %v, want %v: %s", new, expected, r.Body)
		}
		r = s.admin.Must(askProspect, Vars{"c": friend})
		if p := float(r, "customer.prospect.reach.2.probability"); math.Abs(p-1.5/4.5) > 1e-12 {
			t.Errorf("a friend becomes a customer with %v", p)
		}
		if has := s.admin.Must(askProspect, Vars{"c": s.customer}); has.Get("customer.prospect") != nil {
			t.Errorf("who has ordered: %s", has.Body)
		}
		if r := s.admin.Do(askProspect, Vars{"c": stranger, "h": 0}); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" || !strings.Contains(r.Body, "horizonMonths") {
			t.Errorf("no horizon: %s", r.Body)
		}
		if r := w.As(schema.RoleSales).Do(askProspect, Vars{"c": stranger}); r.Get("customer.prospect") != nil {
			t.Errorf("SALES: %s", r.Body)
		}
		page := func(n int) int {
			return w.Statements(func() {
				s.admin.Must(`query($n: Int) { customers(first: $n) { edges { node { prospect { value { amount } } } } } }`, Vars{"n": n})
			})
		}
		if few, many := page(1), page(5); few != many {
			t.Errorf("%d statements for one, %d for five", few, many)
		}
	})
}
