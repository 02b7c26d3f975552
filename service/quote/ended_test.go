package quote_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func (s *shop) agree(unit, minimum string) *ent.PriceAgreement {
	s.T.Helper()
	in := service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles(unit)}
	if minimum != "" {
		least := money.Exact(minimum)
		in.MinimumQuantity = &least
	}
	a, err := s.Quote.AgreePrice(s.As(schema.RoleManager), in)
	s.Must(err)
	return a
}

// at asks for the price of one as of a moment.
func (s *shop) at(at time.Time) money.Amount {
	s.T.Helper()
	p, err := s.Quote.Price(s.System(), s.customer, s.product, money.Whole(1), nil, nil, &at)
	s.Must(err)
	return p.Unit
}

// TestEndAgreement: an agreement ends from a moment on, and what was answered before we learned of it stays.
func TestEndAgreement(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		manager := w.As(schema.RoleManager)
		one := s.agree("90", "")
		if one.MinimumQuantity.Sign() != 0 {
			t.Errorf("the minimum is %s; want none", one.MinimumQuantity)
		}
		begun := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		tomorrow, yesterday := w.Clock.Now().AddDate(0, 0, 1), w.Clock.Now().Add(-30*time.Minute)
		two := 2
		for name, c := range map[string]struct {
			as   context.Context
			in   service.EndAgreementInput
			want string
		}{
			"SALES":                {w.As(schema.RoleSales), service.EndAgreementInput{ID: one.ID, Reason: "x"}, " FORBIDDEN"},
			"without a reason":     {manager, service.EndAgreementInput{ID: one.ID}, "reason INVALID"},
			"of another version":   {manager, service.EndAgreementInput{ID: one.ID, Reason: "x", ExpectedVersion: &two}, "expectedVersion VERSION_CONFLICT"},
			"one that is not here": {manager, service.EndAgreementInput{ID: w.IDs.Make("agr"), Reason: "x"}, "id NOT_FOUND"},
			"no agreement":         {manager, service.EndAgreementInput{ID: s.product, Reason: "x"}, "id INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				if _, err := w.Quote.EndAgreement(c.as, c.in); faultsOf(err) != c.want {
					t.Errorf("%v (%s); want %s", err, faultsOf(err), c.want)
				}
			})
		}
		ended, err := w.Quote.EndAgreement(manager, service.EndAgreementInput{ID: one.ID, From: &tomorrow, Reason: "the year is over"})
		w.Must(err)
		if ended.EndedAt == nil || !ended.EndedAt.Equal(tomorrow) || *ended.EndReason != "the year is over" || ended.EndedBy == nil || ended.Version != 2 {
			t.Errorf("%+v", ended)
		}
		if now, then := s.at(w.Clock.Now()), s.at(tomorrow); now != money.Minor(9000) || then != money.Minor(10000) {
			t.Errorf("%v before the end, %v from it on", now, then)
		}
		w.Clock.Advance(time.Minute)
		learned := w.Clock.Now()
		if _, err := w.Quote.EndAgreement(manager, service.EndAgreementInput{ID: one.ID, From: &tomorrow, Reason: "again"}); faultsOf(err) != "id WRONG_STATE" {
			t.Errorf("at the same moment again: %v", err)
		}
		_, err = w.Quote.EndAgreement(manager, service.EndAgreementInput{ID: one.ID, From: &yesterday, Reason: "it ended half an hour ago"})
		w.Must(err)
		for at, want := range map[time.Time]int64{begun: 9000, yesterday: 9000, learned.Add(-time.Second): 9000, learned: 10000, learned.Add(time.Hour): 10000} {
			if got := s.at(at); got != money.Minor(want) {
				t.Errorf("as of %s %v; want %d", at.Sub(begun), got, want)
			}
		}
		rows := w.Rows("SELECT action FROM audit_entries WHERE action = 'price.end' AND subject = ?", one.ID)
		if len(rows) != 2 {
			t.Errorf("audited: %v", rows)
		}
		if found, err := w.Check.Laws(w.System()); err != nil || len(found) > 0 {
			t.Errorf("check: %v, %v", found, err)
		}
	})
}

// TestWhatCannotBeEnded: a proposal, and what ends by itself before.
func TestWhatCannotBeEnded(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		until := w.Clock.Now().Add(time.Hour)
		in := service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles("90"), ValidTo: &until}
		proposed, err := w.Quote.AgreePrice(w.As(schema.RoleSales), in)
		w.Must(err)
		short, err := w.Quote.AgreePrice(w.As(schema.RoleManager), in)
		w.Must(err)
		for id, want := range map[string]string{proposed.ID: "id WRONG_STATE", short.ID: "from INVALID"} {
			if _, err := w.Quote.EndAgreement(w.As(schema.RoleManager), service.EndAgreementInput{ID: id, From: &until, Reason: "x"}); faultsOf(err) != want {
				t.Errorf("%v; want %s", err, want)
			}
		}
	})
}

// TestRejectedAgreementsOfAPrice: the price names each agreement that does not apply, and takes no statement for it.
func TestRejectedAgreementsOfAPrice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		s.agree("90", "2")
		w.Clock.Advance(time.Minute)
		s.agree("85", "10")
		w.Clock.Advance(time.Minute)
		s.agree("95", "2")
		w.Clock.Advance(time.Minute)
		_, err := w.Quote.AgreePrice(w.As(schema.RoleSales), service.AgreePriceInput{CustomerID: s.customer.ID, ProductID: s.product, Unit: apptest.Roubles("1")})
		w.Must(err)
		for quantity, want := range map[string]string{
			"1":  "100.00: 85.00 below its minimum quantity, 10; 95.00 below its minimum quantity, 2; 90.00 below its minimum quantity, 2; 1.00 proposed, and not approved; ",
			"2":  "95.00: 85.00 below its minimum quantity, 10; 90.00 an agreement that was recorded later won; 1.00 proposed, and not approved; ",
			"10": "85.00: 95.00 an agreement from a greater quantity on won; 90.00 an agreement from a greater quantity on won; 1.00 proposed, and not approved; ",
		} {
			price := s.price(quantity)
			got := w.Currency.Format(price.Unit) + ": "
			statements := w.Statements(func() {
				for _, a := range price.RejectedAgreements() {
					got += fmt.Sprintf("%s %s; ", w.Currency.Format(a.Unit), a.Reason)
				}
			})
			if got != want || len(statements) > 0 {
				t.Errorf("%s: %s, want %s; %d statements", quantity, got, want, len(statements))
			}
		}
	})
}
