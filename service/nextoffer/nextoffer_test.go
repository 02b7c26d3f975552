package nextoffer_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"kopeck/apptest"
	"kopeck/dbtest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/nextoffer"
)

// market is a company that sells chairs and tables, of wood, to customers who may be called.
type market struct {
	*apptest.World

	chair, table string
}

func each(t *testing.T, test func(t *testing.T, m *market)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		m := &market{World: w}
		w.Rate(schema.RateMaterial, "wood", "100", "kg", apptest.Start.AddDate(-1, 0, 0))
		wood := "wood"
		for _, p := range []struct {
			to         *string
			sku, price string
		}{{&m.chair, "CHAIR", "1000"}, {&m.table, "TABLE", "3000"}} {
			*p.to = w.Product(service.CreateProductInput{Sku: p.sku, Name: p.sku, ListPrice: apptest.Roubles(p.price), Components: []*service.ComponentInput{{Material: &wood, Quantity: "2"}}})
		}
		test(t, m)
	})
}

// customer makes a customer who permits calls with individual offers.
func (m *market) customer(name string) *ent.Customer {
	m.T.Helper()
	c := m.Customer(name)
	_, _, err := m.Consent.GrantPermission(m.System(), service.GrantPermissionInput{CustomerID: c.ID, Channel: schema.ByPhone, Purpose: schema.Marketing, Level: schema.Personal, Source: "a call", Wording: "Call me."})
	m.Must(err)
	return c
}

// offer sends an offer of a product to a customer and ends it as told.
func (m *market) offer(c *ent.Customer, product string, accept bool) {
	m.T.Helper()
	price, err := m.Quote.Price(m.System(), c, product, money.Whole(1), nil, nil, nil)
	m.Must(err)
	token, err := m.Quote.PriceToken(price)
	m.Must(err)
	o, err := m.Sale.CreateOffer(m.System(), service.CreateOfferInput{CustomerID: c.ID, PriceTokens: []string{token}, ExpiresAt: m.Now().Add(time.Hour)})
	m.Must(err)
	_, err = m.Sale.SendOffer(m.System(), service.SendOfferInput{ID: o.ID, Channel: schema.ByPhone})
	m.Must(err)
	if accept {
		_, err = m.Sale.AcceptOffer(m.System(), service.AcceptOfferInput{ID: o.ID, OverruleDateReason: new("a test")})
	} else {
		_, err = m.Sale.DeclineOffer(m.System(), service.DeclineOfferInput{ID: o.ID, ReasonKey: "PRICE"})
	}
	m.Must(err)
}

func (m *market) best(c *ent.Customer, at *time.Time) []*nextoffer.NextBestOffer {
	m.T.Helper()
	all, err := m.NextOffer.Best(m.System(), c, 5, at)
	m.Must(err)
	return all
}

// skus are the products of a list, in its order; the last is "nothing".
func skus(all []*nextoffer.NextBestOffer) string {
	var names []string
	for _, one := range all {
		if one.Product == nil {
			names = append(names, "nothing")
			continue
		}
		names = append(names, one.Product.Sku)
	}
	return strings.Join(names, " ")
}

// TestBestOffersByThePrior ranks two products where there are no offers to learn from, and checks the figures.
func TestBestOffersByThePrior(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		anna := m.customer("Anna")
		all := m.best(anna, nil)
		if skus(all) != "TABLE CHAIR nothing" {
			t.Fatal(skus(all))
		}
		for i, one := range all[:2] {
			earned, err := money.Round(new(big.Rat).Mul(one.Probability.Rat(), one.Margin.Rat()))
			if err != nil || one.Net.Compare(earned) != 0 || one.ContactCost != nil || one.Rank != i+1 || *one.Channel != schema.ByPhone || one.Probability.String() != "0.3" || !one.NotBefore.Equal(m.Now()) {
				t.Errorf("%d: %+v, %v", i, one, err)
			}
		}
		for language, want := range map[service.Language]string{service.LanguageEn: "of 1,000 such offers some 300 are accepted", service.LanguageRu: "из 1000 таких предложений принимают около 300"} {
			if why, err := m.NextOffer.Reasons(all[0], language); err != nil || why[0] != want {
				t.Errorf("%q, %v; want %q", why, err, want)
			}
		}
		stranger := m.Customer("Boris") // who permits nothing
		if got := m.best(stranger, nil); skus(got) != "nothing" {
			t.Errorf("to one who may not be called: %s", skus(got))
		}
		for _, wrong := range []int{0, 101} {
			if _, err := m.NextOffer.Best(m.System(), anna, wrong, nil); apptest.Faults(err) != "INVALID first" {
				t.Errorf("first %d: %v", wrong, err)
			}
		}
		if got, err := m.NextOffer.Best(m.System(), anna, 1, nil); err != nil || skus(got) != "TABLE nothing" {
			t.Errorf("the first alone: %v, %v", got, err)
		}
	})
}

// TestRefusedIsLeftOut declines a table; it comes back after the days of the setting.
func TestRefusedIsLeftOut(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		anna := m.customer("Anna")
		m.offer(anna, m.table, false)
		if got := m.best(anna, nil); skus(got) != "CHAIR nothing" || !got[0].NotBefore.Equal(m.Now().Add(7*24*time.Hour)) {
			t.Errorf("after a refusal: %s, from %v on", skus(got), got[0].NotBefore)
		}
		before := apptest.Start.Add(-time.Hour)
		m.Clock.Advance(29 * 24 * time.Hour)
		if got := m.best(anna, nil); skus(got) != "CHAIR nothing" {
			t.Errorf("after 29 days: %s", skus(got))
		}
		m.Clock.Advance(2 * 24 * time.Hour)
		if got := m.best(anna, nil); skus(got) != "TABLE CHAIR nothing" {
			t.Errorf("after 31 days: %s", skus(got))
		}
		if got := m.best(anna, &before); skus(got) != "nothing" { // nothing was permitted then
			t.Errorf("before: %s", skus(got))
		}
	})
}

// TestModelOfOwnOffers learns that tables are refused and chairs are not, from the day after on.
func TestModelOfOwnOffers(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		boris := m.customer("Boris")
		for range 12 {
			m.offer(boris, m.table, false)
			m.offer(boris, m.chair, true)
		}
		anna := m.customer("Anna")
		model := func() *nextoffer.AcceptanceModel {
			found, err := m.NextOffer.AcceptanceModel(m.System(), nil)
			m.Must(err)
			return found
		}
		if today := model(); today.Fitted || today.Offers != 0 || skus(m.best(anna, nil)) != "TABLE CHAIR nothing" {
			t.Errorf("on the same day: %+v", today)
		}
		yesterday := m.Now()
		m.Clock.Advance(24 * time.Hour)
		next := model()
		if !next.Fitted || next.Offers != 24 || next.Accepted != 12 || next.Calibration != nil || len(next.Notes) == 0 {
			t.Errorf("on the next day: %+v", next)
		}
		all := m.best(anna, nil)
		if skus(all) != "CHAIR TABLE nothing" && all[0].Probability.Compare(*all[1].Probability) > 0 {
			t.Errorf("the order is %s", skus(all))
		}
		chances := map[string]money.Decimal{}
		for _, one := range all[:2] {
			chances[one.Product.Sku] = *one.Probability
		}
		if chances["CHAIR"].Compare(chances["TABLE"]) <= 0 {
			t.Errorf("probabilities %v; want chairs accepted more often", chances)
		}
		found, err := m.NextOffer.AcceptanceModel(m.System(), &yesterday)
		if err != nil || found.Fitted {
			t.Errorf("of yesterday: %+v, %v", found, err)
		}
	})
}

// TestConstantStatements asks of few and many products.
func TestConstantStatements(t *testing.T) {
	each(t, func(t *testing.T, m *market) {
		anna := m.customer("Anna")
		m.best(anna, nil) // the day's model is read once
		few := len(m.Statements(func() { m.best(anna, nil) }))
		for i := range 30 {
			m.Product(service.CreateProductInput{Sku: fmt.Sprint("P", i), Name: "P", ListPrice: apptest.Roubles("10")})
		}
		if many := len(m.Statements(func() { m.best(anna, nil) })); many != few || few > 25 {
			t.Errorf("%d statements for 2 products, %d for 32", few, many)
		}
	})
}

// BenchmarkBest ranks 1,000 products for one customer.
func BenchmarkBest(b *testing.B) {
	w := apptest.New(b, dbtest.SQLite(b))
	wood := "wood"
	w.Rate(schema.RateMaterial, "wood", "100", "kg", apptest.Start.AddDate(-1, 0, 0))
	for i := range 1000 {
		w.Product(service.CreateProductInput{Sku: fmt.Sprint("P", i), Name: "P", ListPrice: apptest.Roubles("1000"), Components: []*service.ComponentInput{{Material: &wood, Quantity: "2"}}})
	}
	m := &market{World: w}
	anna := m.customer("Anna")
	for b.Loop() {
		m.best(anna, nil)
	}
}
