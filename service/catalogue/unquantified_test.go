package catalogue_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// nearTwo has no quantity for a width just beside 2: it is more than a billion. It passes the checks of formulas, which look for zeros.
const nearTwo = "width == 2 ? 1 : abs(10 / (width - 2))"

// promised returns a price token, for a customer, of a product with a width.
func promised(w *apptest.World, c *ent.Customer, product, width string) string {
	p, err := w.Quote.Price(w.System(), c, product, money.Whole(1), []costing.Chosen{{Code: "width", Value: width}}, nil, nil)
	w.Must(err)
	token, err := w.Quote.PriceToken(p)
	w.Must(err)
	return token
}

func gapsOf(w *apptest.World) string {
	gaps, err := w.Rates.RateGaps(w.System())
	w.Must(err)
	var all []string
	for _, g := range gaps {
		if g.Orders == 0 {
			continue
		}
		of := ""
		for _, text := range []*string{g.Measurement, g.Formula} {
			if text != nil {
				of += " " + *text
			}
		}
		all = append(all, string(g.Subject)+" "+g.Code+" "+string(g.Lacks)+of)
	}
	return strings.Join(all, "; ")
}

// TestPromiseWithoutAQuantity: prices that are promised, by a token and by an offer, are kept though the recipe of their orders' moment
// has no quantity for what was measured, or needs what was not: the orders are uncosted, and their gaps are listed until a recipe costs them.
func TestPromiseWithoutAQuantity(t *testing.T) {
	for name, c := range map[string]struct{ formula, gap, line string }{
		"a formula without a quantity":  {nearTwo, "MATERIAL glass QUANTITY " + nearTwo, "glass: no quantity: the formula " + nearTwo + ": the quantity is more than a billion, or a number on the way to it is too large"},
		"a measurement that is lacking": {"width * height", "MATERIAL glass MEASUREMENT height", "glass: height is not measured"},
	} {
		t.Run(name, func(t *testing.T) {
			apptest.Each(t, func(t *testing.T, w *apptest.World) {
				measurable(w)
				pane := w.Product(service.CreateProductInput{Sku: "PANE", ListPrice: apptest.Roubles("5000"), Components: []*service.ComponentInput{byFormula("glass", "width")}})
				customer := w.Customer("Anna")
				token := promised(w, customer, pane, "2.000000001")
				offer, err := w.Sale.CreateOffer(w.System(), service.CreateOfferInput{CustomerID: customer.ID, PriceTokens: []string{token}, ExpiresAt: apptest.Start.AddDate(0, 0, 20)})
				w.Must(err)
				w.Clock.Advance(time.Minute)
				from := w.Clock.Now()
				_, err = w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", c.formula)}})
				w.Must(err)
				w.Clock.Advance(time.Minute)
				order, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
				w.Must(err)
				_, err = w.Sale.AcceptOffer(w.System(), service.AcceptOfferInput{ID: offer.ID})
				w.Must(err)
				asked := "SELECT total, cost, CASE WHEN uncosted THEN 'uncosted' ELSE 'costed' END FROM orders ORDER BY id"
				if got := strings.Join(w.Rows(asked), "; "); got != "500000 0 uncosted; 500000 0 uncosted" {
					t.Errorf("the orders are %s", got)
				}
				if got := gapsOf(w); got != c.gap {
					t.Errorf("the gaps are %q; want %q", got, c.gap)
				}
				lines, err := w.Rates.OrderLines(w.System(), []string{order.ID})
				w.Must(err)
				for _, figures := range lines {
					if got := figures.CostLines[0].Label; got != c.line {
						t.Errorf("the cost line says %q; want %q", got, c.line)
					}
				}
				w.Clock.Advance(time.Minute)
				set, err := w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{material("glass", "2")}, ValidFrom: &from, Reason: text("by the piece")})
				w.Must(err)
				restated(w, order, set.Recipe.ID)
				if got := strings.Join(w.Rows(asked), "; "); got != "500000 2014 costed; 500000 2014 costed" || *set.OrdersRestated != 2 || gapsOf(w) != "" {
					t.Errorf("after a recipe with a quantity: %s, %d restated, gaps %q", got, *set.OrdersRestated, gapsOf(w))
				}
			})
		})
	}
}

// restated checks that an order says which recipe restated its cost, and why.
func restated(w *apptest.World, o *ent.Order, recipe string) {
	history, err := w.Sale.OrderHistory(w.System(), []*ent.Order{o})
	w.Must(err)
	last := history[o.ID][len(history[o.ID])-1]
	if last.Kind != service.OrderEventKindCostRestated || last.Cost.RecipeID != recipe || last.Reason == nil || *last.Reason != "by the piece" {
		w.T.Errorf("the last event is %+v", last)
	}
	lines, err := w.Rates.OrderLines(w.System(), []string{o.ID})
	w.Must(err)
	for _, figures := range lines {
		if figures.Recipe == nil || figures.Recipe.ID != recipe {
			w.T.Errorf("the line is made by %+v", figures.Recipe)
		}
	}
	page, err := w.Explain.Order(w.System(), o.ID)
	w.Must(err)
	text := strings.Join(strings.Fields(page.Page()), " ")
	for _, want := range []string{"because of the recipe of PANE (" + recipe + ") from", "by system: by the piece", "width = 2.000000001 m", "MATERIAL glass, m2: 2 m2 x 10.07 per m2", ": 20.14 of one, x 1"} {
		if !strings.Contains(text, want) {
			w.T.Errorf("the page does not say %q:\n%s", want, page.Page())
		}
	}
}

// TestLateOrderOfAnOldRecipe: an order that is told late is accepted though the recipe of its moment needs what its price did not.
func TestLateOrderOfAnOldRecipe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		pane := w.Product(service.CreateProductInput{Sku: "PANE", ListPrice: apptest.Roubles("5000"), Components: []*service.ComponentInput{byFormula("glass", "width * height")}})
		w.Clock.Advance(time.Minute)
		_, err := w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{byFormula("glass", "width")}})
		w.Must(err)
		w.Clock.Advance(time.Minute)
		customer, at := w.Customer("Anna"), apptest.Start.AddDate(0, 0, -3)
		_, err = w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{promised(w, customer, pane, "1")}, At: &at})
		w.Must(err)
		if got := gapsOf(w); got != "MATERIAL glass MEASUREMENT height" {
			t.Errorf("the gaps are %q", got)
		}
	})
}

// TestRecipeWithoutAQuantityForAnOrder: a recipe for the past by which an order cannot be costed is refused, and names the order; one that
// leaves what could not be costed before is not.
func TestRecipeWithoutAQuantityForAnOrder(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		pane := w.Product(service.CreateProductInput{Sku: "PANE", ListPrice: apptest.Roubles("10"), Components: []*service.ComponentInput{byFormula("glass", "width")}})
		window := w.Product(service.CreateProductInput{Sku: "WINDOW", ListPrice: apptest.Roubles("5000"), Components: []*service.ComponentInput{partOf("PANE", "2"), byFormula("wood", "width * 2")}})
		customer, at := w.Customer("Anna"), apptest.Start.AddDate(0, 0, -3)
		order, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{promised(w, customer, window, "2.000000001")}, At: &at})
		w.Must(err)
		from, reason := at.AddDate(0, 0, -1), text("as it was")
		set := func(product string, components ...*service.ComponentInput) error {
			w.Clock.Advance(time.Minute)
			_, err := w.Catalogue.SetRecipe(w.System(), service.SetRecipeInput{ProductID: product, Components: components, ValidFrom: &from, Reason: reason})
			return err
		}
		for name, product := range map[string]string{"its own": window, "that of a part": pane} {
			t.Run(name, func(t *testing.T) {
				err := set(product, byFormula("glass", nearTwo))
				if got := fault.Of(err); got == nil || faultsOf(err) != "validFrom INVALID" || !strings.Contains(got.Message, order.ID) || !strings.Contains(got.Message, "more than a billion") {
					t.Errorf("%v", err)
				}
			})
		}
		w.Must(set(window, partOf("PANE", "3"), byFormula("wood", "width")))
		w.Rate(schema.RateMaterial, "gold", "900000000", "kg", apptest.Start.AddDate(-3, 0, 0))
		if err := set(window, byFormula("gold", "width * 150000000")); faultsOf(err) != "components INVALID" || !strings.Contains(err.Error(), order.ID) {
			t.Errorf("a cost that is too large: %v", err)
		}
	})
}

// TestRepeatsAnswerAlike: requests under one key that are sent at once all answer what the first one did, also what comes from the price
// book.
func TestRepeatsAnswerAlike(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		measurable(w)
		pane := w.Product(service.CreateProductInput{Sku: "PANE", ListPrice: apptest.Roubles("1491.25"), Components: []*service.ComponentInput{material("glass", "1")}})
		w.Clock.Advance(time.Minute)
		recipe := service.SetRecipeInput{ProductID: pane, Components: []*service.ComponentInput{material("glass", "2")}, IdempotencyKey: text("recipe")}
		price := service.SetListPriceInput{ProductID: pane, ListPrice: apptest.Roubles("1569.74"), IdempotencyKey: text("price")}
		ctx := w.System()
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				if done, err := w.Catalogue.SetRecipe(ctx, recipe); err != nil || done.Recipe == nil || done.Recipe.Components[0].Quantity.String() != "2" {
					t.Errorf("the recipe is %+v, %v", done, err)
				}
				if _, err := w.Catalogue.SetListPrice(ctx, price); err != nil {
					t.Error(err)
				}
				if got, err := w.Catalogue.ListPrice(ctx, pane, nil); err != nil || got != money.Minor(156974) {
					t.Errorf("the list price is %v, %v", got, err)
				}
			})
		}
		all.Wait()
	})
}
