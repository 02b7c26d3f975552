package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/schema"
)

const (
	createTeam       = `mutation($in: CreateTeamInput!) { createTeam(input: $in) { team { id version } userErrors { code field message } } }`
	addTeamMember    = `mutation($in: AddTeamMemberInput!) { addTeamMember(input: $in) { team { id version } userErrors { code field message } } }`
	removeTeamMember = `mutation($in: RemoveTeamMemberInput!) { removeTeamMember(input: $in) { team { id version } userErrors { code field message } } }`
	handOver         = `mutation($in: HandOverCustomersInput!) { handOverCustomers(input: $in) { handOver { id customers offers past { amount } total { amount } } userErrors { code field message } } }`
)

// TestTeamsShareCustomers follows a customer of a colleague through every way on which SALES reach customers and what belongs to them, while
// the setting and the team change: what is seen is the same on all of them, at every moment.
func TestTeamsShareCustomers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		a, sales := s.admin, w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		other := w.newUser("other@example.com", schema.RoleSales)
		colleague := w.With(w.signIn("other@example.com").access)
		s.customer = NewCustomer(a, Vars{"name": "Theirs", "email": "theirs@example.com", "ownerId": other})
		contact := a.Must(recordContact, Vars{"in": Called(s.customer, nil)}).Text("recordContact.contact.id")
		order := s.order("1", nil)
		watched := sales.Must(`{ customers { totalCount } }`, nil).Int("customers.totalCount")

		// seen is by which ways the customer is reached.
		seen := func(c *Client) string {
			var ways []string
			add := func(way string, found bool) {
				if found {
					ways = append(ways, way)
				}
			}
			r := c.Must(`query($c: ID!, $con: ID!, $ord: ID!, $owner: ID!) {
				customer(id: $c) { id } node(id: $c) { id } contact: node(id: $con) { id } order: node(id: $ord) { id }
				all: customers { totalCount } filtered: customers(filter: {ownerId: $owner}) { totalCount } found: customers(search: "theirs@example") { edges { node { id } } }
				contacts(filter: {customerId: $c}) { totalCount } orders(filter: {customerId: $c}) { totalCount } allOrders: orders { totalCount } }`,
				Vars{"c": s.customer, "con": contact, "ord": order, "owner": other})
			add("customer", r.Get("customer") != nil)
			add("node", r.Get("node") != nil)
			add("contact", r.Get("contact") != nil)
			add("order", r.Get("order") != nil)
			add("count", r.Int("all.totalCount") == watched+1)
			add("filter", r.Int("filtered.totalCount") == 1)
			add("search", r.Len("found.edges") == 1)
			add("contacts", r.Int("contacts.totalCount") == 1)
			add("orders", r.Int("orders.totalCount") == 1 && r.Int("allOrders.totalCount") == 1)
			return strings.Join(ways, " ")
		}
		want := func(when, want string) {
			t.Helper()
			if got := seen(sales); got != want {
				t.Errorf("%s: seen by %q, want %q", when, got, want)
			}
		}
		const everyWay = "customer node contact order count filter search contacts orders"
		want("without a team", "")
		team := a.Must(createTeam, Vars{"in": Vars{"name": "Shop", "memberIds": []string{other}}}).Text("createTeam.team.id")
		a.Must(addTeamMember, Vars{"in": Vars{"teamId": team, "userId": seller, "from": w.Clock.Now().Add(5 * time.Minute).Format(time.RFC3339)}})
		want("in a team, by default", "")
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": true})
		want("before the membership begins", "")
		w.Clock.Advance(5 * time.Minute)
		want("in the team", everyWay)
		if got := seen(colleague); got != everyWay {
			t.Errorf("the owner sees %q", got)
		}
		sales.Must(recordContact, Vars{"in": Called(s.customer, Vars{"kind": "COMPLAINT"})}) // sharing is looking after
		contact = a.Must(recordContact, Vars{"in": Called(NewCustomer(a, Vars{"ownerId": w.newUser("third@example.com", schema.RoleSales)}), nil)}).Text("recordContact.contact.id")
		want("of somebody outside of the team", "customer node order count filter search orders")
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": false})
		want("no longer shared", "")
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": true})
		a.Must(removeTeamMember, Vars{"in": Vars{"teamId": team, "userId": other}})
		want("after the owner left the team", "")
		sales.Refused("NOT_FOUND customerId", recordContact, Vars{"in": Called(s.customer, nil)})
	})
}

// TestSharedCustomersTakeOneStatement lists customers with and without a team of many: the statements are as many, and each is narrowed once.
func TestSharedCustomersTakeOneStatement(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		members := []string{seller}
		for n := range 5 {
			members = append(members, w.newUser(fmt.Sprintf("s%d@example.com", n), schema.RoleSales))
			NewCustomer(a, Vars{"name": fmt.Sprintf("C%d", n), "ownerId": members[n+1]})
		}
		NewCustomer(a, Vars{"name": "Mine", "ownerId": seller})
		ask := func() (int, int) {
			var r *Result
			n := w.Statements(func() {
				r = sales.Must(`{ customers { totalCount edges { node { contacts { totalCount edges { node { id } } } } } } }`, nil)
			})
			return n, r.Int("customers.totalCount")
		}
		before, alone := ask()
		a.Must(createTeam, Vars{"in": Vars{"name": "All", "memberIds": members}})
		a.Must(changeSetting, Vars{"n": "teamsShareCustomers", "v": true})
		after, shared := ask()
		if before != after || alone != 1 || shared != 6 {
			t.Errorf("%d statements for %d customers, and %d for %d: want as many for 1 as for 6", before, alone, after, shared)
		}
	})
}

// TestTeamsByRole reads and changes teams, hands over and partners as each role.
func TestTeamsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		from, to := w.newUser("from@example.com", schema.RoleSales), w.newUser("to@example.com", schema.RoleSales)
		NewCustomer(a, Vars{"name": "Anna", "ownerId": from, "acquisitionCost": roubles("10.00")})
		team := a.Must(createTeam, Vars{"in": Vars{"name": "Shop", "leadId": from}}).Text("createTeam.team.id")
		handed := a.Must(handOver, Vars{"in": Vars{"fromUserId": from, "toUserId": to, "reason": "He moves", "idempotencyKey": "k"}})
		if got := handed.Text("handOverCustomers.handOver.past.amount"); got != "-10.00" {
			t.Errorf("%s", handed.Body)
		}
		id := handed.Text("handOverCustomers.handOver.id")
		for _, role := range everyRole {
			t.Run(string(role), func(t *testing.T) {
				c := w.As(role).On(t)
				r := c.Must(`query($t: ID!, $u: ID!) { team(id: $t) { name lead { id } members { user { id } } } teams(filter: {userId: $u}) { totalCount } node(id: $u) { ... on User { teams { id } } } partners { totalCount } }`, Vars{"t": team, "u": from})
				if sees := role != schema.RolePartner; (r.Get("team") != nil) != sees || (r.Int("teams.totalCount") == 1) != sees || (r.Get("node") != nil) != sees {
					t.Errorf("%s", r.Body)
				}
				sum := c.Must(`query($h: ID!) { node(id: $h) { ... on HandOver { total { amount } } } }`, Vars{"h": id})
				if sees := slices.Contains(auth.ScopesOf(role), auth.ScopeCosts); (sum.Get("node") != nil) != sees {
					t.Errorf("%s", sum.Body)
				}
				if role == schema.RoleAdmin || role == schema.RoleManager {
					return
				}
				c.Refused("FORBIDDEN", createTeam, Vars{"in": Vars{"name": "Mine"}})
				c.Refused("FORBIDDEN", handOver, Vars{"in": Vars{"fromUserId": to, "toUserId": from, "reason": "r"}})
				c.Refused("FORBIDDEN", `mutation { createPartner(input: {name: "P"}) { userErrors { code field message } } }`, nil)
			})
		}
		w.As(schema.RoleManager).Must(`mutation { createPartner(input: {name: "Doors"}) { partner { id } userErrors { code field message } } }`, nil)
		if r := w.As(schema.RoleManager).Do(`mutation { createPartner(input: {name: "Floors", scopes: ["orders"]}) { partner { id } userErrors { code field message } } }`, nil); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
			t.Errorf("MANAGER gives a client access: %s", r.Body)
		}
	})
}

// TestPartnerOfACustomer names who brought a customer, finds the customers of a partner, and takes the name away.
func TestPartnerOfACustomer(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		doors := a.Must(`mutation { createPartner(input: {name: "Doors", scopes: ["orders"], idempotencyKey: "d"}) { partner { id scopes } userErrors { code field message } } }`, nil).Text("createPartner.partner.id")
		a.Refused("ALREADY_EXISTS name", `mutation { createPartner(input: {name: "DOORS"}) { userErrors { code field message } } }`, nil)
		brought := NewCustomer(sales, Vars{"name": "Anna", "partnerId": doors})
		NewCustomer(sales, Vars{"name": "Boris"})
		sales.Refused("NOT_FOUND partnerId", createCustomer, Vars{"in": Vars{"name": "C", "partnerId": "prt_01jd0000000000000000000001"}})
		sales.Refused("INVALID partnerId", createCustomer, Vars{"in": Vars{"name": "C", "partnerId": brought}})
		count := func(filter Vars) int {
			return sales.Must(`query($f: CustomerFilter) { customers(filter: $f) { totalCount } }`, Vars{"f": filter}).Int("customers.totalCount")
		}
		if by, none := count(Vars{"partnerId": doors}), count(Vars{"partnerId": nil}); by != 1 || none != 1 {
			t.Errorf("%d customers of the partner and %d of none, want 1 and 1", by, none)
		}
		a.Must(`mutation($id: ID!) { updatePartner(input: {id: $id, expectedVersion: 1, name: "Doors and more", active: false}) { partner { version } userErrors { code field message } } }`, Vars{"id": doors})
		a.Refused("VERSION_CONFLICT expectedVersion", `mutation($id: ID!) { updatePartner(input: {id: $id, expectedVersion: 1, name: "Windows"}) { userErrors { code field message } } }`, Vars{"id": doors})
		r := sales.Must(`query($id: ID!) { customer(id: $id) { partner { id name active version } } partners(filter: {name: "doors AND more", active: false}) { totalCount } }`, Vars{"id": brought})
		if r.Text("customer.partner.name") != "Doors and more" || r.Int("customer.partner.version") != 2 || r.Int("partners.totalCount") != 1 {
			t.Errorf("%s", r.Body)
		}
		sales.Must(updateCustomer, Vars{"in": Vars{"id": brought, "expectedVersion": 1, "partnerId": nil}})
		if got := count(Vars{"partnerId": doors}); got != 0 {
			t.Errorf("%d customers of the partner are left", got)
		}
	})
}
