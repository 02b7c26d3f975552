package apitest

import (
	"testing"

	"kopeck/schema"
)

// A phone repeats what it sent before it lost the network. Meanwhile the customer went to a colleague: the answer is that there is no
// such thing for this person, so that the phone goes on with its queue, and nothing is done twice.
func TestRepeatedAfterTheCustomerWentToAColleague(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		w.newUser("a@example.com", schema.RoleSales)
		colleague := w.newUser("b@example.com", schema.RoleSales)
		sales := w.With(w.signIn("a@example.com").access)
		id := sales.Must(createCustomer, Vars{"in": Vars{"name": "A", "idempotencyKey": "create"}}).Text("createCustomer.customer.id")
		requests := map[string]Vars{
			createCustomer: {"in": Vars{"name": "A", "idempotencyKey": "create"}},
			updateCustomer: {"in": Vars{"id": id, "expectedVersion": 1, "name": "B", "idempotencyKey": "update"}},
			recordContact: {"in": Vars{
				"customerId": id, "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE", "idempotencyKey": "contact",
			}},
			grant: {"in": Vars{
				"customerId": id, "channel": "EMAIL", "purpose": "MARKETING", "level": "BRAND_TRUST", "source": "call", "wording": "You may write", "idempotencyKey": "grant",
			}},
		}
		for query, variables := range requests {
			sales.Must(query, variables)
			sales.Must(query, variables)
		}
		w.As(schema.RoleAdmin).Must(updateCustomer, Vars{"in": Vars{"id": id, "expectedVersion": 2, "ownerId": colleague}})
		before := w.rowsOf("contacts", "permissions", "customers")
		for query, variables := range requests {
			sales.Refused("NOT_FOUND", query, variables)
		}
		if after := w.rowsOf("contacts", "permissions", "customers"); after != before {
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
