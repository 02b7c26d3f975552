package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/schema"
)

const (
	askProposals = `query($c: ID!, $p: ID!, $q: Decimal, $o: [OptionInput!]) { customer(id: $c) { proposals(productId: $p, quantity: $q, options: $o) {
		segment suits grade leadDays readyOn note price { unit { amount } token } } } }`
	askMeasured = `query($c: ID!, $p: ID!, $o: [OptionInput!]) { customer(id: $c) { price(productId: $p, options: $o) { unit { amount } options { code value measured } token } } }`
)

func proposals(r *Result) []string {
	var all []string
	for i := range r.Len("customer.proposals") {
		at := fmt.Sprintf("customer.proposals.%d.", i)
		all = append(all, strings.TrimSpace(fmt.Sprint(r.Text(at+"segment"), " ", r.Get(at+"suits"), " ", r.Get(at+"grade"), " ", r.Int(at+"leadDays"), " ", r.Text(at + "readyOn")[:10], " ", r.Text(at+"price.unit.amount"), " ", r.Text(at+"note"))))
	}
	return all
}

// TestProposals is computed by hand: a coat takes two metres at 100.00 and four hours at 50.00, wholly fixed, of a loom that
// works eight hours a day, and sells at a half more than its cost. Seven coats are booked on Monday to Thursday: 28 hours of 32. The
// first day with room for four hours is Thursday, when the loom is used to 28/32 = 0.875, its load is (0.875 - 0.7) / 0.2 =
// 0.875, and a coat's marginal cost 200 + 0.875 x 200 = 375.00, which is 175.00 more than at the standard ten days; half more is
// 262.50. By Friday it is used to 28/40 = 0.7, where its load is nothing. Silk is 100.00 more.
func TestProposals(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 2, 6, 0, 0, 0, time.UTC)) // a Monday
		s := openShop(w)
		made := Vars{"sku": "PLUS", "markup": "0.5", "standardLeadDays": 10, "components": []Vars{{"material": "cloth", "quantity": "2"}, {"resource": "loom", "quantity": "4"}}}
		plain := makeProduct(s.admin, made)
		coat := makeProduct(s.admin, plus(made, Vars{"sku": "GRADED", "options": []Vars{
			{"code": "wool", "name": "Wool", "components": []Vars{}, "surcharge": roubles("50.00"), "grade": true},
			{"code": "belt", "name": "Belt", "components": []Vars{}, "surcharge": roubles("10.00")},
			{"code": "silk", "name": "Silk", "components": []Vars{}, "surcharge": roubles("100.00"), "grade": true},
		}}))
		ask := func(by *Client, product string, more Vars) []string {
			return proposals(by.Must(askProposals, plus(Vars{"c": s.customer, "p": product}, more)))
		}
		idle := "a later day is not cheaper"
		want(t, ask(s.admin, coat, nil), "FAST_CHEAP false <nil> 1 2026-11-03 600.00", "FAST_QUALITY false silk 1 2026-11-03 700.00", "QUALITY_CHEAP false silk 1 2026-11-03 700.00 "+idle)
		s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, "7", 3)}}})
		want(t, ask(s.admin, coat, nil), "FAST_CHEAP false <nil> 3 2026-11-05 862.50", "FAST_QUALITY false silk 3 2026-11-05 962.50", "QUALITY_CHEAP false silk 4 2026-11-06 700.00")
		s.admin.Must(`mutation($id: ID!) { updateCustomer(input: {id: $id, expectedVersion: 1, segment: QUALITY_CHEAP}) { userErrors { code field message } } }`, Vars{"id": s.customer})
		seller := w.As(schema.RoleSales)
		// The belt is kept, the wool is replaced.
		chosen := Vars{"o": []Vars{{"code": "wool", "value": "1"}, {"code": "belt", "value": "1"}}}
		want(t, ask(seller, coat, chosen), "QUALITY_CHEAP true silk 4 2026-11-06 710.00", "FAST_CHEAP false <nil> 3 2026-11-05 872.50", "FAST_QUALITY false silk 3 2026-11-05 972.50")
		none := "the product has no better grade"
		want(t, ask(s.admin, plain, nil), "QUALITY_CHEAP true <nil> 4 2026-11-06 600.00 "+none, "FAST_CHEAP false <nil> 3 2026-11-05 862.50 "+none, "FAST_QUALITY false <nil> 3 2026-11-05 862.50 "+none)

		// The token of each is honoured, as long as there is room: the last four hours until Thursday are taken by the first.
		r := seller.Must(askProposals, Vars{"c": s.customer, "p": coat})
		order := func(i int) Vars {
			return Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{r.Text(fmt.Sprintf("customer.proposals.%d.price.token", i))}}}
		}
		if got := seller.Must(placeOrder, order(1)).Text("placeOrder.order.total.amount"); got != "862.50" {
			t.Errorf("an order of FAST_CHEAP is %s", got)
		}
		if late := seller.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, order(2)); late.Text("placeOrder.userErrors.0.earliest") != "2026-11-06T00:00:00Z" || late.Int("placeOrder.userErrors.0.leadDays") != 4 {
			t.Errorf("FAST_QUALITY: %s", late.Body)
		}
		if got := seller.Must(placeOrder, order(0)).Text("placeOrder.order.total.amount"); got != "700.00" {
			t.Errorf("an order of QUALITY_CHEAP is %s", got)
		}
		for want, bad := range map[string]Vars{"INVALID [quantity]": {"q": "0"}, "INVALID [productId]": {"p": "coat"}, "INVALID [options]": {"o": []Vars{{"code": "gold", "value": "1"}}}} {
			t.Run(want, func(t *testing.T) {
				r := s.admin.On(t).Do(askProposals, plus(Vars{"c": s.customer, "p": coat}, bad))
				if len(r.Errors) != 1 || r.Errors[0].Code()+" "+fmt.Sprint(r.Errors[0].Extensions["field"]) != want {
					t.Errorf("want %s: %s", want, r.Body)
				}
			})
		}
	})
}

// TestProposalsEqualPrices compares proposals with the prices of the same options and lead times, over random bookings.
func TestProposalsEqualPrices(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		coat := makeProduct(s.admin, Vars{
			"sku": "G", "markup": "0.5", "standardLeadDays": 6, "components": []Vars{{"material": "cloth", "quantity": "2"}, {"resource": "loom", "quantity": "1.5"}},
			"options": []Vars{{"code": "silk", "name": "Silk", "components": []Vars{{"resource": "loom", "quantity": "0.5"}}, "surcharge": roubles("33.33"), "grade": true}},
		})
		rapid.Check(t, func(t *rapid.T) {
			s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": s.customer, "priceTokens": []string{s.token(s.customer, fmt.Sprint(rapid.IntRange(1, 3).Draw(t, "coats")), rapid.IntRange(0, 9).Draw(t, "days"))}, "overruleDateReason": "A test"}})
			quantity := fmt.Sprint(rapid.IntRange(1, 4).Draw(t, "quantity"))
			r := s.admin.Must(askProposals, Vars{"c": s.customer, "p": coat, "q": quantity})
			units := map[string]string{}
			for i := range 3 {
				at := fmt.Sprintf("customer.proposals.%d.", i)
				options := []Vars{}
				if grade := r.Text(at + "grade"); grade != "" {
					options = append(options, Vars{"code": grade, "value": "1"})
				}
				lead := r.Int(at + "leadDays")
				p := s.admin.Must(askPrice, Vars{"c": s.customer, "p": coat, "q": quantity, "o": options, "l": lead})
				if got := r.Text(at + "price.unit.amount"); got != p.Text("customer.price.unit.amount") {
					t.Fatalf("%s is %s, and asked alone %s", r.Text(at+"segment"), got, p.Text("customer.price.unit.amount"))
				}
				units[r.Text(at+"segment")] = fmt.Sprintf("%012s", r.Text(at+"price.unit.amount"))
			}
			if units["QUALITY_CHEAP"] > units["FAST_QUALITY"] || units["FAST_CHEAP"] > units["FAST_QUALITY"] {
				t.Fatalf("QUALITY_CHEAP or FAST_CHEAP costs more than FAST_QUALITY: %v", units)
			}
		})
	})
}

// TestMeasurementsFillOptions: a skirt is 100.00 and 200.00 for each metre around the waist.
func TestMeasurementsFillOptions(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		skirt := makeProduct(admin, Vars{"sku": "SKIRT", "listPrice": roubles("100.00"), "options": []Vars{
			{"code": "waist", "name": "Waist, m", "components": []Vars{}, "surcharge": roubles("200.00"), "measured": true},
			{"code": "pocket", "name": "Pocket", "components": []Vars{}, "surcharge": roubles("5.00")},
		}})
		seen := admin.Must(`query($id: ID!) { node(id: $id) { ... on Product { options { code measured grade } } } }`, Vars{"id": skirt})
		if got := fmt.Sprint(seen.Get("node.options.0.measured"), seen.Get("node.options.1.measured"), seen.Get("node.options.0.grade")); got != "true false false" {
			t.Errorf("got %s, want the first option alone measured, and none a grade", seen.Body)
		}
		anna := NewCustomer(admin, Vars{"name": "Anna", "measurements": Vars{"waist": 0.75}})
		vera := NewCustomer(admin, Vars{"name": "Vera"})
		olga := NewCustomer(admin, Vars{"name": "Olga", "measurements": Vars{"waist": "narrow"}})
		for _, one := range []struct {
			customer string
			options  []Vars
			want     string
		}{
			{anna, nil, "250.00 waist 0.75 true"},
			{anna, []Vars{{"code": "pocket", "value": "2"}}, "260.00 pocket 2 false waist 0.75 true"},
			{anna, []Vars{{"code": "waist", "value": "1"}}, "300.00 waist 1 false"}, // what is given comes first
			{vera, []Vars{{"code": "waist", "value": "0.8"}}, "260.00 waist 0.8 false"},
			{vera, nil, "waist is needed: neither given nor known of this customer"},
			{vera, []Vars{{"code": "pocket", "value": "1"}}, "waist is needed: neither given nor known of this customer"},
			{olga, nil, "waist is needed: not given, and what is known of this customer is no measure"},
		} {
			t.Run(one.want, func(t *testing.T) {
				r := admin.On(t).Do(askMeasured, Vars{"c": one.customer, "p": skirt, "o": one.options})
				got := ""
				if len(r.Errors) == 1 && r.Errors[0].Code() == "INVALID" && fmt.Sprint(r.Errors[0].Extensions["field"]) == "[options waist]" {
					got = r.Errors[0].Message
				} else if len(r.Errors) == 0 {
					got = r.Text("customer.price.unit.amount")
					for i := range r.Len("customer.price.options") {
						at := fmt.Sprintf("customer.price.options.%d.", i)
						got += fmt.Sprint(" ", r.Text(at+"code"), " ", r.Text(at+"value"), " ", r.Get(at+"measured"))
					}
				}
				if got != one.want {
					t.Errorf("%v: want %s, got %s", one.options, one.want, r.Body)
				}
			})
		}
		// The token contains the measurement, and so does the order, whatever is measured later.
		token := admin.Must(askMeasured, Vars{"c": anna, "p": skirt}).Text("customer.price.token")
		admin.Must(`mutation($id: ID!) { updateCustomer(input: {id: $id, expectedVersion: 1, measurements: {waist: 2}}) { userErrors { code field message } } }`, Vars{"id": anna})
		order := admin.Must(placeOrder, Vars{"in": Vars{"customerId": anna, "priceTokens": []string{token}}})
		if got := order.Text("placeOrder.order.total.amount"); got != "250.00" {
			t.Errorf("the order is %s", got)
		}
		if kept := texts(t, w, "SELECT options FROM order_lines"); kept != `[{"code":"waist","value":"0.75"}]` {
			t.Errorf("the order's line has the options %s", kept)
		}
		// A customer without measurements has no price of a skirt on the page, but the other prices.
		makeProduct(admin, Vars{"sku": "TIE", "listPrice": roubles("30.00")})
		page := admin.Do(`query($c: ID!) { customer(id: $c) { prices { edges { product { sku } node { unit { amount } } } } } }`, Vars{"c": vera})
		if len(page.Errors) != 1 || page.Errors[0].Message != "waist is needed: neither given nor known of this customer" || page.Get("customer.prices.edges.0.node") != nil || page.Text("customer.prices.edges.1.node.unit.amount") != "30.00" {
			t.Errorf("the page: %s", page.Body)
		}
		admin.Refused("INVALID options.0.grade", createProduct, Vars{"in": Vars{
			"sku": "BAD", "name": "B", "listPrice": roubles("1.00"),
			"options": []Vars{{"code": "a", "name": "A", "components": []Vars{}, "measured": true, "grade": true}},
		}})
	})
}

// TestAgreementsBelowFloor: linen at 10.00 and a minimum margin of a fifth make a floor of 12.50; at 20.00 it is 25.00.
func TestAgreementsBelowFloor(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		putRate(admin, "MATERIAL", "linen", "m", "10", nil)
		product := makeProduct(admin, Vars{"sku": "P", "listPrice": roubles("50.00"), "minimumMargin": "0.2", "components": []Vars{{"material": "linen", "quantity": "1"}}})
		other := makeProduct(admin, Vars{"sku": "Q", "listPrice": roubles("50.00"), "minimumMargin": "0.2"})
		anna, vera := NewCustomer(admin, Vars{"name": "Anna"}), NewCustomer(admin, Vars{"name": "Vera"})
		agree := func(customer, product, unit string, more Vars) {
			admin.Must(agreePrice, Vars{"in": plus(Vars{"customerId": customer, "productId": product, "unit": roubles(unit)}, more)})
			w.Clock.Advance(time.Second)
		}
		agree(anna, product, "12.60", nil) // is superseded
		agree(anna, product, "13.00", nil)
		agree(anna, product, "12.75", Vars{"minimumQuantity": "10"})
		agree(vera, product, "9.00", Vars{"overrideFloorReason": "an old friend"})
		agree(vera, other, "1.00", nil) // costs nothing
		agree(vera, product, "8.00", Vars{"overrideFloorReason": "next year", "validFrom": w.Clock.Now().AddDate(0, 6, 0)})
		const ask = `query($n: Int, $a: Cursor) { agreementsBelowFloor(first: $n, after: $a) { total pageInfo { endCursor hasNextPage } rows { agreement { unit { amount } customer { name } product { sku } } floor { amount } difference { amount } lifted } } }`
		see := func(c *Client, n any) []string {
			r := c.Must(ask, Vars{"n": n})
			all := []string{r.Text("agreementsBelowFloor.total")}
			for i := range r.Len("agreementsBelowFloor.rows") {
				at := fmt.Sprintf("agreementsBelowFloor.rows.%d.", i)
				all = append(all, r.Text(at+"agreement.customer.name")+" "+r.Text(at+"agreement.unit.amount")+" "+r.Text(at+"floor.amount")+" "+r.Text(at+"difference.amount")+" "+r.Text(at+"lifted"))
			}
			return all
		}
		want(t, see(admin, nil), "1", "Vera 9.00 12.50 3.50 false")
		putRate(admin, "MATERIAL", "linen", "m", "20", Vars{"validFrom": w.Clock.Now()})
		w.Clock.Advance(time.Second)
		for _, role := range []schema.Role{schema.RoleAdmin, schema.RoleManager, schema.RoleAnalyst} {
			want(t, see(w.As(role), nil), "3", "Vera 9.00 25.00 16.00 false", "Anna 12.75 25.00 12.25 true", "Anna 13.00 25.00 12.00 true")
		}
		want(t, see(admin, 1), "3", "Vera 9.00 25.00 16.00 false")
		// The pages have the same agreements, even if the one farthest below has ended meanwhile.
		var paged []string
		for after, more := any(nil), true; more; {
			r := admin.Must(ask, Vars{"n": 1, "a": after})
			paged = append(paged, r.Text("agreementsBelowFloor.rows.0.agreement.unit.amount"))
			after, more = r.Get("agreementsBelowFloor.pageInfo.endCursor"), r.Get("agreementsBelowFloor.pageInfo.hasNextPage") == true
			if len(paged) == 1 {
				agree(vera, product, "26.00", nil)
			}
		}
		want(t, paged, "9.00", "12.75", "13.00")
		agree(vera, product, "9.00", Vars{"overrideFloorReason": "an old friend"})
		if few, many := w.Statements(func() { see(admin, 1) }), w.Statements(func() { see(admin, 100) }); few != many {
			t.Errorf("%d statements for one, %d for all", few, many)
		}
		for _, n := range []int{-1, 101} {
			if r := admin.Do(ask, Vars{"n": n}); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
				t.Errorf("first %d: %s", n, r.Body)
			}
		}
		if r := w.As(schema.RoleSales).Do(ask, nil); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
			t.Errorf("SALES: %s", r.Body)
		}
	})
}

// texts returns the one text that a query finds.
func texts(t *testing.T, w *World, query string) string {
	t.Helper()
	rows, err := w.Store.Query(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	text := ""
	for rows.Next() {
		if err := rows.Scan(&text); err != nil {
			t.Fatal(err)
		}
	}
	return strings.ReplaceAll(text, " ", "")
}
