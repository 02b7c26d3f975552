package catalogue_test

import (
	"testing"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestFloorOfAMeasuredAgreement: an agreement on what is made to measure is compared with the floor for what is known of its customer.
func TestFloorOfAMeasuredAgreement(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		markup := money.Exact("1")
		pane := w.Product(service.CreateProductInput{Sku: "PANE", Markup: &markup, Components: []*service.ComponentInput{byFormula("glass", "width")}})
		customer, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Anna", Measurements: map[string]any{"width": 3}})
		w.Must(err)
		agree := service.AgreePriceInput{CustomerID: customer.ID, ProductID: pane, Unit: apptest.Roubles("10")} // 3 m of glass cost 30.21
		if _, err := w.Quote.AgreePrice(w.System(), agree); !fault.Is(err, fault.BelowFloor) {
			t.Errorf("an agreement under the floor: %v", err)
		}
		agree.OverrideFloorReason = text("a friend")
		_, err = w.Quote.AgreePrice(w.System(), agree)
		w.Must(err)
		below, err := w.Quote.BelowFloor(w.System())
		if err != nil || len(below) != 1 || below[0].Floor != money.Minor(3021) {
			t.Errorf("below the floor: %+v, %v", below, err)
		}
	})
}

// TestUnitOfWhatRecipesCount: a correction of a rate cannot count in another unit what recipes count in the one that it has.
func TestUnitOfWhatRecipesCount(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		w.Product(service.CreateProductInput{Sku: "PANE", Components: []*service.ComponentInput{byFormula("glass", "width")}})
		for code, want := range map[string]string{"glass": "unit INVALID", "wood": ""} {
			_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateMaterial, Code: code, Amount: "5", Unit: "kg", ValidFrom: apptest.Start.AddDate(-3, 0, 0), Correction: new(true)})
			if got := faultsOf(err); got != want {
				t.Errorf("%s: got %q (%v); want %q", code, got, err, want)
			}
		}
	})
}
