package catalogue_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/check"
	"kopeck/store"
)

func byFormula(code, formula string) *service.ComponentInput {
	return &service.ComponentInput{Material: &code, QuantityFormula: &formula}
}

func partOf(sku string, quantity money.Exact) *service.ComponentInput {
	return &service.ComponentInput{ProductSku: &sku, Quantity: quantity}
}

func measured(code, value string) *service.OptionInput {
	return &service.OptionInput{Code: code, Value: value}
}

// measurable is a world in which width and height can be measured, and glass, wood and a saw have rates.
func measurable(w *apptest.World) {
	w.Rate(schema.RateMaterial, "glass", "10.07", "m2", apptest.Start.AddDate(-3, 0, 0))
	w.Rate(schema.RateMaterial, "wood", "3.333", "m", apptest.Start.AddDate(-3, 0, 0))
	w.Rate(schema.RateResource, "saw", "60", "hour", apptest.Start.AddDate(-3, 0, 0))
	for code, most := range map[string]money.Exact{"width": "6", "height": "4"} {
		_, err := w.Catalogue.DefineMeasurement(w.System(), service.DefineMeasurementInput{Code: code, Name: code, Unit: "m", Least: "0.1", Most: most})
		w.Must(err)
	}
}

// TestRecipeOfGlass is the issue's own: from 2.1 to 2.3 m2 of glass. An order before keeps its cost, a correction of the past restates it,
// and what was known before the correction can still be asked.
func TestRecipeOfGlass(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		window := w.Product(service.CreateProductInput{Sku: "W", Name: "Window", ListPrice: apptest.Roubles("100"), Components: []*service.ComponentInput{material("glass", "2.1")}, Options: []*service.ProductOptionInput{{
			Code: "tint", Name: "Tint", Surcharge: apptest.Roubles("5"), Components: []*service.ComponentInput{material("wood", "1")},
		}}})
		order := soldOrder{id: w.IDs.Make(id.Order), product: window, at: apptest.Start.AddDate(0, 0, -5), quantity: money.Whole(1), width: 1000, height: 1000}
		insertOrders(w, w.CustomerID(), []soldOrder{order})
		cost := func(at, knownAt time.Time) string {
			costs, err := w.Catalogue.Costs(w.System(), &at, &knownAt)
			w.Must(err)
			one, err := costs.Of(window, nil, nil, nil)
			w.Must(err)
			return w.Currency.Format(one.Full)
		}
		before := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		set := func(glass money.Exact, from *time.Time, reason *string) int {
			done, err := w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: window, Components: []*service.ComponentInput{material("glass", glass)}, ValidFrom: from, Reason: reason})
			w.Must(err)
			if len(done.Recipe.Options) != 1 || done.Recipe.Options[0].Components[0].Quantity.String() != "1" {
				t.Errorf("the options are not kept: %+v", done.Recipe.Options)
			}
			return *done.OrdersRestated
		}
		if n := set("2.3", nil, nil); n != 0 {
			t.Errorf("a recipe from now on restates %d orders", n)
		}
		now := w.Clock.Now()
		if a, b := cost(before, now), cost(now, now); a != "21.15" || b != "23.16" {
			t.Errorf("before %s, after %s", a, b)
		}
		w.Clock.Advance(time.Hour)
		first := order.at.Add(-time.Hour)
		if n := set("2.2", &first, text("it was cut from larger panes")); n != 1 {
			t.Errorf("the correction restates %d orders", n)
		}
		later := w.Clock.Now()
		if a, b, c := cost(order.at, later), cost(order.at, now), cost(later, later); a != "22.15" || b != "21.15" || c != "23.16" {
			t.Errorf("corrected %s, as known before %s, now %s", a, b, c)
		}
		if got := w.Rows("SELECT cost FROM orders WHERE id = ?", order.id); got[0] != "2215" {
			t.Errorf("the order costs %s", got[0])
		}
		if got := w.Rows("SELECT count(*) FROM audit_entries WHERE action = 'order.restate' AND subject = ?", order.id); got[0] != "1" {
			t.Errorf("%s audit entries", got[0])
		}
		history := w.Catalogue.Recipes(window)
		var shown []string
		for _, r := range history {
			shown = append(shown, r.Components[0].Quantity.String()+" "+r.ValidFrom.Format(time.DateOnly))
		}
		if got := strings.Join(shown, ", "); got != "2.3 2026-06-01, 2.2 2026-05-27, 2.1 1900-01-01" {
			t.Errorf("the history is %s", got)
		}
		if r, err := w.Catalogue.RecipeAt(w.System(), window, &order.at, &now); err != nil || r.Components[0].Quantity.String() != "2.1" {
			t.Errorf("as known before: %+v, %v", r, err)
		}
		if found, err := w.Check.Laws(w.System()); err != nil || slices.ContainsFunc(found, func(f check.Finding) bool { return strings.Contains(f.Law, "books") }) {
			t.Errorf("laws: %v, %v", found, err)
		}
	})
}

// TestRecipesThatAreRefused: nothing is written of a recipe that cannot be.
func TestRecipesThatAreRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		pane := w.Product(service.CreateProductInput{Sku: "PANE", Components: []*service.ComponentInput{material("glass", "1")}})
		window := w.Product(service.CreateProductInput{Sku: "WINDOW", Components: []*service.ComponentInput{partOf("PANE", "2")}})
		insertOrders(w, w.CustomerID(), []soldOrder{{id: w.IDs.Make(id.Order), product: window, at: apptest.Start.AddDate(0, 0, -5), quantity: money.Whole(1), width: 1000, height: 1000}})
		w.Transaction(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE order_lines SET options = '[]'")
			return err
		})
		past, old := apptest.Start.AddDate(0, 0, -10), 7
		rows := func() []string {
			return append(w.Rows("SELECT id FROM recipes ORDER BY id"), append(w.Rows("SELECT id, quantity FROM components ORDER BY id"), w.Rows("SELECT id, version FROM products ORDER BY id")...)...)
		}
		before := rows()
		for name, c := range map[string]struct {
			in   service.SetRecipeInput
			want string
		}{
			"itself":                         {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{partOf("PANE", "1")}}, "components.0.productSku INVALID"},
			"itself by its part":             {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{partOf("WINDOW", "1")}}, "components INVALID"},
			"itself by a formula's product":  {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{{ProductSku: text("WINDOW"), QuantityFormula: text("width")}}}, "components INVALID"},
			"the past without a reason":      {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{material("glass", "2")}, ValidFrom: &past}, "reason INVALID"},
			"another version":                {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{material("glass", "2")}, ExpectedVersion: &old}, "expectedVersion VERSION_CONFLICT"},
			"an unknown material":            {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{material("lead", "2")}}, "components.0.material NOT_FOUND"},
			"no quantity":                    {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{{Material: text("glass")}}}, "components.0.quantity INVALID"},
			"a quantity and a formula":       {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{{Material: text("glass"), Quantity: "1", QuantityFormula: text("width")}}}, "components.0.quantity INVALID"},
			"a formula that divides by zero": {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "1 / (width - 0.1)")}}, "components.0.quantityFormula INVALID"},
			"a huge formula":                 {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "width * 999999999")}}, "components.0.quantityFormula INVALID"},
			"a negative formula":             {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "width - height")}}, "components.0.quantityFormula INVALID"},
			"no such measurement":            {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "depth")}}, "components.0.quantityFormula INVALID"},
			"an order without a measurement": {service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "width")}, ValidFrom: &past, Reason: text("measured")}, "validFrom INVALID"},
			"no such product":                {service.SetRecipeInput{ProductID: w.IDs.Make(id.Product), Components: []*service.ComponentInput{}}, "productId NOT_FOUND"},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := w.Catalogue.SetRecipe(w.System(), c.in)
				if got := faultsOf(err); got != c.want {
					t.Errorf("got %q (%v); want %q", got, err, c.want)
				}
			})
		}
		if after := rows(); !slices.Equal(before, after) {
			t.Errorf("something was written:\n%v\n%v", before, after)
		}
		if _, err := w.Catalogue.SetRecipe(w.Actor(schema.RoleSales), service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{material("glass", "2")}}); err == nil {
			t.Error("SALES sets a recipe")
		}
	})
}

// TestRecipeMovesCapacity: a correction of a recipe changes what open orders have booked from today on.
func TestRecipeMovesCapacity(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		capacity := money.Exact("8")
		_, err := w.Rates.SetRate(w.System(), service.SetRateInput{Subject: schema.RateResource, Code: "saw", Amount: "60", Unit: "hour", ValidFrom: apptest.Start.AddDate(-1, 0, 0), CapacityPerDay: &capacity})
		w.Must(err)
		lead := 10
		table := w.Product(service.CreateProductInput{Sku: "TABLE", ListPrice: apptest.Roubles("1000"), StandardLeadDays: &lead, Components: []*service.ComponentInput{{Resource: text("saw"), Quantity: "4"}}})
		w.Must(w.Reload(w.System()))
		customer := w.Customer("Anna")
		p, err := w.Quote.Price(w.System(), customer, table, money.Whole(1), nil, nil, nil)
		w.Must(err)
		token, err := w.Quote.PriceToken(p)
		w.Must(err)
		order, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
		w.Must(err)
		booked := func() string {
			return strings.Join(w.Rows("SELECT sum(units) FROM bookings WHERE order_id = ? AND freed_at IS NULL", order.ID), "")
		}
		if got := booked(); got != "4000000000" {
			t.Fatalf("booked %s", got)
		}
		w.Clock.Advance(time.Hour)
		from := apptest.Start.AddDate(0, 0, -1)
		set, err := w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: table, Components: []*service.ComponentInput{{Resource: text("saw"), Quantity: "9.5"}}, ValidFrom: &from, Reason: text("it takes longer")})
		w.Must(err)
		if got := booked(); got != "9500000000" || *set.OrdersRestated != 1 {
			t.Errorf("after the correction %s, %d orders", got, *set.OrdersRestated)
		}
		if got := w.Rows("SELECT cost, total FROM orders WHERE id = ?", order.ID); got[0] != "57000 100000" {
			t.Errorf("the order is %s", got[0])
		}
	})
}

// TestPromiseAfterRecipe: a price that is promised stays as it is though its option is gone from the recipe; the option costs what it was last
// made of.
func TestPromiseAfterRecipe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		table := w.Product(service.CreateProductInput{Sku: "TABLE", ListPrice: apptest.Roubles("1000"), Components: []*service.ComponentInput{material("wood", "10")}, Options: []*service.ProductOptionInput{{
			Code: "top", Name: "Glass top", Surcharge: apptest.Roubles("50"), Components: []*service.ComponentInput{material("glass", "1")},
		}}})
		customer := w.Customer("Anna")
		p, err := w.Quote.Price(w.System(), customer, table, money.Whole(1), []costing.Chosen{{Code: "top", Value: "1"}}, nil, nil)
		w.Must(err)
		token, err := w.Quote.PriceToken(p)
		w.Must(err)
		w.Clock.Advance(time.Minute)
		_, err = w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: table, Components: []*service.ComponentInput{material("wood", "20"), byFormula("wood", "width")}, Options: []*service.ProductOptionInput{}})
		w.Must(err)
		w.Clock.Advance(time.Minute)
		if _, err := w.Quote.Price(w.System(), customer, table, money.Whole(1), []costing.Chosen{{Code: "top", Value: "1"}}, nil, nil); err == nil {
			t.Error("an option that the recipe does not have has a price")
		}
		order, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
		w.Must(err)
		if got := w.Rows("SELECT total, cost, CASE WHEN uncosted THEN 'uncosted' ELSE 'costed' END FROM orders WHERE id = ?", order.ID); got[0] != "105000 1007 uncosted" {
			t.Errorf("the order is %s", got[0])
		}
	})
}

// TestWhereUsed: what uses a material, through parts and options.
func TestWhereUsed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		w.Product(service.CreateProductInput{Sku: "A", Components: []*service.ComponentInput{material("glass", "2")}})
		w.Product(service.CreateProductInput{Sku: "B", Components: []*service.ComponentInput{partOf("A", "3"), material("glass", "0.5")}})
		w.Product(service.CreateProductInput{Sku: "C", Components: []*service.ComponentInput{{ProductSku: text("B"), QuantityFormula: text("width")}}})
		d := w.Product(service.CreateProductInput{Sku: "D", Components: []*service.ComponentInput{material("wood", "1")}, Options: []*service.ProductOptionInput{{Code: "o", Name: "O", Components: []*service.ComponentInput{partOf("B", "2")}}}})
		see := func(at *time.Time) string {
			uses, err := w.Catalogue.WhereUsed(w.System(), text("glass"), nil, nil, at, nil)
			w.Must(err)
			var all []string
			for _, u := range uses {
				one := fmt.Sprintf("%s %v %t %t", u.Product.Sku, u.Quantity, u.Measured, u.Direct)
				for _, o := range u.Options {
					one += fmt.Sprintf(" %s %v", o.Code, o.Quantity)
				}
				all = append(all, one)
			}
			return strings.Join(all, "; ")
		}
		if got := see(nil); got != "A 2 false true; B 6.5 false true; C <nil> true false; D 0 false false o 13" {
			t.Errorf("got %s", got)
		}
		now := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		_, err := w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: d, Components: []*service.ComponentInput{material("wood", "1")}, Options: []*service.ProductOptionInput{}})
		w.Must(err)
		if got := see(nil); got != "A 2 false true; B 6.5 false true; C <nil> true false" {
			t.Errorf("without the option: %s", got)
		}
		if got := see(&now); !strings.Contains(got, "D 0") {
			t.Errorf("before: %s", got)
		}
	})
}

// TestProductFields: unit, category and standard lead time are changed, and a price of the past rests on the lead time of then.
func TestProductFields(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		product := w.Product(service.CreateProductInput{Sku: "P", Unit: text("m"), Category: text("Curtains"), ListPrice: apptest.Roubles("10"), Components: []*service.ComponentInput{material("wood", "1")}})
		customer := w.Customer("Anna")
		w.Clock.Advance(time.Hour)
		before := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		days := 5
		changed, err := w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: product, ExpectedVersion: 1, Unit: text("piece"), Category: text(""), StandardLeadDays: &days})
		if err != nil || *changed.Unit != "piece" || changed.Category != nil || changed.StandardLeadDays != 5 {
			t.Fatalf("%+v, %v", changed, err)
		}
		for at, want := range map[*time.Time]int{nil: 5, &before: 14} {
			p, err := w.Quote.Price(w.System(), customer, product, money.Whole(1), nil, nil, at)
			if err != nil || p.LeadDays != want {
				t.Errorf("at %v: %d days, %v; want %d", at, p.LeadDays, err, want)
			}
		}
		days = 3661
		if _, err := w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: product, ExpectedVersion: 2, StandardLeadDays: &days}); faultsOf(err) != "standardLeadDays INVALID" {
			t.Errorf("a lead time of decades: %v", err)
		}
	})
}

// TestWhatIfRecipe: a supposed recipe changes the supposed price alone.
func TestWhatIfRecipe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		markup := money.Exact("1")
		product := w.Product(service.CreateProductInput{Sku: "P", Markup: &markup, Components: []*service.ComponentInput{material("glass", "2.1")}})
		customer := w.Customer("Anna")
		rows := w.Rows("SELECT count(*) FROM recipes")
		found, err := w.Quote.WhatIf(w.System(), customer.ID, product, nil, nil, nil, service.WhatIfInput{Recipes: []*service.WhatIfRecipeInput{{ProductID: product, Components: []*service.ComponentInput{material("glass", "2.3")}}}})
		w.Must(err)
		if got := w.Currency.Format(found.Is.Unit) + " " + w.Currency.Format(found.Would.Unit); got != "42.30 46.32" {
			t.Errorf("got %s", got)
		}
		_, err = w.Quote.WhatIf(w.System(), customer.ID, product, nil, nil, nil, service.WhatIfInput{Recipes: []*service.WhatIfRecipeInput{{ProductID: product, Components: []*service.ComponentInput{partOf("P", "1")}}}})
		if got := faultsOf(err); got != "instead.recipes.0.components.0.productSku INVALID" {
			t.Errorf("a product of itself: %s", got)
		}
		if after := w.Rows("SELECT count(*) FROM recipes"); !slices.Equal(rows, after) {
			t.Errorf("recipes were written: %v, %v", rows, after)
		}
	})
}
