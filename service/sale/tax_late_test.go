package sale_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

// price gives coats a list price from a moment on.
func (s *shop) price(t failing, amount money.Exact, from time.Time) {
	t.Helper()
	_, err := s.Catalogue.SetListPrice(s.System(), service.SetListPriceInput{ProductID: s.coat, ListPrice: roubles(amount), ValidFrom: &from})
	s.ok(t, err)
}

// codes returns the tax code of coats now, those of all their price terms, and the price of one with its tax.
func (s *shop) codes(t failing) string {
	t.Helper()
	name := func(code *string) string {
		if code == nil {
			return "-"
		}
		return *code
	}
	text := name(s.Catalogue.TaxCode(s.coat)) + " of"
	for _, terms := range s.Catalogue.PriceTermsHistory(s.coat) {
		text += " " + name(terms.TaxCode)
	}
	p, err := s.Quote.Price(s.System(), s.customer, s.coat, money.Whole(1), nil, nil, nil)
	s.ok(t, err)
	return fmt.Sprintf("%s: %d tax %d", text, p.Unit.Minor(), p.Tax.Minor())
}

// TestTaxCodeToldLate: a tax code is dated by itself. V10 from February, recorded after a list price from March, taxes as if it had been recorded
// before it; so does a first code of a product whose price had changed.
func TestTaxCodeToldLate(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		v20, v10 := "V20", "V10"
		february, march := time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
		facts := map[string]func(t failing){
			"code":  func(t failing) { s.taxCoats(t, &v10, february) },
			"price": func(t failing) { s.price(t, "900.00", march) },
			"order": func(t failing) { s.sellIn(t, time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)) },
		}
		for _, order := range [][]string{{"code", "price", "order"}, {"price", "code", "order"}, {"order", "price", "code"}, {"price", "order", "code"}, {"code", "order", "price"}} {
			t.Run(strings.Join(order, ", "), func(t *testing.T) {
				s.begin(t)
				for code, share := range map[string]money.Exact{v20: "0.2", v10: "0.1"} {
					s.code = code
					s.vat(t, share, apptest.Start.AddDate(-2, 0, 0))
				}
				s.taxCoats(t, &v20, apptest.Start.AddDate(-1, 0, 0))
				for _, fact := range order {
					facts[fact](t)
				}
				if got, want := s.codes(t), "V10 of V10 V10 V20 -: 90000 tax 8182"; got != want {
					t.Errorf("%s; want %s", got, want)
				}
				want := "99999 9091"
				if slices.Index(order, "price") < slices.Index(order, "order") {
					want = "90000 8182"
				}
				if got := s.Rows("SELECT total, tax FROM orders WHERE customer_id = ?", s.customer.ID); len(got) != 1 || got[0] != want {
					t.Errorf("the total and its tax are %q; want %s", got, want)
				}
			})
		}
		t.Run("the first code", func(t *testing.T) {
			s.begin(t)
			s.price(t, "1100.00", s.Now())
			s.sellIn(t, s.Now())
			s.code = v20
			s.taxCoats(t, &v20, time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC))
			if got, want := s.codes(t), "V20 of V20 V20 -: 110000 tax 18333"; got != want {
				t.Errorf("%s; want %s", got, want)
			}
			if got, want := s.Rows("SELECT tax FROM orders WHERE customer_id = ?", s.customer.ID), "18333"; len(got) != 1 || got[0] != want {
				t.Errorf("the tax of 1100.00 is %q; want %s", got, want)
			}
			s.Clock.Advance(time.Minute)
			s.taxCoats(t, nil, s.Now())
			if got, want := s.codes(t), "- of - V20 V20 -: 110000 tax 0"; got != want {
				t.Errorf("without a code from now on: %s; want %s", got, want)
			}
		})
		if found, err := s.Check.Laws(s.System()); err != nil || len(found) > 0 {
			t.Errorf("%v, %v", found, err)
		}
	})
}

// sellIn sells a coat by an order that is completed at a moment, at 999.99 or the price of now.
func (s *shop) sellIn(t failing, at time.Time) {
	t.Helper()
	o, err := s.Sale.PlaceOrder(s.System(), service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(1)}, At: &at})
	s.ok(t, err)
	_, err = s.Sale.CompleteOrder(s.System(), service.CompleteOrderInput{ID: o.ID, At: &at})
	s.ok(t, err)
}

// TestExemptionsInAnyOrder: that a customer is not exempt from now on is a fact also of one who was not, so that an exemption for the past that is told
// later does not outlast it.
func TestExemptionsInAnyOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		since := time.Date(2024, 6, 5, 0, 0, 0, 0, time.UTC)
		say := func(reason *string, from *time.Time) {
			t.Helper()
			s.Clock.Advance(time.Minute)
			c, err := s.Client.Customer.Get(s.System(), s.customer.ID)
			s.ok(t, err)
			_, err = s.Customers.UpdateCustomer(s.System(), service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version, TaxExempt: graphql.OmittableOf(reason), TaxExemptFrom: from})
			s.ok(t, err)
		}
		reason := "A museum"
		for name, c := range map[string]struct {
			tell func()
			want string
		}{
			"null now, then from 2024":              {func() { say(nil, nil); say(&reason, &since) }, "-"},
			"from 2024, then null now":              {func() { say(&reason, &since); say(nil, nil) }, "-"},
			"exempt again now, then null from 2024": {func() { say(&reason, nil); say(&reason, nil); say(nil, &since) }, reason},
		} {
			t.Run(name, func(t *testing.T) {
				s.customer = s.Customer(name)
				c.tell()
				after, err := s.Client.Customer.Get(s.System(), s.customer.ID)
				s.ok(t, err)
				got := "-"
				if after.TaxExempt != nil {
					got = *after.TaxExempt
				}
				if got != c.want {
					t.Errorf("exempt: %s; want %s", got, c.want)
				}
			})
		}
		found, err := s.Check.Laws(s.System())
		if err != nil || len(found) > 0 {
			t.Errorf("%v, %v", found, err)
		}
	})
}

// TestExemptionForThePast: who lacks the scope floor may exempt a customer from now on, and not for the past, which restates what is booked.
func TestExemptionForThePast(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		past, moment := apptest.Start.AddDate(-2, 0, 0), apptest.Start.Add(-time.Minute)
		sales := s.As(schema.RoleSales)
		exempt := func(from *time.Time) error {
			c, err := s.Client.Customer.Get(s.System(), s.customer.ID)
			s.ok(t, err)
			_, err = s.Customers.UpdateCustomer(sales, service.UpdateCustomerInput{ID: c.ID, ExpectedVersion: c.Version, TaxExempt: graphql.OmittableOf(&vatCode), TaxExemptFrom: from})
			return err
		}
		if got := apptest.Faults(exempt(&past)); got != "FORBIDDEN taxExemptFrom" {
			t.Errorf("two years ago: %s", got)
		}
		if rows := s.Rows("SELECT 1 FROM dated_values"); len(rows) > 0 {
			t.Errorf("%d rows were written", len(rows))
		}
		if err := exempt(&moment); err != nil {
			t.Errorf("by a clock that is slow by a minute: %v", err)
		}
		if err := exempt(nil); err != nil {
			t.Errorf("from now on: %v", err)
		}
		values, err := s.Client.DatedValue.Query().All(s.System())
		s.ok(t, err)
		for _, one := range values {
			if one.Value != nil && !one.ValidFrom.Equal(apptest.Start) {
				t.Errorf("exempt from %s; want %s", one.ValidFrom, apptest.Start)
			}
		}
	})
}

// TestTaxOfACancelledOrder: an order that was cancelled shows the share by which it was taxed then, whatever is recorded later, and has the same
// tax as known now.
func TestTaxOfACancelledOrder(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.taxCoats(t, &vatCode, apptest.Start.AddDate(-1, 0, 0))
		s.vat(t, "0.1", apptest.Start.AddDate(-2, 0, 0))
		o := s.place(1)
		_, err := s.cancel(o.ID)
		s.ok(t, err)
		s.Clock.Advance(time.Hour)
		s.vat(t, "0.5", apptest.Start.AddDate(-2, 0, 0))
		s.exempt(t, &vatCode, apptest.Start.AddDate(-1, 0, 0))
		lines, err := s.Rates.OrderLines(s.System(), []string{o.ID})
		s.ok(t, err)
		for _, line := range lines {
			if line.TaxShare == nil || line.TaxShare.String() != "0.1" || line.Tax.Minor() != 9091 || line.Net.Minor() != 90908 {
				t.Errorf("the line: tax %d by %v", line.Tax.Minor(), line.TaxShare)
			}
		}
		o, err = s.Client.Order.Get(s.System(), o.ID)
		s.ok(t, err)
		known, err := s.Report.OrdersKnownAt(s.System(), []*ent.Order{o}, s.Now())
		s.ok(t, err)
		if o.Tax.Minor() != 9091 || known[o].Tax != o.Tax {
			t.Errorf("the tax is %d, as known now %d; want 9091", o.Tax.Minor(), known[o].Tax.Minor())
		}
	})
}

// TestTaxOfOffersIsChecked: check finds the tax of an offer, or of its line, that exceeds the total or does not sum.
func TestTaxOfOffersIsChecked(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.offer()
		for name, c := range map[string]struct{ statement, want string }{
			"more than the total": {"UPDATE offers SET tax = total + 1", "the tax is negative or more than the total"},
			"negative":            {"UPDATE offer_lines SET tax = -1", "the tax is negative or more than the total"},
			"no sum":              {"UPDATE offer_lines SET tax = 1", "the lines' taxes do not sum to the offer's tax"},
		} {
			t.Run(name, func(t *testing.T) {
				write := func(statement string) {
					s.Transaction(func(ctx context.Context, tx *store.Tx) error {
						_, err := tx.Exec(ctx, statement)
						return err
					})
				}
				write(c.statement)
				found, err := s.Check.Laws(s.System())
				s.ok(t, err)
				write("UPDATE offers SET tax = 0")
				write("UPDATE offer_lines SET tax = 0")
				if !strings.Contains(fmt.Sprint(found), c.want) {
					t.Errorf("found %v; want %s", found, c.want)
				}
			})
		}
	})
}
