package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kopeck/schema"
)

// TestEmailOfAHiddenCustomer records a customer under the e-mail and the external id of a colleague's: nothing tells that they are
// taken, and who sees both has them as possible duplicates.
func TestEmailOfAHiddenCustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		me := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := newUser(admin, "Other", "other@example.com")
		theirs := NewCustomer(admin, Vars{"name": "Theirs", "email": "Anna@Example.com", "externalId": "X-1", "ownerId": other})
		const create = `mutation($in: CreateCustomerInput!) { createCustomer(input: $in) { customer { id version email externalId stage possibleDuplicates { reasons customer { id } } } userErrors { __typename code field message } } }`
		answer := func(in Vars) (id, rest string) {
			r := sales.Do(create, Vars{"in": in})
			id = r.Text("createCustomer.customer.id")
			rest = strings.Replace(r.Body, id, "", 1)
			for _, own := range []string{fmt.Sprint(in["email"]), fmt.Sprint(in["externalId"])} {
				rest = strings.Replace(rest, own, "", 1)
			}
			return id, rest
		}
		mine, taken := answer(Vars{"name": "Mine", "email": "anna@example.com", "externalId": "X-1", "ownerId": me})
		_, free := answer(Vars{"name": "Free", "email": "boris@example.com", "externalId": "X-2", "ownerId": me})
		if mine == "" || taken != free {
			t.Fatalf("with a hidden customer's e-mail:\n%s\nwith a free one:\n%s", taken, free)
		}
		sales.Refused("ALREADY_EXISTS email", create, Vars{"in": Vars{"name": "Again", "email": "ANNA@example.com"}})
		sales.Refused("ALREADY_EXISTS externalId", create, Vars{"in": Vars{"name": "Again", "externalId": "X-1"}})
		admin.Refused("ALREADY_EXISTS email", create, Vars{"in": Vars{"name": "Again", "email": "anna@example.com"}})

		const both = `query($id: ID!) { customer(id: $id) { possibleDuplicates { reasons customer { id } } } }`
		for _, pair := range [][2]string{{mine, theirs}, {theirs, mine}} {
			r := admin.Must(both, Vars{"id": pair[0]})
			if r.Len("customer.possibleDuplicates") != 1 || r.Text("customer.possibleDuplicates.0.customer.id") != pair[1] || r.Text("customer.possibleDuplicates.0.reasons") != "[EMAIL EXTERNAL_ID]" {
				t.Errorf("who sees both: %s", r.Body)
			}
		}
		if r := sales.Must(both, Vars{"id": mine}); r.Len("customer.possibleDuplicates") != 0 {
			t.Errorf("who sees one: %s", r.Body)
		}
		const listed = `{ customers(filter: {possibleDuplicates: true}) { totalCount edges { node { id } } } }`
		if r := admin.Must(listed, nil); r.Int("customers.totalCount") != 1 || r.Text("customers.edges.0.node.id") != mine {
			t.Errorf("the list of who sees both: %s", r.Body)
		}
		if r := sales.Must(listed, nil); r.Int("customers.totalCount") != 0 || r.Len("customers.edges") != 0 {
			t.Errorf("the list of who sees one: %s", r.Body)
		}
		const byExternal = `{ customer(externalId: "X-1") { id } }`
		if a, s := admin.Must(byExternal, nil).Text("customer.id"), sales.Must(byExternal, nil).Text("customer.id"); a != theirs || s != mine {
			t.Errorf("by the external id ADMIN finds %s, want the first, %s; SALES %s, want %s", a, theirs, s, mine)
		}

		// The same when a customer is changed; and what one has oneself stays.
		const update = `mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { customer { id version email } userErrors { code field message } } }`
		NewCustomer(admin, Vars{"name": "Hidden", "email": "clara@example.com", "ownerId": other})
		if r := sales.Must(update, Vars{"in": Vars{"id": mine, "expectedVersion": 1, "email": "clara@example.com"}}); r.Text("updateCustomer.customer.email") != "clara@example.com" {
			t.Errorf("%s", r.Body)
		}
		sales.Must(update, Vars{"in": Vars{"id": mine, "expectedVersion": 2, "email": "Clara@example.com"}})
		sales.Refused("ALREADY_EXISTS email", update, Vars{"in": Vars{"id": mine, "expectedVersion": 3, "email": "boris@example.com"}})
		sales.Must(update, Vars{"in": Vars{"id": mine, "expectedVersion": 3, "email": nil}})
		inOrder(t, w)
	})
}

// TestExternalIDOfAHiddenOrder places an order under the external id of an order of a colleague's customer.
func TestExternalIDOfAHiddenOrder(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		sales := w.As(schema.RoleSales)
		mine := s.customer
		s.customer = NewCustomer(s.admin, Vars{"name": "Theirs", "ownerId": newUser(s.admin, "Other", "other@example.com")})
		theirs := s.order("1", Vars{"externalId": "W-1"})
		place := func(by *Client, externalID string) *Result {
			return by.Do(placeOrder, Vars{"in": Vars{"customerId": mine, "priceTokens": []string{s.token(mine, "1", 9)}, "externalId": externalID}})
		}
		first, free := place(sales, "W-1"), place(sales, "W-2")
		id := first.Text("placeOrder.order.id")
		if id == "" || first.Text("placeOrder.order.externalId") != "W-1" || len(first.UserErrors()) > 0 || len(free.UserErrors()) > 0 {
			t.Fatalf("%s and %s", first.Body, free.Body)
		}
		for _, by := range []*Client{sales, s.admin} {
			if r := place(by, "W-1"); len(r.UserErrors()) != 1 || r.UserErrors()[0] != "ALREADY_EXISTS externalId" {
				t.Errorf("an id that one sees to be taken: %s", r.Body)
			}
		}
		const same = `query($id: ID!) { node(id: $id) { ... on Order { possibleDuplicates { id } } } }`
		for _, pair := range [][2]string{{id, theirs}, {theirs, id}} {
			if r := s.admin.Must(same, Vars{"id": pair[0]}); r.Len("node.possibleDuplicates") != 1 || r.Text("node.possibleDuplicates.0.id") != pair[1] {
				t.Errorf("who sees both: %s", r.Body)
			}
		}
		if r := sales.Must(same, Vars{"id": id}); r.Len("node.possibleDuplicates") != 0 {
			t.Errorf("who sees one: %s", r.Body)
		}
		inOrder(t, w)
	})
}

// TestSameEmailAtTheSameTime has sellers who do not see each other's customers record the same e-mail at once: each succeeds, once.
func TestSameEmailAtTheSameTime(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		var sellers []*Client
		var ids []string
		for i := range 3 {
			email := fmt.Sprintf("seller%d@example.com", i)
			ids = append(ids, w.newUser(email, schema.RoleSales))
			sellers = append(sellers, w.With(w.signIn(email).access))
		}
		made := make([]*Result, 2*len(sellers)) // two requests of each
		concurrently(len(made), func(i int) {
			of := i % len(sellers)
			made[i] = sellers[of].Do(createCustomer, Vars{"in": Vars{"name": "Anna", "email": "anna@example.com", "ownerId": ids[of]}})
		})
		for of := range sellers {
			first, second := made[of].UserErrors(), made[of+len(sellers)].UserErrors()
			if len(first)+len(second) != 1 || append(first, second...)[0] != "ALREADY_EXISTS email" {
				t.Errorf("the seller %d hears %v and %v, want one customer and one ALREADY_EXISTS", of, first, second)
			}
		}
		inOrder(t, w)
	})
}

// TestPagesOfDuplicatePairs pages through all pairs by the cursors of the API, and refuses those of another list.
func TestPagesOfDuplicatePairs(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		for i := range 5 {
			NewCustomer(admin, Vars{"name": fmt.Sprintf("Anna %d", i), "phone": "+74950000001"})
		}
		const list = `query($n: Int, $a: Cursor) { duplicatePairs(first: $n, after: $a) { hasNextPage endCursor edges { cursor node { first { id } second { id } } } } }`
		all := func(size int) (pairs []string) {
			for after := any(nil); ; {
				r := admin.Must(list, Vars{"n": size, "a": after})
				n := r.Len("duplicatePairs.edges")
				for i := range n {
					edge := fmt.Sprintf("duplicatePairs.edges.%d.", i)
					pairs = append(pairs, r.Text(edge+"node.first.id")+" "+r.Text(edge+"node.second.id"))
				}
				if r.Get("duplicatePairs.hasNextPage") != true || len(pairs) > 10 {
					return pairs
				}
				after = r.Text(fmt.Sprintf("duplicatePairs.edges.%d.cursor", n-1))
				if end := r.Text("duplicatePairs.endCursor"); end != after {
					t.Errorf("the page ends at %s, its last edge is at %s", end, after)
				}
			}
		}
		want := all(100)
		if len(want) != 10 || !slices.IsSorted(want) {
			t.Fatalf("pairs %v, want ten in the order of their ids", want)
		}
		for _, size := range []int{1, 2, 3, 9} {
			if got := all(size); !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v, want %v", size, got, want)
			}
		}
		other := admin.Must(`{ customers(first: 1) { pageInfo { endCursor } } }`, nil).Text("customers.pageInfo.endCursor")
		for _, wrong := range []string{other, "cus_1.cus_2"} {
			if r := admin.Do(list, Vars{"a": wrong}); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
				t.Errorf("after %s: %s, want INVALID", wrong, r.Body)
			}
		}
	})
}
