package explain_test

import (
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestTaxExplainsItself: the page of an order says by which rate a line is taxed, and which code and which exemption restated its tax; that of a
// token the share, net and gross.
func TestTaxExplainsItself(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		since, none, code := apptest.Start.AddDate(-1, 0, 0), 0, "VAT"
		w.Rate(schema.RateTax, "VAT", "0.2", "share", since)
		w.Rate(schema.RateTax, "FOOD", "0.1", "share", since)
		product := w.Product(service.CreateProductInput{Sku: "CAKE", ListPrice: apptest.Roubles("120.00"), StandardLeadDays: &none, TaxCode: &code})
		buyer := w.Customer("Anna")
		price, err := w.Quote.Price(w.System(), buyer, product, money.Whole(1), nil, nil, nil)
		w.Must(err)
		token, err := w.Quote.PriceToken(price)
		w.Must(err)
		o, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: buyer.ID, PriceTokens: []string{token}})
		w.Must(err)
		_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: o.ID})
		w.Must(err)
		want := func(what string, lines ...string) {
			t.Helper()
			page, err := w.Explain.Explain(w.System(), what)
			w.Must(err)
			for _, line := range lines {
				if !strings.Contains(strings.Join(strings.Fields(page.Page()), " "), line) { // the page wraps
					t.Errorf("the page does not say %q:\n%s", line, page.Page())
				}
			}
		}
		want(token, "tax 20.00, VAT at 0.2: net 100.00, gross 120.00")
		want(o.ID, "tax in it, VAT at 0.2, from 2025-06-01 12:00 UTC, known since 2026-06-01 12:00 UTC")

		w.Clock.Advance(time.Hour)
		food := "FOOD"
		_, err = w.Catalogue.SetListPrice(w.System(), service.SetListPriceInput{ProductID: product, TaxCode: graphql.OmittableOf(&food), ValidFrom: &since})
		w.Must(err)
		w.Clock.Advance(time.Hour)
		school := "A school"
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: buyer.ID, ExpectedVersion: buyer.Version, TaxExempt: graphql.OmittableOf(&school), TaxExemptFrom: &since})
		w.Must(err)
		want(o.ID, "tax from 20.00 to 10.91, because of the tax code FOOD of CAKE from 2025-06-01 12:00 UTC",
			"tax from 10.91 to 0.00, because of the customer's exemption from tax from 2025-06-01 12:00 UTC",
			"no tax: the customer is exempt from FOOD at 0.1, from 2025-06-01 12:00 UTC")

		o, err = w.Client.Order.Get(w.System(), o.ID)
		w.Must(err)
		history, err := w.Sale.OrderHistory(w.System(), []*ent.Order{o})
		w.Must(err)
		var causes []string
		for _, e := range history[o.ID] {
			switch c := e.Cost; {
			case c == nil:
			case c.TaxCode != nil && c.TaxCode.ProductID == product && c.TaxCode.From.Equal(since):
				causes = append(causes, *c.TaxCode.Code)
			case c.Exemption != nil && c.Exemption.From.Equal(since):
				causes = append(causes, *c.Exemption.Reason)
			}
		}
		if got := strings.Join(causes, ", "); got != "FOOD, A school" {
			t.Errorf("the causes are %s", got)
		}
		exempt, err := w.Customers.TaxExemptions(w.System(), []*ent.Customer{buyer})
		w.Must(err)
		if got := exempt[buyer.ID]; len(got) != 1 || *got[0].Reason != school || !got[0].From.Equal(since) || *got[0].By != "system" || !got[0].RecordedAt.Equal(w.Clock.Now()) {
			t.Errorf("exempt: %+v", got)
		}
	})
}
