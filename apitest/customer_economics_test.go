package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const economicsOf = `query($c: ID!, $from: Time, $to: Time) { customer(id: $c) { wallet { amount } economics(from: $from, to: $to) {
	revenue { amount } margin { amount } contactCost { amount } acquisitionCost { amount } net { amount } orders contacts shareOfWallet acquisitionPaidBackAt acquisitionPaysBackAt } } }`

// economics are a customer's as "revenue margin contactCost acquisitionCost net, orders, contacts, share".
func economics(r *Result) string {
	const at = "customer.economics."
	all := ""
	for _, name := range []string{"revenue", "margin", "contactCost", "acquisitionCost", "net"} {
		all += r.Text(at+name+".amount") + " "
	}
	return all + r.Text(at+"orders") + " " + r.Text(at+"contacts") + " " + r.Text(at+"shareOfWallet")
}

func TestCustomerEconomics(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
		s := openShop(w)
		day := func(n int) time.Time { return w.Clock.Now().UTC().AddDate(0, 0, -n) }
		buyer := NewCustomer(s.admin, Vars{"name": "Buyer", "acquisitionCost": roubles("700.00"), "acquiredAt": day(60), "wallet": roubles("4000.00")})
		ask := func(from, to any) *Result {
			return s.admin.Must(economicsOf, Vars{"c": buyer, "from": from, "to": to})
		}
		is := func(r *Result, wanted string) {
			t.Helper()
			if got := economics(r); got != wanted {
				t.Errorf("got %s, want %s", got, wanted)
			}
		}
		is(ask(nil, nil), "0.00 0.00 0.00 700.00 -700.00 0 0 0")
		s.admin.Must(recordContact, Vars{"in": Called(buyer, Vars{"at": day(40), "expense": roubles("50.00")})})
		s.admin.Must(recordContact, Vars{"in": Called(buyer, Vars{"at": day(20), "expense": roubles("0.50")})})
		sell := func(placed, completed int) string {
			order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": buyer, "priceTokens": []string{s.token(buyer, "1", 0)}, "at": day(placed)}}).Text("placeOrder.order.id")
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": day(completed)}})
			return order
		}
		sell(31, 30)
		first := ask(nil, nil)
		is(first, "999.99 599.99 50.50 700.00 -150.51 1 2 0.249998") // 999.99 / 4000.00 = 0.2499975, half to even
		if first.Get("customer.economics.acquisitionPaidBackAt") != nil || first.Get("customer.economics.acquisitionPaysBackAt") == nil {
			t.Errorf("549.99 do not pay 700.00 back, but will: %s", first.Body)
		}
		second := sell(11, 10)
		both := ask(nil, nil)
		is(both, "1999.98 1199.98 50.50 700.00 449.48 2 2 0.499995")
		if both.Text("customer.economics.acquisitionPaidBackAt") != day(10).Format(time.RFC3339) || both.Get("customer.economics.acquisitionPaysBackAt") != nil {
			t.Errorf("it was paid back by the second order: %s", both.Body)
		}
		// From is included, to is not.
		is(ask(day(31), day(20)), "999.99 599.99 0.00 0.00 599.99 1 0 0.249998")
		is(ask(day(60), day(31)), "0.00 0.00 50.00 700.00 -750.00 0 1 0")
		is(ask(day(20), nil), "999.99 599.99 0.50 0.00 599.49 1 1 0.499995")
		if wrong := s.admin.Do(economicsOf, Vars{"c": buyer, "from": day(1), "to": day(2)}); len(wrong.Errors) != 1 || wrong.Errors[0].Code() != "INVALID" {
			t.Errorf("to before from: %s", wrong.Body)
		}
		// What was refunded was not earned.
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": second, "amount": roubles("500.00"), "reason": "too long"}})
		refunded := ask(nil, nil)
		is(refunded, "1499.98 699.98 50.50 700.00 -50.52 2 2 0.374995")
		if refunded.Get("customer.economics.acquisitionPaidBackAt") != nil {
			t.Errorf("it is not paid back any more: %s", refunded.Body)
		}
		inOrder(t, w)

		if free := s.admin.Must(economicsOf, Vars{"c": s.customer}); free.Get("customer.economics.acquisitionPaidBackAt") == nil || free.Get("customer.economics.shareOfWallet") != nil {
			t.Errorf("without acquisition cost and wallet: %s", free.Body)
		}
		for role, may := range map[schema.Role]bool{schema.RoleManager: true, schema.RoleAnalyst: true, schema.RoleSales: false} {
			r := w.As(role).Do(economicsOf, Vars{"c": buyer})
			if len(r.Errors) > 0 || (r.Get("customer.economics") != nil) != may || may && economics(r) != economics(refunded) {
				t.Errorf("%s: %s", role, r.Body)
			}
		}
		if r := w.As(schema.RolePartner).Do(economicsOf, Vars{"c": buyer}); r.Get("customer") != nil {
			t.Errorf("a partner sees a stranger: %s", r.Body)
		}
		page := func(n int) int {
			return w.Statements(func() {
				s.admin.Must(`query($n: Int!) { customers(first: $n) { edges { node { economics { net { amount } } referralValue { amount } } } } }`, Vars{"n": n})
			})
		}
		NewCustomer(s.admin, Vars{"name": "One more"})
		if few, many := page(2), page(3); few != many { // one of whom has a stated acquisition cost
			t.Errorf("%d statements for two customers, %d for three", few, many)
		}
	})
}

// TestWallet: the field is merged, conflicts and can be cleared as others.
func TestWallet(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		const update = `mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { customer { wallet { amount } } userErrors { code field message ... on VersionConflict { fields { name base theirs yours } } } } }`
		c := NewCustomer(admin, Vars{"wallet": roubles("100.00")})
		admin.Refused("INVALID wallet.amount", `mutation($in: CreateCustomerInput!) { createCustomer(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{"name": "X", "wallet": roubles("1.005")}})
		admin.Must(update, Vars{"in": Vars{"id": c, "expectedVersion": 1, "wallet": roubles("200.00")}})
		conflict := admin.Refused("VERSION_CONFLICT expectedVersion", update, Vars{"in": Vars{"id": c, "expectedVersion": 1, "wallet": roubles("300.00")}})
		if !strings.Contains(conflict.Body, `{"name":"wallet","base":"100.00","theirs":"200.00","yours":"300.00"}`) {
			t.Errorf("got %s, want a conflict on the wallet", conflict.Body)
		}
		if r := admin.Must(update, Vars{"in": Vars{"id": c, "expectedVersion": 2, "wallet": nil}}); r.Get("updateCustomer.customer.wallet") != nil {
			t.Errorf("got %s, want no wallet", r.Body)
		}
	})
}

// TestReferralValue follows the chain of referrals: each margin counts once, and only of customers whom the caller may see.
func TestReferralValue(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		manager := w.As(schema.RoleManager).Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		first := NewCustomer(s.admin, Vars{"name": "First"})
		second := NewCustomer(s.admin, Vars{"name": "Second", "referredById": first, "ownerId": manager})
		third := NewCustomer(s.admin, Vars{"name": "Third", "referredById": second})
		fourth := NewCustomer(s.admin, Vars{"name": "Fourth", "referredById": first})
		for i, c := range []string{first, second, third, third, fourth} {
			order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": c, "priceTokens": []string{s.token(c, fmt.Sprint(i+1), 0)}, "overruleDateReason": "A test"}}).Text("placeOrder.order.id")
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		}
		const values = `query($a: ID!, $b: ID!, $c: ID!) { a: customer(id: $a) { referralValue { amount } } b: customer(id: $b) { referralValue { amount } } c: customer(id: $c) { referralValue { amount } } }`
		margin := func(coats int) int64 { return int64(coats) * 59999 }
		for role, wanted := range map[schema.Role][]int64{
			schema.RoleAdmin:   {margin(2 + 3 + 4 + 5), margin(3 + 4), 0},
			schema.RoleAnalyst: {margin(2 + 3 + 4 + 5), margin(3 + 4), 0},
			schema.RoleSales:   {-1, -1, -1}, // a sum of margins
		} {
			t.Run(string(role), func(t *testing.T) {
				r := w.As(role).On(t).Must(values, Vars{"a": first, "b": second, "c": third})
				for i, name := range []string{"a", "b", "c"} {
					want := fmt.Sprintf("%d.%02d", wanted[i]/100, wanted[i]%100)
					if wanted[i] < 0 {
						want = ""
					}
					if got := r.Text(name + ".referralValue.amount"); got != want {
						t.Errorf("%s: %s is %s, want %s", role, name, got, want)
					}
				}
			})
		}
	})
}
