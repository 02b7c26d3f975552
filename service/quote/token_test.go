package quote_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/auth"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/quote"
)

// token signs a price of an amount.
func (s *shop) token(quantity string) string {
	s.T.Helper()
	token, err := s.Quote.PriceToken(s.price(quantity))
	s.Must(err)
	return token
}

// TestATokenPromisesItsPrice, line by line, whatever happens to rates and rules meanwhile.
func TestATokenPromisesItsPrice(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		rule := addRule(w, service.CreatePriceRuleInput{Name: "Ten off", Condition: "quantity > 1"})
		price := s.price("1.005")
		token, err := w.Quote.PriceToken(price)
		w.Must(err)
		_, err = w.Quote.RetirePriceRule(w.System(), service.RetirePriceRuleInput{ID: rule.ID})
		w.Must(err)
		promises, err := w.Quote.Redeem(s.customer.ID, []string{token})
		w.Must(err)
		p := promises[0]
		if p.ProductID != s.product || p.Quantity != price.Quantity || p.Unit != money.Minor(9000) || p.Total != money.Minor(9045) || p.Total != price.Total || !p.PricedAt.Equal(price.At) {
			t.Errorf("%+v; want %+v", p, price)
		}
		text, err := p.AsJSON()
		w.Must(err)
		var kinds []string
		for _, line := range price.Lines {
			kinds = append(kinds, string(line.Kind)+" "+line.Label)
		}
		if !slices.Equal(kinds, []string{"LIST list price", "RULE Ten off"}) || !strings.Contains(string(text.Lines), `"label":"Ten off"`) {
			t.Errorf("%q; kept %s", kinds, text.Lines)
		}
	})
}

// TestTokensOfEarlierReleases: a token that was signed before tokens were encrypted is redeemed at its price until it expires (law 3).
func TestTokensOfEarlierReleases(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		const issued = "../../auth/testdata/" // at apptest.Start, by the key beside it
		key, err := os.ReadFile(issued + "price-000001.pem")
		w.Must(err)
		signed, err := os.ReadFile(issued + "signed.token")
		w.Must(err)
		dir := t.TempDir()
		w.Must(os.WriteFile(filepath.Join(dir, "price-000001.pem"), key, 0o600))
		config := apptest.Config(t, w.Store, w.Clock)
		config.Keys, err = auth.OpenKeys(dir, w.Clock.Now, nil)
		w.Must(err)
		upgraded, err := app.New(t.Context(), config)
		w.Must(err)
		const customer = "cus_01h455vb4pex5vsknk084sn02q"
		tokens := []string{strings.TrimSpace(string(signed))}
		for _, step := range []struct {
			after    time.Duration
			redeemed bool
		}{{15*time.Minute - time.Second, true}, {time.Second, false}} {
			w.Clock.Advance(step.after)
			promises, err := upgraded.Quote.Redeem(customer, tokens)
			if step.redeemed {
				w.Must(err)
				if p := promises[0]; p.Unit != money.Minor(1_234_500) || p.Total != money.Minor(3_086_250) || p.ProductID != "prd_01h455vb4pex5vsknk084sn02r" || !p.PricedAt.Equal(apptest.Start) {
					t.Errorf("%+v", p)
				}
			} else if err == nil {
				t.Error("an expired token is redeemed")
			}
		}
	})
}

func TestTokensThatAreNotHonoured(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		other := w.CustomerID()
		expired := s.token("2")
		w.Clock.Advance(w.Settings().PriceLife)
		good := s.token("1")
		many := slices.Repeat([]string{good}, 251)
		for name, c := range map[string]struct {
			customer string
			tokens   []string
			want     string
		}{
			"a good one":         {s.customer.ID, []string{good}, ""},
			"twice the same":     {s.customer.ID, []string{good, good}, ""},
			"none":               {s.customer.ID, nil, "priceTokens INVALID"},
			"too many":           {s.customer.ID, many, "priceTokens LIMIT_EXCEEDED"},
			"another customer's": {other, []string{good}, "priceTokens.0 INVALID"},
			"an altered one":     {s.customer.ID, []string{good, good[:len(good)-2] + "xx"}, "priceTokens.1 INVALID"},
			"an expired one":     {s.customer.ID, []string{good, expired}, "priceTokens.1 PRICE_EXPIRED"},
			"all that is wrong":  {s.customer.ID, []string{expired, "x", good}, "priceTokens.1 INVALID, priceTokens.0 PRICE_EXPIRED"},
		} {
			t.Run(name, func(t *testing.T) {
				promises, err := w.Quote.Redeem(c.customer, c.tokens)
				if err != nil {
					err = w.Quote.RefusalFaults(w.System(), c.customer, err)
				}
				if got := faultsOf(err); got != c.want || (err == nil) != (c.want == "") || err == nil && len(promises) != len(c.tokens) {
					t.Errorf("%v (%s); want %s", err, got, c.want)
				}
			})
		}
	})
}

// TestAnExpiredTokenSaysWhatTheSameCostsNow, or why it has no price.
func TestAnExpiredTokenSaysWhatTheSameCostsNow(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		token := s.token("1")
		until := w.Clock.Now().Add(w.Settings().PriceLife)
		w.Clock.Advance(time.Hour)
		no := false
		for _, c := range []struct {
			change func()
			says   string
			today  string
		}{
			{func() {}, "ask for today's", "100.00"},
			{func() { addRule(w, service.CreatePriceRuleInput{Condition: "true"}) }, "ask for today's", "90.00"},
			{func() {
				_, err := w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: s.product, ExpectedVersion: 1, Active: &no})
				w.Must(err)
			}, "today there is none: TABLE is off the catalogue", ""},
		} {
			c.change()
			_, err := w.Quote.Redeem(s.customer.ID, []string{token})
			err = w.Quote.RefusalFaults(w.System(), s.customer.ID, err)
			want := "the price was promised until " + until.Format(time.RFC3339) + "; " + c.says
			all := fault.All(err)
			if len(all) != 1 || all[0].Message != want {
				t.Fatalf("%v; want %s", err, want)
			}
			detail, _ := all[0].Detail.(*quote.Expired)
			if detail == nil || !detail.ValidUntil.Equal(until) || (detail.Today == nil) != (c.today == "") {
				t.Fatalf("%+v, want %s until %s", detail, c.today, until)
			}
			if detail.Today != nil && w.Currency.Format(detail.Today.Unit) != c.today {
				t.Errorf("today it is %s, want %s", w.Currency.Format(detail.Today.Unit), c.today)
			}
		}
		other := errors.New("another error")
		if err := w.Quote.RefusalFaults(w.System(), s.customer.ID, other); !errors.Is(err, other) {
			t.Errorf("%v; want it as it is", err)
		}
	})
}

// TestPricesWithoutAToken: those of the future, those that are supposed, and those of what is off the catalogue.
func TestPricesWithoutAToken(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		s := openShop(w)
		tomorrow := apptest.Start.AddDate(0, 0, 1)
		future, err := w.Quote.Price(w.System(), s.customer, s.product, money.Whole(1), nil, nil, &tomorrow)
		w.Must(err)
		supposed, err := w.Quote.WhatIf(w.System(), s.customer.ID, s.product, nil, nil, nil, service.WhatIfInput{})
		w.Must(err)
		old := s.price("1")
		for name, c := range map[string]struct {
			price *quote.Price
			want  string
		}{"of the future": {future, "at WRONG_STATE"}, "supposed": {supposed.Would, "token WRONG_STATE"}, "as it is": {supposed.Is, ""}} {
			if _, err := w.Quote.PriceToken(c.price); faultsOf(err) != c.want {
				t.Errorf("%s: %v; want %q", name, err, c.want)
			}
		}
		no := false
		_, err = w.Catalogue.UpdateProduct(w.System(), service.UpdateProductInput{ID: s.product, ExpectedVersion: 1, Active: &no})
		w.Must(err)
		if _, err := w.Quote.PriceToken(old); faultsOf(err) != "productId WRONG_STATE" {
			t.Errorf("off the catalogue: %v", err)
		}
	})
}
