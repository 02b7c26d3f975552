package sale_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
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
}

func each(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := &shop{World: w, t: t, customer: w.Customer("Anna")}
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

// The verbs of an offer, by what they do to it.
var verbs = map[string]func(s *shop, offerID string) (*ent.Offer, error){
	"sent": func(s *shop, offerID string) (*ent.Offer, error) {
		return s.Sale.SendOffer(s.As(schema.RoleAdmin), service.SendOfferInput{ID: offerID, Channel: schema.ByEmail})
	},
	"viewed": func(s *shop, offerID string) (*ent.Offer, error) {
		return s.Sale.ViewOffer(s.As(schema.RoleAdmin), service.ViewOfferInput{ID: offerID})
	},
	"accepted": func(s *shop, offerID string) (*ent.Offer, error) {
		return s.Sale.AcceptOffer(s.As(schema.RoleAdmin), service.AcceptOfferInput{ID: offerID})
	},
	"declined": func(s *shop, offerID string) (*ent.Offer, error) {
		return s.Sale.DeclineOffer(s.As(schema.RoleAdmin), service.DeclineOfferInput{ID: offerID, Reason: "too dear"})
	},
	"withdrawn": func(s *shop, offerID string) (*ent.Offer, error) {
		return s.Sale.WithdrawOffer(s.As(schema.RoleAdmin), service.WithdrawOfferInput{ID: offerID})
	},
}

// TestStatusesOfOffers tries every verb in every status.
func TestStatusesOfOffers(t *testing.T) {
	for name, c := range map[string]struct {
		before  []string // the verbs that lead to the status
		expired bool
		may     string // the verbs that succeed in it
	}{
		"DRAFT":               {nil, false, "sent accepted declined withdrawn"},
		"SENT":                {[]string{"sent"}, false, "viewed accepted declined withdrawn"},
		"VIEWED":              {[]string{"sent", "viewed"}, false, "viewed accepted declined withdrawn"},
		"ACCEPTED":            {[]string{"accepted"}, false, ""},
		"DECLINED":            {[]string{"declined"}, false, ""},
		"WITHDRAWN":           {[]string{"withdrawn"}, false, ""},
		"EXPIRED":             {[]string{"sent"}, true, ""},
		"EXPIRED as a draft":  {nil, true, ""},
		"ACCEPTED, and later": {[]string{"accepted"}, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				s.permit(schema.Marketing, schema.Intravenous)
				for verb, do := range verbs {
					o := s.offer()
					for _, before := range c.before {
						if _, err := verbs[before](s, o.ID); err != nil {
							t.Fatal(err)
						}
					}
					if c.expired {
						s.Clock.Advance(24 * time.Hour)
					}
					after, err := do(s, o.ID)
					if may := strings.Contains(c.may, verb); may && err != nil || !may && apptest.Faults(err) != "WRONG_STATE id" {
						t.Errorf("%s: %v", verb, err)
					}
					if err == nil && !strings.EqualFold(string(after.Status), verb) {
						t.Errorf("%s: the status is %s", verb, after.Status)
					}
				}
			})
		})
	}
}

func TestCreateOfferIsChecked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		first, unknown := s.offer(), s.IDs.Make("cus")
		day := apptest.Start.Add(24 * time.Hour)
		good := service.CreateOfferInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(1)}, ExpiresAt: day}
		for name, c := range map[string]struct {
			change func(*service.CreateOfferInput)
			want   string
		}{
			"no prices":           {func(in *service.CreateOfferInput) { in.PriceTokens = nil }, "INVALID priceTokens"},
			"no token":            {func(in *service.CreateOfferInput) { in.PriceTokens = []string{"x"} }, "INVALID priceTokens.0"},
			"ends now":            {func(in *service.CreateOfferInput) { in.ExpiresAt = apptest.Start }, "INVALID expiresAt"},
			"ends after a year":   {func(in *service.CreateOfferInput) { in.ExpiresAt = apptest.Start.AddDate(0, 0, 367) }, "INVALID expiresAt"},
			"an unknown customer": {func(in *service.CreateOfferInput) { in.CustomerID = unknown }, "NOT_FOUND customerId"},
			"a taken id":          {func(in *service.CreateOfferInput) { in.ID = &first.ID }, "ALREADY_EXISTS id"},
			"an id of another":    {func(in *service.CreateOfferInput) { in.ID = &in.CustomerID }, "INVALID id"},
		} {
			t.Run(name, func(t *testing.T) {
				in := good
				c.change(&in)
				if _, err := s.Sale.CreateOffer(s.As(schema.RoleAdmin), in); apptest.Faults(err) != c.want {
					t.Errorf("%q; want %q", apptest.Faults(err), c.want)
				}
			})
		}
	})
}

// TestAcceptedOfferKeepsItsPrices raises the list price between an offer and its acceptance.
func TestAcceptedOfferKeepsItsPrices(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.offer()
		ctx := s.As(schema.RoleAdmin)
		s.Clock.Advance(time.Hour) // the price token has expired
		if _, err := s.Catalogue.SetListPrice(ctx, service.SetListPriceInput{ProductID: s.coat, ListPrice: roubles("2000")}); err != nil {
			t.Fatal(err)
		}
		lines, err := s.Client.OfferLine.Query().All(ctx)
		if err != nil {
			t.Fatal(err)
		}
		repriced, err := s.Sale.Reprice(ctx, lines)
		if now := repriced[lines[0]]; err != nil || now.Err != nil || now.Price.Unit != money.Minor(200000) {
			t.Errorf("the price now: %+v, %v", now, err)
		}
		accepted, err := verbs["accepted"](s, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		order, err := s.Client.Order.Get(ctx, *accepted.OrderID)
		if err != nil || order.Total != money.Minor(99999) || *order.OfferID != o.ID || order.Status != schema.OrderPlaced {
			t.Errorf("%v, %v; want an order of 999.99", order, err)
		}
	})
}

// TestAcceptedAt reports acceptances late, of various moments.
func TestAcceptedAt(t *testing.T) {
	const hour, day = time.Hour, 24 * time.Hour
	for name, c := range map[string]struct {
		at, reported time.Duration // after the offer was made; it holds for a day
		want         string
	}{
		"at once":                       {0, 0, ""},
		"in time, reported late":        {hour, 10 * day, ""},
		"in time, at the latest report": {hour, 31*day - 1000, ""},
		"in time, reported too late":    {hour, 31 * day, "WRONG_STATE id"},
		"at the end":                    {day, day, "WRONG_STATE id"},
		"a little before the offer":     {-5 * time.Minute, hour, ""},
		"before the prices were known":  {-5*time.Minute - 1000, hour, "INVALID at"},
		"by a clock that is fast":       {hour + 5*time.Minute, hour, ""},
		"in the future":                 {hour + 6*time.Minute, hour, "INVALID at"},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				o := s.offer()
				s.Clock.Advance(c.reported)
				at := apptest.Start.Add(c.at)
				accepted, err := s.Sale.AcceptOffer(s.As(schema.RoleAdmin), service.AcceptOfferInput{ID: o.ID, At: &at})
				if apptest.Faults(err) != c.want {
					t.Fatalf("%v; want %q", err, c.want)
				}
				if err == nil && at.Before(s.Now()) && !accepted.DecidedAt.Equal(at) {
					t.Errorf("decided at %v; want %v", accepted.DecidedAt, at)
				}
			})
		})
	}
}

func TestEarliestViewCounts(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.permit(schema.Marketing, schema.Personal)
		o := s.offer()
		if _, err := verbs["sent"](s, o.ID); err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(time.Hour)
		for _, c := range []struct{ reported, want time.Duration }{{30 * time.Minute, 30 * time.Minute}, {10 * time.Minute, 10 * time.Minute}, {20 * time.Minute, 10 * time.Minute}} {
			at := apptest.Start.Add(c.reported)
			viewed, err := s.Sale.ViewOffer(s.As(schema.RoleAdmin), service.ViewOfferInput{ID: o.ID, At: &at})
			if err != nil || !viewed.ViewedAt.Equal(apptest.Start.Add(c.want)) {
				t.Errorf("viewed after %v: %v, %v; want %v", c.reported, viewed, err, c.want)
			}
		}
	})
}

// TestSendingNeedsAPermission sends an offer to a customer who has permitted this and that.
func TestSendingNeedsAPermission(t *testing.T) {
	individual, generic := schema.OfferIndividual, schema.OfferKind("")
	for _, name := range schema.OfferKind("").Values() {
		if name != string(individual) {
			generic = schema.OfferKind(name)
		}
	}
	for name, c := range map[string]struct {
		kind    schema.OfferKind
		purpose schema.Purpose
		level   schema.PermissionLevel // that is permitted for the purpose, "" for none
		want    string
	}{
		"nothing is permitted":                      {generic, schema.Marketing, "", "PERMISSION_MISSING channel"},
		"the level of the purpose":                  {generic, schema.Marketing, schema.BrandTrust, ""},
		"an individual offer needs more":            {individual, schema.Marketing, schema.BrandTrust, "PERMISSION_MISSING channel"},
		"the level of individual offers":            {individual, schema.Marketing, schema.Personal, ""},
		"whatever the purpose of an individual one": {individual, schema.Service, "", "PERMISSION_MISSING channel"},
		"a purpose that needs none":                 {generic, schema.Service, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				if c.level != "" {
					s.permit(c.purpose, c.level)
				}
				ctx := s.As(schema.RoleAdmin)
				o, err := s.Sale.CreateOffer(ctx, service.CreateOfferInput{
					CustomerID: s.customer.ID, Kind: &c.kind, PriceTokens: []string{s.token(1)}, ExpiresAt: s.Now().Add(time.Hour),
				})
				if err != nil {
					t.Fatal(err)
				}
				sent, err := s.Sale.SendOffer(ctx, service.SendOfferInput{ID: o.ID, Channel: schema.ByEmail, Purpose: &c.purpose})
				if apptest.Faults(err) != c.want {
					t.Fatalf("%v; want %q", err, c.want)
				}
				contacts, countErr := s.Client.Contact.Query().All(ctx)
				if countErr != nil {
					t.Fatal(countErr)
				}
				if err != nil {
					if len(contacts) > 0 {
						t.Error("a contact was recorded though the offer was not sent")
					}
					return
				}
				if len(contacts) != 1 || contacts[0].ID != *sent.ContactID || contacts[0].Kind != schema.Email || contacts[0].Direction != schema.Outbound || (contacts[0].PermissionID != nil) != (c.level != "") {
					t.Errorf("%v", contacts)
				}
			})
		})
	}
}

func TestPlaceOrderIsChecked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		externalID, other := "x-1", s.Customer("Boris")
		good := service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(1), s.token(2)}, ExternalID: &externalID}
		first, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), good)
		if err != nil || first.Total != money.Minor(3*99999) || first.Cost != money.Minor(3*20000) {
			t.Fatalf("%v, %v; want an order of 2999.97 that costs 600", first, err)
		}
		future, unknown := apptest.Start.Add(time.Hour), s.IDs.Make("cus")
		for name, c := range map[string]struct {
			change func(*service.PlaceOrderInput)
			want   string
		}{
			"a taken external id":   {func(*service.PlaceOrderInput) {}, "ALREADY_EXISTS externalId"},
			"a taken id":            {func(in *service.PlaceOrderInput) { in.ID, in.ExternalID = &first.ID, nil }, "ALREADY_EXISTS id"},
			"in the future":         {func(in *service.PlaceOrderInput) { in.At = &future }, "INVALID at"},
			"an unknown customer":   {func(in *service.PlaceOrderInput) { in.CustomerID = unknown }, "NOT_FOUND customerId"},
			"the price of another":  {func(in *service.PlaceOrderInput) { in.CustomerID = other.ID }, "INVALID priceTokens.0, INVALID priceTokens.1"},
			"no prices":             {func(in *service.PlaceOrderInput) { in.PriceTokens = nil }, "INVALID priceTokens"},
			"a token that is wrong": {func(in *service.PlaceOrderInput) { in.PriceTokens = []string{in.PriceTokens[0], "x"} }, "INVALID priceTokens.1"},
		} {
			t.Run(name, func(t *testing.T) {
				in := good
				c.change(&in)
				if _, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), in); apptest.Faults(err) != c.want {
					t.Errorf("%q; want %q", apptest.Faults(err), c.want)
				}
			})
		}
	})
}

// TestExpiredPrice places an order by a token that has expired: it is refused, but the repetition of an order that was placed
// in time is not.
func TestExpiredPrice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		key, late := "key", "late"
		in := service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(1)}, IdempotencyKey: &key}
		placed, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), in)
		if err != nil {
			t.Fatal(err)
		}
		s.Clock.Advance(s.Settings().PriceLife)
		repeated, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), in)
		if err != nil || repeated.ID != placed.ID {
			t.Errorf("%v, %v; want the order that was placed", repeated, err)
		}
		in.IdempotencyKey = &late
		if _, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), in); apptest.Faults(err) != "PRICE_EXPIRED priceTokens.0" {
			t.Error(err)
		}
	})
}

// TestStatusesOfOrders tries every verb in every status.
func TestStatusesOfOrders(t *testing.T) {
	verbs := map[string]func(s *shop, orderID string) error{
		"complete": func(s *shop, orderID string) error { _, err := s.complete(orderID); return err },
		"cancel":   func(s *shop, orderID string) error { _, err := s.cancel(orderID); return err },
		"refund":   func(s *shop, orderID string) error { _, err := s.refund(orderID, nil); return err },
	}
	for status, c := range map[schema.OrderStatus]struct {
		before []string
		may    string
	}{
		schema.OrderPlaced:    {nil, "complete cancel"},
		schema.OrderCompleted: {[]string{"complete"}, "refund"},
		schema.OrderCancelled: {[]string{"cancel"}, ""},
		schema.OrderRefunded:  {[]string{"complete", "refund"}, ""},
	} {
		t.Run(string(status), func(t *testing.T) {
			each(t, func(t *testing.T, s *shop) {
				for verb, do := range verbs {
					o := s.place(1)
					for _, before := range c.before {
						if err := verbs[before](s, o.ID); err != nil {
							t.Fatal(err)
						}
					}
					now, err := s.Client.Order.Get(s.As(schema.RoleAdmin), o.ID)
					if err != nil || now.Status != status {
						t.Fatalf("%v, %v; want %s", now, err, status)
					}
					if got, may := apptest.Faults(do(s, o.ID)), strings.Contains(c.may, verb); may && got != "" || !may && got != "WRONG_STATE id" {
						t.Errorf("%s: %q", verb, got)
					}
				}
			})
		})
	}
}

func TestCompleteOrderIsChecked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.place(1)
		before, two := apptest.Start.Add(-time.Second), 2
		for name, c := range map[string]struct {
			in   service.CompleteOrderInput
			want string
		}{
			"before the order": {service.CompleteOrderInput{ID: o.ID, At: &before}, "INVALID at"},
			"another version":  {service.CompleteOrderInput{ID: o.ID, ExpectedVersion: &two}, "VERSION_CONFLICT expectedVersion"},
			"an unknown order": {service.CompleteOrderInput{ID: s.IDs.Make("ord")}, "NOT_FOUND id"},
			"no id":            {service.CompleteOrderInput{ID: "x"}, "INVALID id"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := s.Sale.CompleteOrder(s.As(schema.RoleAdmin), c.in); apptest.Faults(err) != c.want {
					t.Errorf("%v; want %q", err, c.want)
				}
			})
		}
	})
}

// TestRefund refunds an order of 999.99, whose margin is 799.99, in parts.
func TestRefund(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.place(1)
		if _, err := s.complete(o.ID); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			amount           *service.MoneyInput
			want             string
			refunded, margin int64
			status           schema.OrderStatus
		}{
			{roubles("0"), "INVALID amount.amount", 0, 79999, schema.OrderCompleted},
			{roubles("-1"), "INVALID amount.amount", 0, 79999, schema.OrderCompleted},
			{&service.MoneyInput{Amount: "1", CurrencyCode: "EUR"}, "INVALID amount.currencyCode", 0, 79999, schema.OrderCompleted},
			{roubles("1000"), "INVALID amount.amount", 0, 79999, schema.OrderCompleted},
			{roubles("0.01"), "", 1, 79998, schema.OrderCompleted},
			{roubles("900"), "", 90001, -10002, schema.OrderCompleted},
			{roubles("99.99"), "INVALID amount.amount", 90001, -10002, schema.OrderCompleted},
			{nil, "", 99999, -20000, schema.OrderRefunded},
			{roubles("0.01"), "WRONG_STATE id", 99999, -20000, schema.OrderRefunded},
		} {
			if _, err := s.refund(o.ID, c.amount); apptest.Faults(err) != c.want {
				t.Errorf("%v: %v; want %q", c.amount, err, c.want)
			}
			now, err := s.Client.Order.Get(s.As(schema.RoleAdmin), o.ID)
			if err != nil {
				t.Fatal(err)
			}
			if now.Refunded != money.Minor(c.refunded) || now.Margin != money.Minor(c.margin) || now.Status != c.status {
				t.Errorf("after %v: %s refunded, margin %s, %s", c.amount, s.Currency.Format(now.Refunded), s.Currency.Format(now.Margin), now.Status)
			}
		}
	})
}

// TestOrderOutlivesItsCustomer completes the order of a customer who was deleted.
func TestOrderOutlivesItsCustomer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, offer := s.place(1), s.offer()
		if _, err := s.Customers.DeleteCustomer(s.As(schema.RoleAdmin), service.DeleteCustomerInput{ID: s.customer.ID, Reason: "asked to be forgotten"}); err != nil {
			t.Fatal(err)
		}
		if done, err := s.complete(o.ID); err != nil || done.Status != schema.OrderCompleted {
			t.Errorf("%v, %v", done, err)
		}
		if _, err := verbs["accepted"](s, offer.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("an offer to a customer who was deleted: %v", err)
		}
	})
}
