package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const askCost = `query($id: ID!, $q: Decimal, $o: [OptionInput!], $l: Int, $at: Time, $known: Time) { node(id: $id) { ... on Product { cost(quantity: $q, options: $o, leadDays: $l, at: $at, knownAt: $known) {
	at full { amount } marginal { amount } lines { kind label quantity rate amount { amount } rateValidFrom } } } } }`

// costs writes a cost as "full marginal: KIND label quantity x rate = amount, …" and fails the test unless the lines sum to full.
func costs(t *testing.T, c *Client, vars Vars) string {
	t.Helper()
	r := c.Must(askCost, vars)
	sum := int64(0)
	var lines []string
	for i := range r.Len("node.cost.lines") {
		at := fmt.Sprintf("node.cost.lines.%d.", i)
		sum += minor(t, r.Text(at+"amount.amount"))
		lines = append(lines, fmt.Sprintf("%s %s %s x %s = %s", r.Text(at+"kind"), r.Text(at+"label"), r.Text(at+"quantity"), r.Text(at+"rate"), r.Text(at+"amount.amount")))
	}
	if full := minor(t, r.Text("node.cost.full.amount")); full != sum {
		t.Errorf("the lines sum to %d: %s", sum, r.Body)
	}
	return r.Text("node.cost.full.amount") + " " + r.Text("node.cost.marginal.amount") + ": " + strings.Join(lines, ", ")
}

// TestProductCostIsExplained: a set of two curtains, each of cloth and sewing, with a lining as an option and two overheads;
// every figure is computed by hand.
func TestProductCostIsExplained(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
		c := w.As(schema.RoleManager)
		c.Must(setRates, rateList(nil,
			ratePer("MATERIAL", "linen", "m", "333.335", "2026-01-01T00:00:00Z"), ratePer("MATERIAL", "satin", "m", "100", "2026-01-01T00:00:00Z"),
			with(with(ratePer("RESOURCE", "sewing", "hour", "500", "2026-01-01T00:00:00Z"), "capacityPerDay", "10"), "fixedShare", "0.6"),
			ratePer("OVERHEAD", "rent", "share", "0.1", "2026-01-01T00:00:00Z"), ratePer("OVERHEAD", "waste", "share", "0.025", "2026-02-01T00:00:00Z"),
		))
		makeProduct(c, Vars{
			"sku": "CURTAIN", "listPrice": roubles("1.00"), "components": []Vars{{"material": "linen", "quantity": "1.5"}, {"resource": "sewing", "quantity": "0.5"}},
			"options": []Vars{{"code": "lining", "name": "Lining", "components": []Vars{{"material": "satin", "quantity": "1.25"}, {"resource": "sewing", "quantity": "0.1"}}, "surcharge": roubles("10.00")}},
		})
		set := makeProduct(c, Vars{
			"sku": "SET", "markup": "1", "standardLeadDays": 0, "components": []Vars{{"productSku": "CURTAIN", "quantity": "2"}, {"material": "linen", "quantity": "0.1"}},
			"options": []Vars{{"code": "tie", "name": "Ties", "components": []Vars{{"productSku": "CURTAIN", "quantity": "0.5"}, {"material": "satin", "quantity": "1"}}, "surcharge": roubles("0.05")}},
		})
		// linen 3.1 x 333.335 = 1033.3385; sewing 1 x 500; in all 1533.34; 10 % and 2.5 % of it. An idle seamstress costs 40 %.
		const base = "MATERIAL linen, m 3.1 x 333.335 = 1033.34, RESOURCE sewing, hour 1 x 500 = 500.00, "
		const plain = "1725.00 1387.50: " + base + "OVERHEAD rent, share 1533.34 x 0.1 = 153.33, OVERHEAD waste, share 1533.34 x 0.025 = 38.33"
		if got := costs(t, c, Vars{"id": set}); got != plain {
			t.Errorf("got  %s\nwant %s", got, plain)
		}
		// Ties, 2: each 0.75 m of linen, 0.25 h of sewing, 1 m of satin: 250.00125 + 125 + 100 = 475.00125; twice 950.0025. The surcharge is no cost.
		tied := costs(t, c, Vars{"id": set, "o": []Vars{{"code": "tie", "value": "2"}}})
		if !strings.HasPrefix(tied, "2793.75 ") || !strings.Contains(tied, "OPTION Ties 2 x 475.00125 = 950.00, OVERHEAD rent, share 2483.34 x 0.1 = 248.33, OVERHEAD waste, share 2483.34 x 0.025 = 62.08") {
			t.Errorf("with ties: %s", tied)
		}
		if got := costs(t, c, Vars{"id": set, "o": []Vars{{"code": "tie", "value": "no"}}}); got != plain {
			t.Errorf("an option that is not wanted costs something: %s", got)
		}
		// Ten sets at once need 9 hours before the last: u = 0.9 on the day, the load is 1, marginal is full; ten days later it is idle.
		if got := costs(t, c, Vars{"id": set, "q": "10"}); got != strings.Replace(plain, " 1387.50:", " 1725.00:", 1) {
			t.Errorf("the tenth set of a day: %s", got)
		}
		// Eight: u = 0.7, still idle. Eight and a half: 0.75, a quarter of the way: 500 x (0.4 + 0.6 x 0.25) = 275.
		for q, marginal := range map[string]string{"8": " 1387.50:", "8.5": " 1471.88:", "11": " 2062.50:"} {
			if got := costs(t, c, Vars{"id": set, "q": q}); !strings.Contains(got, marginal) || !strings.HasPrefix(got, "1725.00") {
				t.Errorf("%s sets: %s, want %s", q, got, marginal)
			}
		}
		if got := costs(t, c, Vars{"id": set, "q": "10", "l": 9}); got != plain {
			t.Errorf("with time enough: %s", got)
		}
		// January had no waste; before January there was no rate.
		if got := costs(t, c, Vars{"id": set, "at": "2026-01-31T23:59:59Z"}); !strings.HasPrefix(got, "1686.67 ") {
			t.Errorf("in January: %s", got)
		}
		if got := costs(t, c, Vars{"id": set, "at": "2025-12-31T00:00:00Z"}); got != "0.00 0.00: MATERIAL linen: no rate 3.1 x 0 = 0.00, RESOURCE sewing: no rate 1 x 0 = 0.00" {
			t.Errorf("before there were rates: %s", got)
		}
		r := c.Must(askCost, Vars{"id": set, "at": "2026-03-01T00:00:00Z"})
		if r.Text("node.cost.lines.0.rateValidFrom") != "2026-01-01T00:00:00Z" || r.Text("node.cost.lines.3.rateValidFrom") != "2026-02-01T00:00:00Z" || r.Text("node.cost.at") != "2026-03-01T00:00:00Z" {
			t.Errorf("the dates of the rates: %s", r.Body)
		}
		for _, role := range everyRole {
			sees := role == schema.RoleAdmin || role == schema.RoleManager || role == schema.RoleAnalyst
			if r := w.As(role).Must(askCost, Vars{"id": set}); (r.Get("node.cost") != nil) != sees {
				t.Errorf("%s: %s", role, r.Body)
			}
		}
	})
}

// TestProductCostAsOf: on 1 May linen is found to have cost more since March; what was known before can be asked for at any time.
func TestProductCostAsOf(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 4, 1, 12, 0, 0, 0, time.UTC))
		c := w.As(schema.RoleManager)
		c.Must(setRates, rateList(nil, ratePer("MATERIAL", "linen", "m", "100", "2026-01-01T00:00:00Z"), ratePer("MATERIAL", "linen", "m", "120", "2026-06-01T00:00:00Z"),
			with(with(ratePer("RESOURCE", "loom", "hour", "50", "2026-01-01T00:00:00Z"), "capacityPerDay", "8"), "fixedShare", "1")))
		product := makeProduct(c, Vars{"sku": "A", "markup": "1", "standardLeadDays": 0, "components": []Vars{{"material": "linen", "quantity": "1"}, {"resource": "loom", "quantity": "8"}}})
		full := func(at, known any) string {
			c := w.With(w.fresh(schema.RoleManager)) // the clock goes on
			got, _, _ := strings.Cut(costs(t, c, Vars{"id": product, "at": at, "known": known}), ":")
			return got
		}
		const march, april, may, july = "2026-03-15T00:00:00Z", "2026-04-01T12:00:00Z", "2026-05-01T12:00:00Z", "2026-07-01T00:00:00Z"
		if got := full(march, nil) + ", " + full(july, nil); got != "500.00 100.00, 520.00 120.00" {
			t.Errorf("as known in April: %s", got)
		}
		w.Clock.Set(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
		c = w.With(w.fresh(schema.RoleManager))
		c.Must(setRates, rateList(nil, ratePer("MATERIAL", "linen", "m", "110", "2026-03-01T00:00:00Z"), with(ratePer("MATERIAL", "linen", "m", "90", "2026-01-01T00:00:00Z"), "correction", true)))
		w.Clock.Advance(time.Hour)
		for _, q := range []struct{ at, known, want string }{
			{march, "", "510.00 110.00"},
			{march, may, "510.00 110.00"},
			{march, april, "500.00 100.00"},
			{march, "2026-03-31T00:00:00Z", "0.00 0.00"}, // nothing was known
			{"2026-02-01T00:00:00Z", "", "490.00 90.00"},
			{"2026-02-01T00:00:00Z", april, "500.00 100.00"},
			{july, "", "520.00 120.00"},
		} {
			var known any
			if q.known != "" {
				known = q.known
			}
			if got := full(q.at, known); got != q.want {
				t.Errorf("at %s as known %s: %s, want %s", q.at, q.known, got, q.want)
			}
		}
		c = w.With(w.fresh(schema.RoleManager))
		// A booking of today raises today's marginal cost as known from now on, and not as known yesterday.
		customer := NewCustomer(c, Vars{})
		token := c.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p) { token } } }`, Vars{"c": customer, "p": product}).Text("customer.price.token")
		order := c.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}}).Text("placeOrder.order.id")
		booked := w.Clock.Now().UTC()
		w.Clock.Advance(50 * time.Minute)
		if got := full(booked, nil) + ", " + full(booked, may); got != "510.00 910.00, 510.00 110.00" {
			t.Errorf("with the loom booked, and before it was: %s", got)
		}
		c.Must(cancelOrder, Vars{"in": Vars{"id": order, "reason": "r"}})
		w.Clock.Advance(time.Hour)
		if got := full(booked, nil) + ", " + full(booked, booked.Add(30*time.Minute)); got != "510.00 110.00, 510.00 910.00" {
			t.Errorf("freed, and while it was booked: %s", got)
		}
		w.Clock.Advance(60 * 24 * time.Hour)
		if err := w.App.Reload(w.System()); err != nil { // the bookings of that day are no longer in memory
			t.Fatal(err)
		}
		if got := full(booked, booked.Add(30*time.Minute)); got != "510.00 910.00" {
			t.Errorf("two months later: %s", got)
		}
	})
}

func TestProductCostBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		for _, bad := range []Vars{
			{"q": "0"},
			{"q": "-1"},
			{"q": "0.0000000001"},
			{"q": "1000000001"},
			{"l": -1},
			{"l": 4000},
			{"o": []Vars{{"code": "none", "value": "1"}}},
			{"at": "9999-01-01T00:00:00Z"},
			{"at": "0001-01-01T00:00:00Z"},
			{"known": "2199-01-01T00:00:00Z"},
		} {
			r := s.admin.Do(askCost, with(bad, "id", s.coat))
			if len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
				t.Errorf("%v: %s", bad, r.Body)
			}
		}
	})
}
