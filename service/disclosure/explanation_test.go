package disclosure_test

import (
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
)

// TestExplanation: a customer reads what was used of them and what would have changed the price, and neither the floor nor names of rules.
func TestExplanation(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.Customer("Anna")
		_, err := s.OwnFields.DefineField(s.System(), service.DefineFieldInput{Noun: schema.FieldOfCustomer, Code: "card", Label: "Club card", Type: schema.FieldText})
		s.Must(err)
		s.add(s.rule(`customer.stage == "STRANGER"`, "-10"))
		s.add(s.rule(`quantity >= 10.0`, "-5"))
		s.add(s.rule(`has(customer.fields.card) && customer.fields.card == "gold"`, "-20"))
		s.days(1)
		price, err := s.Quote.Price(s.System(), c, s.lamp, money.Whole(1), nil, nil, nil)
		s.Must(err)
		for _, one := range []struct {
			audience service.PriceAudience
			language service.Language
			want     string
		}{
			{service.PriceAudienceCustomer, service.LanguageEn, `The price of a unit of LAMP on 2026-12-02 is 90.00 RUB.
				It was determined automatically and is your own price.
				Used about you: how long and how often you have bought from us.
				How it came about:
				- list price: 100.00 RUB
				- price rule (by how long and how often you have bought from us): -10.00 RUB
				What would have changed it, all else being the same:
				- Club card: gold — 72.00 RUB
				- how long and how often you have bought from us: known to us — 100.00 RUB
				- the quantity: 10 — 85.50 RUB`},
			{service.PriceAudienceStaff, service.LanguageRu, `Цена единицы товара «LAMP» на 2026-12-02 составляет 90.00 RUB.
				Она рассчитана автоматически и является вашей персональной ценой.
				О вас использовано: история ваших покупок.
				Как она получилась:
				- цена по прейскуранту list price: 100.00 RUB
				- правило ценообразования customer.stage == "STRANGER" -10 (учитывает: история ваших покупок): -10.00 RUB
				Что изменило бы её при прочих равных:
				- Club card: gold — 72.00 RUB
				- история ваших покупок: мы знакомы — 100.00 RUB
				- количество: 10 — 85.50 RUB`},
		} {
			e, err := s.Disclosure.Explanation(s.System(), price, one.audience, one.language)
			s.Must(err)
			want := strings.ReplaceAll(one.want, "\t", "")
			want = strings.ReplaceAll(want, "2026-12-02", s.Clock.Now().Format(time.DateOnly))
			if got := strings.TrimSuffix(e.Text, "\n"); got != want {
				t.Errorf("%s\nwant\n%s", got, want)
			}
			sum := money.Amount{}
			for _, step := range e.Steps {
				sum, err = sum.Plus(step.Amount)
				s.Must(err)
			}
			if sum != price.Unit || !e.IsPersonal {
				t.Errorf("the steps sum to %d, the price is %d", sum.Minor(), price.Unit.Minor())
			}
		}
	})
}

// TestExplanationHidesTheFloor: the floor that lifts a price is one with the lead time to the customer.
func TestExplanationHidesTheFloor(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.Rate(schema.RateMaterial, "gold", "80", "kg", s.Clock.Now())
		ring := s.Product(service.CreateProductInput{
			Sku: "RING", ListPrice: apptest.Roubles("100.00"), MinimumMargin: ptr(money.Exact("0.2")), StandardLeadDays: ptr(0),
			Components: []*service.ComponentInput{{Material: ptr("gold"), Quantity: "1"}},
		})
		s.add(s.rule("true", "-50"))
		c := s.Customer("Anna")
		price, err := s.Quote.Price(s.System(), c, ring, money.Whole(1), nil, nil, nil)
		s.Must(err)
		kinds := func(audience service.PriceAudience) string {
			e, err := s.Disclosure.Explanation(s.System(), price, audience, service.LanguageEn)
			s.Must(err)
			var all []string
			for _, step := range e.Steps {
				all = append(all, string(step.Kind)+" "+s.Currency.Format(step.Amount))
			}
			return strings.Join(all, ", ")
		}
		if got, want := kinds(service.PriceAudienceCustomer), "LIST 100.00, RULE -50.00, LEAD_TIME 50.00"; got != want {
			t.Errorf("the customer reads %s, want %s", got, want)
		}
		if got, want := kinds(service.PriceAudienceStaff), "LIST 100.00, RULE -50.00, FLOOR 50.00"; got != want {
			t.Errorf("staff read %s, want %s", got, want)
		}
	})
}

// TestExplainPrice explains tokens, also when they have expired, and not by what was corrected since.
func TestExplainPrice(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.Customer("Anna")
		s.days(1)
		price, err := s.Quote.Price(s.System(), c, s.lamp, money.Whole(2), nil, nil, nil)
		s.Must(err)
		token, err := s.Quote.PriceToken(price)
		s.Must(err)
		s.days(30)
		s.add(s.rule(`customer.stage == "STRANGER"`, "-10"))
		explain := func(token string) (string, string) {
			e, err := s.Disclosure.ExplainPrice(s.System(), token, service.PriceAudienceCustomer, service.LanguageEn)
			if err != nil {
				return "", apptest.Faults(err)
			}
			return strings.SplitAfterN(e.Text, "\n", 2)[0], ""
		}
		if got, wrong := explain(token); !strings.HasSuffix(got, "is 100.00 RUB.\n") || wrong != "" {
			t.Errorf("of a price that has expired: %s%s", got, wrong)
		}
		if _, wrong := explain(token + "x"); wrong != "INVALID token" {
			t.Errorf("of an altered token: %s", wrong)
		}
		if _, wrong := explain("nothing"); wrong != "INVALID token" {
			t.Errorf("of no token: %s", wrong)
		}
		_, err = s.Disclosure.ExplainPrice(s.As(schema.RolePartner), token, service.PriceAudienceCustomer, service.LanguageEn)
		if apptest.Faults(err) != "NOT_FOUND token" {
			t.Errorf("of a customer whom one does not see: %s", apptest.Faults(err))
		}
	})
}

// TestEveryStepHasWords: each kind of step is shown, in both languages.
func TestEveryStepHasWords(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		c := s.Customer("Anna")
		price, err := s.Quote.Price(s.System(), c, s.lamp, money.Whole(1), nil, nil, nil)
		s.Must(err)
		for _, kind := range []pricing.LineKind{
			pricing.ListLine, pricing.OptionLine, pricing.ExemptionLine, pricing.AgreementLine, pricing.RuleLine, pricing.LeadTimeLine, pricing.FloorLine, pricing.RoundingLine,
		} {
			one := *price
			one.Lines = []pricing.Line{{Kind: kind, Label: "L"}}
			for _, language := range []service.Language{service.LanguageEn, service.LanguageRu} {
				e, err := s.Disclosure.Explanation(s.System(), &one, service.PriceAudienceStaff, language)
				s.Must(err)
				if len(e.Steps) != 1 || string(e.Steps[0].Kind) != string(kind) || strings.Contains(e.Text, "-  L") || strings.Contains(e.Text, "%") {
					t.Errorf("%s: %s", kind, e.Text)
				}
			}
		}
	})
}
