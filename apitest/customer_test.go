package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const createCustomer = `mutation($in: CreateCustomerInput!) { createCustomer(input: $in) { customer { id version name email stage } userErrors { code field message } } }`

// NewCustomer creates a customer as a client and returns the id.
func NewCustomer(c *Client, in Vars) string {
	c.t.Helper()
	if in["name"] == nil {
		in["name"] = "Анна Иванова"
	}
	return c.Must(createCustomer, Vars{"in": in}).Text("createCustomer.customer.id")
}

func TestCreateCustomerIsIdempotent(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		in := Vars{"id": "cus_01jd3x5m8nf4svbj2k7q9w0e1r", "name": "Пётр Смирнов", "email": "Petr@Example.com", "idempotencyKey": "k1"}
		first := c.Must(createCustomer, Vars{"in": in})
		repeated := c.Must(createCustomer, Vars{"in": in})
		if first.Text("createCustomer.customer.id") != repeated.Text("createCustomer.customer.id") {
			t.Fatalf("%s and %s", first.Body, repeated.Body)
		}
		in["name"] = "Somebody else"
		c.Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", createCustomer, Vars{"in": in})
		c.Refused("ALREADY_EXISTS id", createCustomer, Vars{"in": Vars{"id": in["id"], "name": "B"}})
		c.Refused("ALREADY_EXISTS email", createCustomer, Vars{"in": Vars{"name": "B", "email": "PETR@example.COM"}})
		total := c.Must(`{ customers { totalCount } }`, nil)
		if total.Int("customers.totalCount") != 1 {
			t.Fatalf("got %s, want a total of 1", total.Body)
		}
	})
}

func TestCustomerBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		for want, in := range map[string]Vars{
			"INVALID name":                         {"name": "  "},
			"INVALID id":                           {"name": "A", "id": "con_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID email":                        {"name": "A", "email": "not an address"},
			"INVALID phone":                        {"name": "A", "phone": "no digits"},
			"INVALID measurements":                 {"name": "A", "measurements": "wide"},
			"INVALID acquisitionCost.amount":       {"name": "A", "acquisitionCost": Vars{"amount": "1.005", "currencyCode": "RUB"}},
			"INVALID acquisitionCost.currencyCode": {"name": "A", "acquisitionCost": Vars{"amount": "1.00", "currencyCode": "USD"}},
			"NOT_FOUND ownerId":                    {"name": "A", "ownerId": "usr_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"NOT_FOUND referredById":               {"name": "A", "referredById": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"},
			"INVALID idempotencyKey":               {"name": "A", "idempotencyKey": ""},
		} {
			t.Run(want, func(t *testing.T) {
				c.On(t).Refused(want, createCustomer, Vars{"in": in})
			})
		}
		if n := c.Must(`{ customers { totalCount } }`, nil).Int("customers.totalCount"); n != 0 {
			t.Fatalf("%d customers after bad input alone", n)
		}
	})
}

func TestNamesInAnyScript(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		for _, name := range []string{"Ольга 🪟 Ёлкина", "مريم الأحمد", "王小明", "O'Brien \"Bob\"", "Jörg Müller", strings.Repeat("я", 200)} {
			id := NewCustomer(c, Vars{"name": name})
			if got := c.Must(`query($id: ID!) { customer(id: $id) { name } }`, Vars{"id": id}).Text("customer.name"); got != name {
				t.Errorf("%q came back as %q", name, got)
			}
		}
	})
}

const updateCustomer = `mutation($in: UpdateCustomerInput!) { updateCustomer(input: $in) { customer { version name phone segment stage } userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`

func TestUpdatesMergeOrConflictByField(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		id := NewCustomer(c, Vars{"name": "Анна", "phone": "+7 916 123-45-67"})
		c.Must(updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 1, "name": "Анна Петровна"}})
		merged := c.Must(updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 1, "phone": "+7 916 765-43-21"}})
		if merged.Text("updateCustomer.customer.name") != "Анна Петровна" || merged.Int("updateCustomer.customer.version") != 3 {
			t.Fatalf("got %s, want version 3 with the new name", merged.Body)
		}
		clash := c.Refused("VERSION_CONFLICT expectedVersion", updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 1, "name": "Анна Сергеевна", "segment": "FAST_CHEAP"}})
		at := "updateCustomer.userErrors.0.fields"
		if clash.Len(at) != 1 || clash.Text(at+".0.name") != "name" || clash.Text(at+".0.base") != "Анна" ||
			clash.Text(at+".0.theirs") != "Анна Петровна" || clash.Text(at+".0.yours") != "Анна Сергеевна" {
			t.Fatalf("got %s, want a conflict on the two names", clash.Body)
		}
		same := c.Must(updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 1, "name": "Анна Петровна"}})
		if same.Int("updateCustomer.customer.version") != 3 {
			t.Fatalf("the same value made a new version: %s", same.Body)
		}
		cleared := c.Must(updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 3, "phone": nil}})
		if cleared.Get("updateCustomer.customer.phone") != nil {
			t.Fatalf("got %s, want no phone", cleared.Body)
		}
		c.Refused("INVALID expectedVersion", updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 99, "name": "X"}})
	})
}

// TestDeletedCustomersAreNames: a contact named a deleted customer with the e-mail, phone, birthday and wallet, and the open tasks could not be
// closed by anybody.
func TestDeletedCustomersAreNames(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a := w.As(schema.RoleAdmin)
		anna := NewCustomer(a, Vars{"name": "Anna", "email": "anna@example.com", "phone": "+79161112233", "birthday": "1981-01-01", "wallet": roubles("100.00")})
		call := a.Must(recordContact, Vars{"in": Called(anna, nil)}).Text("recordContact.contact.id")
		task := a.Must(createTask, Vars{"in": due(w, anna, time.Hour, nil)}).Text("createTask.task.id")
		a.Must(`mutation($id: ID!) { deleteCustomer(input: {id: $id, reason: "asked to"}) { userErrors { code } } }`, Vars{"id": anna})
		for _, role := range []schema.Role{schema.RoleAdmin, schema.RoleSales, schema.RoleAnalyst} {
			r := w.As(role).Must(`query($id: ID!) { node(id: $id) { ... on Contact { customer { name email phone birthday wallet { amount } measurements contactPoints { value } } } } }`, Vars{"id": call})
			if want := `{"name":"Anna","email":null,"phone":null,"birthday":null,"wallet":null,"measurements":null,"contactPoints":[]}`; !strings.Contains(r.Body, want) {
				t.Errorf("%s reads %s", role, r.Body)
			}
		}
		if r := a.Must(`query($id: ID!) { task(id: $id) { state } }`, Vars{"id": task}); r.Text("task.state") != "CANCELLED" {
			t.Errorf("the task: %s", r.Body)
		}
	})
}

func TestDeletedCustomersEmailIsFree(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		id := NewCustomer(c, Vars{"name": "A", "email": "a@example.com", "externalId": "X1"})
		c.Must(`mutation($id: ID!) { deleteCustomer(input: {id: $id, reason: "asked to"}) { userErrors { code } } }`, Vars{"id": id})
		NewCustomer(c, Vars{"name": "B", "email": "A@example.com", "externalId": "X1"})
		gone := c.Must(`query($id: ID!) { customer(id: $id) { id } node(id: $id) { id } customers(search: "A") { totalCount } }`, Vars{"id": id})
		if gone.Get("customer") != nil || gone.Get("node") != nil {
			t.Fatalf("got %s, want no customer", gone.Body)
		}
	})
}

func TestSearch(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		id := NewCustomer(c, Vars{"name": "Ёлкина Ольга Ивановна", "email": "olga.elkina@Mail.example", "phone": "8 (916) 123-45-67", "externalId": "CRM-0042"})
		NewCustomer(c, Vars{"name": "Кто-то Другой", "phone": "+49 30 901820"})
		for _, text := range []string{
			"ёлкина", "ОЛЬГА ёл", "ив ольга", "olga.elkina@mail.example", "OLGA.EL", "elkina", "+7 916 123 45 67", "89161234567",
			"916-123", "4567", "123-45-67", "crm-0042", "0042",
		} {
			r := c.Must(`query($s: String!) { customers(search: $s) { totalCount edges { node { id } } } }`, Vars{"s": text})
			if r.Int("customers.totalCount") != 1 || r.Text("customers.edges.0.node.id") != id {
				t.Errorf("%q found %s", text, r.Body)
			}
		}
		for _, text := range []string{"лкина", "999999", "%", "' OR 1=1 --", "😀"} {
			if r := c.Must(`query($s: String!) { customers(search: $s) { totalCount } }`, Vars{"s": text}); r.Int("customers.totalCount") != 0 {
				t.Errorf("%q found %s", text, r.Body)
			}
		}
	})
}

// TestPageWalks reads all pages of the customers in every order, forwards and backwards, and finds each customer once.
func TestPageWalks(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		const n = 23
		for i := range n {
			NewCustomer(c, Vars{"name": fmt.Sprintf("Customer %c %d", 'Z'-rune(i%5), i%7)})
		}
		for _, field := range []string{"CREATED_AT", "UPDATED_AT", "NAME", "LIFETIME_VALUE", "LAST_ORDER_AT"} {
			for _, direction := range []string{"ASC", "DESC"} {
				forward := walk(t, c, field, direction, "first", "after", "hasNextPage", "endCursor")
				backward := walk(t, c, field, direction, "last", "before", "hasPreviousPage", "startCursor")
				if len(forward) != n || len(backward) != n {
					t.Errorf("%s %s: %d forwards, %d backwards of %d", field, direction, len(forward), len(backward), n)
				}
			}
		}
	})
}

func walk(t *testing.T, c *Client, field, direction, count, end, more, cursor string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	query := fmt.Sprintf(`query($c: Cursor) { customers(%s: 5, %s: $c, orderBy: {field: %s, direction: %s}) { edges { node { id } cursor } pageInfo { %s %s } } }`,
		count, end, field, direction, more, cursor)
	var at any
	for range 20 {
		r := c.Must(query, Vars{"c": at})
		for i := range r.Len("customers.edges") {
			id := r.Text(fmt.Sprintf("customers.edges.%d.node.id", i))
			if seen[id] {
				t.Fatalf("%s %s: %s twice", field, direction, id)
			}
			seen[id] = true
		}
		if r.Get("customers.pageInfo."+more) != true {
			break
		}
		at = r.Get("customers.pageInfo." + cursor)
	}
	return seen
}

func TestInvalidPages(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		NewCustomer(c, Vars{"name": "A"})
		zero := c.Must(`{ customers(first: 0) { totalCount edges { node { id } } pageInfo { hasNextPage } } }`, nil)
		if zero.Len("customers.edges") != 0 || zero.Int("customers.totalCount") != 1 {
			t.Errorf("got %s, want no rows and a total of 1", zero.Body)
		}
		cursor := c.Must(`{ customers { edges { cursor } } }`, nil).Text("customers.edges.0.cursor")
		for _, arguments := range []string{
			"first: -1", "first: 1000", "first: 101", "last: 1000", "first: 2, last: 2", `after: "rubbish"`, `after: ""`,
			fmt.Sprintf("orderBy: {field: NAME}, after: %q", cursor),
		} {
			r := c.Do("{ customers("+arguments+") { edges { node { id } } } }", nil)
			if len(r.Errors) == 0 || r.Errors[0].Code() != "INVALID" {
				t.Errorf("%s: %s", arguments, r.Body)
			}
		}
		other := c.Do(fmt.Sprintf("{ contacts(after: %q) { edges { node { id } } } }", cursor), nil)
		if len(other.Errors) == 0 || other.Errors[0].Code() != "INVALID" {
			t.Errorf("a cursor of another list: %s", other.Body)
		}
		nested := c.Do(`{ customers { edges { node { contacts(after: "%%%") { edges { node { id } } } } } } }`, nil)
		if len(nested.Errors) == 0 || strings.Contains(nested.Body, "internal") {
			t.Errorf("a bad nested cursor: %s", nested.Body)
		}
	})
}

func TestAnonymousMayDoNothing(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		anonymous := w.With("")
		for _, query := range []string{
			`{ viewer { role } }`, `{ customers { totalCount } }`, `{ node(id: "cus_01jd3x5m8nf4svbj2k7q9w0e1r") { id } }`,
			`mutation { createCustomer(input: {name: "A"}) { userErrors { code } } }`, `{ __typename customers { totalCount } }`, `{ settings { name } }`,
		} {
			r := anonymous.Do(query, nil)
			if len(r.Errors) != 1 || r.Errors[0].Code() != "UNAUTHENTICATED" {
				t.Errorf("%s: %s", query, r.Body)
			}
		}
		if r := w.With("not.a.token").Do(`{ viewer { role } }`, nil); r.Status != 401 {
			t.Errorf("a bad token: %d %s", r.Status, r.Body)
		}
	})
}
