package apitest

import (
	"fmt"
	"testing"
	"time"

	"kopeck/schema"
)

// TestConflictNamesNoHiddenCustomer changes who referred a customer of SALES to one of a colleague: a conflict named the hidden id,
// as the other's value and, once it was cleared, as the value before.
func TestConflictNamesNoHiddenCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		hidden := NewCustomer(admin, Vars{"name": "Hidden", "ownerId": w.newUser("other@example.com", schema.RoleSales)})
		own := NewCustomer(admin, Vars{"name": "Own", "ownerId": seller})
		mine := NewCustomer(admin, Vars{"name": "Mine", "ownerId": seller})
		for version, by := range []any{hidden, nil, own} {
			admin.Must(updateCustomer, Vars{"in": Vars{"id": mine, "expectedVersion": version + 1, "referredById": by}})
		}
		for _, c := range []struct {
			client       *Client
			based        int
			base, theirs any
		}{{sales, 1, nil, own}, {sales, 2, nil, own}, {sales, 3, nil, own}, {admin, 2, hidden, own}} {
			r := c.client.Refused("VERSION_CONFLICT expectedVersion", updateCustomer, Vars{"in": Vars{"id": mine, "expectedVersion": c.based, "referredById": nil}})
			at := "updateCustomer.userErrors.0.fields.0."
			if r.Get(at+"base") != c.base || r.Get(at+"theirs") != c.theirs {
				t.Errorf("based on %d: %s, want %v and %v", c.based, r.Body, c.base, c.theirs)
			}
		}
		admin.Must(updateCustomer, Vars{"in": Vars{"id": mine, "expectedVersion": 4, "referredById": hidden}})
		for _, based := range []int{4, 5} { // they see nobody, and say so: that is no conflict, and erases nothing
			sales.Must(updateCustomer, Vars{"in": Vars{"id": mine, "expectedVersion": based, "referredById": nil}})
		}
		if by := admin.Must(`query($id: ID!) { customer(id: $id) { version referredBy { id } } }`, Vars{"id": mine}); by.Text("customer.referredBy.id") != hidden || by.Int("customer.version") != 5 {
			t.Errorf("%s", by.Body)
		}
	})
}

// TestRestatedCostMakesNoVersion corrects a wage and a material of the past: which versions and times of change moved revealed to SALES
// of whose grade it was, and of what a product is made.
func TestRestatedCostMakesNoVersion(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		ask := `query($id: ID!) { customer(id: $id) {
			contacts { edges { node { version cost { amount } } } }
			orders(orderBy: {field: UPDATED_AT}) { edges { node { id version updatedAt cost { amount } } } } } }`
		sales := w.As(schema.RoleSales)
		before, exact := sales.Must(ask, Vars{"id": s.kept}), s.admin.Must(ask, Vars{"id": s.kept})
		w.Clock.Advance(time.Minute)
		s.rate("STAFF", "senior", "1200", Vars{"unit": "hour", "validFrom": "2020-06-01T00:00:00Z"})
		s.rate("STAFF", "other@example.com", "1300", Vars{"unit": "hour", "validFrom": "2022-06-01T00:00:00Z"})
		s.rate("MATERIAL", "cloth", "77", Vars{"validFrom": "2022-06-01T00:00:00Z"})
		after, restated := sales.Must(ask, Vars{"id": s.kept}), s.admin.Must(ask, Vars{"id": s.kept})
		for i := range after.Len("customer.orders.edges") {
			for _, field := range []string{"id", "version", "updatedAt"} {
				if path := fmt.Sprintf("customer.orders.edges.%d.node.%s", i, field); before.Text(path) != after.Text(path) {
					t.Errorf("%s was %s and is %s", path, before.Text(path), after.Text(path))
				}
			}
		}
		for i := range after.Len("customer.contacts.edges") {
			if path := fmt.Sprintf("customer.contacts.edges.%d.node.version", i); before.Text(path) != after.Text(path) {
				t.Errorf("%s was %s and is %s", path, before.Text(path), after.Text(path))
			}
		}
		if exact.Body == restated.Body {
			t.Errorf("nothing was restated: %s", exact.Body)
		}
	})
}
