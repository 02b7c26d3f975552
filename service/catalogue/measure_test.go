package catalogue_test

import (
	"context"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// TestMeasuredPrice: the price of a product that is made to measure follows a formula, its measurements come with the question or from
// the customer, and those that are wrong are refused.
func TestMeasuredPrice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		markup := money.Exact("0")
		w.Product(service.CreateProductInput{Sku: "PANE", Markup: &markup, Components: []*service.ComponentInput{byFormula("glass", "ceil(width / 1.4) * (height + 0.2)")}})
		window := w.Product(service.CreateProductInput{Sku: "WINDOW", Markup: &markup, Components: []*service.ComponentInput{partOf("PANE", "2"), byFormula("wood", "width * height")}})
		if needed, err := w.Catalogue.Measurements(w.System(), window); err != nil || len(needed) != 2 || needed[1].Code != "width" {
			t.Errorf("the window needs %v, %v", needed, err)
		}
		customer := w.Customer("Anna")
		price := func(options ...*service.OptionInput) string {
			quotes, err := w.Quote.Quotes(w.System(), []*ent.Customer{customer}, nil)
			w.Must(err)
			p, err := quotes.Price(customer, window, nil, options, nil)
			if err != nil {
				return faultsOf(err)
			}
			return w.Currency.Format(p.Unit)
		}
		// 2 x 2 x 2.65 x 10.07 = 106.742, and 1.8 x 2.45 x 3.333 = 14.69853
		if got := price(measured("width", "1.8"), measured("height", "2.45")); got != "121.44" {
			t.Errorf("the price is %s", got)
		}
		for name, c := range map[string]struct {
			options []*service.OptionInput
			want    string
		}{
			"a missing one":    {[]*service.OptionInput{measured("width", "1.8")}, "options.height INVALID"},
			"1,000,000 m wide": {[]*service.OptionInput{measured("width", "1000000"), measured("height", "2")}, "options INVALID"},
			"one twice":        {[]*service.OptionInput{measured("width", "1"), measured("height", "2"), measured("width", "2")}, "options INVALID"},
			"one without use":  {[]*service.OptionInput{measured("width", "1"), measured("height", "2"), measured("depth", "2")}, "options INVALID"},
			"no number":        {[]*service.OptionInput{measured("width", "wide"), measured("height", "2")}, "options INVALID"},
		} {
			if got := price(c.options...); got != c.want {
				t.Errorf("%s: got %s; want %s", name, got, c.want)
			}
		}
		known, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Boris", Measurements: map[string]any{"width": 1.8, "height": 2.45}})
		w.Must(err)
		customer = known
		if got := price(); got != "121.44" {
			t.Errorf("by the customer's measurements: %s", got)
		}
		wide, err := w.Customers.CreateCustomer(w.System(), service.CreateCustomerInput{Name: "Clara", Measurements: map[string]any{"width": 99, "height": 2}})
		w.Must(err)
		customer = wide
		if got := price(); got != "options.width INVALID" {
			t.Errorf("by a customer's width of 99 m: %s", got)
		}
	})
}

// TestMeasurements: definitions are checked, and a range that a formula of a recipe cannot take is refused.
func TestMeasurements(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		w.Product(service.CreateProductInput{
			Sku: "PANE", Components: []*service.ComponentInput{byFormula("glass", "width - 0.05")},
			Options: []*service.ProductOptionInput{{Code: "tinted", Name: "Tinted"}},
		})
		for name, c := range map[string]struct {
			in   service.DefineMeasurementInput
			want string
		}{
			"a code that is taken": {service.DefineMeasurementInput{Code: "width", Name: "W", Unit: "m", Least: "0", Most: "1"}, "code ALREADY_EXISTS"},
			"another letter case":  {service.DefineMeasurementInput{Code: "WIDTH", Name: "W", Unit: "m", Least: "0", Most: "1"}, "code ALREADY_EXISTS"},
			"an option's code":     {service.DefineMeasurementInput{Code: "tinted", Name: "T", Unit: "m", Least: "0", Most: "1"}, "code ALREADY_EXISTS"},
			"a word":               {service.DefineMeasurementInput{Code: "ceil", Name: "W", Unit: "m", Least: "0", Most: "1"}, "code INVALID"},
			"no unit":              {service.DefineMeasurementInput{Code: "sill", Name: "W", Unit: " ", Least: "0", Most: "1"}, "unit INVALID"},
			"a negative end":       {service.DefineMeasurementInput{Code: "sill", Name: "W", Unit: "m", Least: "-1", Most: "1"}, "least INVALID"},
			"ends that are turned": {service.DefineMeasurementInput{Code: "sill", Name: "W", Unit: "m", Least: "2", Most: "1"}, "most INVALID"},
		} {
			_, err := w.Catalogue.DefineMeasurement(w.System(), c.in)
			if got := faultsOf(err); got != c.want {
				t.Errorf("%s: got %q; want %q", name, got, c.want)
			}
		}
		all, err := w.Catalogue.MeasurementDefinitions(w.System())
		w.Must(err)
		width := all[1]
		least, narrow := money.Exact("0"), money.Exact("0.5")
		if _, err := w.Catalogue.UpdateMeasurement(w.System(), service.UpdateMeasurementInput{ID: width.ID, ExpectedVersion: 1, Least: &least}); !fault.Is(err, fault.WrongState) {
			t.Errorf("a range in which a formula is negative: %v", err)
		}
		changed, err := w.Catalogue.UpdateMeasurement(w.System(), service.UpdateMeasurementInput{ID: width.ID, ExpectedVersion: 1, Least: &narrow, Name: text("Ширина")})
		if err != nil || changed.Least.String() != "0.5" || changed.Name != "Ширина" || changed.Version != 2 {
			t.Errorf("a narrower range: %+v, %v", changed, err)
		}
	})
}

// TestOptionWithTheCodeOfAMeasurement: a new one is refused, by createProduct and by setRecipe; one that is there stands.
func TestOptionWithTheCodeOfAMeasurement(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		options := []*service.ProductOptionInput{{Code: "tinted", Name: "Tinted"}, {Code: "width", Name: "Width"}}
		_, err := w.Catalogue.CreateProduct(w.System(), service.CreateProductInput{Sku: "PANE", Name: "Pane", Options: options})
		if got := faultsOf(err); got != "options.1.code INVALID" {
			t.Errorf("a new product: %q", got)
		}
		pane := w.Product(service.CreateProductInput{Sku: "PANE", Options: options[:1]})
		_, err = w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{}, Options: options})
		if got := faultsOf(err); got != "options.1.code INVALID" {
			t.Errorf("a new recipe: %q", got)
		}
		w.Transaction(func(ctx context.Context, tx *store.Tx) error { // as it was accepted before
			_, err := tx.Exec(ctx, "UPDATE product_options SET code = 'width' WHERE code = 'tinted'")
			return err
		})
		w.Must(w.Reload(w.System()))
		_, err = w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{}})
		w.Must(err)
	})
}

// TestSetRecipeKeepsOptionsAsTheyAre: an old formula of an option that has no quantity at an end of its measurement any more does not keep
// the product's own components from being changed; given anew it is refused.
func TestSetRecipeKeepsOptionsAsTheyAre(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		deep := []*service.ProductOptionInput{{Code: "deep", Name: "Deep", Components: []*service.ComponentInput{byFormula("glass", "width - 0.05")}}}
		pane := w.Product(service.CreateProductInput{Sku: "PANE", Options: deep})
		w.Transaction(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE measurement_definitions SET least = 0 WHERE code = 'width'")
			return err
		})
		w.Must(w.Reload(w.System()))
		w.Clock.Advance(time.Hour)
		set := service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "width + 1")}}
		done, err := w.Catalogue.SetRecipe(w.System(), set)
		w.Must(err)
		if n := len(done.Recipe.Options); n != 1 {
			t.Errorf("%d options are kept", n)
		}
		set.Options = deep
		if _, err := w.Catalogue.SetRecipe(w.System(), set); faultsOf(err) != "options.0.components.0.quantityFormula INVALID" {
			t.Errorf("given anew: %v", err)
		}
	})
}
