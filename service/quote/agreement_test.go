package quote_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func TestWhatMayBeAgreed(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		reason, before := "an old friend", apptest.Start.Add(-time.Hour)
		manager, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		for name, c := range map[string]struct {
			as     context.Context
			unit   string
			change func(*service.AgreePriceInput)
			want   string
		}{
			"at the floor":                 {manager, "80", nil, ""},
			"under the floor":              {manager, "79.99", nil, "unit BELOW_FLOOR"},
			"under the floor for a reason": {manager, "0", func(in *service.AgreePriceInput) { in.OverrideFloorReason = &reason }, ""},
			"SALES propose with a reason":  {sales, "90", func(in *service.AgreePriceInput) { in.OverrideFloorReason = &reason }, ""},
			"a negative price":             {manager, "-1", nil, "unit.amount INVALID"},
			"it ends before it begins":     {manager, "90", func(in *service.AgreePriceInput) { in.ValidTo = &before }, "validTo INVALID"},
			"no such product":              {manager, "90", func(in *service.AgreePriceInput) { in.ProductID = w.IDs.Make("prd") }, "productId NOT_FOUND"},
			"no such customer":             {manager, "90", func(in *service.AgreePriceInput) { in.CustomerID = w.IDs.Make("cus") }, "customerId NOT_FOUND"},
			"SALES propose at any price":   {sales, "1", nil, ""},
		} {
			t.Run(name, func(t *testing.T) {
				in := service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles(c.unit)}
				if c.change != nil {
					c.change(&in)
				}
				_, err := w.Quote.AgreePrice(c.as, in)
				if got := faultsOf(err); got != c.want || (err == nil) != (c.want == "") {
					t.Errorf("%v (%s); want %s", err, got, c.want)
				}
			})
		}
		_, err := w.Quote.AgreePrice(manager, service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles("1")})
		if f := fault.Of(fault.All(err)[0]); f.Detail != money.Minor(8000) || strings.Contains(f.Message, "80") {
			t.Errorf("the floor is %v, and the message %s; want 80.00 in the first alone", f.Detail, f.Message)
		}
	})
}

// TestAgreementsBelowFloor: a rate that rises puts agreements under the floor; one with a reason stays at its price, one without is
// lifted.
func TestAgreementsBelowFloor(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		reason := "an old friend"
		for _, in := range []service.AgreePriceInput{{Unit: apptest.Roubles("85")}, {Unit: apptest.Roubles("60"), OverrideFloorReason: &reason}, {Unit: apptest.Roubles("101")}} {
			in.CustomerID, in.ProductID = w.CustomerID(), s.product
			_, err := w.Quote.AgreePrice(w.System(), in)
			w.Must(err)
		}
		show := func() string {
			below, err := w.Quote.BelowFloor(w.System())
			w.Must(err)
			rows, err := w.Quote.ReadAgreements(w.System(), below)
			w.Must(err)
			text := fmt.Sprint(len(rows))
			for _, b := range below {
				text += fmt.Sprintf(" %s-%s=%s,%t", w.Currency.Format(b.Agreement.Unit), w.Currency.Format(b.Floor), w.Currency.Format(b.Difference), b.Lifted)
			}
			return text
		}
		if got := show(); got != "1 60.00-80.00=20.00,false" {
			t.Errorf("before: %s", got)
		}
		w.Clock.Advance(time.Hour)
		w.Rate(schema.RateMaterial, "oak", "45", "kg", w.Clock.Now())
		if got := show(); got != "2 60.00-90.00=30.00,false 85.00-90.00=5.00,true" {
			t.Errorf("after: %s", got)
		}
	})
}

// TestTheAgreementOfAPrice: of the agreements that cover a quantity the last recorded applies, and then no rule does.
func TestTheAgreementOfAPrice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		addRule(w, service.CreatePriceRuleInput{Condition: "true"})
		if got := s.price("1").Unit; got != money.Minor(9000) {
			t.Errorf("by the rule: %v", got)
		}
		ten := money.Exact("10")
		_, err := w.Quote.AgreePrice(w.System(), service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles("85"), MinimumQuantity: &ten})
		w.Must(err)
		if nine, ten := s.price("9.999").Unit, s.price("10").Unit; nine != money.Minor(9000) || ten != money.Minor(8500) {
			t.Errorf("%v under the quantity, %v from it on", nine, ten)
		}
	})
}
