package apitest

import (
	"fmt"
	"strings"
	"testing"

	"kopeck/schema"
)

// A phone repeats what it sent before it lost the network. Meanwhile the customer went to a colleague: the answer is that there is no
// such thing for this person, so that the phone goes on with its queue, and nothing is done twice.
func TestRepeatedAfterTheCustomerWentToAColleague(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.newUser("a@example.com", schema.RoleSales)
		colleague := w.newUser("b@example.com", schema.RoleSales)
		admin, sales := w.As(schema.RoleAdmin), w.With(w.signIn("a@example.com").access)
		admin.Must(defineField, Vars{"in": Vars{"noun": "CUSTOMER", "code": "colour", "type": "TEXT", "label": "Colour", "forSales": true}})
		cloth := makeProduct(admin, Vars{"sku": "cloth"})
		type request struct {
			query     string
			variables Vars
		}
		var sent []request
		send := func(query string, in Vars, result string) string {
			t.Helper()
			in["idempotencyKey"] = fmt.Sprint(len(sent))
			one := request{query, Vars{"in": in}}
			sent = append(sent, one)
			first := sales.Must(one.query, one.variables)
			if again := sales.Must(one.query, one.variables); data(again.Body) != data(first.Body) && query != grant { // a token is shown once
				t.Errorf("%s, repeated %s", first.Body, again.Body)
			}
			return first.Text(result)
		}
		id := send(createCustomer, Vars{"name": "A"}, "createCustomer.customer.id")
		version := func() int {
			return sales.Must(`query($id: ID!) { customer(id: $id) { version } }`, Vars{"id": id}).Int("customer.version")
		}
		bureau := NewCustomer(admin, Vars{"name": "Bureau", "kind": "COMPANY"})
		send(updateCustomer, Vars{"id": id, "expectedVersion": 1, "name": "B"}, "updateCustomer.customer.id")
		call := send(recordContact, Vars{"customerId": id, "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE"}, "recordContact.contact.id")
		send(correctContact, Vars{"id": call, "expectedVersion": 1, "reason": "r", "notes": "n"}, "correctContact.contact.id")
		send(grant, granting(id, "BRAND_TRUST", nil)["in"].(Vars), "grantPermission.permission.id")
		send(setFields, Vars{"id": id, "fields": []Vars{{"code": "colour", "value": "blue"}}}, "setFields.fields.0.code")
		relation := send(relateCustomers, Vars{"personId": id, "companyId": bureau}, "relateCustomers.relation.id")
		send(correctRelation, Vars{"id": relation, "expectedVersion": 1, "role": "buyer"}, "correctRelation.relation.id")
		removed := send(relateCustomers, Vars{"personId": id, "companyId": NewCustomer(admin, Vars{"name": "Other", "kind": "COMPANY"})}, "relateCustomers.relation.id")
		send(removeRelation, Vars{"id": removed, "expectedVersion": 1, "reason": "r"}, "removeRelation.relation.id")
		task := send(createTask, Vars{"customerId": id, "title": "Call", "dueOn": "2026-12-31"}, "createTask.task.id")
		send(completeTask, Vars{"id": task}, "completeTask.task.id")
		send(`mutation($in: RecordExpectedPriceInput!) { recordExpectedPrice(input: $in) { expectedPrice { id } userErrors { code field message } } }`, Vars{"customerId": id, "productId": cloth, "unit": roubles("5.00")}, "recordExpectedPrice.expectedPrice.id")
		point := send(addContactPoint, Vars{"customerId": id, "type": "PHONE", "value": "+7 900 123-45-67"}, "addContactPoint.contactPoint.id")
		send(updateContactPoint, Vars{"id": point, "kind": "WORK", "expectedVersion": version()}, "updateContactPoint.contactPoint.kind")
		send(addAddress, Vars{"customerId": id, "city": "Pskov", "country": "RU"}, "addAddress.address.id")
		send(addTags, Vars{"customerId": id, "tags": []string{"new"}}, "addTags.customer.tags.0")
		send(proposePrice, Vars{"customerId": id, "productId": cloth, "unit": roubles("5.00")}, "agreePrice.agreement.id")
		send(voidContact, Vars{"id": call, "reason": "r"}, "voidContact.contact.id")

		admin.Must(updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": version(), "ownerId": colleague}})
		tables := []string{"contacts", "permissions", "customers", "tasks", "customer_relations", "field_entries", "contact_points", "addresses", "expected_prices", "price_agreements"}
		before := w.rowsOf(tables...)
		for _, one := range sent {
			if one.variables["in"].(Vars)["companyId"] != nil && one.variables["in"].(Vars)["companyId"] != bureau {
				continue // the relation was removed, and is answered alike to all
			}
			if r := sales.Do(one.query, one.variables); !strings.Contains(r.Body, `"code":"NOT_FOUND"`) {
				t.Errorf("%s answers %s; want NOT_FOUND", one.query, r.Body)
			}
		}
		if after := w.rowsOf(tables...); after != before {
			t.Errorf("%v rows, %v before", after, before)
		}
	})
}

// rowsOf returns the number of rows of tables.
func (w *World) rowsOf(tables ...string) (n int) {
	w.T.Helper()
	for _, table := range tables {
		rows, err := w.Store.Query(w.System(), "SELECT count(*) FROM "+table)
		if err != nil {
			w.T.Fatal(err)
		}
		var one int
		for rows.Next() {
			err = rows.Scan(&one)
		}
		if err != nil || rows.Close() != nil {
			w.T.Fatal(err)
		}
		n += one
	}
	return n
}
