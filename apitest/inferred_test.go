package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// TestMarginIsNotInferredFromOwnContacts has an order that is credited to one contact of the seller's own: its value was the margin
// to the kopeck. What contacts are expected to earn rests on the contacts that the seller sees.
func TestMarginIsNotInferredFromOwnContacts(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		sales := w.As(schema.RoleSales)
		own := NewCustomer(sales, Vars{"name": "Own"})
		theirs := NewCustomer(s.admin, Vars{"name": "Theirs", "ownerId": w.newUser("other@example.com", schema.RoleSales)})
		called := sales.Must(recordContact, Vars{"in": Called(own, nil)}).Text("recordContact.contact.id")
		ask := `query($id: ID!) { node(id: $id) { ... on Contact { value { realised { amount } expected { amount } net { amount } } } } }`
		buy := func(customer string) {
			order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{s.token(customer, "1", 0)}, "overruleDateReason": "A test"}}).Text("placeOrder.order.id")
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		}
		value := func(by *Client) string {
			r := by.Must(ask, Vars{"id": called})
			return r.Text("node.value.realised.amount") + " " + r.Text("node.value.net.amount") + " " + r.Text("node.value.expected.amount")
		}
		buy(own)
		if at := value(sales); !strings.HasPrefix(at, "0.00 0.00 ") {
			t.Errorf("%s on the day of the order", at)
		}
		w.show()
		before, known := value(sales), value(s.admin)
		if !strings.HasPrefix(known, "599.99 599.99 ") || !strings.HasPrefix(before, "600.00 600.00 ") {
			t.Errorf("%s for SALES, %s for ADMIN", before, known)
		}
		s.admin.Must(recordContact, Vars{"in": Called(theirs, nil)})
		buy(theirs)
		buy(theirs)
		if after := value(sales); after != before {
			t.Errorf("orders of a hidden customer changed %s to %s", before, after)
		}
		if value(s.admin) == known {
			t.Error("orders did not change what ADMIN expects of a contact")
		}
	})
}

// TestFloorIsNotRevealed has a rule that takes the price under the floor of 125.00: the line FLOOR revealed that it is the floor.
func TestFloorIsNotRevealed(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		s.admin.Must(createPriceRule, Vars{"in": Vars{"name": "Nearly free", "condition": "true", "price": roubles("1.00")}})
		ask := Vars{"c": s.customer, "p": s.coat, "q": "1"}
		for name, c := range map[string]struct {
			by   *Client
			want string
		}{"ADMIN": {s.admin, "LIST 999.99, RULE -998.99 Nearly free, FLOOR "}, "SALES": {w.As(schema.RoleSales), "LIST 999.99, RULE -998.99, LEAD_TIME "}} {
			t.Run(name, func(t *testing.T) {
				r := c.by.On(t).Must(askPrice, ask)
				if got := waterfall(t, r); !strings.HasPrefix(got, c.want) || strings.Contains(got, "FLOOR") != (name == "ADMIN") {
					t.Errorf("%s: %s", got, r.Body)
				}
			})
		}
	})
}

// TestRatesAreNotToldByPrices asks for prices that a rate is missing for, and for those of the time from which a rate is known that
// is still to come: the message named the material, the price revealed the rate.
func TestRatesAreNotToldByPrices(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		ahead := w.Clock.Now().AddDate(0, 0, 30).UTC().Format(time.RFC3339)
		s.rate("MATERIAL", "SECRET-CLOTH", "777", Vars{"validFrom": ahead})
		hidden := makeProduct(s.admin, Vars{"sku": "HIDDEN", "markup": "0.5", "components": []Vars{{"material": "SECRET-CLOTH", "quantity": "2"}}})
		later := w.Clock.Now().AddDate(0, 0, 60).UTC().Format(time.RFC3339)
		sales, partner := w.As(schema.RoleSales), w.As(schema.RolePartner)
		for name, c := range map[string]struct {
			by   *Client
			ask  string
			code string
			says bool // the material
		}{
			"a price to ADMIN":          {s.admin, `query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p) { unit { amount } } } }`, "WRONG_STATE", true},
			"a price to SALES":          {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p) { unit { amount } } } }`, "WRONG_STATE", false},
			"proposals to SALES":        {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { proposals(productId: $p) { leadDays } } }`, "WRONG_STATE", false},
			"the catalogue to SALES":    {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { prices { edges { node { unit { amount } } } } } node(id: $p) { id } }`, "WRONG_STATE", false},
			"a list price to SALES":     {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { id } node(id: $p) { ... on Product { listPrice { amount } } } }`, "WRONG_STATE", false},
			"a list price to PARTNER":   {partner, `query($c: ID!, $p: ID!) { customer(id: $c) { id } node(id: $p) { ... on Product { listPrice { amount } } } }`, "FORBIDDEN", false},
			"a coming price to SALES":   {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, at: "` + later + `") { unit { amount } } } }`, "FORBIDDEN", false},
			"coming prices to SALES":    {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { prices(at: "` + later + `") { edges { node { unit { amount } } } } } node(id: $p) { id } }`, "FORBIDDEN", false},
			"a coming list to SALES":    {sales, `query($c: ID!, $p: ID!) { customer(id: $c) { id } node(id: $p) { ... on Product { listPrice(at: "` + later + `") { amount } } } }`, "FORBIDDEN", false},
			"a coming list to the boss": {s.admin, `query($c: ID!, $p: ID!) { customer(id: $c) { id } node(id: $p) { ... on Product { listPrice(at: "` + later + `") { amount } } } }`, "", false},
		} {
			t.Run(name, func(t *testing.T) {
				r := c.by.On(t).Do(c.ask, Vars{"c": s.customer, "p": hidden})
				code := ""
				if len(r.Errors) > 0 {
					code = r.Errors[0].Code()
				}
				if code != c.code || strings.Contains(r.Body, "SECRET-CLOTH") != c.says {
					t.Errorf("%s, want %s, the material named: %t", r.Body, c.code, c.says)
				}
			})
		}
		surcharge := partner.Must(`{ products { edges { node { sku options { code surcharge { amount } } } } } }`, nil)
		if strings.Contains(surcharge.Body, `"amount"`) {
			t.Errorf("%s", surcharge.Body)
		}
	})
}

// TestOrdersAreNotToldByCustomers has a partner without the scope orders read a customer before and after an order of theirs: version,
// time of change and stage revealed it.
func TestOrdersAreNotToldByCustomers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		none := w.With(w.signIn("none@partner.example").access)
		w.change("UPDATE customers SET partner_id = (SELECT id FROM partners WHERE name = 'none@partner.example') WHERE id = ?", s.shared)
		look := func() string {
			return none.Must(`{ customers(orderBy: {field: UPDATED_AT}) { totalCount edges { cursor node { id version updatedAt stage stageChanges { reason } orders { totalCount } contacts { totalCount } } } } }`, nil).Body
		}
		before := look()
		if !strings.Contains(before, s.shared) || !strings.Contains(before, `"stage":"FRIEND"`) || strings.Contains(before, `"version":3`) {
			t.Fatalf("%s", before)
		}
		w.Clock.Advance(time.Minute)
		order := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": s.shared, "priceTokens": []string{s.token(s.shared, "0.1", 0)}, "overruleDateReason": "A test"}}).Text("placeOrder.order.id")
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		s.admin.Must(recordContact, Vars{"in": Called(s.shared, nil)})
		version := s.admin.Must(`query($id: ID!) { customer(id: $id) { version } }`, Vars{"id": s.shared}).Int("customer.version")
		s.admin.Must(`mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { customer { stage } userErrors { code message } } }`, Vars{"in": Vars{"id": s.shared, "expectedVersion": version, "stage": "LOYAL", "stageReason": "Owes us 5000"}})
		if after := look(); data(after) != data(before) {
			t.Errorf("before: %s\nafter: %s", before, after)
		}
		for _, filter := range []string{`stages: [LOYAL]`, fmt.Sprintf(`updatedAt: {from: %q}`, w.Clock.Now().Format(time.RFC3339))} {
			if r := none.Do(`{ customers(filter: {`+filter+`}) { totalCount } }`, nil); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
				t.Errorf("%s: %s", filter, r.Body)
			}
		}
	})
}

// TestCostsAreNotInListPrices has a product that costs 123.45 and is marked up by 37 %: list prices of it to the kopeck are whole kopecks of
// cost times one markup, and a few of them tell both. Without the scope costs they are in whole price steps.
func TestCostsAreNotInListPrices(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		s.admin.Must(`mutation { changeSetting(input: {name: "priceStep", value: 100}) { userErrors { message } } }`, nil)
		product := s.admin.Must(`mutation($in: CreateProductInput!) { createProduct(input: $in) { product { id } userErrors { code field message } } }`, Vars{"in": Vars{
			"sku": "SCARF", "name": "A scarf", "markup": "0.37", "standardLeadDays": 0, "components": []Vars{{"material": "cloth", "quantity": "1.2345"}},
		}}).Text("createProduct.product.id")
		for role, want := range map[schema.Role]string{
			schema.RoleAdmin: "LIST 169.13, ROUNDING -0.13, list 169.13 of the product 169.13", schema.RoleSales: "LIST 169.00, list 169.00 of the product 169.00",
			schema.RoleManager: "LIST 169.13, ROUNDING -0.13, list 169.13 of the product 169.13",
		} {
			c := w.As(role)
			r := c.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, quantity: "1") { unit { amount } list { amount } lines { kind amount { amount } } product { listPrice { amount } } } } }`,
				Vars{"c": NewCustomer(c, Vars{}), "p": product})
			var got strings.Builder
			for i := range r.Len("customer.price.lines") {
				line := fmt.Sprintf("customer.price.lines.%d.", i)
				fmt.Fprintf(&got, "%s %s, ", r.Text(line+"kind"), r.Text(line+"amount.amount"))
			}
			if got := got.String() + "list " + r.Text("customer.price.list.amount") + " of the product " + r.Text("customer.price.product.listPrice.amount"); got != want || r.Text("customer.price.unit.amount") != "169.00" {
				t.Errorf("%s reads %s, want %s: %s", role, got, want, r.Body)
			}
		}
	})
}

// data is an answer without what the request cost.
func data(body string) string {
	before, _, _ := strings.Cut(body, `"extensions"`)
	return before
}

// TestPartnerSeesNoVersionsOfContacts: a contact that is corrected in what a partner does not see is the same to them as before.
func TestPartnerSeesNoVersionsOfContacts(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		partner, doors := doorsOf(w)
		customer := NewCustomer(a, Vars{"partnerId": doors})
		a.Must(grant, granting(customer, "PERSONAL", Vars{"purpose": "PARTNER_SHARING"}))
		call := a.Must(recordContact, Vars{"in": Called(customer, Vars{"source": "FAIR"})}).Text("recordContact.contact.id")
		const seen = `query($id: ID!) { node(id: $id) { ... on Contact { version notes } } }`
		before := partner.Must(seen, Vars{"id": call})
		w.Clock.Advance(time.Minute)
		a.Must(correctContact, Vars{"in": Vars{"id": call, "expectedVersion": 1, "reason": "r", "source": "FRIEND"}})
		if after := partner.Must(seen, Vars{"id": call}); after.Body != before.Body || after.Int("node.version") != 1 {
			t.Errorf("a partner reads %s, before %s", after.Body, before.Body)
		}
		if r := a.Must(seen, Vars{"id": call}); r.Int("node.version") != 2 {
			t.Errorf("ADMIN reads %s", r.Body)
		}
		if r := partner.Do(`query($id: ID!) { node(id: $id) { ... on Contact { correctedAt } } }`, Vars{"id": call}); r.Get("node.correctedAt") != nil {
			t.Errorf("a partner reads %s", r.Body)
		}
	})
}

// TestCorrectionOfHiddenPeopleHasNoTime: a correction of customers alone whom the viewer may not see is none to them.
func TestCorrectionOfHiddenPeopleHasNoTime(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		mine := NewCustomer(sales, Vars{"name": "Mine"})
		hidden := NewCustomer(a, Vars{"name": "Hidden", "ownerId": w.newUser("other@example.com", schema.RoleSales)})
		call := sales.Must(recordContact, Vars{"in": Called(mine, nil)}).Text("recordContact.contact.id")
		const asked = `query($id: ID!) { node(id: $id) { ... on Contact { correctedAt corrections { at } } } }`
		correct := func(version int, field string, value any) {
			w.Clock.Advance(time.Minute)
			a.Must(correctContact, Vars{"in": Vars{"id": call, "expectedVersion": version, "reason": "r", field: value}})
		}
		correct(1, "peopleIds", []string{hidden})
		if r := sales.Must(asked, Vars{"id": call}); r.Get("node.correctedAt") != nil || r.Len("node.corrections") != 0 {
			t.Errorf("SALES read %s", r.Body)
		}
		correct(2, "notes", "told")
		seen := sales.Must(asked, Vars{"id": call})
		if last := a.Must(asked, Vars{"id": call}); seen.Get("node.correctedAt") == nil || seen.Text("node.correctedAt") != last.Text("node.correctedAt") || seen.Len("node.corrections") != 1 {
			t.Errorf("SALES read %s", seen.Body)
		}
		correct(3, "peopleIds", []string{})
		if r := sales.Must(asked, Vars{"id": call}); r.Text("node.correctedAt") != seen.Text("node.corrections.0.at") || r.Len("node.corrections") != 1 {
			t.Errorf("SALES read %s, before %s", r.Body, seen.Body)
		}
		if r := a.Must(asked, Vars{"id": call}); r.Len("node.corrections") != 3 || r.Text("node.correctedAt") <= seen.Text("node.correctedAt") {
			t.Errorf("ADMIN reads %s", r.Body)
		}
	})
}
