package quote_test

import (
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// TestPricesOfThePastArePromisedToNobody: after a list price was raised and an agreement ended, the price of the moment before is answered, and its
// token is refused with the price of now.
func TestPricesOfThePastArePromisedToNobody(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		agreed := s.agree("90", "")
		w.Clock.Advance(time.Hour)
		_, err := w.Quote.EndAgreement(w.As(schema.RoleManager), service.EndAgreementInput{ID: agreed.ID, Reason: "it was abused"})
		w.Must(err)
		w.Clock.Advance(time.Second)
		for name, before := range map[string]time.Duration{"a moment ago": time.Microsecond, "before the end": 2 * time.Second, "ten minutes ago": 10 * time.Minute} {
			t.Run(name, func(t *testing.T) {
				at := w.Clock.Now().Add(-before)
				past, err := w.Quote.Price(w.As(schema.RoleSales), s.customer, s.product, money.Whole(1), nil, nil, &at)
				w.Must(err)
				token, err := w.Quote.PriceToken(past)
				w.Must(err)
				_, err = w.Quote.Redeem(s.customer.ID, []string{token})
				err = w.Quote.RefusalFaults(w.As(schema.RoleSales), s.customer.ID, err)
				detail, _ := fault.All(err)[0].Detail.(*quote.Expired)
				if faultsOf(err) != "priceTokens.0 PRICE_EXPIRED" || !past.ValidUntil.Equal(at) || detail == nil || detail.Today.Unit != money.Minor(10000) {
					t.Errorf("%v, until %s: %+v", err, past.ValidUntil, detail)
				}
			})
		}
		if _, err := w.Quote.Redeem(s.customer.ID, []string{s.token("1")}); err != nil {
			t.Errorf("a price of now: %v", err)
		}
	})
}

// TestAReasonExcusesWhatWasKnown: a price under the floor is agreed, or approved, with a reason for a window of one metre. Whoever then says that
// the window is six metres wide pays for the rest of it.
func TestAReasonExcusesWhatWasKnown(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		_, err := w.Catalogue.DefineMeasurement(w.System(), service.DefineMeasurementInput{Code: "width", Name: "Width", Unit: "m", Least: "0.4", Most: "6"})
		w.Must(err)
		oak, half, wide, reason := "oak", money.Exact("0.5"), "width", "a narrow window"
		s.product = w.Product(service.CreateProductInput{Sku: "BLIND", ListPrice: apptest.Roubles("1000"), MinimumMargin: &half, Components: []*service.ComponentInput{{Material: &oak, QuantityFormula: &wide}}})
		measure := func(width float64) {
			c, err := w.Client.Customer.Get(w.System(), s.customer.ID)
			w.Must(err)
			s.customer, err = w.Customers.UpdateCustomer(w.As(schema.RoleSales), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version, Measurements: graphql.OmittableOf[any](map[string]any{"width": width})})
			w.Must(err)
			w.Clock.Advance(time.Second)
		}
		in := service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles("60"), OverrideFloorReason: &reason}
		compare := func(when, want string) {
			if got := w.Currency.Format(s.price("1").Unit); got != want {
				t.Errorf("%s: %s; want %s", when, got, want)
			}
		}
		measure(1)
		_, err = w.Quote.AgreePrice(w.As(schema.RoleManager), in)
		w.Must(err)
		w.Clock.Advance(time.Second)
		compare("as it was agreed, under a floor of 80", "60.00")
		measure(6)
		compare("for six metres, of which the floor is 480", "460.00")
		proposed, err := w.Quote.AgreePrice(w.As(schema.RoleSales), in)
		w.Must(err)
		_, err = w.Quote.ApproveAgreement(w.As(schema.RoleManager), service.ApproveAgreementInput{ID: proposed.ID, OverrideFloorReason: &reason})
		w.Must(err)
		w.Clock.Advance(time.Second)
		compare("approved for six metres", "60.00")
		measure(1)
		compare("less than was approved", "60.00")
	})
}
