package sale_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

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
		schema.OrderCompleted: {[]string{"complete"}, "refund cancel"},
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

// TestMarginOfACancelledOrder: there is none, whatever its rates become; the laws hold.
func TestMarginOfACancelledOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.place(1)
		if o.Margin != money.Minor(799_99) {
			t.Fatalf("the margin before is %v", o.Margin)
		}
		o, err := s.cancel(o.ID)
		if err != nil || !o.Margin.IsZero() || o.Cost != money.Minor(200_00) {
			t.Errorf("%v, %v; want an order that cost 200 and has no margin", o, err)
		}
		s.Rate(schema.RateMaterial, "cloth", "150", "m", apptest.Start.AddDate(0, 0, -1))
		if o, err := s.Client.Order.Get(s.As(schema.RoleAdmin), o.ID); err != nil || !o.Margin.IsZero() || o.Cost != money.Minor(200_00) {
			t.Errorf("%v, %v after a rate for the past", o, err)
		}
		if found, err := s.Check.Laws(s.System()); err != nil || len(found) != 0 {
			t.Errorf("%+v, %v", found, err)
		}
	})
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
			t.Errorf("got %v, %v, want a completed order", done, err)
		}
		if _, err := verbs["accepted"](s, offer.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("an offer to a customer who was deleted: %v", err)
		}
	})
}
