package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

func TestValueWithoutAModelAndWithoutOrders(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		query := `query($id: ID!, $at: Time) { customer(id: $id) { lifetimeValue(at: $at) { horizonMonths model { id kind converged active notes } frequency probabilityAlive expectedOrders past { amount } future { amount } total { amount } notes } } }`
		stranger := NewCustomer(c, Vars{"acquisitionCost": roubles("12.50")})
		r := c.Must(query, Vars{"id": stranger})
		const of = "customer.lifetimeValue."
		if r.Text(of+"past.amount") != "-12.50" || r.Text(of+"total.amount") != "-12.50" || r.Int(of+"horizonMonths") != 12 || r.float(of+"expectedOrders") != 0 {
			t.Errorf("got %s, want a value of -12.50 in 12 months, and no order expected", r.Body)
		}
		if r.Text(of+"model.active") != "false" || r.Text(of+"model.converged") != "false" || !strings.Contains(r.Text(of+"notes"), "prior") || !strings.Contains(r.Text(of+"notes"), "no order yet") {
			t.Errorf("got %s, want no active model, and notes on the prior and on no order", r.Body)
		}
		if got := c.Must(`query($id: ID!) { node(id: $id) { id } }`, Vars{"id": r.Text(of + "model.id")}); got.Get("node") != nil {
			t.Errorf("the prior is a row: %s", got.Body)
		}
		now := w.Clock.Now().UTC()
		ids := w.sell([]sale{{"a", now.AddDate(0, 0, -100), 5000}, {"a", now.AddDate(0, 0, -40), 7000}, {"a", now.AddDate(0, 0, -10), 9000}, {"b", now.AddDate(0, 0, -300), 4000}})
		before := c.Must(query, Vars{"id": ids["a"], "at": now.AddDate(0, 0, -20).Format(time.RFC3339)})
		if before.Int(of+"frequency") != 1 || before.Text(of+"past.amount") != "120.00" {
			t.Errorf("got %s, want one repeat order and 120.00 at that moment", before.Body)
		}
		after := c.Must(query, Vars{"id": ids["a"]})
		if after.Int(of+"frequency") != 2 || after.Text(of+"past.amount") != "210.00" || after.float(of+"future.amount") <= 0 {
			t.Errorf("got %s, want two repeat orders, 210.00 and a future", after.Body)
		}
		if once := c.Must(query, Vars{"id": ids["b"]}); !strings.Contains(once.Text(of+"notes"), "one-time buyer") || once.float(of+"probabilityAlive") != 1 {
			t.Errorf("got %s, want a one-time buyer who is alive for certain", once.Body)
		}
	})
}

func TestValueBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		now := w.Clock.Now().UTC()
		buyer := w.sell([]sale{{"a", now.AddDate(0, 0, -100), 5000}, {"a", now.AddDate(0, 0, -40), 7000}})["a"]
		for arguments, ok := range map[string]bool{
			"horizonMonths: 0": false, "horizonMonths: -1": false, "horizonMonths: 601": false, "horizonMonths: 10000": false, "horizonMonths: 600": true,
			`annualDiscountRate: "-1"`: false, `annualDiscountRate: "-1.5"`: false, `annualDiscountRate: "10.1"`: false, `annualDiscountRate: "ten"`: false,
			`annualDiscountRate: "10"`: true, `annualDiscountRate: "-0.5"`: true, `annualDiscountRate: "-0.999999999", horizonMonths: 600`: false,
			`at: "2999-01-01T00:00:00Z"`: false, `at: "1800-01-01T00:00:00Z"`: false, `at: "1980-01-01T00:00:00Z"`: true,
		} {
			t.Run(arguments, func(t *testing.T) {
				r := c.On(t).Do(`query($id: ID!) { customer(id: $id) { lifetimeValue(`+arguments+`) { total { amount } expectedOrders } } }`, Vars{"id": buyer})
				if ok != (len(r.Errors) == 0) || !ok && r.Errors[0].Code() != "INVALID" {
					t.Errorf("%s: %s", arguments, r.Body)
				}
			})
		}
	})
}

// TestPastValuesOfAPageTakeOneStatement also compares them with the values of each customer queried alone.
func TestPastValuesOfAPageTakeOneStatement(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.sell(regulars(w.Clock.Now().Truncate(24 * time.Hour)))
		c := w.As(schema.RoleAnalyst)
		at := w.Clock.Now().AddDate(0, 0, -150).UTC().Format(time.RFC3339)
		query := `query($n: Int!, $at: Time) { customers(first: $n) { edges { node { id lifetimeValue(at: $at) { frequency recency past { amount } total { amount } } } } } }`
		var page *Result
		few := w.Statements(func() { c.Must(query, Vars{"n": 2, "at": at}) })
		many := w.Statements(func() { page = c.Must(query, Vars{"n": 100, "at": at}) })
		now := w.Statements(func() { c.Must(query, Vars{"n": 100}) })
		if few != many || many != now+1 {
			t.Errorf("%d statements for 2, %d for 100, %d for 100 now", few, many, now)
		}
		for i := range 10 {
			place := fmt.Sprintf("customers.edges.%d.node.", i*10)
			alone := c.Must(`query($id: ID!, $at: Time) { customer(id: $id) { lifetimeValue(at: $at) { frequency recency past { amount } total { amount } } } }`, Vars{"id": page.Text(place + "id"), "at": at})
			if alone.Text("customer.lifetimeValue") != page.Text(place+"lifetimeValue") {
				t.Errorf("%s alone, %s on the page", alone.Text("customer.lifetimeValue"), page.Text(place+"lifetimeValue"))
			}
		}
	})
}
