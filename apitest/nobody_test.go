package apitest_test

import (
	"fmt"
	"strings"
	"testing"

	. "kopeck/apitest"
	"kopeck/schema"
)

// Null in a filter asks for the rows that have nothing there; where every row has something, it is INVALID and not everything.
func TestFilterOfNothing(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		user := w.As(schema.RoleSales).Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		owned := NewCustomer(c, Vars{"name": "Owned", "ownerId": user, "segment": "FAST_CHEAP"})
		nobodys := NewCustomer(c, Vars{"name": "Nobody's"})
		for filter, want := range map[string]string{
			"{}": owned + " " + nobodys, "{ownerId: null}": nobodys, fmt.Sprintf("{ownerId: %q}", user): owned, "{segments: null}": nobodys, "{segments: [FAST_CHEAP]}": owned,
			"{lastOrderAt: null}": owned + " " + nobodys, "{ownerId: null, segments: [FAST_CHEAP]}": "",
		} {
			t.Run(filter, func(t *testing.T) {
				r := c.On(t).Must(`{ customers(filter: `+filter+`) { totalCount edges { node { id } } } }`, nil)
				var found []string
				for i := range r.Int("customers.totalCount") {
					found = append(found, r.Text(fmt.Sprintf("customers.edges.%d.node.id", i)))
				}
				if got := strings.Join(found, " "); got != want {
					t.Errorf("%s found %q, want %q", filter, got, want)
				}
			})
		}
		for _, ask := range []string{
			"customers(filter: {kind: null})", "customers(filter: {stages: null})", "customers(filter: {createdAt: null})", "customers(filter: {possibleDuplicates: null})",
			"contacts(filter: {customerId: null})", "contacts(filter: {direction: null})", "contacts(filter: {at: null})", "orders(filter: {customerId: null})", "orders(filter: {statuses: null})",
			"offers(filter: {statuses: null})", "offers(filter: {expiresAt: null})", "products(filter: {search: null})", "products(filter: {active: null})", "agreements(filter: {productId: null})",
		} {
			t.Run(ask, func(t *testing.T) {
				r := c.On(t).Do(`{ `+ask+` { totalCount } }`, nil)
				if len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" || !strings.Contains(r.Errors[0].Message, "leave the field out to list all") {
					t.Errorf("%s, want INVALID", r.Body)
				}
			})
		}
		r := c.Must(`{ contacts(filter: {staffId: null}) { totalCount } }`, nil)
		if r.Int("contacts.totalCount") != 0 {
			t.Error(r.Body)
		}
	})
}

// A scalar that cannot be read is named with what was expected.
func TestScalarsSayWhatIsExpected(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		customer := NewCustomer(c, Vars{"name": "Anna"})
		contact := func(change Vars) Vars {
			in := Vars{"customerId": customer, "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE", "idempotencyKey": "k"}
			for name, value := range change {
				in[name] = value
			}
			return in
		}
		const record, create = `mutation($in: RecordContactInput!) { recordContact(input: $in) { userErrors { message } } }`,
			`mutation($in: CreateCustomerInput!) { createCustomer(input: $in) { userErrors { message } } }`
		for _, one := range []struct {
			ask  string
			in   Vars
			want string
		}{
			{record, contact(Vars{"minutes": 6.5}), `minutes: cannot read 6.5 (a number) as Decimal; send a string such as "6.5"`},
			{record, contact(Vars{"seconds": 20}), `seconds: cannot read 20 (a number) as Decimal; send a string such as "20"`},
			{record, contact(Vars{"minutes": true}), `minutes: cannot read true (a boolean) as Decimal; send a string such as "12.50"`},
			{record, contact(Vars{"at": 1795167000}), `at: cannot read 1795167000 (a number) as Time; send a time in RFC 3339 with an offset`},
			{record, contact(Vars{"at": "yesterday"}), `at: cannot read "yesterday" (a string) as Time; send a time in RFC 3339 with an offset`},
			{record, contact(Vars{"expense": Vars{"amount": 3.99, "currencyCode": "RUB"}}), `amount: cannot read 3.99 (a number) as Decimal; send a string such as "3.99"`},
			{create, Vars{"name": "A", "birthday": 19900228}, `birthday: cannot read 19900228 (a number) as Date; send a day of the calendar such as "1990-02-28"`},
			{create, Vars{"name": "A", "wallet": Vars{"amount": "1.00", "currencyCode": 643}}, `currencyCode: cannot read 643 (a number) as CurrencyCode; send an ISO 4217 code such as "RUB"`},
			{create, Vars{"name": 5}, `name: cannot read 5 (a number) as String; send a string such as "5"`},
		} {
			t.Run(one.want, func(t *testing.T) {
				r := c.On(t).Do(one.ask, Vars{"in": one.in})
				if len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" || !strings.Contains(r.Errors[0].Message, one.want) {
					t.Errorf("%s, want %s", r.Body, one.want)
				}
			})
		}
		r := c.Do(`{ customers(first: 1, after: 5) { totalCount } }`, nil)
		if len(r.Errors) != 1 || !strings.Contains(r.Errors[0].Message, "send one from pageInfo or an edge of the same list") {
			t.Error(r.Body)
		}
	})
}

// Two customers with one phone, however it was typed, are possible duplicates; nothing is merged.
func TestPhoneDuplicates(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		c := w.As(schema.RoleManager)
		first := NewCustomer(c, Vars{"name": "Anna", "phone": "8 (900) 111-22-33"})
		second := NewCustomer(c, Vars{"name": "Anna K.", "phone": "+7 900 111‑22‑33"})
		NewCustomer(c, Vars{"name": "Desk", "phone": "+7 900 111-22-33 доб. 5"})
		NewCustomer(c, Vars{"name": "Fire", "phone": "112"})
		NewCustomer(c, Vars{"name": "Fire too", "phone": "112"})
		r := c.Must(`{ customers(filter: {possibleDuplicates: true}) { totalCount edges { node { id phone possibleDuplicates { reasons customer { id } } } } } }`, nil)
		if r.Int("customers.totalCount") != 1 || r.Text("customers.edges.0.node.id") != second || r.Text("customers.edges.0.node.phone") != "+79001112233" ||
			r.Text("customers.edges.0.node.possibleDuplicates.0.customer.id") != first || r.Text("customers.edges.0.node.possibleDuplicates.0.reasons.0") != "PHONE" {
			t.Error(r.Body)
		}
		// In another region what is kept stays the same, and is found by its whole number; what is typed without a country is of that region.
		w.As(schema.RoleAdmin).Must(`mutation($in: ChangeSettingInput!) { changeSetting(input: $in) { userErrors { message } } }`, Vars{"in": Vars{"name": "phoneRegion", "value": "FR"}})
		french := NewCustomer(c, Vars{"name": "Marie", "phone": "06 12 34 56 78"})
		for text, want := range map[string]int{"+7 900 111-22-33": 3, "007 900 111-22-33": 3, "+33612345678": 1, "06 12": 1} {
			if r := c.Must(`query($s: String!) { customers(search: $s) { totalCount } }`, Vars{"s": text}); r.Int("customers.totalCount") != want {
				t.Errorf("%s: %s, want %d", text, r.Body, want)
			}
		}
		if r := c.Must(`query($id: ID!) { customer(id: $id) { phone } }`, Vars{"id": french}); r.Text("customer.phone") != "+33612345678" {
			t.Error(r.Body)
		}
	})
}
