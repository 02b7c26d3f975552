package apitest

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/schema"
)

const (
	addContactPoint    = `mutation($in: AddContactPointInput!) { addContactPoint(input: $in) { customer { id version phone email contactPoints { id type value kind main } } contactPoint { id value kind main } userErrors { __typename code field message } } }`
	updateContactPoint = `mutation($in: UpdateContactPointInput!) { updateContactPoint(input: $in) { customer { version phone email } contactPoint { id value kind main } userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`
	removeContactPoint = `mutation($in: RemoveContactPointInput!) { removeContactPoint(input: $in) { customer { version phone email contactPoints { value main } } userErrors { code field message } } }`
	addAddress         = `mutation($in: AddAddressInput!) { addAddress(input: $in) { customer { version addresses { id } } address { id kind country region city street postalCode createdAt } userErrors { code field message } } }`
	updateAddress      = `mutation($in: UpdateAddressInput!) { updateAddress(input: $in) { customer { version } address { id city } userErrors { code field message } } }`
	removeAddress      = `mutation($in: RemoveAddressInput!) { removeAddress(input: $in) { customer { version addresses { id } } userErrors { code field message } } }`
	addTags            = `mutation($in: TagsInput!) { addTags(input: $in) { customer { version tags } userErrors { code field message } } }`
	removeTags         = `mutation($in: TagsInput!) { removeTags(input: $in) { customer { version tags } userErrors { code field message } } }`
)

// TestContactPointsOfACustomer records, changes and removes what a customer is reached by.
func TestContactPointsOfACustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		anna := NewCustomer(admin, Vars{"name": "Anna", "phone": "8 900 111-22-33"})
		r := admin.Must(addContactPoint, Vars{"in": Vars{"customerId": anna, "type": "PHONE", "value": "8 (495) 000-11-22", "kind": "WORK"}})
		office := r.Text("addContactPoint.contactPoint.id")
		if r.Text("addContactPoint.customer.phone") != "+79001112233" || r.Len("addContactPoint.customer.contactPoints") != 2 || r.Text("addContactPoint.contactPoint.value") != "+74950001122" {
			t.Errorf("%s", r.Body)
		}
		r = admin.Must(updateContactPoint, Vars{"in": Vars{"id": office, "expectedVersion": 2, "main": true, "kind": "MOBILE"}})
		if r.Text("updateContactPoint.customer.phone") != "+74950001122" || r.Text("updateContactPoint.contactPoint.kind") != "MOBILE" || r.Int("updateContactPoint.customer.version") != 3 {
			t.Errorf("%s", r.Body)
		}
		r = admin.Do(updateContactPoint, Vars{"in": Vars{"id": office, "expectedVersion": 2, "kind": "HOME"}})
		if r.Text("updateContactPoint.userErrors.0.fields.0.name") != "kind" || r.Text("updateContactPoint.userErrors.0.fields.0.theirs") != "MOBILE" {
			t.Errorf("%s", r.Body)
		}
		phone := admin.Must(`query($id: ID!) { customer(id: $id) { contactPoints { id main } } }`, Vars{"id": anna})
		other := phone.Text("customer.contactPoints.0.id")
		if other == office {
			other = phone.Text("customer.contactPoints.1.id")
		}
		admin.Must(updateContactPoint, Vars{"in": Vars{"id": other, "expectedVersion": 3, "main": true, "value": "8 900 111-22-34"}})
		r = admin.Do(updateContactPoint, Vars{"in": Vars{"id": other, "expectedVersion": 3, "main": true, "value": "8 900 111-22-35"}})
		if r.Len("updateContactPoint.userErrors.0.fields") != 1 || r.Text("updateContactPoint.userErrors.0.fields.0.name") != "value" {
			t.Errorf("the value of the main one, changed by two: %s", r.Body)
		}
		admin.Must(updateContactPoint, Vars{"in": Vars{"id": other, "expectedVersion": 4, "value": "8 900 111-22-33"}})
		r = admin.Must(removeContactPoint, Vars{"in": Vars{"id": office, "expectedVersion": 5}})
		if r.Text("removeContactPoint.customer.phone") != "+79001112233" || r.Len("removeContactPoint.customer.contactPoints") != 1 {
			t.Errorf("%s", r.Body)
		}
		home := admin.Must(addAddress, Vars{"in": Vars{"customerId": anna, "city": "Kazan", "idempotencyKey": "a"}}).Text("addAddress.address.id")
		if again := admin.Must(addAddress, Vars{"in": Vars{"customerId": anna, "city": "Kazan", "idempotencyKey": "a"}}).Text("addAddress.address.id"); again != home {
			t.Errorf("the same request makes %s and %s", home, again)
		}
		admin.Must(updateAddress, Vars{"in": Vars{"id": home, "expectedVersion": 7, "city": "Ufa"}})
		admin.Refused("INVALID street", updateAddress, Vars{"in": Vars{"id": home, "expectedVersion": 8, "city": nil}})
		if r := admin.Must(removeAddress, Vars{"in": Vars{"id": home}}); r.Len("removeAddress.customer.addresses") != 0 {
			t.Errorf("%s", r.Body)
		}
		admin.Must(addTags, Vars{"in": Vars{"customerId": anna, "tags": []string{"VIP", "wholesale"}}})
		boris := NewCustomer(admin, Vars{"name": "Boris"})
		admin.Must(addTags, Vars{"in": Vars{"customerId": boris, "tags": []string{"vip"}}})
		const listed = `query($t: [String!]) { customers(filter: {tags: $t}) { totalCount edges { node { id tags } } } }`
		for tags, want := range map[string]string{"Vip": anna + " " + boris, "VIP,WHOLESALE": anna, "none": ""} {
			r := admin.Must(listed, Vars{"t": strings.Split(tags, ",")})
			var ids []string
			for i := range r.Len("customers.edges") {
				ids = append(ids, r.Text(fmt.Sprintf("customers.edges.%d.node.id", i)))
			}
			if got := strings.Join(ids, " "); got != want {
				t.Errorf("tagged %s: %s, want %s", tags, got, want)
			}
		}
		if r := admin.Must(removeTags, Vars{"in": Vars{"customerId": anna, "tags": []string{"WHOLESALE"}}}); r.Text("removeTags.customer.tags") != "[VIP]" {
			t.Errorf("%s", r.Body)
		}
		inOrder(t, w)
	})
}

// TestNumberOfAHiddenCustomer: that a further number or e-mail is that of a colleague's customer does not show; who sees both has them as possible
// duplicates, with the reasons.
func TestNumberOfAHiddenCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		me := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		theirs := NewCustomer(admin, Vars{"name": "Theirs", "phone": "+7 900 000-00-01", "email": "theirs@example.com", "ownerId": newUser(admin, "Other", "other@example.com")})
		for value, of := range map[string]string{"+79000000002": "PHONE", "second@example.com": "EMAIL"} {
			admin.Must(addContactPoint, Vars{"in": Vars{"customerId": theirs, "type": of, "value": value}})
		}
		mine := NewCustomer(sales, Vars{"name": "Mine", "ownerId": me})
		answer := func(value string) string {
			r := sales.Do(addContactPoint, Vars{"in": Vars{"customerId": NewCustomer(sales, Vars{"name": "X", "ownerId": me}), "type": "EMAIL", "value": value}})
			r2 := sales.Must(removeContactPoint, Vars{"in": Vars{"id": r.Text("addContactPoint.contactPoint.id")}})
			return fmt.Sprint(r.UserErrors(), r.Int("addContactPoint.customer.version"), r2.Int("removeContactPoint.customer.version"))
		}
		free := answer("free@example.com")
		for _, taken := range []string{"theirs@example.com", "second@example.com"} {
			if got := answer(taken); got != free {
				t.Errorf("with %s of a hidden customer: %s, with a free one: %s", taken, got, free)
			}
		}
		sales.Must(addContactPoint, Vars{"in": Vars{"customerId": mine, "type": "PHONE", "value": "+79000000009"}})
		sales.Must(addContactPoint, Vars{"in": Vars{"customerId": mine, "type": "PHONE", "value": "+79000000002"}})
		sales.Must(addContactPoint, Vars{"in": Vars{"customerId": mine, "type": "EMAIL", "value": "second@example.com"}})
		admin.Refused("ALREADY_EXISTS value", addContactPoint, Vars{"in": Vars{"customerId": mine, "type": "EMAIL", "value": "Theirs@example.com"}})

		const both = `query($id: ID!) { customer(id: $id) { possibleDuplicates { reasons customer { id } } } }`
		for _, pair := range [][2]string{{mine, theirs}, {theirs, mine}} {
			if r := admin.Must(both, Vars{"id": pair[0]}); r.Len("customer.possibleDuplicates") != 1 || r.Text("customer.possibleDuplicates.0.customer.id") != pair[1] || r.Text("customer.possibleDuplicates.0.reasons") != "[EMAIL PHONE]" {
				t.Errorf("who sees both: %s", r.Body)
			}
		}
		if r := sales.Must(both, Vars{"id": mine}); r.Len("customer.possibleDuplicates") != 0 {
			t.Errorf("who sees one: %s", r.Body)
		}
		const listed = `{ customers(filter: {possibleDuplicates: true}) { totalCount edges { node { id } } } duplicatePairs { edges { node { first { id } second { id } reasons } } } }`
		if r := admin.Must(listed, nil); r.Int("customers.totalCount") != 1 || r.Text("customers.edges.0.node.id") != mine || r.Len("duplicatePairs.edges") != 1 {
			t.Errorf("the lists of who sees both: %s", r.Body)
		}
		if r := sales.Must(listed, nil); r.Int("customers.totalCount") != 0 || r.Len("duplicatePairs.edges") != 0 {
			t.Errorf("the lists of who sees one: %s", r.Body)
		}
		for _, text := range []string{"900 000 00 01", "0000002", "second@example.com", "theirs@example.com"} {
			a, s := admin.Must(`query($t: String!) { customers(search: $t) { totalCount } }`, Vars{"t": text}).Int("customers.totalCount"), sales.Must(`query($t: String!) { customers(search: $t) { totalCount edges { node { id } } } }`, Vars{"t": text})
			if a == 0 || s.Int("customers.totalCount") > 1 || s.Len("customers.edges") == 1 && s.Text("customers.edges.0.node.id") != mine {
				t.Errorf("%s finds %d for ADMIN, and for SALES %s", text, a, s.Body)
			}
		}
		point := admin.Must(`query($id: ID!) { customer(id: $id) { contactPoints { id } } }`, Vars{"id": theirs}).Text("customer.contactPoints.0.id")
		for name, document := range map[string]string{"updateContactPoint": updateContactPoint, "removeContactPoint": removeContactPoint} {
			in := Vars{"id": point}
			if name == "updateContactPoint" {
				in["expectedVersion"], in["kind"] = 1, "HOME"
			}
			sales.Refused("NOT_FOUND id", document, Vars{"in": in})
			in["id"] = "cpt_01jd0000000000000000000009"
			sales.Refused("NOT_FOUND id", document, Vars{"in": in})
		}
		inOrder(t, w)
	})
}

// TestTagsAreOfStaff: a partner who sees a customer reads no further numbers, no addresses and no tags; nobody learns of tags by the filter.
func TestTagsAreOfStaff(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := seed(w)
		const card = `query($id: ID!) { customer(id: $id) { tags addresses { city } contactPoints { value } } }`
		if r := s.partnerWithAll.Must(card, Vars{"id": s.shared}); r.Len("customer.tags") != 0 || r.Len("customer.addresses") != 0 || r.Len("customer.contactPoints") != 0 {
			t.Errorf("a partner reads %s", r.Body)
		}
		if r := s.admin.Must(card, Vars{"id": s.shared}); r.Len("customer.tags") != 2 {
			t.Errorf("ADMIN reads %s", r.Body)
		}
		if r := s.partnerWithAll.Do(`{ customers(filter: {tags: ["VIP"]}) { totalCount } }`, nil); !strings.Contains(r.Body, "FORBIDDEN") {
			t.Errorf("a partner filters by tags: %s", r.Body)
		}
		if r := w.As(schema.RoleSales).Must(`{ customers(filter: {tags: ["VIP"]}) { totalCount } }`, nil); r.Int("customers.totalCount") != 3 {
			t.Errorf("SALES find %s", r.Body)
		}
		for role, client := range map[string]*Client{"ANALYST": w.As(schema.RoleAnalyst), "PARTNER": s.partnerWithAll} {
			for _, document := range []string{addTags, removeTags} {
				if r := client.Do(document, Vars{"in": Vars{"customerId": s.shared, "tags": []string{"x"}}}); !strings.Contains(r.Body, "FORBIDDEN") {
					t.Errorf("%s changes tags: %s", role, r.Body)
				}
			}
			if r := client.Do(addContactPoint, Vars{"in": Vars{"customerId": s.shared, "type": "PHONE", "value": "112"}}); !strings.Contains(r.Body, "FORBIDDEN") {
				t.Errorf("%s adds a number: %s", role, r.Body)
			}
		}
	})
}
