package apitest

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/schema"
)

// TestCustomersByRole has three customers, of another seller, of this one and of none, and queries them in every way as
// each role. A customer whom the caller may not see does not exist in any query.
func TestCustomersByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		seller := w.As(schema.RoleSales).Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := admin.Must(`mutation { createUser(input: {email: "other@example.com", name: "Other", password: "a long password 1", role: SALES}) { user { id } userErrors { code message } } }`, nil).Text("createUser.user.id")
		theirs := NewCustomer(admin, Vars{"name": "Theirs", "ownerId": other})
		mine := NewCustomer(admin, Vars{"name": "Mine", "ownerId": seller})
		free := NewCustomer(admin, Vars{"name": "Free"})
		for role, want := range map[schema.Role]map[string]bool{
			schema.RoleAdmin:   {theirs: true, mine: true, free: true},
			schema.RoleManager: {theirs: true, mine: true, free: true},
			schema.RoleAnalyst: {theirs: true, mine: true, free: true},
			schema.RoleSales:   {mine: true, free: true},
			schema.RolePartner: {},
		} {
			t.Run(string(role), func(t *testing.T) {
				c := w.As(role).On(t)
				all := c.Must(`{ customers { totalCount edges { node { id } } } }`, nil)
				if all.Int("customers.totalCount") != len(want) || all.Len("customers.edges") != len(want) {
					t.Errorf("%s: %s", role, all.Body)
				}
				for _, id := range []string{theirs, mine, free} {
					one := c.Must(`query($id: ID!) { customer(id: $id) { id } node(id: $id) { id } nodes(ids: [$id]) { id } }`, Vars{"id": id})
					for _, way := range []string{"customer", "node", "nodes.0"} {
						if (one.Get(way) != nil) != want[id] {
							t.Errorf("%s by %s: %s, want seen %t", role, way, one.Body, want[id])
						}
					}
					contacts := c.Must(`query($id: ID!) { contacts(filter: {customerId: $id}) { totalCount } orders(filter: {customerId: $id}) { totalCount } }`, Vars{"id": id})
					if contacts.Int("contacts.totalCount") != 0 {
						t.Errorf("%s: %s", role, contacts.Body)
					}
				}
				searched := c.Must(`{ customers(search: "Theirs") { totalCount } }`, nil)
				if (searched.Int("customers.totalCount") == 1) != want[theirs] {
					t.Errorf("%s searching: %s", role, searched.Body)
				}
			})
		}
	})
}

// TestVerbsByRole runs one mutation of each kind as every role: FORBIDDEN or not.
func TestVerbsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		customer := NewCustomer(w.As(schema.RoleAdmin), Vars{"name": "Free"})
		verbs := map[string]map[schema.Role]bool{
			`createCustomer(input: {name: "A"})`: {schema.RoleAdmin: true, schema.RoleManager: true, schema.RoleSales: true},
			`createUser(input: {email: "%s@new.example.com", name: "N", password: "a long password 1", role: SALES})`:                                          {schema.RoleAdmin: true},
			`createProduct(input: {sku: "P-%s", name: "P", listPrice: {amount: "1.00", currencyCode: "RUB"}})`:                                                 {schema.RoleAdmin: true, schema.RoleManager: true},
			`setRate(input: {subject: MATERIAL, code: "M-%s", amount: "1", unit: "kg", validFrom: "2026-01-01T00:00:00Z"})`:                                    {schema.RoleAdmin: true, schema.RoleManager: true},
			`createPriceRule(input: {name: "R %s", condition: "true", percent: "-1"})`:                                                                         {schema.RoleAdmin: true, schema.RoleManager: true},
			`changeSetting(input: {name: "lookBackDays", value: 91})`:                                                                                          {schema.RoleAdmin: true},
			`recordContact(input: {customerId: "` + customer + `", kind: INFO_CALL, direction: INBOUND, channel: PHONE})`:                                      {schema.RoleAdmin: true, schema.RoleManager: true, schema.RoleSales: true},
			`grantPermission(input: {customerId: "` + customer + `", channel: EMAIL, purpose: MARKETING, level: BRAND_TRUST, source: "form", wording: "yes"})`: {schema.RoleAdmin: true, schema.RoleManager: true, schema.RoleSales: true},
		}
		for verb, may := range verbs {
			for _, role := range everyRole {
				name, _, _ := strings.Cut(verb, "(")
				t.Run(name+" as "+string(role), func(t *testing.T) {
					r := w.As(role).On(t).Do("mutation { "+strings.Replace(verb, "%s", string(role), 1)+" { userErrors { code field message } } }", nil)
					faults := r.UserErrors()
					refused := len(faults) == 1 && (faults[0] == "FORBIDDEN" || faults[0] == "NOT_FOUND customerId")
					if len(r.Errors) > 0 || refused == may[role] || (may[role] && len(faults) > 0) {
						t.Errorf("%s, want allowed %t", r.Body, may[role])
					}
				})
			}
		}
	})
}

// TestPageTakesAtMostSixStatements counts statements: the number does not grow with the page.
func TestPageTakesAtMostSixStatements(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		var products []string
		for i := range 3 {
			products = append(products, c.Must(fmt.Sprintf(`mutation { createProduct(input: {sku: "P%d", name: "P", listPrice: {amount: "100.00", currencyCode: "RUB"}}) { product { id } userErrors { code message } } }`, i), nil).Text("createProduct.product.id"))
		}
		for i := range 50 {
			id := NewCustomer(c, Vars{"name": fmt.Sprintf("Customer %d", i)})
			for range i % 4 {
				c.Must(`mutation($id: ID!) { recordContact(input: {customerId: $id, kind: INFO_CALL, direction: INBOUND, channel: PHONE, minutes: "3"}) { userErrors { code message } } }`, Vars{"id": id})
			}
			c.Must(`mutation($id: ID!) { grantPermission(input: {customerId: $id, channel: EMAIL, purpose: MARKETING, level: BRAND_TRUST, source: "form", wording: "yes"}) { userErrors { code message } } }`, Vars{"id": id})
		}
		query := `query($n: Int!, $a: ID!, $b: ID!, $c: ID!) { customers(first: $n) { edges { node {
			id name stage
			lifetimeValue { total { amount } probabilityAlive notes }
			a: price(productId: $a) { unit { amount } }
			b: price(productId: $b) { unit { amount } lines { label amount { amount } } }
			c: price(productId: $c) { unit { amount } product { name } }
			contacts(first: 3, orderBy: {field: AT, direction: DESC}) { edges { node { id at cost { amount } staff { name } } } }
			permissions { channel purpose level state }
		} } } }`
		counts := map[int]int{}
		for _, n := range []int{5, 50} {
			vars := Vars{"n": n, "a": products[0], "b": products[1], "c": products[2]}
			counts[n] = w.Statements(func() {
				if got := c.Must(query, vars).Len("customers.edges"); got != n {
					t.Fatalf("%d customers instead of %d", got, n)
				}
			})
		}
		t.Logf("statements: %v", counts)
		if counts[50] > 6 || counts[50] > counts[5] {
			t.Errorf("statements by page: %v", counts)
		}
	})
}
