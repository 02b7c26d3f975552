package quote_test

import (
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
)

// TestProposedPrices: who lacks the scope floor hears the same at any price, and no price follows what they agreed until somebody
// with the scope has approved it. The floor is 80.00.
func TestProposedPrices(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		sales, manager := w.As(schema.RoleSales), w.As(schema.RoleManager)
		propose := func(t *testing.T, unit, reason string) string {
			t.Helper()
			in := service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles(unit)}
			if reason != "" {
				in.OverrideFloorReason = &reason
			}
			a, err := w.Quote.AgreePrice(sales, in)
			if err != nil || a.State != schema.AgreementProposed || a.ProposedAt == nil || a.DecidedAt != nil || a.Version != 1 {
				t.Fatalf("%s: %+v, %v; want it proposed", unit, a, err)
			}
			return a.ID
		}
		for _, unit := range []string{"0", "1", "79.99", "80", "80.01", "100", "1000"} {
			t.Run("proposed at "+unit, func(t *testing.T) {
				propose(t, unit, "")
				if got := s.price("1").Unit; got != money.Minor(10000) {
					t.Errorf("the price is %v before anybody has approved", got)
				}
			})
		}
		high, low, friend, other := propose(t, "90", ""), propose(t, "70", ""), propose(t, "60", "an old friend"), propose(t, "95", "")
		two, reason := 2, "a trial"
		for _, c := range []struct {
			name string
			in   service.ApproveAgreementInput
			want string
		}{
			{"below the floor without a reason", service.ApproveAgreementInput{ID: low}, "overrideFloorReason BELOW_FLOOR"},
			{"another version", service.ApproveAgreementInput{ID: high, ExpectedVersion: &two}, "expectedVersion VERSION_CONFLICT"},
			{"none", service.ApproveAgreementInput{ID: w.IDs.Make("agr")}, "id NOT_FOUND"},
			{"no agreement", service.ApproveAgreementInput{ID: s.product}, "id INVALID"},
		} {
			t.Run(c.name, func(t *testing.T) {
				if _, err := w.Quote.ApproveAgreement(manager, c.in); faultsOf(err) != c.want {
					t.Errorf("%v (%s); want %s", err, faultsOf(err), c.want)
				}
			})
		}
		if _, err := w.Quote.ApproveAgreement(sales, service.ApproveAgreementInput{ID: high}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("SALES approve: %v", err)
		}
		w.Clock.Advance(time.Hour)
		before := w.Clock.Now().Add(-time.Minute)
		approved, err := w.Quote.ApproveAgreement(manager, service.ApproveAgreementInput{ID: high})
		w.Must(err)
		if approved.State != schema.AgreementAgreed || !approved.RecordedAt.Equal(w.Clock.Now()) || approved.Version != 2 || approved.DecidedAt == nil || approved.DecidedBy == nil {
			t.Errorf("%+v", approved)
		}
		if got := s.price("1").Unit; got != money.Minor(9000) {
			t.Errorf("the price is %v after 90.00 was approved", got)
		}
		past, err := w.Quote.Price(w.System(), s.customer, s.product, money.Whole(1), nil, nil, &before)
		w.Must(err)
		if past.Unit != money.Minor(10000) {
			t.Errorf("as of a moment before the approval the price is %v: it was not known then", past.Unit)
		}
		if _, err := w.Quote.ApproveAgreement(manager, service.ApproveAgreementInput{ID: high}); faultsOf(err) != "id WRONG_STATE" {
			t.Errorf("approved twice: %v", err)
		}
		w.Clock.Advance(time.Hour)
		if _, err = w.Quote.ApproveAgreement(manager, service.ApproveAgreementInput{ID: friend}); !fault.Is(err, fault.BelowFloor) {
			t.Errorf("60.00 was approved by the reason of who does not know the floor: %v", err)
		}
		_, err = w.Quote.ApproveAgreement(manager, service.ApproveAgreementInput{ID: friend, OverrideFloorReason: &reason})
		w.Must(err)
		if got := s.price("1").Unit; got != money.Minor(6000) {
			t.Errorf("the price is %v after 60.00 was approved with its reason", got)
		}
		w.Clock.Advance(time.Hour)
		given, err := w.Quote.ApproveAgreement(manager, service.ApproveAgreementInput{ID: low, OverrideFloorReason: &reason})
		w.Must(err)
		if got := s.price("1").Unit; got != money.Minor(7000) || *given.OverrideFloorReason != reason {
			t.Errorf("the price is %v after 70.00 was approved with a reason: %+v", got, given)
		}
		declined, err := w.Quote.DeclineAgreement(manager, service.DeclineAgreementInput{ID: other, Reason: "we have agreed 70.00"})
		w.Must(err)
		if declined.State != schema.AgreementDeclined || *declined.DeclineReason != "we have agreed 70.00" || s.price("1").Unit != money.Minor(7000) {
			t.Errorf("%+v", declined)
		}
		if _, err := w.Quote.ApproveAgreement(manager, service.ApproveAgreementInput{ID: other}); faultsOf(err) != "id WRONG_STATE" {
			t.Errorf("approved after it was declined: %v", err)
		}
	})
}

// TestProposalThatCannotHold: a price whose time is over, or of a product off the catalogue, is not approved any more.
func TestProposalThatCannotHold(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		end, no := w.Clock.Now().Add(time.Hour), false
		short := service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles("90"), ValidTo: &end}
		a, err := w.Quote.AgreePrice(w.As(schema.RoleSales), short)
		w.Must(err)
		long := short
		long.ValidTo = nil
		b, err := w.Quote.AgreePrice(w.As(schema.RoleSales), long)
		w.Must(err)
		w.Clock.Advance(time.Hour)
		if _, err := w.Quote.ApproveAgreement(w.As(schema.RoleManager), service.ApproveAgreementInput{ID: a.ID}); faultsOf(err) != "id WRONG_STATE" {
			t.Errorf("after its time: %v", err)
		}
		for one, want := range map[*ent.PriceAgreement]schema.AgreementState{a: schema.AgreementEnded, b: schema.AgreementProposed} {
			if got := quote.AgreementStateAt(one, w.Clock.Now()); got != want {
				t.Errorf("a proposal until %v is %s now; want %s", one.ValidTo, got, want)
			}
		}
		_, err = w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: s.product, ExpectedVersion: 1, Active: &no})
		w.Must(err)
		if _, err := w.Quote.ApproveAgreement(w.As(schema.RoleManager), service.ApproveAgreementInput{ID: b.ID}); faultsOf(err) != "productId WRONG_STATE" {
			t.Errorf("off the catalogue: %v", err)
		}
	})
}
