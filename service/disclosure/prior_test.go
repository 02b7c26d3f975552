package disclosure_test

import (
	"fmt"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func ptr[T any](v T) *T { return &v }

// shop sells a lamp at 100.00, and passes days.
type shop struct {
	*apptest.World

	lamp string
}

func each(t *testing.T, test func(t *testing.T, s *shop)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		test(t, &shop{w, w.Product(service.CreateProductInput{Sku: "LAMP", ListPrice: apptest.Roubles("100.00"), StandardLeadDays: ptr(0)})})
	})
}

func (s *shop) days(n int) { s.Clock.Advance(time.Duration(n) * 24 * time.Hour) }

func (s *shop) rule(condition, percent string) *service.CreatePriceRuleInput {
	return &service.CreatePriceRuleInput{Name: condition + " " + percent, Condition: condition, Percent: ptr(money.Exact(percent))}
}

func (s *shop) add(in *service.CreatePriceRuleInput) string {
	s.T.Helper()
	made, err := s.Quote.CreatePriceRule(s.System(), *in)
	s.Must(err)
	return made.ID
}

// prior shows the price before the reduction, with how many days ago its days and the reduction began; "" where there is none.
func (s *shop) prior(at *time.Time) string {
	s.T.Helper()
	p, err := s.Disclosure.PriorPrice(s.System(), s.lamp, at)
	s.Must(err)
	if p == nil {
		return ""
	}
	now := s.Clock.Now()
	if at != nil {
		now = *at
	}
	ago := func(at time.Time) int { return int(now.Sub(at) / (24 * time.Hour)) }
	share := "none"
	if p.Reduction != nil {
		share = p.Reduction.String()
	}
	return fmt.Sprintf("%d from %d, %d for %d days: %s", p.Amount.Minor(), ago(p.From), p.Now.Minor(), ago(p.Began), share)
}

// TestPriorPrice goes through a year of sales.
func TestPriorPrice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		want := func(what, want string) {
			t.Helper()
			if got := s.prior(nil); got != want {
				t.Errorf("%s: %q, want %q", what, got, want)
			}
		}
		s.days(40)
		want("never reduced", "")
		s.add(s.rule(`customer.stage == "STRANGER"`, "-50")) // for nobody in public
		want("a personal rule", "")
		first := s.add(s.rule("true", "-10"))
		s.days(5)
		want("a sale", "10000 from 35, 9000 for 5 days: 0.1")
		_, err := s.Quote.RetirePriceRule(s.System(), service.RetirePriceRuleInput{ID: first})
		s.Must(err)
		s.days(10)
		want("after the sale", "")
		sale := s.Clock.Now()
		s.add(s.rule("true", "-5"))
		s.days(1)
		want("95 after 90 fifteen days ago is no reduction", "9000 from 31, 9500 for 1 days: none")
		s.days(39)
		_, err = s.Catalogue.SetListPrice(s.System(), service.SetListPriceInput{ProductID: s.lamp, ListPrice: apptest.Roubles("80.00")})
		s.Must(err)
		s.days(2)
		want("a lower list price", "9500 from 32, 7600 for 2 days: 0.2")
		back := sale.Add(24 * time.Hour)
		if got := s.prior(&back); got != "9000 from 31, 9500 for 1 days: none" {
			t.Errorf("as of the past: %q", got)
		}
		ahead := s.Clock.Now().AddDate(0, 0, 10)
		next := s.rule("true", "-50")
		next.ValidFrom = ptr(s.Clock.Now().AddDate(0, 0, 9))
		s.add(next)
		if got := s.prior(&ahead); got != "7600 from 31, 3800 for 1 days: 0.5" {
			t.Errorf("of a sale ahead: %q", got)
		}
		s.days(376)
		want("a price of a year is no reduction", "")
	})
}

// TestPriorPriceFollowsSettings: a step of prices that was another then, and a rule by the load, whose bookings are those of then.
func TestPriorPriceFollowsSettings(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.days(1)
		s.add(s.rule("true", "3.5"))
		s.days(31)
		_, err := s.ChangeSetting(s.As(schema.RoleAdmin), service.ChangeSettingInput{Name: "priceStep", Value: 1000})
		s.Must(err)
		s.days(1)
		if got, want := s.prior(nil), "10350 from 31, 10000 for 1 days: 0.0338"; got != want {
			t.Errorf("rounded to tens: %q, want %q", got, want)
		}
		s.add(s.rule("utilisation < 0.5", "-10"))
		if got, want := s.prior(nil), "10000 from 30, 9000 for 0 days: 0.1"; got != want {
			t.Errorf("an idle workshop: %q, want %q", got, want)
		}
	})
}

func TestWhatHasNoPriorPrice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.Rate(schema.RateMaterial, "gold", "10", "kg", s.Clock.Now().AddDate(1, 0, 0))
		unpriced := s.Product(service.CreateProductInput{Sku: "X", Markup: ptr(money.Exact("0.5")), Components: []*service.ComponentInput{{Material: ptr("gold"), Quantity: "1"}}})
		s.days(40)
		if p, err := s.Disclosure.PriorPrice(s.System(), unpriced, nil); err != nil || p != nil {
			t.Errorf("of what has no price: %v, %v", p, err)
		}
		for name, c := range map[string]struct {
			product string
			at      *time.Time
			role    schema.Role
			want    string
		}{
			"no product":      {s.IDs.Make(id.Product), nil, schema.RoleAdmin, "NOT_FOUND productId"},
			"no id":           {"lamp", nil, schema.RoleAdmin, "INVALID productId"},
			"too far ahead":   {s.lamp, ptr(s.Clock.Now().AddDate(2, 0, 0)), schema.RoleAdmin, "INVALID at"},
			"ahead, for all":  {s.lamp, ptr(s.Clock.Now().AddDate(0, 1, 0)), schema.RoleSales, "FORBIDDEN at"},
			"ahead, by costs": {s.lamp, ptr(s.Clock.Now().AddDate(0, 1, 0)), schema.RoleAnalyst, ""},
		} {
			if _, err := s.Disclosure.PriorPrice(s.As(c.role), c.product, c.at); apptest.Faults(err) != c.want {
				t.Errorf("%s: %q, want %q", name, apptest.Faults(err), c.want)
			}
		}
	})
}

// TestPersonalised: what is used of the customer, with the names of own fields for those alone who see them.
func TestPersonalised(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.Customer("Anna")
		for code, forSales := range map[string]bool{"card": true, "score": false} {
			_, err := s.OwnFields.DefineField(s.System(), service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: code, Label: code, Type: schema.FieldText, ForSales: &forSales})
			s.Must(err)
		}
		s.add(s.rule("quantity > 0", "-1"))
		want := func(what, want, toSales string) {
			t.Helper()
			for role, want := range map[schema.Role]string{schema.RoleAdmin: want, schema.RoleSales: toSales} {
				price, err := s.Quote.Price(s.As(role), c, s.lamp, money.Whole(1), nil, nil, nil)
				s.Must(err)
				used, err := s.Disclosure.Personalised(s.As(role), price)
				s.Must(err)
				if got := fmt.Sprint(used.IsPersonal, used.UsedData); got != want {
					t.Errorf("%s, to %s: %s, want %s", what, role, got, want)
				}
			}
		}
		want("a public rule", "false []", "false []")
		s.add(s.rule(`!has(customer.fields.card) && !has(customer.fields.score)`, "-2"))
		want("own fields", "true [customer.fields.card customer.fields.score]", "true [customer.fields customer.fields.card]")
		_, err := s.Quote.AgreePrice(s.System(), service.AgreePriceInput{CustomerID: c.ID, ProductID: s.lamp, Unit: apptest.Roubles("90.00")})
		s.Must(err)
		want("an agreement", "true [agreement]", "true [agreement]")
	})
}
