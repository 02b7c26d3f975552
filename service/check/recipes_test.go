package check_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// TestWhatRecipesAndLinesSay: another surcharge of an option than that of the line, a formula that cannot be read, and products that are
// made of each other are findings, and do not keep the rest from being verified.
func TestWhatRecipesAndLinesSay(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		oak := "oak"
		w.Rate(schema.RateMaterial, oak, "100", "kg", apptest.Start.AddDate(-1, 0, 0))
		shelf := w.Product(service.CreateProductInput{Sku: "SHELF", Components: []*service.ComponentInput{{Material: &oak, Quantity: "1"}}})
		sku := "SHELF"
		table := w.Product(service.CreateProductInput{
			Sku: "TABLE", ListPrice: apptest.Roubles("500"), Components: []*service.ComponentInput{{ProductSku: &sku, Quantity: "2"}},
			Options: []*service.ProductOptionInput{{Code: "waxed", Name: "Waxed", Surcharge: apptest.Roubles("5")}},
		})
		w.Clock.Advance(time.Hour)
		customer := w.Customer("Anna")
		quotes, err := w.Quote.Quotes(w.System(), []*ent.Customer{customer}, nil)
		w.Must(err)
		price, err := quotes.Price(customer, table, nil, []*service.OptionInput{{Code: "waxed", Value: "3"}}, nil)
		w.Must(err)
		token, err := w.Quote.PriceToken(price)
		w.Must(err)
		_, err = w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
		w.Must(err)
		found := func() string {
			all, err := w.Check.Laws(w.System())
			w.Must(err)
			var texts []string
			for _, one := range all {
				texts = append(texts, one.Wrong)
			}
			return strings.Join(texts, "; ")
		}
		if got := found(); got != "" {
			t.Fatalf("before anything is broken: %s", got)
		}
		for name, c := range map[string]struct{ broken, mended, want string }{
			"another surcharge": {"UPDATE product_options SET surcharge = 600", "UPDATE product_options SET surcharge = 500", "the surcharge of the option waxed is 15.00, by its recipe it is 18.00"},
			"a broken formula":  {"UPDATE components SET formula = 'width *' WHERE material = 'oak'", "UPDATE components SET formula = NULL", "the product cannot be made: the formula width *"},
			"a circle": {
				"UPDATE components SET material = NULL, part_id = '" + table + "' WHERE product_id = '" + shelf + "'",
				"UPDATE components SET material = 'oak', part_id = NULL WHERE product_id = '" + shelf + "'", "the product cannot be made: a product cannot be a part of itself",
			},
		} {
			exec := func(statement string) {
				w.Transaction(func(ctx context.Context, tx *store.Tx) error {
					_, err := tx.Exec(ctx, statement)
					return err
				})
			}
			exec(c.broken)
			w.Must(w.Reload(w.System()))
			got := found()
			exec(c.mended)
			w.Must(w.Reload(w.System()))
			if !strings.Contains(got, c.want) {
				t.Errorf("%s: %q, want %q in it", name, got, c.want)
			}
			if name != "another surcharge" && !strings.Contains(got, "the order cannot be costed") {
				t.Errorf("%s: %q says nothing of the order", name, got)
			}
		}
		if got := found(); got != "" {
			t.Errorf("after all is mended: %s", got)
		}
	})
}
