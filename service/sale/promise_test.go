package sale_test

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

// TestAnEndedExemptionIsNoPrice: what was promised without tax to an exempt customer is not sold to them once they are not: neither by a token
// nor by an offer, and whoever lacks the scope floor cannot end the exemption under an open order.
func TestAnEndedExemptionIsNoPrice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.taxCoats(t, &vatCode, apptest.Start.AddDate(-1, 0, 0))
		s.vat(t, "0.2", apptest.Start.AddDate(-2, 0, 0))
		s.Clock.Advance(time.Hour)
		says := "says so"
		change := func(role schema.Role, reason *string) error {
			c, err := s.Client.Customer.Get(s.System(), s.customer.ID)
			s.ok(t, err)
			_, err = s.Customers.UpdateCustomer(s.As(role), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version, TaxExempt: graphql.OmittableOf(reason)})
			s.Clock.Advance(time.Second)
			return err
		}
		taxed := s.token(1)
		s.ok(t, change(schema.RoleSales, &says))
		token, offer := s.token(1), s.offer()
		s.ok(t, change(schema.RoleSales, nil))
		place := service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{taxed, token}}
		_, err := s.Sale.PlaceOrder(s.As(schema.RoleSales), place)
		detail, _ := fault.All(err)[0].Detail.(*quote.Expired)
		if apptest.Faults(err) != "PRICE_EXPIRED priceTokens.1" || detail == nil || detail.Today == nil || detail.Today.Unit != money.Minor(99999) {
			t.Errorf("an order: %v, %+v", err, detail)
		}
		_, err = s.Sale.CreateOffer(s.As(schema.RoleAdmin), service.CreateOfferInput{CustomerID: s.customer.ID, PriceTokens: []string{token}, ExpiresAt: s.Now().Add(time.Hour)})
		if got := apptest.Faults(err); got != "PRICE_EXPIRED priceTokens.0" {
			t.Errorf("an offer: %v", err)
		}
		if _, err := s.Sale.AcceptOffer(s.As(schema.RoleAdmin), service.AcceptOfferInput{ID: offer.ID}); apptest.Faults(err) != "WRONG_STATE id" {
			t.Errorf("an offer that is accepted: %v", err)
		}
		s.ok(t, change(schema.RoleSales, &says))
		o, err := s.Sale.PlaceOrder(s.As(schema.RoleSales), place)
		s.ok(t, err)
		if got := money.Minor(99999 + 83332); o.Total != got {
			t.Errorf("the total is %v, want %v", o.Total, got)
		}
		if err := change(schema.RoleSales, nil); apptest.Faults(err) != "FORBIDDEN taxExempt" {
			t.Errorf("ended under an open order: %v", err)
		}
		s.ok(t, change(schema.RoleManager, nil))
		s.ok(t, change(schema.RoleManager, &says))
		_, err = s.complete(o.ID)
		s.ok(t, err)
		s.Clock.Advance(time.Second)
		s.ok(t, change(schema.RoleSales, nil))
		if got, want := s.figures(t, o.ID), "COMPLETED 183331 tax 0, back 0 tax 0, cost 40000, margin 143331"; got != want {
			t.Errorf("%s; want %s", got, want)
		}
		s.lawful(t, o.ID)
	})
}

// TestNoOrderBeforeItsPrices: whoever has the scope floor records an order of yesterday at the prices of today. For anybody else it is INVALID,
// since the capacity of yesterday would not be checked; a clock that is slow by a little is forgiven.
func TestNoOrderBeforeItsPrices(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.Clock.Advance(48 * time.Hour)
		now := s.Now()
		for _, c := range []struct {
			name   string
			role   schema.Role
			before time.Duration
			want   string
			at     time.Time
		}{
			{"yesterday", schema.RoleSales, 24 * time.Hour, "INVALID at", now},
			{"a little more than a clock may be wrong", schema.RoleSales, service.ClockSkew + time.Microsecond, "INVALID at", now},
			{"a slow clock", schema.RoleSales, service.ClockSkew, "", now},
			{"yesterday, with the scope floor", schema.RoleManager, 24 * time.Hour, "", now.Add(-24 * time.Hour)},
		} {
			t.Run(c.name, func(t *testing.T) {
				at := now.Add(-c.before)
				o, err := s.Sale.PlaceOrder(s.As(c.role), service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(1)}, At: &at})
				if got := apptest.Faults(err); got != c.want || err == nil && !o.At.Equal(c.at) {
					t.Errorf("%v, %+v; want %q at %s", err, o, c.want, c.at)
				}
			})
		}
	})
}

// TestAnyCostIsBooked: ten thousand units that cost 900 million roubles each are sold at 1 rouble each by an agreement with a reason. The books hold
// the greatest cost that may be stated, and say so.
func TestAnyCostIsBooked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.Clock.Advance(time.Hour)
		gift := "a gift"
		_, err := s.Quote.AgreePrice(s.System(), service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.coat, Unit: roubles("1"), OverrideFloorReason: &gift})
		s.ok(t, err)
		_, err = s.Rates.SetRate(s.System(), service.SetRateInput{Subject: schema.RateMaterial, Code: "cloth", Amount: "450000000", Unit: "m", ValidFrom: s.Now()})
		s.ok(t, err)
		o := s.place(10_000)
		if o.Total != money.Minor(1_000_000) || o.Cost != money.Most {
			t.Errorf("%v for a cost of %v", o.Total, o.Cost)
		}
		_, err = s.complete(o.ID)
		s.ok(t, err)
		s.lawful(t, o.ID)
		s.explained(t, o.ID)
	})
}
