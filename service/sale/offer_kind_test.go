package sale_test

import (
	"sync"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// proposed is the input of an offer of some coats, each a line, that holds for a day.
func (s *shop) proposed(kind schema.OfferKind, quantities ...int64) service.CreateOfferInput {
	in := service.CreateOfferInput{CustomerID: s.customer.ID, Kind: &kind, ExpiresAt: s.Now().Add(24 * time.Hour)}
	for _, q := range quantities {
		in.PriceTokens = append(in.PriceTokens, s.token(q))
	}
	return in
}

// TestKindsOfOffers makes offers of each kind with and without what it needs.
func TestKindsOfOffers(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		admin := s.As(schema.RoleAdmin)
		order := s.place(1)
		_, err := s.cancel(order.ID)
		s.Must(err)
		bought, unknown := s.place(1), s.IDs.Make("prd")
		left := s.Customer("Left")
		_, err = s.Customers.RecordDeparture(admin, service.RecordDepartureInput{ID: left.ID, Reason: "moved"})
		s.Must(err)
		anna := s.customer
		why, month := "the new cloth", s.Now().Format("2006-01")
		for _, c := range []struct {
			name   string
			kind   schema.OfferKind
			change func(*service.CreateOfferInput)
			want   string
		}{
			{"a win-back without why", schema.OfferWinBack, nil, "INVALID why"},
			{"a win-back of a customer", schema.OfferWinBack, func(in *service.CreateOfferInput) { in.Why = &why }, "WRONG_STATE kind"},
			{"why of another kind", schema.OfferBundle, func(in *service.CreateOfferInput) { in.Why = &why }, "INVALID why"},
			{"a cross-sell of nothing", schema.OfferCrossSell, nil, "INVALID completesOrderId"},
			{"a cross-sell of both", schema.OfferCrossSell, func(in *service.CreateOfferInput) { in.CompletesOrderID, in.CompletesProductID = &bought.ID, &s.coat }, "INVALID completesOrderId"},
			{"a cross-sell to a cancelled order", schema.OfferCrossSell, func(in *service.CreateOfferInput) { in.CompletesOrderID = &order.ID }, "NOT_FOUND completesOrderId"},
			{"a cross-sell to what nobody bought", schema.OfferCrossSell, func(in *service.CreateOfferInput) { in.CompletesProductID = &unknown }, "NOT_FOUND completesProductId"},
			{"a cross-sell to an order", schema.OfferCrossSell, func(in *service.CreateOfferInput) { in.CompletesOrderID = &bought.ID }, ""},
			{"a cross-sell to a product", schema.OfferCrossSell, func(in *service.CreateOfferInput) { in.CompletesProductID = &s.coat }, ""},
			{"completes of another kind", schema.OfferBundle, func(in *service.CreateOfferInput) { in.CompletesProductID = &s.coat }, "INVALID completesProductId"},
			{"a month without a choice", schema.OfferOfTheMonth, nil, "WRONG_STATE kind"},
			{"variants of another kind", schema.OfferBundle, func(in *service.CreateOfferInput) { in.Variants = []*service.OfferVariantInput{} }, "INVALID variants"},
			{"a tender of one", schema.OfferTender, nil, "INVALID priceTokens"},
		} {
			t.Run(c.name, func(t *testing.T) {
				in := s.proposed(c.kind, 1)
				if c.change != nil {
					c.change(&in)
				}
				if _, err := s.Sale.CreateOffer(admin, in); apptest.Faults(err) != c.want {
					t.Errorf("%v; want %q", err, c.want)
				}
			})
		}

		hat, err := s.Catalogue.CreateProduct(admin, service.CreateProductInput{Sku: "HAT", Name: "Hat", ListPrice: roubles("10")})
		s.Must(err)
		for _, chosen := range []struct{ product, want string }{{hat.ID, "INVALID priceTokens"}, {s.coat, ""}} { // the later choice holds
			_, err := s.Sale.SetProductOfTheMonth(admin, service.SetProductOfTheMonthInput{Month: month, ProductID: chosen.product})
			s.Must(err)
			if _, err := s.Sale.CreateOffer(admin, s.proposed(schema.OfferOfTheMonth, 1)); apptest.Faults(err) != chosen.want {
				t.Errorf("%v; want %q", err, chosen.want)
			}
			s.Clock.Advance(time.Second)
		}
		s.customer = left
		in := s.proposed(schema.OfferWinBack, 1)
		in.Why = &why
		if o, err := s.Sale.CreateOffer(admin, in); err != nil || *o.Why != why {
			t.Errorf("winning back one who left: %v, %v", o, err)
		}
		s.customer = anna
	})
}

func TestProductOfTheMonthIsChecked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		now := s.Now()
		for month, want := range map[string]string{
			now.Format("2006-01"): "", now.AddDate(0, 24, -20).Format("2006-01"): "", now.AddDate(0, -1, -5).Format("2006-01"): "INVALID month", now.AddDate(0, 26, 0).Format("2006-01"): "INVALID month", "December": "INVALID month", "2026-13": "INVALID month",
		} {
			_, err := s.Sale.SetProductOfTheMonth(s.As(schema.RoleManager), service.SetProductOfTheMonthInput{Month: month, ProductID: s.coat})
			if apptest.Faults(err) != want {
				t.Errorf("%s: %v; want %q", month, err, want)
			}
		}
		for _, role := range []schema.Role{schema.RoleSales, schema.RoleAnalyst} {
			_, err := s.Sale.SetProductOfTheMonth(s.As(role), service.SetProductOfTheMonthInput{Month: now.Format("2006-01"), ProductID: s.coat})
			if apptest.Faults(err) != "FORBIDDEN" {
				t.Errorf("%s: %v", role, err)
			}
		}
		if chosen, err := s.Sale.ProductOfTheMonth(s.As(schema.RoleSales), ""); err != nil || chosen.ProductID != s.coat {
			t.Errorf("the product of this month: %v, %v", chosen, err)
		}
	})
}

// TestTender offers variants, of which one is accepted.
func TestTender(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		admin := s.As(schema.RoleAdmin)
		in := s.proposed(schema.OfferTender, 1, 2, 3)
		for name, c := range map[string]struct {
			variants []*service.OfferVariantInput
			want     string
		}{
			"one":             {[]*service.OfferVariantInput{{Name: "A", Lines: []int{0, 1, 2}}}, "INVALID variants"},
			"a line left":     {[]*service.OfferVariantInput{{Name: "A", Lines: []int{0}}, {Name: "B", Lines: []int{1}}}, "INVALID variants"},
			"a line in two":   {[]*service.OfferVariantInput{{Name: "A", Lines: []int{0, 1}}, {Name: "B", Lines: []int{1, 2}}}, "INVALID variants.1.lines"},
			"a line too many": {[]*service.OfferVariantInput{{Name: "A", Lines: []int{0, 1}}, {Name: "B", Lines: []int{2, 3}}}, "INVALID variants.1.lines"},
			"one name":        {[]*service.OfferVariantInput{{Name: "A", Lines: []int{0, 1}}, {Name: "A", Lines: []int{2}}}, "INVALID variants.1.name"},
			"no lines":        {[]*service.OfferVariantInput{{Name: "A", Lines: []int{0, 1, 2}}, {Name: "", Lines: nil}}, "INVALID variants.1.name, INVALID variants.1.lines"},
		} {
			wrong := in
			wrong.Variants = c.variants
			if _, err := s.Sale.CreateOffer(admin, wrong); apptest.Faults(err) != c.want {
				t.Errorf("%s: %q; want %q", name, apptest.Faults(err), c.want)
			}
		}
		in.Variants = []*service.OfferVariantInput{{Name: "One", Lines: []int{1}}, {Name: "Many", Lines: []int{0, 2}}}
		o, err := s.Sale.CreateOffer(admin, in)
		s.Must(err)
		if o.Total != money.Minor(199998) || o.Variant != 1 {
			t.Errorf("the offer is %v; want the total of the first variant", o)
		}
		for _, wrong := range []*int{nil, new(0), new(3)} {
			if _, err := s.Sale.AcceptOffer(admin, service.AcceptOfferInput{ID: o.ID, Variant: wrong}); apptest.Faults(err) != "INVALID variant" {
				t.Errorf("accepted the variant %v: %v", wrong, err)
			}
		}
		if _, err := s.Sale.AcceptOffer(admin, service.AcceptOfferInput{ID: s.offer().ID, Variant: new(1)}); apptest.Faults(err) != "INVALID variant" {
			t.Errorf("accepted a variant of an offer without any: %v", err)
		}
		accepted, err := s.Sale.AcceptOffer(admin, service.AcceptOfferInput{ID: o.ID, Variant: new(2)})
		s.Must(err)
		order := s.Client.Order.GetX(admin, *accepted.OrderID)
		if want := money.Minor(399996); accepted.Total != want || order.Total != want || accepted.Variant != 2 {
			t.Errorf("the offer is %v, the order %v; want the lines of the second variant", accepted, order)
		}
		lines := s.Client.OfferLine.Query().AllX(admin)
		all, err := s.Sale.Variants(accepted, lines)
		if err != nil || len(all) != 2 || all[0].Accepted || !all[1].Accepted || all[1].Gross != money.Minor(399996) || all[0].Name != "One" {
			t.Errorf("the variants are %+v, %v", all, err)
		}
		findings, _, err := s.Check.Verify(s.System())
		s.Must(err)
		for _, f := range findings {
			t.Errorf("check: %v", f)
		}
	})
}

// TestTwoAcceptAnOffer lets several people accept one offer at once: one order is made.
func TestTwoAcceptAnOffer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o := s.offer()
		var group sync.WaitGroup
		faults := make([]string, 4)
		for i := range faults {
			group.Go(func() {
				_, err := s.Sale.AcceptOffer(s.As(schema.RoleAdmin), service.AcceptOfferInput{ID: o.ID})
				faults[i] = apptest.Faults(err)
			})
		}
		group.Wait()
		accepted := 0
		for _, f := range faults {
			switch f {
			case "":
				accepted++
			case "WRONG_STATE id":
			default:
				t.Error(f)
			}
		}
		if n := s.Client.Order.Query().CountX(s.System()); accepted != 1 || n != 1 {
			t.Errorf("accepted %d times, %d orders; want one", accepted, n)
		}
	})
}

// TestCounterOffer lets the customer name prices of their own.
func TestCounterOffer(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.permit(schema.Marketing, schema.Personal)
		sales := s.As(schema.RoleSales)
		o := s.offer()
		line := s.Client.OfferLine.Query().OnlyX(s.System())
		counter := func(in service.CounterOfferInput) (*ent.Offer, string) {
			in.ID = o.ID
			if in.LineID == "" {
				in.LineID = line.ID
			}
			if in.Unit == nil {
				in.Unit = roubles("800")
			}
			after, err := s.Sale.CounterOffer(sales, in)
			return after, apptest.Faults(err)
		}
		if _, got := counter(service.CounterOfferInput{}); got != "WRONG_STATE id" {
			t.Errorf("a draft was countered: %q", got)
		}
		_, err := verbs["sent"](s, o.ID)
		s.Must(err)
		other := s.offer()
		theirs := ""
		for _, l := range s.Client.OfferLine.Query().AllX(s.System()) {
			if l.OfferID == other.ID {
				theirs = l.ID
			}
		}
		s.Clock.Advance(time.Hour)
		early := apptest.Start.Add(-time.Hour)
		for want, in := range map[string]service.CounterOfferInput{
			"INVALID unit.amount": {Unit: roubles("0")}, "NOT_FOUND lineId": {LineID: theirs}, "INVALID lineId": {LineID: "x"}, "INVALID at": {At: &early}, "VERSION_CONFLICT expectedVersion": {ExpectedVersion: new(1)},
		} {
			if _, got := counter(in); got != want {
				t.Errorf("%q; want %q", got, want)
			}
		}
		key := "k"
		first, got := counter(service.CounterOfferInput{IdempotencyKey: &key})
		again, _ := counter(service.CounterOfferInput{IdempotencyKey: &key})
		if got != "" || first.Status != schema.OfferSent || !first.CounteredAt.Equal(s.Now()) || again.Version != first.Version {
			t.Fatalf("%q: %v, again %v", got, first, again)
		}
		said := s.Client.ExpectedPrice.Query().AllX(s.System())
		if len(said) != 1 || said[0].Unit != money.Minor(80000) || *said[0].OfferID != o.ID || said[0].ProductID != s.coat {
			t.Errorf("expected prices: %v", said)
		}
		accepted, err := verbs["accepted"](s, o.ID) // the promise stands
		if err != nil || accepted.Total != money.Minor(99999) {
			t.Errorf("accepted after all: %v, %v", accepted, err)
		}
		if _, got := counter(service.CounterOfferInput{}); got != "WRONG_STATE id" {
			t.Errorf("an accepted offer was countered: %q", got)
		}
	})
}
