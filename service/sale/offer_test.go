package sale_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

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
	individual, generic := schema.OfferIndividual, schema.OfferBundle
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
					t.Errorf("got %v, want one outbound e-mail, the contact of the offer, with the permission that it needed", contacts)
				}
			})
		})
	}
}
