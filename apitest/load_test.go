package apitest

import (
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"kopeck/schema"
)

// TestBooksAreInOrderAfterConcurrentLoad has many clients run every verb that concerns money and permissions on the
// same few customers at once; whatever is refused, the laws hold afterwards.
func TestBooksAreInOrderAfterConcurrentLoad(t *testing.T) {
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		product := admin.Must(`mutation {
			a: setRate(input: {subject: MATERIAL, code: "cloth", amount: "123.4567", unit: "m", validFrom: "2020-01-01T00:00:00Z"}) { userErrors { message } }
			b: setRate(input: {subject: CHANNEL_FEE, code: "PHONE", amount: "1.005", unit: "contact", validFrom: "2020-01-01T00:00:00Z"}) { userErrors { message } }
			createProduct(input: {sku: "CURTAIN", name: "Curtain", markup: "0.4", components: [{material: "cloth", quantity: "2.5"}]}) { product { id } userErrors { message } }
		}`, nil).Text("createProduct.product.id")
		admin.Must(changeModel, Vars{"m": "MARKOV"})
		var customers []string
		for i := range 4 {
			customers = append(customers, NewCustomer(admin, Vars{"name": fmt.Sprintf("Customer %d", i)}))
		}
		var working sync.WaitGroup
		for worker := range 8 {
			client := w.As(schema.RoleManager)
			random := rand.New(rand.NewPCG(1, uint64(worker)))
			working.Go(func() {
				for step := range 12 {
					customer := customers[random.IntN(len(customers))]
					ago := w.Clock.Now().Add(-time.Duration(random.IntN(2000)) * time.Hour).UTC().Format(time.RFC3339)
					switch step % 4 {
					case 0:
						client.Do(`mutation($id: ID!, $at: Time) { recordContact(input: {customerId: $id, kind: INFO_CALL, direction: INBOUND, channel: PHONE, at: $at, minutes: "7"}) { userErrors { message } } }`, Vars{"id": customer, "at": ago})
					case 1:
						token := client.Do(`query($id: ID!, $p: ID!) { customer(id: $id) { price(productId: $p) { token } } }`, Vars{"id": customer, "p": product}).Text("customer.price.token")
						order := client.Do(`mutation($id: ID!, $t: [String!]!, $at: Time) { placeOrder(input: {customerId: $id, priceTokens: $t, at: $at}) { order { id } userErrors { message } } }`, Vars{"id": customer, "t": []string{token}, "at": ago}).Text("placeOrder.order.id")
						client.Do(`mutation($id: ID!) { completeOrder(input: {id: $id}) { userErrors { message } } }`, Vars{"id": order})
						if random.IntN(3) == 0 {
							client.Do(`mutation($id: ID!) { refundOrder(input: {id: $id, amount: {amount: "10.01", currencyCode: "RUB"}, reason: "late"}) { userErrors { message } } }`, Vars{"id": order})
						}
					case 2:
						client.Do(fitAttribution, Vars{"in": Vars{"model": "MARKOV"}})
						client.Do(`mutation($a: Decimal!, $c: String!) { setRate(input: {subject: CHANNEL_FEE, code: "PHONE", amount: $a, unit: "contact", validFrom: $c, correction: true}) { userErrors { message } } }`, Vars{"a": fmt.Sprintf("%d.5", 1+random.IntN(9)), "c": ago})
					case 3:
						permission := client.Do(`mutation($id: ID!) { grantPermission(input: {customerId: $id, channel: PHONE, purpose: MARKETING, level: BRAND_TRUST, source: "call", wording: "yes"}) { permission { id } userErrors { message } } }`, Vars{"id": customer}).Text("grantPermission.permission.id")
						client.Do(`mutation($id: ID!) { recordContact(input: {customerId: $id, kind: TARGET_CALL, direction: OUTBOUND, channel: PHONE, purpose: MARKETING}) { userErrors { message } } }`, Vars{"id": customer})
						client.Do(`mutation($id: ID!) { revokePermission(input: {id: $id, source: "call"}) { userErrors { message } } }`, Vars{"id": permission})
					}
				}
			})
		}
		working.Wait()
		findings, err := w.App.Check.Laws(w.System())
		if err != nil {
			t.Fatal(err)
		}
		for _, finding := range findings {
			t.Error(finding)
		}
		ledger := admin.Must(`{ ledgerCheck { balanced orders difference { amount } offenders } }`, nil)
		if ledger.Get("ledgerCheck.balanced") != true || ledger.Text("ledgerCheck.difference.amount") != "0.00" || ledger.Int("ledgerCheck.orders") == 0 {
			t.Errorf("got %s, want orders, and a ledger that balances", ledger.Body)
		}
		if contacts := admin.Must(`{ contacts { totalCount } }`, nil); contacts.Int("contacts.totalCount") < 20 {
			t.Errorf("hardly anything happened: %s", contacts.Body)
		}
	})
}
