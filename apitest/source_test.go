package apitest

import (
	"fmt"
	"math/big"
	"strings"
	"testing"

	"kopeck/schema"
)

const askSources = `query($h: Int, $r: Decimal) { acquisitionSources(horizonMonths: $h, return: $r) { horizonMonths return rows { source label customers won cost { amount } earned { amount } expected { amount } net { amount } paidBack paysBackIn mostToSpend { amount } } csv } }`

// TestAcquisitionSources: three customers whom Olga recommended cost 900.00 in all; one has ordered once, for 599.99, and another three
// times. Olga and the shop's first customer have no source and have never ordered. What is expected is the sum of their lifetime
// values; mostToSpend leaves the return; paysBackIn is the first month by which the undiscounted expectation covers the rest of
// the cost.
func TestAcquisitionSources(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		olga := NewCustomer(s.admin, Vars{"name": "Olga", "acquisitionCost": roubles("10.00")})
		var ids []string
		for i, orders := range []int{0, 1, 3} {
			s.customer = NewCustomer(s.admin, Vars{"name": fmt.Sprint("R", i), "referredById": olga, "acquisitionCost": roubles("1300.00")})
			ids = append(ids, s.customer)
			for k := range orders {
				at := w.Clock.Now().AddDate(0, 0, -5-20*k)
				s.admin.Must(completeOrder, Vars{"in": Vars{"id": s.order("1", Vars{"at": at}), "at": at}})
			}
		}
		worth := func(customer string, months int, rate any) *big.Rat {
			r := s.admin.Must(`query($c: ID!, $h: Int, $d: Decimal) { customer(id: $c) { lifetimeValue(horizonMonths: $h, annualDiscountRate: $d) { future { amount } } } }`, Vars{"c": customer, "h": months, "d": rate})
			return amount(t, r, "customer.lifetimeValue.future.amount")
		}
		sum := func(months int, rate any) *big.Rat {
			all := new(big.Rat)
			for _, one := range ids {
				all.Add(all, worth(one, months, rate))
			}
			return all
		}
		r := s.admin.Must(askSources, Vars{"h": 36, "r": "0.25"})
		at := "acquisitionSources.rows."
		if r.Len("acquisitionSources.rows") != 2 || r.Text(at+"0.source") != "" || r.Text(at+"1.source") != "REFERRAL" {
			t.Fatalf("got %s, want the sources \"\" and REFERRAL", r.Body)
		}
		if got := fmt.Sprint(r.Int(at+"0.customers"), r.Int(at+"0.won"), " ", r.Text(at+"0.cost.amount"), " ", r.Text(at+"0.net.amount"), " ", r.Get(at+"0.paidBack"), " ", r.Get(at+"0.paysBackIn"), " ", r.Get(at+"0.mostToSpend")); got != "2 0 10.00 -10.00 false <nil> <nil>" {
			t.Errorf("without a source: %s", got)
		}
		// Four orders of 599.99.
		if got := fmt.Sprint(r.Int(at+"1.customers"), r.Int(at+"1.won"), " ", r.Text(at+"1.cost.amount"), " ", r.Text(at+"1.earned.amount"), " ", r.Get(at+"1.paidBack")); got != "3 2 3900.00 2399.96 false" {
			t.Errorf("recommended: %s", got)
		}
		expected := sum(36, nil)
		if amount(t, r, at+"1.expected.amount").Cmp(expected) != 0 {
			t.Errorf("expected %s, want %s", r.Text(at+"1.expected.amount"), expected.FloatString(2))
		}
		earned := big.NewRat(239996, 100)
		spend := new(big.Rat).Add(earned, expected)
		spend.Quo(spend, big.NewRat(250, 100)) // 1.25 for each of two
		if got := amount(t, r, at+"1.mostToSpend.amount"); new(big.Rat).Sub(got, spend).Abs(new(big.Rat).Sub(got, spend)).Cmp(big.NewRat(51, 10000)) > 0 {
			t.Errorf("to spend %s, want %s", got.FloatString(2), spend.FloatString(4))
		}
		left := new(big.Rat).Sub(big.NewRat(3900, 1), earned)
		months := 0
		for m := 1; m <= 36 && months == 0; m++ {
			if sum(m, "0").Cmp(left) >= 0 {
				months = m
			}
		}
		if months < 2 || r.Int(at+"1.paysBackIn") != months {
			t.Errorf("pays back in %v months, want %d", r.Get(at+"1.paysBackIn"), months)
		}
		if short := s.admin.Must(askSources, Vars{"h": months - 1}); short.Get(at+"1.paysBackIn") != nil {
			t.Errorf("within %d months: %s", months-1, short.Body)
		}
		if lines := strings.Count(r.Text("acquisitionSources.csv"), "\n"); lines != 3 {
			t.Errorf("%d lines of CSV", lines)
		}
		for want, bad := range map[string]Vars{"INVALID [return]": {"r": "-0.1"}, "INVALID [horizonMonths]": {"h": 601}} {
			t.Run(want, func(t *testing.T) {
				r := s.admin.On(t).Do(askSources, bad)
				if len(r.Errors) != 1 || r.Errors[0].Code()+" "+fmt.Sprint(r.Errors[0].Extensions["field"]) != want {
					t.Errorf("want %s: %s", want, r.Body)
				}
			})
		}
		if r := w.As(schema.RoleSales).Do(askSources, nil); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
			t.Errorf("SALES: %s", r.Body)
		}
	})
}
