package ownfields_test

import (
	"slices"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// TestRetired: nothing is set in a field that is retired. What is in it stays, can be read of now and of the past, filtered by, and is asked by
// the price rules that are there; new rules and files name it no more, and its code is not free. It can be put back into use.
func TestRetired(t *testing.T) {
	each(t, func(t *testing.T, w *world) {
		w.Must(w.set(w.admin, w.customer, given("card", "gold", 0)))
		then := w.Clock.Now()
		w.Clock.Advance(time.Minute)
		w.Must(w.set(w.admin, w.customer, given("card", "silver", 1)))
		coat := w.Product(service.CreateProductInput{Sku: "COAT", ListPrice: apptest.Roubles("1000")})
		rule := func(name string) error {
			_, err := w.Quote.CreatePriceRule(w.admin, service.CreatePriceRuleInput{Name: name, Condition: `customer.fields.card == "silver"`, Percent: ptr(money.Exact("-10"))})
			return err
		}
		w.Must(rule("before"))
		retire := func(version int, retired bool) error {
			_, err := w.OwnFields.UpdateField(w.admin, service.UpdateFieldInput{ID: w.defined["card"].ID, ExpectedVersion: version, Retired: &retired})
			return err
		}
		w.Must(retire(1, true))
		w.want("set", apptest.Faults(w.set(w.admin, w.customer, given("card", "gold", 2))), "WRONG_STATE fields.0.code")
		w.want("taken away", apptest.Faults(w.set(w.admin, w.customer, given("card", "", 2))), "WRONG_STATE fields.0.code")
		w.want("kept", w.has(w.admin, w.customer), "card=silver/2")
		past, err := w.OwnFields.Values(w.admin, []string{w.customer}, &then)
		w.Must(err)
		w.want("of the past", shown(past[w.customer]), "card=gold/1")
		w.want("a rule", apptest.Faults(rule("after")), "INVALID condition")
		c, err := w.Client.Customer.Get(w.admin, w.customer)
		w.Must(err)
		price, err := w.Quote.Price(w.admin, c, coat, money.Whole(1), nil, nil, nil)
		w.Must(err)
		w.want("by the rule from before", w.Currency.Format(price.Unit), "900.00")
		columns, err := w.OwnFields.Codes(w.System(), schema.FieldOfCustomer)
		w.Must(err)
		if slices.Contains(columns, "card") || !slices.Contains(columns, "vip") {
			t.Errorf("files have the columns %v", columns)
		}
		asked, err := w.OwnFields.Asked(w.admin, schema.FieldOfCustomer, &service.FieldFilter{Code: "card", Equals: given("card", "silver", 0).Value})
		if err != nil || asked == nil {
			t.Errorf("a filter: %v, %v", asked, err)
		}
		_, err = w.OwnFields.DefineField(w.admin, service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: "card", Label: "another", Type: schema.FieldText})
		w.want("the code", apptest.Faults(err), "ALREADY_EXISTS code")
		w.want("on a version before", apptest.Faults(retire(1, false)), "VERSION_CONFLICT expectedVersion")
		w.Must(retire(2, false))
		w.Must(w.set(w.admin, w.customer, given("card", "gold", 2)))
		w.want("back in use", w.has(w.admin, w.customer), "card=gold/3")
	})
}
