package quote_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestPriceOfThePastKeepsItsStep: a price of a moment is rounded by the step that was set then, whatever is set later.
func TestPriceOfThePastKeepsItsStep(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		w.Rate(schema.RateMaterial, "oak", "123.45", "kg", apptest.Start.AddDate(-1, 0, 0))
		oak := "oak"
		markup := money.Exact("0.1")
		product := w.Product(service.CreateProductInput{Sku: "TABLE", Markup: &markup, Components: []*service.ComponentInput{{Material: &oak, Quantity: "1"}}})
		c, err := w.Client.Customer.Get(w.System(), w.CustomerID())
		w.Must(err)
		price := func(c *ent.Customer, at *time.Time) money.Amount {
			t.Helper()
			p, err := w.Quote.Price(w.System(), c, product, money.Whole(1), nil, nil, at)
			w.Must(err)
			return p.Unit
		}
		asked := w.Now()
		if got := price(c, nil); got != money.Minor(135_80) {
			t.Fatalf("%v; want 123.45 and a tenth more", got)
		}
		w.Clock.Advance(time.Hour)
		_, err = w.ChangeSetting(w.Actor(schema.RoleAdmin), service.ChangeSettingInput{Name: "priceStep", Value: 1000})
		w.Must(err)
		if got := price(c, nil); got != money.Minor(140_00) {
			t.Errorf("now %v; want a multiple of ten roubles", got)
		}
		if got := price(c, &asked); got != money.Minor(135_80) {
			t.Errorf("as of an hour ago %v; want what it was", got)
		}
	})
}
