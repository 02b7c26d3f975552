package rates_test

import (
	"slices"
	"strings"
	"testing"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// locks returns the locks that statements take, in their order: of rates or of the rows of a table. It leaves out the exclusive
// advisory locks, of capacity and idempotency keys.
func locks(statements []string) []string {
	var taken []string
	for _, query := range statements {
		switch {
		case strings.Contains(query, "pg_advisory_xact_lock_shared($1, $2)"): // of the transaction, which all share: see store.Settle
		case strings.Contains(query, "pg_advisory_xact_lock_shared"):
			taken = append(taken, "rates")
		case strings.Contains(query, "FOR UPDATE") && strings.Contains(query, "customers"):
			taken = append(taken, "customer")
		}
	}
	return taken
}

// TestRatesAreHeldOnceAndBeforeCustomers: whatever costs something holds the rates by one statement, and before it locks customers:
// setting a rate holds the rates and then locks customers, so the opposite order could deadlock.
func TestRatesAreHeldOnceAndBeforeCustomers(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := newFactory(w)
		want := []string{"rates", "customer"}
		if w.Store.Dialect() != "postgres" {
			want = nil // a writing transaction is alone
		}
		token := f.token("1")
		for name, do := range map[string]func() error{
			"recordContact": func() error {
				_, err := w.Contacts.RecordContact(w.System(), service.RecordContactInput{CustomerID: f.customer, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone})
				return err
			},
			"placeOrder": func() error {
				_, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: f.customer, PriceTokens: []string{token}})
				return err
			},
		} {
			t.Run(name, func(t *testing.T) {
				statements := w.Statements(func() { w.Must(do()) })
				if got := locks(statements); !slices.Equal(got, want) {
					t.Errorf("it locks %v; want %v:\n%s", got, want, strings.Join(statements, "\n"))
				}
			})
		}
	})
}

// token returns a price token for a quantity of the product.
func (f *factory) token(quantity string) string {
	f.T.Helper()
	c, err := f.Client.Customer.Get(f.System(), f.customer)
	f.Must(err)
	price, err := f.Quote.Price(f.System(), c, f.product, money.MustDecimal(quantity), nil, nil, nil)
	f.Must(err)
	token, err := f.Quote.PriceToken(price)
	f.Must(err)
	return token
}
