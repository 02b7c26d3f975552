package apitest

import (
	"fmt"
	"maps"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	askNearly = `query($c: ID!, $p: ID!, $q: Decimal, $l: Int) { customer(id: $c) { price(productId: $p, quantity: $q, leadDays: $l) { unit { amount } rejected { rule { name } reason nearly unmet { condition met { name value } failure } } } } }`
	tryRule   = `query($r: CreatePriceRuleInput!, $c: ID!, $p: ID!, $q: Decimal, $l: Int) { tryPriceRule(rule: $r, customerId: $c, productId: $p, quantity: $q, leadDays: $l) {
		userErrors { code field message } applied reason unmet { condition } without { unit { amount } } with { unit { amount } lines { kind label amount { amount } } rejected { rule { name } } }
		sample { customers customersTouched products productsTouched }
		orders { since orders ordersTouched lines linesTouched unpriced more without { amount } with { amount } difference { amount } } } }`
	askWhatIf = `query($c: ID!, $p: ID!, $q: Decimal, $l: Int, $i: WhatIfInput!) { whatIf(customerId: $c, productId: $p, quantity: $q, leadDays: $l, instead: $i) {
		is { unit { amount } cost { full { amount } } floor { amount } } would { unit { amount } cost { full { amount } marginal { amount } } floor { amount } lines { kind } } difference { amount } } }`
)

// plus returns a copy of variables with others added or replaced.
func plus(in, more Vars) Vars {
	all := Vars{}
	maps.Copy(all, in)
	maps.Copy(all, more)
	return all
}

// nearly formats a price's rejected rules as "name nearly: condition (name value, …)".
func nearly(r *Result) string {
	var all []string
	for i := range r.Len("customer.price.rejected") {
		at := fmt.Sprintf("customer.price.rejected.%d.", i)
		text := r.Text(at+"rule.name") + " " + r.Text(at+"nearly") + ":"
		for n := range r.Len(at + "unmet") {
			part := fmt.Sprintf("%sunmet.%d.", at, n)
			text += " " + r.Text(part+"condition") + " ("
			for m := range r.Len(part + "met") {
				text += fmt.Sprintf("%s=%v ", r.Text(fmt.Sprintf("%smet.%d.name", part, m)), r.Get(fmt.Sprintf("%smet.%d.value", part, m)))
			}
			text = strings.TrimSuffix(text, " ") + ")" + r.Text(part+"failure")
		}
		all = append(all, text)
	}
	return strings.Join(all, "; ")
}

func TestRejectedRules(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		product := makeProduct(c, Vars{"sku": "P", "listPrice": roubles("100.00")})
		customer := NewCustomer(c, Vars{"ownerId": nil, "measurements": Vars{"height": 2.5}})
		for i, condition := range []string{
			`customer.stage == "LOYAL" && quantity >= 10.0`,
			`quantity > 100.0`,
			`customer.measurements.waist > 90.0 && quantity > 1.0 && (season == "nowhere" || true)`,
			`customer.measurements.height < 2.0 && customer.kind == "PERSON" && lifetimeValue >= 0.0`,
			`utilisation > 0.5 && quantity > 0.0`,
			`product.sku == "P" && quantity < 1000.0`,
		} {
			c.Must(createPriceRule, Vars{"in": Vars{"name": fmt.Sprint("R", i), "condition": condition, "percent": "-1", "priority": -i}})
		}
		c.Must(createPriceRule, Vars{"in": Vars{"name": "X", "condition": "quantity == 12.0", "price": roubles("50.00"), "priority": 1, "exclusive": true}})
		ask := func(by *Client, quantity string) string {
			return nearly(by.Must(askNearly, Vars{"c": customer, "p": product, "q": quantity}))
		}
		waist := `R2 true: customer.measurements.waist > 90.0 (customer.measurements.waist=<nil>)no such key: waist; `
		height := `R3 true: customer.measurements.height < 2.0 (customer.measurements.height=2.5); `
		for _, one := range []struct {
			by              *Client
			quantity, wants string
		}{
			{c, "11", `X false: quantity == 12.0 (quantity=11); R0 true: customer.stage == "LOYAL" (customer.stage="STRANGER"); R1 false: quantity > 100.0 (quantity=11); ` + waist + height + `R4 true: utilisation > 0.5 (utilisation=0)`},
			{c, "2.5", `X false: quantity == 12.0 (quantity=2.5); R0 false: customer.stage == "LOYAL" (customer.stage="STRANGER") quantity >= 10.0 (quantity=2.5); R1 false: quantity > 100.0 (quantity=2.5); ` + waist + height + `R4 true: utilisation > 0.5 (utilisation=0)`},
			{w.As(schema.RoleSales), "11", ""}, // what rules say needs the scope costs
			// An exclusive rule applied before: R5 would have applied.
			{c, "12", `R0 true: customer.stage == "LOYAL" (customer.stage="STRANGER"); R1 false: quantity > 100.0 (quantity=12); ` + waist + height + `R4 true: utilisation > 0.5 (utilisation=0); R5 true:`},
		} {
			if got := ask(one.by, one.quantity); got != one.wants {
				t.Errorf("quantity %s:\n%s\nwant\n%s", one.quantity, got, one.wants)
			}
		}
	})
}

// TestTryPriceRule has two coats at 999.99 ordered, 1 and 5 of them, by two customers. A tenth off from five on, at most
// 80.00 a coat, is 400.00.
func TestTryPriceRule(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		s.order("1", nil)
		one := s.customer
		s.customer = NewCustomer(s.admin, Vars{"name": "Another"})
		s.order("5", nil)
		cancelled := s.order("6", nil)
		s.admin.Must(`mutation($id: ID!) { cancelOrder(input: {id: $id, reason: "r"}) { userErrors { code field message } } }`, Vars{"id": cancelled})
		w.Clock.Advance(time.Minute)
		makeProduct(s.admin, Vars{"sku": "OTHER", "listPrice": roubles("10.00")})
		rule := Vars{"name": "Five", "condition": `quantity >= 5.0 && product.sku == "COAT"`, "percent": "-10", "cap": roubles("80.00")}
		count := func() int64 {
			return number(t, w, "SELECT (SELECT count(*) FROM price_rules) + (SELECT count(*) FROM audit_entries)")
		}
		before := count()
		for _, role := range []schema.Role{schema.RoleAdmin, schema.RoleManager, schema.RoleAnalyst} {
			r := w.As(role).Must(tryRule, Vars{"r": rule, "c": one, "p": s.coat, "q": "5"})
			at := "tryPriceRule."
			if got := r.Text(at+"applied") + " " + r.Text(at+"without.unit.amount") + " " + r.Text(at+"with.unit.amount"); got != "true 999.99 919.99" {
				t.Errorf("%s: %s", got, r.Body)
			}
			if got := fmt.Sprint(r.Int(at+"sample.customers"), r.Int(at+"sample.customersTouched"), r.Int(at+"sample.products"), r.Int(at+"sample.productsTouched")); got != "2 2 2 1" {
				t.Errorf("sample %s", got)
			}
			o := at + "orders."
			if got := fmt.Sprint(r.Int(o+"orders"), r.Int(o+"ordersTouched"), r.Int(o+"lines"), r.Int(o+"linesTouched"), r.Int(o+"unpriced"), " ") + r.Text(o+"more") + " " + r.Text(o+"without.amount") + " " + r.Text(o+"with.amount") + " " + r.Text(o+"difference.amount"); got != "2 1 2 1 0 false 5999.94 5599.94 -400.00" {
				t.Errorf("orders %s", got)
			}
		}
		r := s.admin.Must(tryRule, Vars{"r": rule, "c": one, "p": s.coat, "q": "4"})
		if got := r.Text("tryPriceRule.applied") + " " + r.Text("tryPriceRule.reason") + " " + r.Text("tryPriceRule.unmet.0.condition"); got != "false condition false quantity >= 5.0" || r.Len("tryPriceRule.with.rejected") != 0 {
			t.Errorf("four: %s", r.Body)
		}
		if count() != before {
			t.Error("something was written")
		}
		for _, bad := range []struct {
			more Vars
			want string
		}{
			{Vars{"condition": `quantity >`}, "INVALID condition"},
			{Vars{"condition": `customer.stage > 3`}, "INVALID condition"},
			{Vars{"percent": "-100"}, "INVALID percent"},
			{Vars{"percent": nil, "amount": roubles("-5.00")}, "INVALID cap"},
			{Vars{"cap": roubles("0.00")}, "INVALID cap"},
			{Vars{"cap": roubles("-1.00")}, "INVALID cap.amount"},
		} {
			t.Run(bad.want, func(t *testing.T) {
				s.admin.On(t).Refused(bad.want, tryRule, Vars{"r": plus(rule, bad.more), "c": one, "p": s.coat})
				s.admin.On(t).Refused(bad.want, createPriceRule, Vars{"in": plus(rule, bad.more)})
			})
		}
		s.admin.Refused("NOT_FOUND customerId", tryRule, Vars{"r": rule, "c": "cus_01k0000000e00000000000000a", "p": s.coat})
		s.admin.Refused("INVALID quantity", tryRule, Vars{"r": rule, "c": one, "p": s.coat, "q": "0"})
		for _, role := range []schema.Role{schema.RoleSales, schema.RolePartner} {
			if r := w.As(role).Do(tryRule, Vars{"r": rule, "c": one, "p": s.coat}); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
				t.Errorf("%s: %s", role, r.Body)
			}
		}
		// The number of statements does not grow with customers, products and orders.
		few := w.Statements(func() { s.admin.Must(tryRule, Vars{"r": rule, "c": one, "p": s.coat}) })
		for i := range 5 {
			s.customer = NewCustomer(s.admin, Vars{"name": fmt.Sprint("C", i)})
			s.order("2", nil)
			makeProduct(s.admin, Vars{"sku": fmt.Sprint("P", i), "listPrice": roubles("10.00")})
		}
		if many := w.Statements(func() { s.admin.Must(tryRule, Vars{"r": rule, "c": one, "p": s.coat}) }); many != few {
			t.Errorf("%d statements, then %d", few, many)
		}
	})
}

// TestWhatIf: a coat of two metres at 100.00 and four hours at 50.00 costs 400.00, and sells at a half more. At a minimum margin of a
// fifth its floor is marginal cost / 0.8; the loom's cost is fixed wholly.
func TestWhatIf(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		coat := makeProduct(s.admin, Vars{"sku": "PLUS", "markup": "0.5", "minimumMargin": "0.2", "standardLeadDays": 0, "components": []Vars{{"material": "cloth", "quantity": "2"}, {"resource": "loom", "quantity": "4"}}})
		rule := s.admin.Must(createPriceRule, Vars{"in": Vars{"name": "A tenth", "condition": "quantity > 1.0", "percent": "-10"}}).Text("createPriceRule.priceRule.id")
		for _, one := range []struct {
			quantity string
			instead  Vars
			want     string // unit as it is, as it would be, full cost, floor, difference
		}{
			{"1", Vars{}, "600.00 600.00 400.00 250.00 0.00"},
			{"1", Vars{"rates": []Vars{{"subject": "MATERIAL", "code": "cloth", "amount": "120.005"}}}, "600.00 660.02 440.01 300.01 60.02"}, // 240.01 / 0.8 = 300.0125
			{"1", Vars{"utilisations": []Vars{{"resource": "loom", "utilisation": "0.9"}}}, "600.00 600.00 400.00 500.00 0.00"},              // load 1: marginal is full
			{"1", Vars{"utilisations": []Vars{{"resource": "loom", "utilisation": "1"}}}, "600.00 750.00 400.00 750.00 150.00"},              // load 2: marginal 200 + 400
			{"2", Vars{"withoutRules": []string{rule}}, "540.00 600.00 400.00 250.00 60.00"},
			{"2", Vars{"rules": []Vars{{"name": "Two", "condition": `season != "" && lifetimeValue >= 0.0`, "amount": roubles("-40.00")}}}, "540.00 500.00 400.00 250.00 -40.00"},
		} {
			t.Run(one.want, func(t *testing.T) {
				r := s.admin.On(t).Must(askWhatIf, Vars{"c": s.customer, "p": coat, "q": one.quantity, "i": one.instead})
				got := []string{}
				for _, field := range []string{"is.unit", "would.unit", "would.cost.full", "would.floor", "difference"} {
					got = append(got, r.Text("whatIf."+field+".amount"))
				}
				if strings.Join(got, " ") != one.want {
					t.Errorf("%v: %s, want %s", one.instead, strings.Join(got, " "), one.want)
				}
			})
		}
		promised := `query($c: ID!, $p: ID!, $i: WhatIfInput!) { whatIf(customerId: $c, productId: $p, instead: $i) { would { token } } }`
		for _, bad := range []struct {
			query string
			vars  Vars
			want  string
		}{
			{promised, Vars{}, "WRONG_STATE [token]"},
			{askWhatIf, Vars{"rates": []Vars{{"subject": "MATERIAL", "code": "gold", "amount": "1"}}}, "NOT_FOUND [instead rates 0 code]"},
			{askWhatIf, Vars{"rates": []Vars{{"subject": "STAFF", "code": "cloth", "amount": "1"}}}, "INVALID [instead rates 0 subject]"},
			{askWhatIf, Vars{"rates": []Vars{{"subject": "MATERIAL", "code": "cloth", "amount": "-1"}}}, "INVALID [instead rates 0 amount]"},
			{askWhatIf, Vars{"utilisations": []Vars{{"resource": "cloth", "utilisation": "1"}}}, "NOT_FOUND [instead utilisations 0 resource]"},
			{askWhatIf, Vars{"utilisations": []Vars{{"resource": "loom", "utilisation": "-0.1"}}}, "INVALID [instead utilisations 0 utilisation]"},
			{askWhatIf, Vars{"withoutRules": []string{"rul_01k0000000e00000000000000a"}}, "NOT_FOUND [instead withoutRules 0]"},
			{askWhatIf, Vars{"rules": []Vars{{"name": "R", "condition": "1 / 0", "percent": "1"}}}, "INVALID [instead rules 0 condition]"},
		} {
			t.Run(bad.want, func(t *testing.T) {
				r := s.admin.On(t).Do(bad.query, Vars{"c": s.customer, "p": coat, "i": bad.vars})
				if len(r.Errors) != 1 || r.Errors[0].Code()+" "+fmt.Sprint(r.Errors[0].Extensions["field"]) != bad.want {
					t.Errorf("want %s: %s", bad.want, r.Body)
				}
			})
		}
		if r := w.As(schema.RoleSales).Do(askWhatIf, Vars{"c": s.customer, "p": coat, "i": Vars{}}); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
			t.Errorf("SALES: %s", r.Body)
		}
		if got := s.admin.Must(askNearly, Vars{"c": s.customer, "p": coat}).Text("customer.price.unit.amount"); got != "600.00" {
			t.Errorf("what was supposed stayed: %s", got)
		}
	})
}
