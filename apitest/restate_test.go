package apitest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/dbtest"
	"kopeck/schema"
)

// TestBooksDoNotDependOnTheOrderOfRates records the same contacts, orders and rates of the past in two companies, on SQLite in one
// order and on PostgreSQL in another, rates one by one or in lists: both have the same books. Correcting rates and
// correcting them back changes nothing, and the costs known in between can be queried.
func TestBooksDoNotDependOnTheOrderOfRates(t *testing.T) {
	setRapidChecks(t, "6")
	noon := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	sqlite, postgres := []func() string{}, []func() string{} // databases are made by the test itself
	for range 8 {
		sqlite, postgres = append(sqlite, func() string { return dbtest.SQLite(t) }), append(postgres, func() string { return dbtest.Postgres(t) })
	}
	rapid.Check(t, func(r *rapid.T) {
		facts := drawRestated(r, noon)
		var books [2]string
		for i, urls := range []*[]func() string{&sqlite, &postgres} {
			if len(*urls) == 0 {
				*urls = append(*urls, func() string { return dbtest.SQLite(t) }) // a failure is being made smaller
			}
			w := New(t, (*urls)[0]())
			*urls = (*urls)[1:]
			w.Clock.Set(noon)
			c := openRestated(w, facts)
			random := rand.New(rand.NewPCG(rapid.Uint64().Draw(r, "order"), 1))
			c.record(facts, random)
			books[i] = c.books()
			c.thereAndBack(r, facts, books[i])
			inOrder(t, w)
		}
		if books[0] != books[1] {
			r.Fatalf("the books differ:\n%s\n%s", books[0], books[1])
		}
	})
}

// restatedFacts are the facts recorded in a company.
type restatedFacts struct{ contacts, orders, rates []Vars }

// drawRestated draws facts at distinct moments.
func drawRestated(t *rapid.T, now time.Time) (f restatedFacts) {
	moments := 0
	ago := func(name string) time.Time {
		moments++
		return now.Add(-time.Duration(rapid.IntRange(24, 2000).Draw(t, name))*time.Hour - time.Duration(moments)*time.Second)
	}
	for i := range rapid.IntRange(2, 8).Draw(t, "contacts") {
		f.contacts = append(f.contacts, Vars{
			"subject": fmt.Sprint("c", i), "at": ago("at"), "minutes": fmt.Sprint(rapid.IntRange(0, 90).Draw(t, "minutes")),
			"channel": rapid.SampledFrom([]string{"PHONE", "EMAIL"}).Draw(t, "channel"),
		})
	}
	for i := range rapid.IntRange(1, 3).Draw(t, "orders") {
		f.orders = append(f.orders, Vars{"externalId": fmt.Sprint("o", i), "at": ago("placed")})
	}
	for range rapid.IntRange(4, 14).Draw(t, "rates") {
		what := rapid.SampledFrom([][3]string{
			{"STAFF", "olga@example.com", "hour"},
			{"STAFF", "senior", "minute"},
			{"CHANNEL_FEE", "PHONE", "contact"},
			{"CHANNEL_FEE", "EMAIL", "contact"},
			{"CHANNEL_MINUTE", "PHONE", "minute"},
			{"MATERIAL", "cloth", "m"},
			{"RESOURCE", "loom", "hour"},
			{"OVERHEAD", "rent", "share"},
		}).Draw(t, "what")
		f.rates = append(f.rates, ratePer(what[0], what[1], what[2], fmt.Sprintf("%d.%03d", rapid.IntRange(0, 9).Draw(t, "amount"), rapid.IntRange(0, 999).Draw(t, "amount")), ago("valid").Format(time.RFC3339Nano)))
	}
	return f
}

// restatedCompany is a company that records the facts.
type restatedCompany struct {
	w               *World
	admin           *Client
	customer, staff string
	product         string
	tokens          []string
}

func openRestated(w *World, facts restatedFacts) *restatedCompany {
	c := &restatedCompany{w: w, admin: w.As(schema.RoleAdmin)}
	c.customer = NewCustomer(c.admin, Vars{})
	c.staff = c.admin.Must(`mutation { createUser(input: {email: "olga@example.com", name: "O", role: SALES, grade: "senior", password: "correct horse battery staple 9"}) { user { id } userErrors { message } } }`, nil).Text("createUser.user.id")
	c.admin.Must(setRates, rateList(nil, ratePer("MATERIAL", "cloth", "m", "1", "2020-01-01T00:00:00Z"), ratePer("RESOURCE", "loom", "hour", "1", "2020-01-01T00:00:00Z")))
	c.product = makeProduct(c.admin, Vars{"sku": "P", "listPrice": roubles("999.99"), "components": []Vars{{"material": "cloth", "quantity": "2.5"}, {"resource": "loom", "quantity": "0.333"}}})
	for range facts.orders {
		c.tokens = append(c.tokens, c.admin.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p, quantity: "1.5") { token } } }`, Vars{"c": c.customer, "p": c.product}).Text("customer.price.token"))
	}
	return c
}

// record records all facts in a random order, the rates in lists of random lengths.
func (c *restatedCompany) record(facts restatedFacts, random *rand.Rand) {
	var steps []func()
	for _, one := range facts.contacts {
		steps = append(steps, func() {
			c.admin.Must(recordContact, Vars{"in": Called(c.customer, with(merged(one), "staffId", c.staff))})
		})
	}
	for i, one := range facts.orders {
		steps = append(steps, func() {
			order := c.admin.Must(placeOrder, Vars{"in": with(with(merged(one), "customerId", c.customer), "priceTokens", []string{c.tokens[i]})}).Text("placeOrder.order.id")
			at, _ := one["at"].(time.Time)
			c.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": at.Add(time.Minute)}})
		})
	}
	rates := slices.Clone(facts.rates)
	random.Shuffle(len(rates), func(i, j int) { rates[i], rates[j] = rates[j], rates[i] })
	for len(rates) > 0 {
		some := rates[:1+random.IntN(len(rates))]
		rates = rates[len(some):]
		steps = append(steps, func() {
			if len(some) == 1 {
				c.admin.Must(rateIs, Vars{"in": some[0]})
				return
			}
			c.admin.Must(setRates, rateList(nil, some...))
		})
	}
	random.Shuffle(len(steps), func(i, j int) { steps[i], steps[j] = steps[j], steps[i] })
	for _, one := range steps {
		one()
	}
}

func merged(in Vars) Vars {
	all := Vars{}
	for name, value := range in {
		all[name] = value
	}
	return all
}

// books formats what every contact and order cost and earned, and what the customer is worth.
func (c *restatedCompany) books() string {
	r := c.admin.Must(`query($c: ID!) {
		contacts(first: 100) { edges { node { subject cost { amount } costLines { kind label quantity rate amount { amount } rateValidFrom } value { realised { amount } } } } }
		orders(first: 100) { edges { node { externalId cost { amount } margin { amount } credits { contact { subject } amount { amount } share } } } }
		customer(id: $c) { lifetimeValue { past { amount } } stage }
	}`, Vars{"c": c.customer})
	var lines []string
	for i := range r.Len("contacts.edges") {
		lines = append(lines, fmt.Sprint(r.Get(fmt.Sprintf("contacts.edges.%d.node", i))))
	}
	for i := range r.Len("orders.edges") {
		lines = append(lines, fmt.Sprint(r.Get(fmt.Sprintf("orders.edges.%d.node", i))))
	}
	slices.Sort(lines)
	rows, err := c.w.Store.Query(c.w.T.Context(), "SELECT contact_cost, margin, repeat_margin, lifetime_value FROM customers")
	if err != nil {
		c.w.T.Fatal(err)
	}
	defer rows.Close()
	var sums [4]int64
	if rows.Next(); rows.Scan(&sums[0], &sums[1], &sums[2], &sums[3]) != nil {
		c.w.T.Fatal("the customer's sums cannot be read")
	}
	return strings.Join(append(lines, fmt.Sprint(sums, r.Get("customer"))), "\n")
}

// thereAndBack corrects every rate and then corrects it back: the books change and change back, and the product's cost as
// known at each step can be queried.
func (c *restatedCompany) thereAndBack(t *rapid.T, facts restatedFacts, books string) {
	first := facts.orders[0]["at"]
	cost := func(known any) string {
		client := c.w.With(c.w.fresh(schema.RoleAdmin))
		return client.Must(askCost, Vars{"id": c.product, "at": first, "known": known}).Text("node.cost.full.amount")
	}
	var there, back []Vars
	for _, rate := range append(slices.Clone(facts.rates), ratePer("MATERIAL", "cloth", "m", "1", "2020-01-01T00:00:00Z")) {
		there = append(there, with(with(merged(rate), "correction", true), "amount", "77.7"))
		back = append(back, with(merged(rate), "correction", true))
	}
	said, begun := cost(nil), c.w.Clock.Now().UTC()
	c.w.Clock.Advance(time.Minute)
	c.admin.Must(setRates, rateList(nil, there...))
	if c.books() == books {
		t.Fatalf("other rates do not show:\n%s", books)
	}
	other, between := cost(nil), c.w.Clock.Now().UTC()
	c.w.Clock.Advance(time.Minute)
	for _, one := range back {
		c.admin.Must(rateIs, Vars{"in": one})
	}
	if repeated := c.books(); repeated != books {
		t.Fatalf("corrected and corrected back:\n%s\nwas\n%s", repeated, books)
	}
	if got := fmt.Sprint(cost(nil), cost(begun), cost(between)); got != fmt.Sprint(said, said, other) || said == other {
		t.Fatalf("now, before and in between: %s; want %s and %s", got, said, other)
	}
}
