package catalogue_test

import (
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
)

// TestMeasuredPriceOfThePast: what is asked as of a moment goes by the measurements, and their definitions, that were known then, whatever
// they have become: prices, costs, and what orders say was measured.
func TestMeasuredPriceOfThePast(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		markup := money.Exact("0")
		pane := w.Product(service.CreateProductInput{Sku: "PANE", Markup: &markup, Components: []*service.ComponentInput{byFormula("glass", "width")}})
		customer, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna", Measurements: map[string]any{"width": 1.5}})
		w.Must(err)
		w.Clock.Advance(time.Minute)
		at := w.Clock.Now()
		order, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{promised(w, customer, pane, "5.5")}})
		w.Must(err)
		w.Clock.Advance(time.Minute)
		price := func(at *time.Time, width ...costing.Chosen) string {
			now, err := w.Client.Customer.Get(w.System(), customer.ID)
			w.Must(err)
			p, err := w.Quote.Price(w.System(), now, pane, money.Whole(1), width, nil, at)
			if err != nil {
				return faultsOf(err)
			}
			return w.Currency.Format(p.Unit)
		}
		cost := func(at time.Time) string {
			costs, err := w.Catalogue.Costs(w.System(), &at, &at)
			w.Must(err)
			one, err := costs.Of(pane, nil, nil, nil)
			w.Must(err)
			return w.Currency.Format(one.Full)
		}
		measuredAs := func() string {
			line, err := w.Client.OrderLine.Query().Only(w.System())
			w.Must(err)
			_, all, err := w.Quote.ChosenOf(line)
			w.Must(err)
			again, err := w.Quote.PriceAgain(w.System(), []*ent.OrderLine{line})
			w.Must(err)
			if again[line].Err != nil {
				t.Errorf("the order %s cannot be priced again: %v", order.ID, again[line].Err)
			}
			return all[0].Name + " " + all[0].Value + " " + *all[0].Unit
		}
		wide := costing.Chosen{Code: "width", Value: "5.5"}
		asked := func() []string { return []string{price(&at), price(&at, wide), cost(at), measuredAs()} }
		want := []string{"15.10", "55.38", "1.01", "width 5.5 m"}
		check := func(when string) {
			for i, got := range asked() {
				if got != want[i] {
					t.Errorf("%s: got %s; want %s", when, got, want[i])
				}
			}
		}
		check("before")
		_, err = w.Customers.UpdateCustomer(w.System(), service.UpdateCustomerInput{ID: customer.ID, ExpectedVersion: 1, Measurements: graphql.OmittableOf[any](map[string]any{"width": 3})})
		w.Must(err)
		if got := price(nil); got != "30.21" {
			t.Errorf("the price now is %s", got)
		}
		check("after the customer was measured again")
		w.Clock.Advance(time.Minute)
		all, err := w.Catalogue.MeasurementDefinitions(w.System())
		w.Must(err)
		least, most := money.Exact("1"), money.Exact("3.5")
		if _, err = w.Catalogue.UpdateMeasurement(w.System(), service.UpdateMeasurementInput{ID: all[1].ID, ExpectedVersion: 1, Least: &least, Most: &most, Name: text("Breite"), Unit: text("cm")}); err != nil {
			t.Fatal(fault.Of(err))
		}
		w.Clock.Advance(time.Minute)
		if got := price(nil, wide); got != "options INVALID" {
			t.Errorf("a width out of the range of now: %s", got)
		}
		check("after the definition was changed")
	})
}
