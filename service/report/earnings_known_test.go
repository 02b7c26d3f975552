package report_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/value"
)

// A price of the past rests on what was known then: whatever is recorded later, it stays the same for ever. The rule is met by what Anna was
// worth on the morning of 20 November and not by what she is worth after her order was given back. Hours pass between what is recorded, so
// that days change and what customers are shown with them.
func TestPriceOfThePastStays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, url string) {
		t.Parallel()
		s := apptest.NewShop(t, url)
		ctx := s.System()
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		ten := money.Exact("-10")
		rule := func(name, condition string) {
			t.Helper()
			_, err := s.Quote.CreatePriceRule(ctx, service.CreatePriceRuleInput{Name: name, Condition: condition, Percent: &ten})
			must(err)
		}
		rule("worth", `lifetimeValue > 500.0`)
		rule("segment", `customer.segment == "QUALITY_CHEAP" && customer.stage != "FORMER"`)
		rule("measured", `"width" in customer.measurements`)
		rule("birthday", `customer.birthday.month == 5`)
		asked := map[string]map[time.Time]string{}
		earned := map[time.Time]map[string]value.Earnings{}
		customers := func() (all []*ent.Customer) {
			for _, name := range []string{"Anna", "Boris", "Clara", "Dora"} {
				id := s.Customers[name]
				c, err := s.App.Customers.Customer(ctx, &id, nil)
				must(err)
				all = append(all, c)
			}
			return all
		}
		ask := func(c *ent.Customer, at *time.Time) string {
			t.Helper()
			price, err := s.Quote.Price(ctx, c, s.Curtain, money.MustDecimal("2"), nil, nil, at)
			must(err)
			return s.Currency.Format(price.Total)
		}
		// note asks what there is to be asked now; it must be answered in the same way from now on.
		note := func() {
			t.Helper()
			must(s.Books.RefreshShown(ctx)) // as the server does once a day
			now := s.Now()
			earned[now] = map[string]value.Earnings{}
			for _, c := range customers() {
				if asked[c.ID] == nil {
					asked[c.ID] = map[time.Time]string{}
				}
				asked[c.ID][now] = ask(c, nil)
				earned[now][c.ID] = value.EarningsOf(c)
			}
			s.Advance(7 * time.Hour)
			for at, was := range earned {
				known, err := s.Report.EarningsKnownAt(ctx, customers(), at)
				must(err)
				for _, c := range customers() {
					if !reflect.DeepEqual(utc(known[c.ID]), utc(was[c.ID])) {
						t.Errorf("%s of %s at %s: %+v, then %+v", c.Name, s.Now(), at, known[c.ID], was[c.ID])
					}
					if got := ask(c, &at); got != asked[c.ID][at] {
						t.Errorf("at %s %s costs %s for %s, then %s", s.Now(), at, got, c.Name, asked[c.ID][at])
					}
				}
			}
		}
		note()
		if first := customers()[0]; asked[first.ID][apptest.Day(time.November, 20)] != "810.00" {
			t.Fatalf("Anna pays %v", asked[first.ID])
		}
		update := func(change service.UpdateCustomerInput) {
			t.Helper()
			c := customers()[0]
			change.ID, change.ExpectedVersion = c.ID, c.Version
			_, err := s.App.Customers.UpdateCustomer(ctx, change)
			must(err)
			note()
		}
		_, err := s.Sale.RefundOrder(ctx, service.RefundOrderInput{ID: s.Orders["Anna"], Amount: &service.MoneyInput{Amount: "1500.00", CurrencyCode: "RUB"}, Reason: "did not fit"})
		must(err)
		note()
		late := apptest.Day(time.October, 1)
		minutes, igor := money.Exact("30"), s.Users["Igor"]
		for _, c := range customers() {
			_, err := s.App.Contacts.RecordContact(ctx, service.RecordContactInput{CustomerID: c.ID, Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, Minutes: &minutes, StaffID: &igor, At: &late})
			must(err)
		}
		note()
		yes := true
		for subject, code := range map[schema.RateSubject]string{schema.RateMaterial: "cloth", schema.RateChannelFee: "PHONE"} {
			unit := map[schema.RateSubject]string{schema.RateMaterial: "m", schema.RateChannelFee: "contact"}[subject]
			_, err := s.Rates.SetRate(ctx, service.SetRateInput{Subject: subject, Code: code, Amount: "70", Unit: unit, ValidFrom: apptest.Day(time.September, 2), Correction: &yes})
			must(err)
		}
		note()
		boris := customers()[1]
		_, err = s.App.Customers.RecordDeparture(ctx, service.RecordDepartureInput{ID: boris.ID, ExpectedVersion: &boris.Version, At: &late, Reason: "moved"})
		must(err)
		note()
		other, born := schema.FastCheap, schema.Date(0)
		must(born.UnmarshalGQL("1990-05-09"))
		update(service.UpdateCustomerInput{Segment: graphql.OmittableOf(&other)})
		update(service.UpdateCustomerInput{Measurements: graphql.OmittableOf[any](map[string]any{"width": 2})})
		update(service.UpdateCustomerInput{Birthday: graphql.OmittableOf(&born)})
		update(service.UpdateCustomerInput{Measurements: graphql.OmittableOf[any](nil)})
	})
}

// utc returns earnings whose moment, if there is one, is in UTC.
func utc(e value.Earnings) value.Earnings {
	if e.DepartedAt != nil {
		at := e.DepartedAt.UTC()
		e.DepartedAt = &at
	}
	return e
}
