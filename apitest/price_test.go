package apitest

import (
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	createProduct   = `mutation($in: CreateProductInput!) { createProduct(input: $in) { product { id sku active version options { code name surcharge { amount } } } userErrors { code field message } } }`
	updateProduct   = `mutation($in: UpdateProductInput!) { updateProduct(input: $in) { product { id name active version } userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`
	setListPrice    = `mutation($in: SetListPriceInput!) { setListPrice(input: $in) { product { id listPrice { amount } } userErrors { code field message } } }`
	createPriceRule = `mutation($in: CreatePriceRuleInput!) { createPriceRule(input: $in) { priceRule { id name active version } userErrors { code field message } } }`
	retirePriceRule = `mutation($in: RetirePriceRuleInput!) { retirePriceRule(input: $in) { priceRule { id active version } userErrors { code field message } } }`
	agreePrice      = `mutation($in: AgreePriceInput!) { agreePrice(input: $in) { agreement { id unit { amount } minimumQuantity overrideFloorReason customer { id } product { sku } } userErrors { code field message ... on BelowFloor { floor { amount } } } } }`
	askPrice        = `query($c: ID!, $p: ID!, $q: Decimal, $o: [OptionInput!], $l: Int, $at: Time) { customer(id: $c) { price(productId: $p, quantity: $q, options: $o, leadDays: $l, at: $at) {
		quantity unit { amount } total { amount } list { amount } lines { kind label amount { amount } rule { name } } rejected { rule { name } reason }
		floor { amount } margin { amount } cost { full { amount } marginal { amount } lines { label amount { amount } } } at validUntil product { sku } } } }`
)

// waterfall formats a price's lines as "LIST 100.00, RULE -5.00 Friends" and fails the test unless they sum to the unit price.
func waterfall(t *testing.T, r *Result) string {
	t.Helper()
	var lines []string
	sum := int64(0)
	for i := range r.Len("customer.price.lines") {
		at := fmt.Sprintf("customer.price.lines.%d.", i)
		line := r.Text(at+"kind") + " " + r.Text(at+"amount.amount")
		if rule := r.Text(at + "rule.name"); rule != "" {
			line += " " + rule
		}
		lines = append(lines, line)
		sum += minor(t, r.Text(at+"amount.amount"))
	}
	if unit := minor(t, r.Text("customer.price.unit.amount")); sum != unit {
		t.Errorf("the lines sum to %d, the unit price is %d: %s", sum, unit, r.Body)
	}
	return strings.Join(lines, ", ")
}

func minor(t *testing.T, amount string) int64 {
	t.Helper()
	n, err := strconv.ParseInt(strings.Replace(amount, ".", "", 1), 10, 64)
	if err != nil {
		t.Fatalf("%q is no amount", amount)
	}
	return n
}

// makeProduct creates a product and returns its id.
func makeProduct(c *Client, in Vars) string {
	c.t.Helper()
	if in["name"] == nil {
		in["name"] = "Штора"
	}
	return c.Must(createProduct, Vars{"in": in}).Text("createProduct.product.id")
}

func putRate(c *Client, subject, code, unit, amount string, more Vars) {
	c.t.Helper()
	in := Vars{"subject": subject, "code": code, "unit": unit, "amount": amount, "validFrom": "2020-01-01T00:00:00Z"}
	for name, value := range more {
		in[name] = value
	}
	c.Must(`mutation($in: SetRateInput!) { setRate(input: $in) { rate { id } userErrors { code field message } } }`, Vars{"in": in})
}

// TestWaterfall follows one price through every step, with figures computed by hand.
func TestWaterfall(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		putRate(c, "MATERIAL", "linen", "m", "333.335", nil)
		putRate(c, "RESOURCE", "sewing", "hour", "500", nil)
		putRate(c, "OVERHEAD", "rent", "share", "0.10", nil)
		// Full: 3 x 333.335 = 1000.005 -> 1000.00 (half to even); 0.5 x 500 = 250.00; 10 % of 1250.00 = 125.00; 1375.00 in all.
		curtain := makeProduct(c, Vars{
			"sku": "CURTAIN", "markup": "0.20", "minimumMargin": "0.1", "components": []Vars{{"material": "linen", "quantity": "3"}, {"resource": "sewing", "quantity": "0.5"}},
			"options": []Vars{{"code": "lining", "name": "Lining", "components": []Vars{{"material": "linen", "quantity": "1"}}, "surcharge": roubles("16.66")}},
		})
		customer := NewCustomer(c, Vars{"segment": "QUALITY_CHEAP", "measurements": Vars{"width": 140}})
		rule := func(name, condition string, more Vars) string {
			in := Vars{"name": name, "condition": condition}
			for k, v := range more {
				in[k] = v
			}
			return c.Must(createPriceRule, Vars{"in": in}).Text("createPriceRule.priceRule.id")
		}
		rule("Wide windows", `has(customer.measurements.width) && customer.measurements.width > 120.0`, Vars{"percent": "-10", "priority": 5})
		rule("Dear", `product.sku == "OTHER"`, Vars{"percent": "50", "priority": 9})
		rule("Many", `quantity >= 10`, Vars{"amount": roubles("-1.00"), "priority": 3, "exclusive": true})
		rule("Never reached with many", `true`, Vars{"amount": roubles("-2.00"), "priority": 1})
		rule("Divided by nothing", `1 / (leadDays - leadDays) > 0`, Vars{"percent": "-99"})
		rule("Next year", `true`, Vars{"percent": "-50", "validFrom": w.Clock.Now().AddDate(1, 0, 0).UTC().Format(time.RFC3339)})

		r := c.Must(askPrice, Vars{"c": customer, "p": curtain})
		if got := waterfall(t, r); got != "LIST 1650.00, RULE -165.00 Wide windows, RULE -2.00 Never reached with many, FLOOR 44.78" {
			t.Errorf("got %s, want the rule for wide windows, one of many, and the floor", got)
		}
		// The floor: 1375.00 / (1 - 0.1) = 1527.777…; margin 1527.78 - 1375.00.
		if r.Text("customer.price.floor.amount") != "1527.78" || r.Text("customer.price.margin.amount") != "152.78" || r.Text("customer.price.cost.full.amount") != "1375.00" {
			t.Errorf("got %s, want floor 1527.78, margin 152.78, cost 1375.00", r.Body)
		}
		for _, why := range []string{"Dear condition false", "Many condition false", "Divided by nothing condition failed: division by zero", "Next year not valid before"} {
			if !strings.Contains(rejections(r), why) {
				t.Errorf("want %q among %q", why, rejections(r))
			}
		}
		many := c.Must(askPrice, Vars{"c": customer, "p": curtain, "q": "10.5"})
		if got := waterfall(t, many); got != "LIST 1650.00, RULE -165.00 Wide windows, RULE -1.00 Many, FLOOR 43.78" {
			t.Errorf("got %s, want the rules for wide windows and for many, and the floor", got)
		}
		if many.Text("customer.price.total.amount") != "16041.69" || !strings.Contains(rejections(many), "Never reached with many an exclusive rule won") {
			t.Errorf("got %s, want 16041.69, and an exclusive rule that won", many.Body)
		}
		// 2.5 units of lining of 333.335: 833.34; overhead on 2083.34: 208.33; 2291.67 x 1.2 = 2750.00; and 2.5 x 16.66 of surcharge.
		lined := c.Must(askPrice, Vars{"c": customer, "p": curtain, "o": []Vars{{"code": "lining", "value": "2.5"}}})
		if got := lined.Text("customer.price.list.amount"); got != "2791.65" {
			t.Errorf("%s with lining, want 2791.65", got)
		}
	})
}

func rejections(r *Result) string {
	var all []string
	for i := range r.Len("customer.price.rejected") {
		at := fmt.Sprintf("customer.price.rejected.%d.", i)
		all = append(all, r.Text(at+"rule.name")+" "+r.Text(at+"reason"))
	}
	return strings.Join(all, "; ")
}

func TestRulesUseFactsOfTheCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		product := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1000.00")})
		customer, other := NewCustomer(c, Vars{}), NewCustomer(c, Vars{})
		for i, condition := range []string{`permissionRank >= 3`, `customer.stage == "FRIEND"`, `lifetimeValue > 90.0`, `customer.kind == "COMPANY"`} {
			c.Must(createPriceRule, Vars{"in": Vars{"name": condition, "condition": condition, "amount": roubles(fmt.Sprintf("-%d.00", 10*(i+1)))}})
		}
		unit := func(customer string, at *time.Time) string {
			return c.Must(askPrice, Vars{"c": customer, "p": product, "at": at}).Text("customer.price.unit.amount")
		}
		if got := unit(customer, nil); got != "1000.00" {
			t.Errorf("a stranger pays %s", got)
		}
		before := w.Clock.Now()
		w.Clock.Advance(time.Minute)
		c.Must(`mutation($id: ID!) { grantPermission(input: {customerId: $id, channel: EMAIL, purpose: PERSONALISATION, level: PERSONAL, source: "form", wording: "yes"}) { userErrors { code message } } }`, Vars{"id": customer})
		if got := unit(customer, nil); got != "970.00" { // -10 for the permission, -20 for the stage that comes with it
			t.Errorf("a friend pays %s", got)
		}
		if got := unit(other, nil); got != "1000.00" {
			t.Errorf("another pays %s", got)
		}
		if got := unit(customer, &before); got != "1000.00" {
			t.Errorf("before the permission it was %s", got)
		}
	})
}

// TestPriceAsOfBeforeACorrection queries as of a moment before every correction.
func TestPriceAsOfBeforeACorrection(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		putRate(c, "MATERIAL", "linen", "m", "100", nil)
		product := makeProduct(c, Vars{"sku": "A", "markup": "1", "components": []Vars{{"material": "linen", "quantity": "1"}}})
		customer := NewCustomer(c, Vars{})
		rule := c.Must(createPriceRule, Vars{"in": Vars{"name": "Tenth off", "condition": "true", "percent": "-10"}}).Text("createPriceRule.priceRule.id")
		w.Clock.Advance(time.Minute)
		then := w.Clock.Now().UTC()
		before := c.Must(askPrice, Vars{"c": customer, "p": product})
		if before.Text("customer.price.unit.amount") != "180.00" {
			t.Fatalf("got %s, want 180.00", before.Body)
		}
		asked := c.Must(askPrice, Vars{"c": customer, "p": product, "at": then}).Body
		past := then.Add(-48 * time.Hour).Format(time.RFC3339)
		w.Clock.Advance(time.Hour)
		putRate(c, "MATERIAL", "linen", "m", "150", Vars{"validFrom": past})
		putRate(c, "MATERIAL", "linen", "m", "70", Vars{"correction": true})
		c.Must(setListPrice, Vars{"in": Vars{"productId": product, "listPrice": roubles("5.00"), "validFrom": past}})
		c.Must(retirePriceRule, Vars{"in": Vars{"id": rule}})
		c.Must(agreePrice, Vars{"in": Vars{"customerId": customer, "productId": product, "unit": roubles("200.00"), "validFrom": past}})
		w.Clock.Advance(30 * 24 * time.Hour)
		c.token = w.fresh(schema.RoleManager)
		if got := c.Must(askPrice, Vars{"c": customer, "p": product, "at": then}).Body; got != asked {
			t.Errorf("what was\n%s\nis now\n%s", asked, got)
		}
		// Costs are restated: as known now about that moment, and as known then.
		cost := func(at, known any) string {
			return c.Must(`query($id: ID!, $at: Time, $known: Time) { node(id: $id) { ... on Product { cost(at: $at, knownAt: $known) { full { amount } } } } }`,
				Vars{"id": product, "at": at, "known": known}).Text("node.cost.full.amount")
		}
		if got := cost(then, nil); got != "150.00" {
			t.Errorf("as known now it cost %s then", got)
		}
		if got := cost(then, then); got != "100.00" {
			t.Errorf("as known then it cost %s then", got)
		}
		if now := c.Must(askPrice, Vars{"c": customer, "p": product}); now.Text("customer.price.unit.amount") != "200.00" || now.Text("customer.price.list.amount") != "5.00" {
			t.Errorf("got %s, want 200.00 of a list price of 5.00", now.Body)
		}
	})
}

func TestPriceBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		priced := makeProduct(c, Vars{"sku": "A", "listPrice": roubles("1.00")})
		putRate(c, "MATERIAL", "oak", "kg", "1", Vars{"validFrom": "2199-01-01T00:00:00Z"})
		unrated := makeProduct(c, Vars{"sku": "B", "listPrice": roubles("1.00"), "components": []Vars{{"material": "oak", "quantity": "1"}}})
		customer := NewCustomer(c, Vars{})
		soon := w.Clock.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		for _, one := range []struct {
			want string
			in   Vars
		}{
			{"NOT_FOUND", Vars{"p": "prd_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"INVALID", Vars{"p": customer}},
			{"INVALID", Vars{"q": "0"}},
			{"INVALID", Vars{"q": "-1"}},
			{"INVALID", Vars{"q": "1.0000000001"}},
			{"INVALID", Vars{"q": "1000001"}},
			{"INVALID", Vars{"l": -1}},
			{"INVALID", Vars{"l": 100000}},
			{"INVALID", Vars{"o": []Vars{{"code": "nothing", "value": "1"}}}},
			{"INVALID", Vars{"at": "0001-01-01T00:00:00Z"}},
			{"INVALID", Vars{"at": "9999-01-01T00:00:00Z"}},
			{"WRONG_STATE", Vars{"at": "2001-01-01T00:00:00Z"}},
			{"WRONG_STATE", Vars{"p": unrated}},
			{"", Vars{"q": "1000000"}},
			{"", Vars{"q": "0.000000001"}},
			{"", Vars{"at": soon}},
		} {
			t.Run(one.want, func(t *testing.T) {
				in := Vars{"c": customer, "p": priced}
				for k, v := range one.in {
					in[k] = v
				}
				r := c.On(t).Do(askPrice, in)
				got := ""
				if len(r.Errors) == 1 {
					got = r.Errors[0].Code()
				}
				if got != one.want {
					t.Errorf("%v: want %q: %s", one.in, one.want, r.Body)
				}
			})
		}
		if r := c.Do(askPrice, Vars{"c": customer, "p": unrated}); !strings.Contains(r.Body, "no rate for MATERIAL oak") {
			t.Errorf("the missing rate is not named: %s", r.Body)
		}
		r := c.Must(`query($id: ID!) { node(id: $id) { ... on Product { listPrice { amount } cost { full { amount } lines { label } } } } }`, Vars{"id": unrated})
		if r.Text("node.listPrice.amount") != "1.00" || !strings.Contains(r.Text("node.cost.lines.0.label"), "no rate") {
			t.Errorf("got %s, want a list price of 1.00 and a line without a rate", r.Body)
		}
		if r := c.Do(`query($c: ID!, $p: ID!, $at: Time) { customer(id: $c) { price(productId: $p, at: $at) { token } } }`, Vars{"c": customer, "p": priced, "at": soon}); len(r.Errors) != 1 || r.Errors[0].Code() != "WRONG_STATE" {
			t.Errorf("a forecast is promised: %s", r.Body)
		}
	})
}
