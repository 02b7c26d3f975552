package reaction_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/reaction"
)

// forge makes hooks at a list price and rings at cost plus half, each of two kilos of iron, and bells at a list price of brass.
type forge struct {
	*apptest.World

	hook, ring, bell string
	anna, boris      *ent.Customer
	since            time.Time
}

func each(t *testing.T, test func(t *testing.T, f *forge)) {
	t.Helper()
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		f := &forge{World: w, anna: w.Customer("Anna"), boris: w.Customer("Boris"), since: w.Clock.Now()}
		start := w.Clock.Now().AddDate(-1, 0, 0)
		w.Rate(schema.RateMaterial, "iron", "10", "kg", start)
		w.Rate(schema.RateMaterial, "brass", "10", "kg", start)
		w.Rate(schema.RateOverhead, "roof", "0.1", "share", start)
		iron, brass, none, half := "iron", "brass", 0, money.Exact("0.5")
		f.hook = w.Product(service.CreateProductInput{Sku: "HOOK", ListPrice: apptest.Roubles("100.00"), StandardLeadDays: &none, Components: []*service.ComponentInput{{Material: &iron, Quantity: "2"}}})
		f.ring = w.Product(service.CreateProductInput{Sku: "RING", Markup: &half, StandardLeadDays: &none, Components: []*service.ComponentInput{{Material: &iron, Quantity: "2"}}})
		f.bell = w.Product(service.CreateProductInput{Sku: "BELL", ListPrice: apptest.Roubles("100.00"), StandardLeadDays: &none, Components: []*service.ComponentInput{{Material: &brass, Quantity: "1"}}})
		f.pass()
		test(t, f)
	})
}

// pass lets an hour pass.
func (f *forge) pass() { f.Clock.Advance(time.Hour) }

// token asks for a price.
func (f *forge) token(customer *ent.Customer, product string, quantity int64) string {
	f.T.Helper()
	p, err := f.Quote.Price(f.System(), customer, product, money.Whole(quantity), nil, nil, nil)
	f.Must(err)
	token, err := f.Quote.PriceToken(p)
	f.Must(err)
	return token
}

// order orders what a token promises.
func (f *forge) order(customer *ent.Customer, token string) *ent.Order {
	f.T.Helper()
	o, err := f.Sale.PlaceOrder(f.System(), service.PlaceOrderInput{CustomerID: customer.ID, PriceTokens: []string{token}})
	f.Must(err)
	return o
}

// changes formats the changes of rates since the beginning, with what followed.
func (f *forge) changes(filter *service.ReactionTimeFilter) []string {
	f.T.Helper()
	all, err := f.Reaction.Changes(f.since, f.Clock.Now().Add(time.Hour), filter)
	f.Must(err)
	f.Must(f.Reaction.Follow(f.System(), all))
	texts := make([]string, len(all))
	for i, c := range all {
		texts[i] = fmt.Sprintf("%s %s>%s: %d products, %d at once; price %s, offer %s, agreement %s, list %s; %d orders lose %s", c.Rate.Code, c.Before.Amount, c.Rate.Amount, c.Products, c.CostPlus,
			f.first(c.FirstPrice), f.first(c.FirstOffer), f.first(c.FirstAgreement), f.first(c.FirstListPrice), c.Orders, f.Currency.Format(c.MarginLost))
	}
	return texts
}

// first formats the first of something: the product and after how many seconds.
func (f *forge) first(of *reaction.First) string {
	if of == nil {
		return "-"
	}
	return fmt.Sprintf("%s %d", map[string]string{f.hook: "HOOK", f.ring: "RING", f.bell: "BELL"}[of.ProductID], of.Seconds)
}

// agree agrees a price with a customer.
func (f *forge) agree(customer *ent.Customer, product, unit string) {
	f.T.Helper()
	_, err := f.Quote.AgreePrice(f.As(schema.RoleAdmin), service.AgreePriceInput{CustomerID: customer.ID, ProductID: product, Unit: apptest.Roubles(unit)})
	f.Must(err)
}

// offer makes an offer of a product.
func (f *forge) offer(customer *ent.Customer, product string, quantity int64) {
	f.T.Helper()
	_, err := f.Sale.CreateOffer(f.As(schema.RoleAdmin), service.CreateOfferInput{
		CustomerID: customer.ID, PriceTokens: []string{f.token(customer, product, quantity)}, ExpiresAt: f.Clock.Now().AddDate(0, 0, 9),
	})
	f.Must(err)
}

// rate sets a rate from now on.
func (f *forge) rate(subject schema.RateSubject, code, amount, unit string) {
	f.T.Helper()
	f.Rate(subject, code, amount, unit, f.Clock.Now())
	f.pass()
}

// TestReaction: hooks at a list price lose until it is changed, an agreement until it is made anew, and rings at cost plus follow at once,
// but for a price that was promised before.
func TestReaction(t *testing.T) {
	each(t, func(t *testing.T, f *forge) {
		f.agree(f.boris, f.hook, "90.00")
		f.pass()
		promised := f.token(f.anna, f.ring, 3)
		f.offer(f.anna, f.ring, 1)
		f.Clock.Advance(time.Minute)
		f.Rate(schema.RateMaterial, "iron", "13", "kg", f.Clock.Now()) // a hook costs 22, and 28.60 from now on
		f.order(f.anna, promised)                                      // 3 rings: 19.80
		f.pass()
		cancelled := f.order(f.anna, f.token(f.anna, f.hook, 1000))
		_, err := f.Sale.CancelOrder(f.System(), service.CancelOrderInput{ID: cancelled.ID, Reason: "a test"})
		f.Must(err)
		f.order(f.anna, f.token(f.anna, f.hook, 2))   // 13.20
		f.order(f.boris, f.token(f.boris, f.hook, 1)) // 6.60, by the agreement
		f.order(f.anna, f.token(f.anna, f.bell, 5))   // of brass
		if got := f.changes(nil); len(got) != 1 || got[0] != "iron 10>13: 2 products, 1 at once; price -, offer -, agreement -, list -; 3 orders lose 39.60" {
			t.Errorf("at first: %v", got)
		}
		f.order(f.anna, f.token(f.anna, f.ring, 1)) // followed, after an hour
		f.pass()
		_, err = f.Catalogue.SetListPrice(f.System(), service.SetListPriceInput{ProductID: f.hook, ListPrice: apptest.Roubles("120.00")})
		f.Must(err)
		f.pass()
		f.order(f.anna, f.token(f.anna, f.hook, 2))   // at the new list price
		f.order(f.boris, f.token(f.boris, f.hook, 1)) // 6.60: the agreement is the old one
		f.pass()
		f.agree(f.boris, f.hook, "110.00")
		f.order(f.boris, f.token(f.boris, f.hook, 1))
		f.offer(f.anna, f.ring, 1)
		const want = "iron 10>13: 2 products, 1 at once; price RING 3600, offer RING 14400, agreement HOOK 14400, list HOOK 7200; 4 orders lose 46.20"
		if got := f.changes(nil); len(got) != 1 || got[0] != want {
			t.Errorf("in the end: %v\nwant %s", got, want)
		}
		f.pass()
		// Another rate takes its place: nothing more is lost by the first. The overhead enters all products.
		f.rate(schema.RateMaterial, "iron", "11", "kg")
		f.rate(schema.RateOverhead, "roof", "0.2", "share")
		f.order(f.boris, f.token(f.boris, f.bell, 1))
		got := f.changes(nil)
		if len(got) != 3 || got[2] != want {
			t.Errorf("after another rate: %v", got)
		}
		if got[0] != "roof 0.1>0.2: 3 products, 1 at once; price -, offer -, agreement -, list -; 1 orders lose 1.00" {
			t.Errorf("the overhead: %s", got[0])
		}
		roof := "roof"
		few := len(f.Statements(func() { f.changes(&service.ReactionTimeFilter{Code: set(&roof)}) }))
		if many := len(f.Statements(func() { f.changes(nil) })); many != few {
			t.Errorf("%d statements for one change, %d for three", few, many)
		}
		subject := schema.RateOverhead
		if got := f.changes(&service.ReactionTimeFilter{Subject: set(&subject)}); len(got) != 1 {
			t.Errorf("of the subject: %v", got)
		}
		subject = schema.RateStaff
		if got := f.changes(&service.ReactionTimeFilter{Subject: set(&subject)}); len(got) != 0 {
			t.Errorf("of staff: %v", got)
		}
	})
}

// TestReactionToARateOfThePast: a rate that is recorded late counts from when it is known: who sold before could not follow it.
func TestReactionToARateOfThePast(t *testing.T) {
	each(t, func(t *testing.T, f *forge) {
		monday := f.Clock.Now()
		f.pass()
		f.order(f.anna, f.token(f.anna, f.hook, 2))
		f.pass()
		f.Rate(schema.RateMaterial, "iron", "9", "kg", monday)
		f.pass()
		f.order(f.anna, f.token(f.anna, f.hook, 1))
		if got := f.changes(nil); len(got) != 1 || got[0] != "iron 10>9: 2 products, 1 at once; price -, offer -, agreement -, list -; 1 orders lose -2.20" {
			t.Errorf("%v", got)
		}
		f.Rate(schema.RateMaterial, "iron", "20", "kg", f.Clock.Now().AddDate(0, 0, 7)) // of next week
		if got := f.changes(nil); len(got) != 2 || got[0] != "iron 9>20: 2 products, 1 at once; price -, offer -, agreement -, list -; 0 orders lose 0.00" {
			t.Errorf("%v", got)
		}
		_, err := f.Reaction.Changes(f.since, f.since, nil)
		if apptest.Faults(err) != "INVALID to" {
			t.Error(err)
		}
		_, err = f.Reaction.Changes(f.since, f.since.AddDate(2, 0, 0), &service.ReactionTimeFilter{Code: set[*string](nil), Subject: set[*schema.RateSubject](nil)})
		if apptest.Faults(err) != "LIMIT_EXCEEDED to, INVALID filter.subject, INVALID filter.code" {
			t.Error(apptest.Faults(err))
		}
	})
}

func set[T any](value T) graphql.Omittable[T] { return graphql.OmittableOf(value) }
