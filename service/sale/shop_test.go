package sale_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// shop is a company that sells coats at 999.99, of cloth at 100, to one customer.
type shop struct {
	*apptest.World

	t        *testing.T
	coat     string
	customer *ent.Customer

	code      string // of the tax that tests set
	histories int    // that were begun
}

func each(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := &shop{World: w, t: t, code: "VAT", customer: w.Customer("Anna")}
		ctx := s.As(schema.RoleAdmin)
		_, err := s.Rates.SetRate(ctx, service.SetRateInput{
			Subject: schema.RateMaterial, Code: "cloth", Amount: "100", Unit: "m", ValidFrom: apptest.Start.AddDate(-1, 0, 0),
		})
		if err != nil {
			t.Fatal(err)
		}
		cloth, noDays := "cloth", 0
		coat, err := s.Catalogue.CreateProduct(ctx, service.CreateProductInput{
			Sku: "COAT", Name: "Coat", ListPrice: roubles("999.99"), StandardLeadDays: &noDays,
			Components: []*service.ComponentInput{{Material: &cloth, Quantity: "2"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		s.coat = coat.ID
		test(t, s)
	})
}

func roubles(amount money.Exact) *service.MoneyInput {
	return &service.MoneyInput{Amount: amount, CurrencyCode: "RUB"}
}

// token returns the token of the customer's price of coats.
func (s *shop) token(quantity int64) string {
	s.t.Helper()
	p, err := s.Quote.Price(s.As(schema.RoleAdmin), s.customer, s.coat, money.Whole(quantity), nil, nil, nil)
	if err != nil {
		s.t.Fatal(err)
	}
	token, err := s.Quote.PriceToken(p)
	if err != nil {
		s.t.Fatal(err)
	}
	return token
}

// place places an order of coats.
func (s *shop) place(quantity int64) *ent.Order {
	s.t.Helper()
	o, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(quantity)}})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

func (s *shop) complete(orderID string) (*ent.Order, error) {
	return s.Sale.CompleteOrder(s.As(schema.RoleAdmin), service.CompleteOrderInput{ID: orderID})
}

func (s *shop) cancel(orderID string) (*ent.Order, error) {
	return s.Sale.CancelOrder(s.As(schema.RoleAdmin), service.CancelOrderInput{ID: orderID, Reason: "changed their mind"})
}

func (s *shop) refund(orderID string, amount *service.MoneyInput) (*ent.Order, error) {
	return s.Sale.RefundOrder(s.As(schema.RoleAdmin), service.RefundOrderInput{ID: orderID, Amount: amount, Reason: "torn"})
}

// offer creates an offer of one coat that holds for a day.
func (s *shop) offer() *ent.Offer {
	s.t.Helper()
	o, err := s.Sale.CreateOffer(s.As(schema.RoleAdmin), service.CreateOfferInput{
		CustomerID: s.customer.ID, PriceTokens: []string{s.token(1)}, ExpiresAt: s.Now().Add(24 * time.Hour),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// permit grants contacts with the customer by e-mail.
func (s *shop) permit(purpose schema.Purpose, level schema.PermissionLevel) {
	s.t.Helper()
	if _, _, err := s.Consent.GrantPermission(s.As(schema.RoleAdmin), service.GrantPermissionInput{
		CustomerID: s.customer.ID, Channel: schema.ByEmail, Purpose: purpose, Level: level, Source: "form", Wording: "We may write to you.",
	}); err != nil {
		s.t.Fatal(err)
	}
}
