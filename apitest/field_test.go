package apitest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	defineField = `mutation($in: DefineFieldInput!) { defineField(input: $in) { field { id version code noun type label least most words forSales forPartners } userErrors { code field message } } }`
	updateField = `mutation($in: UpdateFieldInput!) { updateField(input: $in) { field { id version label type } userErrors { code field message } } }`
	setFields   = `mutation($in: SetFieldsInput!) { setFields(input: $in) { fields { code value version definition { label } } userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`
	fieldsOf    = `query($id: ID!, $at: Time) { customer(id: $id) { fields(at: $at) { code value version } } }`
	withFields  = `query($f: [FieldFilter!]) { customers(filter: {fields: $f}) { totalCount edges { node { name } } } }`
)

// TestOwnFieldsByRole defines, sets, reads and filters by the installation's own fields as each role: a field that is not for a role does not
// exist to it.
func TestOwnFieldsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		w.As(schema.RoleAnalyst)
		for code, more := range map[string]Vars{
			"card": {"type": "CHOICE", "words": []string{"gold", "silver"}, "forSales": true}, "points": {"type": "NUMBER"}, "since": {"type": "DAY", "forSales": true}, "vip": {"type": "BOOLEAN", "forSales": true},
		} {
			in := Vars{"noun": "CUSTOMER", "code": code, "label": "The " + code}
			for name, value := range more {
				in[name] = value
			}
			a.Must(defineField, Vars{"in": in})
		}
		other := w.newUser("other@example.com", schema.RoleSales)
		anna, boris, clara := NewCustomer(a, Vars{"name": "Anna"}), NewCustomer(a, Vars{"name": "Boris"}), NewCustomer(a, Vars{"name": "Clara", "ownerId": other})
		set := func(c *Client, id string, values ...string) *Result {
			var fields []Vars
			for _, one := range values {
				code, value, _ := strings.Cut(one, "=")
				fields = append(fields, Vars{"code": code, "value": value})
			}
			return c.Do(setFields, Vars{"in": Vars{"id": id, "fields": fields}})
		}
		for id, values := range map[string][]string{anna: {"card=gold", "points=5", "since=2024-05-05", "vip=true"}, boris: {"card=silver", "points=-7.25", "since=2020-01-01"}, clara: {"card=gold", "points=100"}} {
			if got := set(a, id, values...).UserErrors(); len(got) > 0 {
				t.Fatal(got)
			}
		}
		for name, c := range map[string]struct {
			by         *Client
			id, values string
			want       string
		}{
			"a field that is not theirs": {sales, anna, "points=6", "NOT_FOUND fields.0.code"},
			"no such field":              {sales, anna, "nothing=6", "NOT_FOUND fields.0.code"},
			"a bad value":                {sales, anna, "card=tin", "INVALID fields.0.value"},
			"a hidden customer":          {sales, clara, "card=silver", "NOT_FOUND id"},
			"no customer":                {sales, "cus_01jd0000000000000000000001", "card=silver", "NOT_FOUND id"},
			"an analyst":                 {w.As(schema.RoleAnalyst), anna, "card=silver", "FORBIDDEN"},
			"what another has set":       {sales, anna, "card=silver", "VERSION_CONFLICT fields.0.expectedVersion"},
		} {
			if got := set(c.by, c.id, c.values).UserErrors(); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
		conflict := set(sales, anna, "card=silver")
		if got := text(conflict.Get("setFields.userErrors.0.fields")); got != `[{"base":null,"name":"card","theirs":"gold","yours":"silver"}]` || conflict.Int("setFields.userErrors.0.currentVersion") != 1 {
			t.Errorf("the conflict is %s", conflict.Body)
		}
		for name, c := range map[string]struct {
			by   *Client
			want string
		}{
			"ADMIN": {a, "card points since vip"}, "ANALYST": {w.As(schema.RoleAnalyst), "card points since vip"}, "SALES": {sales, "card since vip"},
		} {
			var codes []string
			r := c.by.Must(fieldsOf, Vars{"id": anna})
			for i := range r.Len("customer.fields") {
				codes = append(codes, r.Text(fmt.Sprintf("customer.fields.%d.code", i)))
			}
			if got := strings.Join(codes, " "); got != c.want {
				t.Errorf("%s reads %s, want %s", name, got, c.want)
			}
		}
		if r := a.Must(fieldsOf, Vars{"id": anna, "at": w.Clock.Now().Add(-time.Hour).Format(time.RFC3339)}); r.Len("customer.fields") != 0 {
			t.Errorf("before it was set: %s", r.Body)
		}
		equals := func(code string, value any) Vars { return Vars{"code": code, "equals": value} }
		for name, c := range map[string]struct {
			by     *Client
			filter []Vars
			want   string
		}{
			"equal":                 {a, []Vars{equals("card", "gold")}, "Anna Clara"},
			"equal, as SALES":       {sales, []Vars{equals("card", "gold")}, "Anna"},
			"equal numbers":         {a, []Vars{equals("points", "5.00")}, "Anna"},
			"without a value":       {a, []Vars{equals("vip", nil)}, "Boris Clara"},
			"from":                  {a, []Vars{{"code": "points", "from": "5"}}, "Anna Clara"},
			"to":                    {a, []Vars{{"code": "points", "to": "4.99"}}, "Boris"},
			"a range of days":       {sales, []Vars{{"code": "since", "from": "2020-01-01", "to": "2024-05-04"}}, "Boris"},
			"two":                   {a, []Vars{equals("card", "gold"), {"code": "points", "to": "50"}}, "Anna"},
			"none":                  {a, []Vars{}, "Anna Boris Clara"},
			"a word that is none":   {a, []Vars{equals("card", "tin")}, "INVALID filter.fields.0.equals"},
			"a range of a choice":   {a, []Vars{{"code": "card", "from": "a"}}, "INVALID filter.fields.0.code"},
			"a number that is none": {a, []Vars{{"code": "points", "from": "x"}}, "INVALID filter.fields.0.from"},
			"an empty range":        {a, []Vars{{"code": "points", "from": "2", "to": "1"}}, "INVALID filter.fields.0.to"},
			"nothing asked":         {a, []Vars{{"code": "points"}}, "INVALID filter.fields.0.equals"},
			"both":                  {a, []Vars{{"code": "points", "equals": "1", "to": "1"}}, "INVALID filter.fields.0.equals"},
			"a hidden field":        {sales, []Vars{{"code": "points", "from": "0"}}, "NOT_FOUND filter.fields.0.code"},
			"no field":              {sales, []Vars{{"code": "pointz", "from": "0"}}, "NOT_FOUND filter.fields.0.code"},
			"too many":              {a, slices.Repeat([]Vars{equals("card", "gold")}, 6), "LIMIT_EXCEEDED filter.fields"},
		} {
			r := c.by.Do(withFields, Vars{"f": c.filter})
			var found []string
			for i := range r.Len("customers.edges") {
				found = append(found, r.Text(fmt.Sprintf("customers.edges.%d.node.name", i)))
			}
			got := strings.Join(found, " ")
			if len(r.Errors) > 0 {
				got = r.Errors[0].Code() + " " + strings.Join(strings.Fields(strings.Trim(fmt.Sprint(r.Errors[0].Extensions["field"]), "[]")), ".")
			} else if r.Int("customers.totalCount") != len(found) {
				t.Errorf("%s: %s", name, r.Body)
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", name, got, c.want)
			}
		}
	})
}

// TestListsByOwnFields filters the lists of contacts, orders and products by the installation's own fields: by those that the viewer may see,
// among the rows that the viewer may see, with the number of those rows.
func TestListsByOwnFields(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		a, sales, partner := w.As(schema.RoleAdmin), w.As(schema.RoleSales), w.As(schema.RolePartner)
		other := w.newUser("other@example.com", schema.RoleSales)
		mine, theirs := NewCustomer(a, Vars{"name": "Anna"}), NewCustomer(a, Vars{"name": "Clara", "ownerId": other})
		product := func(sku string) string {
			in := Vars{"sku": sku, "name": sku, "listPrice": Vars{"amount": "100.00", "currencyCode": "RUB"}}
			return a.Must("mutation($in: CreateProductInput!) { createProduct(input: $in) { product { id } userErrors { code field message } } }", Vars{"in": in}).Text("createProduct.product.id")
		}
		coat, hat := product("COAT"), product("HAT")
		contact := func(of string) string {
			in := Vars{"customerId": of, "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE"}
			return a.Must("mutation($in: RecordContactInput!) { recordContact(input: $in) { contact { id } userErrors { code field message } } }", Vars{"in": in}).Text("recordContact.contact.id")
		}
		order := func(of string) string {
			token := a.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, quantity: "1") { token } } }`, Vars{"c": of, "p": coat}).Text("customer.price.token")
			in := Vars{"customerId": of, "idempotencyKey": of, "priceTokens": []string{token}}
			return a.Must("mutation($in: PlaceOrderInput!) { placeOrder(input: $in) { order { id } userErrors { code field message } } }", Vars{"in": in}).Text("placeOrder.order.id")
		}
		rows := map[string][2]string{"contacts": {contact(mine), contact(theirs)}, "orders": {order(mine), order(theirs)}, "products": {coat, hat}}
		for list, noun := range map[string]string{"contacts": "CONTACT", "orders": "ORDER", "products": "PRODUCT"} {
			a.Must(defineField, Vars{"in": Vars{"noun": noun, "code": "score", "label": "Score", "type": "NUMBER"}})
			a.Must(defineField, Vars{"in": Vars{"noun": noun, "code": "word", "label": "Word", "type": "TEXT", "forSales": true}})
			for n, id := range rows[list] {
				a.Must(setFields, Vars{"in": Vars{"id": id, "fields": []Vars{{"code": "score", "value": fmt.Sprint(10 * (n + 1))}, {"code": "word", "value": "same"}}}})
			}
		}
		for list, ids := range rows {
			ask := func(by *Client, filter ...Vars) string {
				query := "query($f: [FieldFilter!]) { " + list + "(filter: {fields: $f}) { totalCount edges { node { id } } } }"
				result := by.Do(query, Vars{"f": filter})
				if len(result.Errors) > 0 {
					return result.Errors[0].Code()
				}
				found := make([]string, result.Len(list+".edges"))
				for n := range found {
					found[n] = result.Text(fmt.Sprintf("%s.edges.%d.node.id", list, n))
				}
				slices.Sort(found)
				return fmt.Sprint(result.Int(list+".totalCount"), " ", found)
			}
			both := slices.Sorted(slices.Values(ids[:]))
			same := Vars{"code": "word", "equals": "same"}
			seen := fmt.Sprint(1, " ", ids[:1])
			if list == "products" {
				seen = fmt.Sprint(2, " ", both)
			}
			for name, c := range map[string]struct{ got, want string }{
				"both":                         {ask(a, same), fmt.Sprint(2, " ", both)},
				"a range":                      {ask(a, same, Vars{"code": "score", "from": "15"}), fmt.Sprint(1, " ", ids[1:])},
				"none without":                 {ask(a, Vars{"code": "word", "equals": nil}), "0 []"},
				"sales, their rows":            {ask(sales, same), seen},
				"sales, a field not of theirs": {ask(sales, Vars{"code": "score", "equals": "10"}), "NOT_FOUND"},
				"a partner":                    {ask(partner, same), "NOT_FOUND"},
			} {
				t.Run(list+" "+name, func(t *testing.T) {
					if c.got != c.want {
						t.Errorf("%s, want %s", c.got, c.want)
					}
				})
			}
		}
	})
}
