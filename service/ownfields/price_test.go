package ownfields_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestPrices: conditions of price rules ask for what a customer and a product have in fields, and a price as of a moment for what was known
// then.
func TestPrices(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.define(service.DefineFieldInput{Noun: schema.FieldOfProduct, Code: "line", Label: "Line", Type: schema.FieldText})
		coat := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("1000")})
		rule := func(condition, amount string) error {
			_, err := w.Quote.CreatePriceRule(w.admin, service.CreatePriceRuleInput{Name: condition, Condition: condition, Amount: &service.MoneyInput{Amount: money.Exact(amount), CurrencyCode: "RUB"}})
			return err
		}
		for _, one := range [][2]string{
			{`customer.fields.card == "gold"`, "-1"},
			{`has(customer.fields.points) && customer.fields.points >= 12.5`, "-10"},
			{`customer.fields.vip == true`, "-100"},
			{`has(customer.fields.since) && at >= customer.fields.since && customer.fields.since.getFullYear() == 2024`, "-200"},
			{`product.fields.line == "summer"`, "-400"},
		} {
			w.Must(rule(one[0], one[1]))
		}
		w.want("a field that is none", apptest.Faults(rule(`customer.fields.cart == "gold"`, "-1")), "INVALID condition")
		w.want("a field of another noun", apptest.Faults(rule(`product.fields.card == "gold"`, "-1")), "INVALID condition")
		w.want("a field in quotes", apptest.Faults(rule(`customer.fields["cart"] == "gold" && false`, "-1")), "") // only the evaluation knows it

		price := func(at *time.Time) string {
			t.Helper()
			c, err := w.Client.Customer.Get(w.admin, w.customer)
			w.Must(err)
			p, err := w.Quote.Price(w.admin, c, coat, money.Whole(1), nil, nil, at)
			w.Must(err)
			return w.Currency.Format(p.Unit)
		}
		start := w.Clock.Now()
		moments := []time.Time{start}
		w.want("without values", price(nil), "1000.00")
		for _, c := range []struct {
			of, code, value string
			version         int
			want            string
		}{
			{w.customer, "card", "gold", 0, "999.00"},
			{w.customer, "points", "12.5", 0, "989.00"},
			{w.customer, "vip", "true", 0, "889.00"},
			{w.customer, "since", "2024-06-01", 0, "689.00"},
			{coat, "line", "summer", 0, "289.00"},
			{w.customer, "card", "silver", 1, "290.00"},
			{w.customer, "points", "", 1, "300.00"},
			{coat, "line", "winter", 1, "700.00"},
		} {
			w.Clock.Advance(time.Hour)
			w.Must(w.set(w.admin, c.of, given(c.code, c.value, c.version)))
			w.want("with "+c.code+" "+c.value, price(nil), c.want)
			moments = append(moments, w.Clock.Now())
		}
		w.Clock.Advance(time.Hour)
		for n, want := range []string{"1000.00", "999.00", "989.00", "889.00", "689.00", "289.00", "290.00", "300.00", "700.00"} {
			at := moments[n].Add(time.Minute)
			w.want("as of "+at.String(), price(&at), want)
		}
		trial, err := w.Quote.TryPriceRule(w.admin, service.CreatePriceRuleInput{Name: "Tried", Condition: `customer.fields.card == "gold" && quantity > 0.0`, Percent: ptr(money.Exact("-1"))}, w.customer, coat, nil, nil, nil)
		w.Must(err)
		if len(trial.Unmet) != 1 || len(trial.Unmet[0].Met) != 1 || *trial.Unmet[0].Met[0].Value != `"silver"` {
			t.Errorf("the trial says %+v", trial.Unmet)
		}
	})
}
