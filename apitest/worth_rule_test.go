package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// askWorthPrice asks for a price and what it rests on, and what the asker is shown of the customer's worth.
const askWorthPrice = `query($c: ID!, $p: ID!, $at: Time) { customer(id: $c) { lifetimeValue { total { amount } }
	price(productId: $p, at: $at) { unit { amount } at worth { amount { amount } from } rejected { unmet { condition met { name value } } } } } }`

// worthShop is a shop with a rule of price by worth, whose threshold a seller looks for.
func worthShop(w *World, threshold string) *shop {
	s := lateShop(w)
	s.admin.Must(createPriceRule, Vars{"in": Vars{"name": "Dear to us", "condition": "lifetimeValue > " + threshold, "amount": roubles("-100.00")}})
	return s
}

// TestThresholdIsNotFoundByMadeCustomers looks, as a seller, for the threshold of a rule by customers who are worth a known amount each.
func TestThresholdIsNotFoundByMadeCustomers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := worthShop(w, "-805.37")
		sales := w.As(schema.RoleSales)
		made := map[string]string{}
		for _, cost := range []string{"0.00", "400.00", "790.00", "805.35", "805.36", "805.37", "805.38", "805.39", "820.00", "1200.00"} {
			made[cost] = NewCustomer(sales, Vars{"name": "Made", "acquisitionCost": roubles(cost)})
		}
		unit := func(by *Client, customer string, at any) (price, shown string) {
			t.Helper()
			r := by.Must(askWorthPrice, Vars{"c": customer, "p": s.coat, "at": at})
			if by == sales && (r.Get("customer.price.worth") != nil || r.Len("customer.price.rejected") != 0) {
				t.Errorf("SALES are told what rules ask for: %s", r.Body)
			}
			return r.Text("customer.price.unit.amount"), r.Text("customer.lifetimeValue.total.amount")
		}
		today, _ := unit(sales, made["0.00"], nil)
		for cost, customer := range made {
			if price, _ := unit(sales, customer, nil); price != today {
				t.Errorf("on the day of its making a customer of -%s pays %s, another %s", cost, price, today)
			}
		}
		evening := w.Clock.Now().UTC()
		w.overMidnight()
		byShown, prices := map[string]string{}, map[string]bool{}
		for cost, customer := range made {
			price, shown := unit(sales, customer, nil)
			prices[price] = true
			if other, known := byShown[shown]; known && other != price {
				t.Errorf("of two customers who are shown to be worth %s one pays %s, the other (-%s) %s", shown, other, cost, price)
			}
			byShown[shown] = price
			if exact, _ := unit(s.admin, customer, nil); exact != price {
				t.Errorf("-%s: ADMIN is told %s, SALES %s", cost, exact, price)
			}
			if then, _ := unit(sales, customer, evening); then != today {
				t.Errorf("-%s: of the evening before, %s, on that evening %s", cost, then, today)
			}
		}
		if len(prices) != 2 || byShown["-400.00"] == byShown["-1200.00"] {
			t.Errorf("the rule does not apply by what is shown: %v", byShown)
		}
	})
}

// TestWorthIsNotFoundByPrices changes, as a seller, what another customer is worth by known amounts until a price changes: it changes
// at most once a day, with what is shown.
func TestWorthIsNotFoundByPrices(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := worthShop(w, "900.0")
		sales := w.As(schema.RoleSales)
		s.buys(s.customer, "1")
		w.overMidnight()
		w.Clock.Advance(time.Minute)
		ask := func(by *Client, at any) (price string, whole *Result) {
			t.Helper()
			whole = by.Must(askWorthPrice, Vars{"c": s.customer, "p": s.coat, "at": at})
			return whole.Text("customer.price.unit.amount"), whole
		}
		asked := map[time.Time]string{}
		from := w.Clock.Now().UTC().Add(-time.Minute).Format(time.RFC3339) // when it is shown, by a server that is late
		for day := range 6 {
			morning, seen := ask(sales, nil)
			shown := seen.Text("customer.lifetimeValue.total.amount")
			for _, expense := range []string{"0.01", "0.02", "100.00", "150.00"} {
				sales.Must(recordContact, Vars{"in": Called(s.customer, Vars{"channel": "POST", "expense": roubles(expense)})})
				if price, _ := ask(sales, nil); price != morning {
					t.Fatalf("on day %d an expense of %s made %s of %s", day, expense, price, morning)
				}
			}
			w.Clock.Advance(time.Minute)
			asked[w.Clock.Now().UTC()] = morning
			_, known := ask(s.admin, nil)
			if got := known.Text("customer.price.worth.amount.amount"); got != shown {
				t.Errorf("on day %d the rules know %s, SALES are shown %s", day, got, shown)
			}
			if got := known.Text("customer.price.worth.from"); got != from {
				t.Errorf("on day %d the worth is of %s, want %s", day, got, from)
			}
			if met := `"name":"lifetimeValue","value":"` + strings.TrimSuffix(strings.TrimSuffix(shown, "0"), ".0"); !strings.Contains(known.Body, met) && strings.Contains(known.Body, `"unmet":[{`) {
				t.Errorf("on day %d the refusal says %s, want %s", day, known.Body, met)
			}
			w.overMidnight()
			from = w.Clock.Now().UTC().Format(time.RFC3339)
			w.Clock.Advance(time.Minute)
			for at, price := range asked {
				if got, _ := ask(sales, at); got != price {
					t.Errorf("the price of %s was %s and is %s", at, price, got)
				}
			}
		}
		if first := fmt.Sprint(asked); !strings.Contains(first, "500.00") && len(asked) != 6 {
			t.Errorf("asked %s", first)
		}
	})
}
