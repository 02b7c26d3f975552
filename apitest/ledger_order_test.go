package apitest

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/schema"
)

// setRapidChecks sets the number of random cases of rapid.Check until the test ends. It is a setting of the process: a test
// that calls it must not be parallel.
func setRapidChecks(t *testing.T, n string) {
	t.Helper()
	checks := flag.Lookup("rapid.checks")
	before := checks.Value.String()
	if err := checks.Value.Set(n); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = checks.Value.Set(before) })
}

// side is one of two customers with the same facts, recorded in different orders.
type side struct {
	name, customer, friend, product, cloth, staff string
	tokens                                        []string // one an order
	orders                                        map[int]string
}

// TestBooksDoNotDependOnTheOrderOfRecording records the same contacts, recommendations, orders, refunds, permissions and
// rates in two orders, each for a customer of its own: both have the same books.
func TestBooksDoNotDependOnTheOrderOfRecording(t *testing.T) {
	setRapidChecks(t, "6")
	Each(t, func(t *testing.T, w *World) {
		noon := w.Clock.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
		w.Clock.Set(noon)
		admin := w.As(schema.RoleAdmin)
		round := 0
		rapid.Check(t, func(t *rapid.T) {
			round++
			facts := drawFacts(t, noon)
			model := rapid.SampledFrom([]string{"FIRST", "LAST", "LINEAR", "TIME_DECAY", "POSITION", "MARKOV", "SHAPLEY"}).Draw(t, "model")
			_ = admin.Do(fitAttribution, Vars{"in": Vars{"model": "MARKOV"}}) // the first round has no journeys
			admin.Must(`mutation($m: JSON!) { changeSetting(input: {name: "attributionModel", value: $m}) { userErrors { code field message } } }`, Vars{"m": model})
			var books [2]string
			for i := range books {
				s := newSide(admin, fmt.Sprintf("%d-%d", round, i), facts)
				order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 1)).Perm(len(facts))
				record(admin, s, facts, order)
				books[i] = booksOf(w, admin, s)
			}
			if books[0] != books[1] {
				t.Fatalf("the books differ:\n%s\n%s", books[0], books[1])
			}
		})
		inOrder(t, w)
	})
}

// fact is something to record; of is the order that it concerns.
type fact struct {
	kind string
	of   int
	in   Vars
}

func drawFacts(t *rapid.T, now time.Time) []fact {
	moments := 0 // no two are equal: facts of one moment are ordered by ids, which are made on arrival
	ago := func(name string) time.Time {
		moments++
		return now.Add(-time.Duration(rapid.IntRange(0, 2800).Draw(t, name))*time.Hour - time.Duration(moments)*time.Second)
	}
	var facts []fact
	for i := range rapid.IntRange(0, 6).Draw(t, "contacts") {
		facts = append(facts, fact{"contact", 0, Vars{
			"subject": fmt.Sprint("c", i), "at": ago("at"), "minutes": fmt.Sprint(rapid.IntRange(0, 90).Draw(t, "minutes")),
			"channel": rapid.SampledFrom([]string{"PHONE", "VISIT"}).Draw(t, "channel"), "expense": roubles(fmt.Sprintf("%d.01", rapid.IntRange(0, 50).Draw(t, "expense"))),
		}})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "recommendations") {
		facts = append(facts, fact{"recommendation", 0, Vars{"subject": fmt.Sprint("r", i), "at": ago("at"), "kind": "RECOMMENDATION"}})
	}
	for i := range rapid.IntRange(1, 4).Draw(t, "orders") {
		at := ago("placed")
		facts = append(facts, fact{"place", i, Vars{"at": at}})
		if rapid.IntRange(0, 4).Draw(t, "completed") > 0 {
			facts = append(facts, fact{"complete", i, Vars{"at": at.Add(now.Sub(at) / 2)}})
			switch rapid.IntRange(0, 3).Draw(t, "refunded") {
			case 0:
				facts = append(facts, fact{"refund", i, Vars{"reason": "r"}})
			case 1:
				facts = append(facts, fact{"refund", i, Vars{"reason": "r", "amount": roubles("333.33")}})
			}
		}
	}
	for range rapid.IntRange(0, 3).Draw(t, "rates") {
		facts = append(facts, fact{"cloth", 0, Vars{"amount": fmt.Sprint(rapid.IntRange(0, 900).Draw(t, "amount"), ".005"), "validFrom": ago("valid")}})
		facts = append(facts, fact{"staff", 0, Vars{"amount": fmt.Sprint(rapid.IntRange(0, 2000).Draw(t, "amount")), "validFrom": ago("valid")}})
	}
	if rapid.Bool().Draw(t, "permitted") {
		facts = append(facts, fact{"permit", 0, Vars{}})
	}
	return facts
}

func newSide(admin *Client, name string, facts []fact) *side {
	s := &side{name: name, cloth: "cloth-" + name, orders: map[int]string{}}
	s.customer, s.friend = NewCustomer(admin, Vars{"name": name}), NewCustomer(admin, Vars{"name": "friend of " + name})
	s.staff = admin.Must(`mutation($in: CreateUserInput!) { createUser(input: $in) { user { id } userErrors { code field message } } }`,
		Vars{"in": Vars{"email": "staff" + name + "@example.com", "name": "S", "role": "SALES", "password": "correct horse battery staple 9"}}).Text("createUser.user.id")
	admin.Must(rateIs, Vars{"in": ratePer("MATERIAL", s.cloth, "m", "1", "2020-01-01T00:00:00Z")})
	s.product = admin.Must(`mutation($in: CreateProductInput!) { createProduct(input: $in) { product { id } userErrors { code field message } } }`,
		Vars{"in": Vars{"sku": "P-" + name, "name": "P", "listPrice": roubles("999.99"), "components": []Vars{{"material": s.cloth, "quantity": "2.5"}}}}).Text("createProduct.product.id")
	for _, f := range facts {
		if f.kind == "place" {
			s.tokens = append(s.tokens, admin.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p) { token } } }`, Vars{"c": s.customer, "p": s.product}).Text("customer.price.token"))
		}
	}
	return s
}

// recordEach is record, and calls after for each fact.
func recordEach(admin *Client, s *side, facts []fact, order []int, after func()) {
	recorded := map[string]bool{}
	for len(order) > 0 {
		var waiting []int
		for _, i := range order {
			f := facts[i]
			needs := map[string]string{"complete": "place", "refund": "complete"}[f.kind]
			if needs != "" && !recorded[fmt.Sprint(needs, f.of)] {
				waiting = append(waiting, i)
				continue
			}
			recorded[fmt.Sprint(f.kind, f.of)] = true
			s.record(admin, f)
			after()
		}
		order = waiting
	}
}

// booksOf formats all that is derived from the facts, without what differs between the two sides, such as ids.
func booksOf(w *World, admin *Client, s *side) string {
	const query = `query($c: ID!) { customer(id: $c) { stage
		lifetimeValue { frequency recency age probabilityAlive expectedOrders past { amount } future { amount } }
		orders(first: 100, orderBy: {field: AT, direction: ASC}) { edges { node { at status total { amount } refunded { amount } cost { amount } margin { amount } credits { contact { subject } amount { amount } share } } } }
		contacts(first: 100, orderBy: {field: AT, direction: ASC}) { edges { node { subject at cost { amount } costLines { kind amount { amount } rateValidFrom } value { realised { amount } credits { amount { amount } share } } } } } } }`
	text := ""
	for _, customer := range []string{s.customer, s.friend} {
		text += admin.Must(query, Vars{"c": customer}).Body + "\n"
		row, err := w.App.Client.Customer.Get(w.System(), customer)
		if err != nil {
			w.T.Fatal(err)
		}
		kept, err := json.Marshal([]any{row.OrderDays, row.FirstOrderDay, row.LastOrderDay, row.Margin, row.RepeatMargin, row.ContactCost, row.LastOrderAt, row.LifetimeValue, row.Stage})
		if err != nil {
			w.T.Fatal(err)
		}
		text += string(kept) + "\n"
	}
	return text
}

// record records the facts in an order. What concerns an order waits until the order is recorded, and a refund until its completion.
func record(admin *Client, s *side, facts []fact, order []int) {
	recordEach(admin, s, facts, order, func() {})
}

func (s *side) record(admin *Client, f fact) {
	in := Vars{}
	for name, value := range f.in {
		in[name] = value
	}
	switch f.kind {
	case "contact":
		in["staffId"] = s.staff
		admin.Must(recordContact, Vars{"in": Called(s.customer, in)})
	case "recommendation":
		in["aboutId"] = s.customer
		admin.Must(recordContact, Vars{"in": Called(s.friend, in)})
	case "place":
		in["customerId"], in["priceTokens"] = s.customer, []string{s.tokens[f.of]}
		s.orders[f.of] = admin.Must(placeOrder, Vars{"in": in}).Text("placeOrder.order.id")
	case "complete":
		in["id"] = s.orders[f.of]
		admin.Must(completeOrder, Vars{"in": in})
	case "refund":
		in["id"] = s.orders[f.of]
		admin.Must(refundOrder, Vars{"in": in})
	case "cloth", "staff":
		in["subject"], in["code"], in["unit"], in["correction"] = "MATERIAL", s.cloth, "m", true
		if f.kind == "staff" {
			in["subject"], in["code"], in["unit"] = "STAFF", "staff"+s.name+"@example.com", "hour"
		}
		admin.Must(rateIs, Vars{"in": in})
	case "permit":
		admin.Must(`mutation($c: ID!) { grantPermission(input: {customerId: $c, channel: PHONE, purpose: MARKETING, level: BRAND_TRUST, source: "call", wording: "yes"}) { userErrors { code field message } } }`, Vars{"c": s.customer})
	}
}
