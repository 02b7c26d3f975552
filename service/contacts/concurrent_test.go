package contacts_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"

	"github.com/99designs/gqlgen/graphql"
)

// TestCorrectionsBesideOrders: contacts are corrected, voided and joined while orders of their customer are completed and refunded; the books
// are closed, whoever came first.
func TestCorrectionsBesideOrders(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateMaterial, "cloth", "100", "m", apptest.Start.AddDate(-1, 0, 0))
		w.Rate(schema.RateChannelFee, "PHONE", "5", "contact", apptest.Start.AddDate(-1, 0, 0))
		cloth := "cloth"
		product := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("999.99"), Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}}})
		customer, friend := w.Customer("Anna"), w.Customer("Boris")
		at := apptest.Start.Add(-48 * time.Hour)
		var group sync.WaitGroup
		run := func(n int, do func(n int) error) {
			group.Go(func() {
				for i := range n {
					if err := do(i); err != nil {
						t.Error(err)
					}
				}
			})
		}
		run(4, func(n int) error {
			price, err := w.Quote.Price(w.System(), customer, product, money.Whole(1), nil, nil, nil)
			if err != nil {
				return err
			}
			token, err := w.Quote.PriceToken(price)
			if err != nil {
				return err
			}
			o, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
			if err != nil {
				return err
			}
			if _, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: o.ID}); err != nil || n%2 == 0 {
				return err
			}
			_, err = w.Sale.RefundOrder(w.System(), service.RefundOrderInput{ID: o.ID, Amount: apptest.Roubles("333.33"), Reason: "torn"})
			return err
		})
		for _, about := range []*string{nil, &customer.ID} {
			run(4, func(n int) error {
				in := call(customer.ID, func(in *service.RecordContactInput) { in.At = &at })
				if about != nil {
					in.CustomerID, in.Kind, in.AboutID = friend.ID, schema.Recommendation, about
				}
				var ids []string
				for range 2 {
					c, err := w.Contacts.RecordContact(w.System(), in)
					if err != nil {
						return err
					}
					ids = append(ids, c.ID)
				}
				later, notes := at.Add(9*time.Minute), fmt.Sprint(n)
				if _, err := w.Contacts.CorrectContact(w.System(), correct(ids[0], func(in *service.CorrectContactInput) {
					in.At, in.Expense, in.Notes = &later, apptest.Roubles("7"), graphql.OmittableOf(&notes)
				})); err != nil {
					return err
				}
				if n%2 == 0 {
					_, err := w.Contacts.JoinContacts(w.System(), service.JoinContactsInput{ID: ids[1], OtherID: ids[0]})
					return err
				}
				_, err := w.Contacts.VoidContact(w.System(), service.VoidContactInput{ID: ids[0], Reason: "another customer"})
				return err
			})
		}
		group.Wait()
		if found, err := w.Check.Laws(w.System()); err != nil || len(found) != 0 {
			t.Errorf("check finds %v, %v", found, err)
		}
		if n := w.Rows("SELECT count(*) FROM contacts WHERE voided_at IS NULL")[0]; n != "8" {
			t.Errorf("%s contacts stand, want 8", n)
		}
	})
}
