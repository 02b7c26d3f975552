package quote_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

func TestWhatARuleMayBe(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		exact := func(text string) *money.Exact { return (*money.Exact)(&text) }
		before := apptest.Start.Add(-time.Hour)
		for name, c := range map[string]struct {
			change func(*service.CreatePriceRuleInput)
			want   string
		}{
			"a percentage":              {func(*service.CreatePriceRuleInput) {}, ""},
			"a price":                   {func(in *service.CreatePriceRuleInput) { in.Percent, in.Price = nil, apptest.Roubles("1") }, ""},
			"a percentage and a price":  {func(in *service.CreatePriceRuleInput) { in.Price = apptest.Roubles("1") }, "percent INVALID"},
			"neither":                   {func(in *service.CreatePriceRuleInput) { in.Percent = nil }, "percent INVALID"},
			"more than all of it":       {func(in *service.CreatePriceRuleInput) { in.Percent = exact("-100.1") }, "percent INVALID"},
			"no name":                   {func(in *service.CreatePriceRuleInput) { in.Name = "" }, "name INVALID"},
			"an unknown variable":       {func(in *service.CreatePriceRuleInput) { in.Condition = "weather == 1" }, "condition INVALID"},
			"it is no condition":        {func(in *service.CreatePriceRuleInput) { in.Condition = "quantity" }, "condition INVALID"},
			"it ends before it begins":  {func(in *service.CreatePriceRuleInput) { in.ValidFrom, in.ValidTo = &apptest.Start, &before }, "validTo INVALID"},
			"an id of something else":   {func(in *service.CreatePriceRuleInput) { other := w.IDs.Make(id.Product); in.ID = &other }, "id INVALID"},
			"everything is wrong":       {func(in *service.CreatePriceRuleInput) { in.Name, in.Percent = "", exact("x") }, "name INVALID, percent INVALID"},
			"an amount of another kind": {func(in *service.CreatePriceRuleInput) { in.Cap = &service.MoneyInput{Amount: "1", CurrencyCode: "EUR"} }, "cap.currencyCode INVALID"},
		} {
			t.Run(name, func(t *testing.T) {
				in := service.CreatePriceRuleInput{Name: "Rule", Condition: "quantity > 1", Percent: exact("-1")}
				c.change(&in)
				_, err := w.Quote.CreatePriceRule(w.System(), in)
				if got := faultsOf(err); got != c.want || (err == nil) != (c.want == "") {
					t.Errorf("%v (%s); want %s", err, got, c.want)
				}
			})
		}
	})
}

func TestRetiringARule(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		rule := addRule(w, service.CreatePriceRuleInput{Condition: "true"})
		old := rule.Version - 1
		if _, err := w.Quote.RetirePriceRule(w.System(), service.RetirePriceRuleInput{ID: rule.ID, ExpectedVersion: &old}); faultsOf(err) != "expectedVersion VERSION_CONFLICT" {
			t.Errorf("an old version: %v", err)
		}
		if got := s.price("1").Unit; got != money.Minor(9000) {
			t.Errorf("before: %v", got)
		}
		w.Clock.Advance(time.Second)
		retired, err := w.Quote.RetirePriceRule(w.System(), service.RetirePriceRuleInput{ID: rule.ID})
		w.Must(err)
		if got := s.price("1").Unit; got != money.Minor(10000) || retired.Active || !retired.RetiredAt.Equal(w.Clock.Now()) {
			t.Errorf("after: %v; %v", got, retired)
		}
		if _, err := w.Quote.RetirePriceRule(w.System(), service.RetirePriceRuleInput{ID: rule.ID}); faultsOf(err) != "id WRONG_STATE" {
			t.Errorf("retired twice: %v", err)
		}
		if _, err := w.Quote.RetirePriceRule(w.System(), service.RetirePriceRuleInput{ID: w.IDs.Make(id.Rule)}); faultsOf(err) != "id NOT_FOUND" {
			t.Errorf("no such rule: %v", err)
		}
		if rules := w.Quote.PriceRules(); len(rules) != 1 || w.Quote.PriceRule(rule.ID).RetiredAt == nil {
			t.Errorf("rules in memory: %v", rules)
		}
	})
}

// TestUnmetConditions: what may not be known is left out of the reasons for those without the scope costs.
func TestUnmetConditions(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		addRule(w, service.CreatePriceRuleInput{Condition: "quantity > 10 && lifetimeValue > 1000.5"})
		rejected := s.price("1").Rejected()
		if len(rejected) != 1 {
			t.Fatalf("got %v, want one rejected rule", rejected)
		}
		for role, want := range map[schema.Role][]string{
			schema.RoleManager: {"quantity > 10", "lifetimeValue > 1000.5"},
			schema.RoleSales:   {"quantity > 10"},
		} {
			unmet, err := w.Quote.Unmet(w.As(role), &rejected[0])
			w.Must(err)
			var conditions []string
			for _, u := range unmet {
				conditions = append(conditions, u.Condition)
			}
			if !slices.Equal(conditions, want) {
				t.Errorf("%s: %q; want %q", role, conditions, want)
			}
		}
	})
}

// TestTryPriceRule: a rule is tried on a question, a sample and the orders of the last 90 days, and nothing is written.
func TestTryPriceRule(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		w.Product(service.CreateProductInput{Sku: "LAMP", ListPrice: apptest.Roubles("1")})
		for _, quantity := range []string{"1", "5"} {
			_, err := w.Sale.PlaceOrder(w.System(), service.PlaceOrderInput{CustomerID: s.customer.ID, PriceTokens: []string{s.token(quantity)}})
			w.Must(err)
		}
		percent, two := money.Exact("-10"), money.Exact("2")
		in := service.CreatePriceRuleInput{Name: "Ten off", Condition: `quantity >= 2 && product.sku == "TABLE"`, Percent: &percent}
		var err error
		try := func(quantity *money.Exact) string {
			trial, failed := w.Quote.TryPriceRule(w.System(), in, s.customer.ID, s.product, quantity, nil, nil)
			if err = failed; err != nil {
				return faultsOf(err)
			}
			text := w.Currency.Format(trial.Without.Unit) + " " + w.Currency.Format(trial.With.Unit)
			for _, unmet := range trial.Unmet {
				text += " unless " + unmet.Condition
			}
			if *trial.Applied != (trial.Reason == nil) || trial.Sample.Customers != 1 || trial.Sample.Products != 2 || trial.Orders.Orders != 2 || trial.Orders.OrdersTouched != 1 || trial.Orders.More || trial.Orders.Unpriced != 0 || trial.Orders.Difference != money.Minor(-5000) {
				t.Errorf("%+v of sample %+v, orders %+v", trial, trial.Sample, trial.Orders)
			}
			return text
		}
		if one, two := try(nil), try(&two); one != "100.00 100.00 unless quantity >= 2" || two != "100.00 90.00" {
			t.Errorf("one: %s; two: %s", one, two)
		}
		if n := w.Rows("SELECT count(*) FROM price_rules"); n[0] != "0" {
			t.Errorf("%s rules are written", n)
		}
		in.Condition = "?"
		if got := try(nil); got != "condition INVALID" {
			t.Errorf("no condition: %v", err)
		}
	})
}

// TestWhatIf: a price by another rate, and without a rule.
func TestWhatIf(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		rule := addRule(w, service.CreatePriceRuleInput{Condition: "true"})
		many := make([]string, 51)
		ask := func(ctx context.Context, in service.WhatIfInput) string {
			answer, err := w.Quote.WhatIf(ctx, s.customer.ID, s.product, nil, nil, nil, in)
			if err != nil {
				return faultsOf(err)
			}
			return w.Currency.Format(answer.Is.Unit) + " " + w.Currency.Format(answer.Would.Unit) + " " + w.Currency.Format(answer.Difference)
		}
		for name, c := range map[string]struct {
			in   service.WhatIfInput
			want string
		}{
			"nothing":            {service.WhatIfInput{}, "90.00 90.00 0.00"},
			"without the rule":   {service.WhatIfInput{WithoutRules: []string{rule.ID}}, "90.00 100.00 10.00"},
			"a dearer material":  {service.WhatIfInput{Rates: []*service.WhatIfRateInput{{Subject: schema.RateMaterial, Code: "oak", Amount: "70"}}}, "90.00 140.00 50.00"},
			"a rate of staff":    {service.WhatIfInput{Rates: []*service.WhatIfRateInput{{Subject: schema.RateStaff, Code: "anna", Amount: "1"}}}, "instead.rates.0.subject INVALID"},
			"an unknown code":    {service.WhatIfInput{Rates: []*service.WhatIfRateInput{{Subject: schema.RateMaterial, Code: "ash", Amount: "1"}}}, "instead.rates.0.code NOT_FOUND"},
			"an unknown rule":    {service.WhatIfInput{WithoutRules: []string{"x"}}, "instead.withoutRules.0 NOT_FOUND"},
			"a resource unknown": {service.WhatIfInput{Utilisations: []*service.WhatIfUtilisationInput{{Resource: "saw", Utilisation: "0.5"}}}, "instead.utilisations.0.resource NOT_FOUND"},
			"too many rules":     {service.WhatIfInput{WithoutRules: many}, "instead.withoutRules LIMIT_EXCEEDED"},
		} {
			t.Run(name, func(t *testing.T) {
				if got := ask(w.System(), c.in); got != c.want {
					t.Errorf("%s; want %s", got, c.want)
				}
			})
		}
	})
}
