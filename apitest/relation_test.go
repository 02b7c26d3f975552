package apitest

import (
	"testing"

	"kopeck/schema"
)

const (
	seenRelation    = `{ relation { id version role from to person { id } company { id } } userErrors { code field message } }`
	relateCustomers = `mutation($in: RelateCustomersInput!) { relateCustomers(input: $in) ` + seenRelation + ` }`
	endRelation     = `mutation($in: EndRelationInput!) { endRelation(input: $in) ` + seenRelation + ` }`
	correctRelation = `mutation($in: CorrectRelationInput!) { correctRelation(input: $in) ` + seenRelation + ` }`
	removeRelation  = `mutation($in: RemoveRelationInput!) { removeRelation(input: $in) ` + seenRelation + ` }`
)

// TestRelations: each role, through the API.
func TestRelations(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		boss := admin.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		anna, boris := NewCustomer(admin, Vars{"name": "Anna", "ownerId": seller}), NewCustomer(admin, Vars{"name": "Boris", "ownerId": boss})
		bureau := NewCustomer(admin, Vars{"name": "Bureau", "kind": "COMPANY"})
		mine := sales.Must(relateCustomers, Vars{"in": Vars{"personId": anna, "companyId": bureau, "role": "buyer", "from": "2020-01-01"}}).Text("relateCustomers.relation.id")
		theirs := admin.Must(relateCustomers, Vars{"in": Vars{"personId": boris, "companyId": bureau, "from": "2020-01-01", "to": "2020-12-31"}}).Text("relateCustomers.relation.id")
		const seen = `query($id: ID!) { customer(id: $id) { now: people { person { name } } then: people(at: "2020-06-01T00:00:00Z") { person { name } role } relations { to } companies { id } } }`
		for _, role := range everyRole {
			client := w.As(role)
			r := client.Must(seen, Vars{"id": bureau})
			if role == schema.RolePartner {
				if r.Get("customer") != nil {
					t.Errorf("a partner sees %v", r.data)
				}
				continue
			}
			then, all := 2, 2
			if role == schema.RoleSales {
				then, all = 1, 1
			}
			if r.Len("customer.now") != 1 || r.Len("customer.then") != then || r.Len("customer.relations") != all || r.Len("customer.companies") != 0 || r.Text("customer.then.0.role") != "buyer" {
				t.Errorf("%s sees %v", role, r.data)
			}
		}
		for _, field := range []string{"companies", "people"} {
			if r := sales.Do(`query($id: ID!) { customer(id: $id) { `+field+`(at: "2201-01-01T00:00:00Z") { id } } }`, Vars{"id": bureau}); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
				t.Errorf("%s of a moment too far ahead: %s", field, r.Body)
			}
		}
		sales.Refused("NOT_FOUND id", endRelation, Vars{"in": Vars{"id": theirs}})
		sales.Refused("NOT_FOUND id", removeRelation, Vars{"in": Vars{"id": theirs, "reason": "r"}})
		sales.Refused("NOT_FOUND personId", relateCustomers, Vars{"in": Vars{"personId": boris, "companyId": bureau}})
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", endRelation, Vars{"in": Vars{"id": mine}})
		sales.Must(correctRelation, Vars{"in": Vars{"id": mine, "expectedVersion": 1, "role": nil}})
		sales.Must(endRelation, Vars{"in": Vars{"id": mine, "to": "2021-12-31"}})
		sales.Refused("WRONG_STATE id", endRelation, Vars{"in": Vars{"id": mine}})
		if r := sales.Must(removeRelation, Vars{"in": Vars{"id": mine, "reason": "another Anna"}}); r.Text("removeRelation.relation.to") != "2021-12-31" {
			t.Errorf("removed: %v", r.data)
		}
	})
}

// TestSeveralInAContact: what those see of the cost who took part, and who finds the contact.
func TestSeveralInAContact(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id email } } }`, nil)
		me, other := seller.Text("viewer.user.id"), w.newUser("other@example.com", schema.RoleSales)
		for code, amount := range map[string]string{seller.Text("viewer.user.email"): "600", "other@example.com": "1200"} {
			admin.Must(rateIs, Vars{"in": ratePer("STAFF", code, "hour", amount, "2020-01-01T00:00:00Z")})
		}
		anna, boris := NewCustomer(admin, Vars{"name": "Anna"}), NewCustomer(admin, Vars{"name": "Boris", "ownerId": other})
		made := admin.Must(recordContact, Vars{"in": Called(anna, Vars{
			"participants": []Vars{{"userId": other, "minutes": "3"}, {"userId": me, "minutes": "2"}}, "peopleIds": []string{boris},
		})}).Text("recordContact.contact.id")
		const read = `query($id: ID!, $me: ID!, $boris: ID!, $at: Time!) { node(id: $id) { ... on Contact { minutes staff { id } participants { user { id } minutes seconds } people { name }
			cost { amount } costLines { kind amount { amount } } value { net { amount } } costKnownAt(at: $at) { total { amount } } } }
			contacts(filter: {staffId: $me}) { edges { node { id } } } with: contacts(filter: {personId: $boris}) { edges { node { id } } } }`
		vars := Vars{"id": made, "me": me, "boris": boris, "at": w.Clock.Now()}
		all := admin.Must(read, vars)
		check := func(r *Result, want map[string]string) {
			for path, value := range want {
				if got := r.Text(path); got != value {
					t.Errorf("%s is %q, want %q", path, got, value)
				}
			}
		}
		check(all, map[string]string{
			"node.minutes": "3", "node.staff.id": other, "node.participants.1.user.id": me, "node.participants.1.seconds": "120", "node.people.0.name": "Boris",
			"node.cost.amount": "80.00", "node.costKnownAt.total.amount": "80.00", "contacts.edges.0.node.id": made, "with.edges.0.node.id": made,
		})
		own := sales.Must(read, vars)
		check(own, map[string]string{"node.cost.amount": "20.00", "node.value.net.amount": "-20.00", "node.costKnownAt.total.amount": "20.00", "node.participants.0.user.id": other, "contacts.edges.0.node.id": made})
		if own.Len("node.people") != 0 || own.Len("with.edges") != 0 {
			t.Errorf("SALES see one whom another owns: %v", own.data)
		}
		for i := range own.Len("node.costLines") {
			if kind := own.Text("node.costLines.0.kind"); i > 0 && own.Text("node.costLines.1.kind") == kind {
				t.Errorf("SALES read another's line: %v", own.data)
			}
		}
		stranger := w.newUser("stranger@example.com", schema.RoleSales)
		if r := w.With(w.signIn("stranger@example.com").access).Must(read, vars); r.Get("node.cost") != nil || r.Len("node.costLines") != 0 {
			t.Errorf("%s, who did not take part, sees %v", stranger, r.data)
		}
	})
}
