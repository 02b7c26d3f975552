package apitest

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/schema"
)

const seenCredits = `query($o: ID!, $m: AttributionModel) { node(id: $o) { ... on Order { margin { amount } credits(model: $m) { contact { subject } amount { amount } share } } } }`

// credits formats an order's credits as "subject amount share", with "unattributed" for what no contact earned.
func credits(t *testing.T, c *Client, order string, model any) []string {
	t.Helper()
	r := c.Must(seenCredits, Vars{"o": order, "m": model})
	all := []string{}
	for i := range r.Len("node.credits") {
		at := fmt.Sprintf("node.credits.%d.", i)
		subject := "unattributed"
		if r.Get(at+"contact") != nil {
			subject = r.Text(at + "contact.subject")
		}
		all = append(all, subject+" "+r.Text(at+"amount.amount")+" "+r.Text(at+"share"))
	}
	return all
}

func want(t *testing.T, got []string, wanted ...string) {
	t.Helper()
	if strings.Join(got, ", ") != strings.Join(wanted, ", ") {
		t.Errorf("got  %s\nwant %s", strings.Join(got, ", "), strings.Join(wanted, ", "))
	}
}

func TestMarginIsCreditedToTheContactsBeforeIt(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		ago := func(days float64) string {
			return w.Clock.Now().Add(-time.Duration(days * 24 * float64(time.Hour))).UTC().Format(time.RFC3339)
		}
		contact := func(customer, subject string, days float64, more Vars) string {
			in := Called(customer, Vars{"subject": subject, "at": ago(days)})
			for name, value := range more {
				in[name] = value
			}
			return s.admin.Must(recordContact, Vars{"in": in}).Text("recordContact.contact.id")
		}
		contact(s.customer, "too old", 91.5, nil)
		contact(s.customer, "first", 80, nil)
		contact(s.customer, "second", 20, nil)
		order := s.order("1", Vars{"at": ago(2)})
		want(t, credits(t, s.admin, order, nil)) // not yet completed: no contact has earned
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": ago(1)}})
		// 999.99 - (2 x 100 + 4 x 50) = 599.99
		want(t, credits(t, s.admin, order, nil), "first 300.00 0.5", "second 299.99 0.5")
		contact(s.customer, "after", 0.5, nil)
		third := contact(s.customer, "third", 10, nil) // a phone that was offline
		want(t, credits(t, s.admin, order, nil), "first 200.00 0.333334", "second 200.00 0.333333", "third 199.99 0.333333")
		want(t, credits(t, s.admin, order, "FIRST"), "first 599.99 1")
		want(t, credits(t, s.admin, order, "LAST"), "third 599.99 1")
		want(t, credits(t, s.admin, order, "POSITION"), "first 240.00 0.4", "second 120.00 0.2", "third 239.99 0.4")
		earned := s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Contact { value { realised { amount } a: credits { order { id } amount { amount } } b: credits(model: LAST) { amount { amount } share } c: credits(model: FIRST) { share } } } } }`, Vars{"id": third})
		if got := earned.Text("node.value.realised.amount") + " " + earned.Text("node.value.a.0.amount.amount") + " " + earned.Text("node.value.b.0.amount.amount") + " " + fmt.Sprint(earned.Len("node.value.c")); got != "199.99 199.99 599.99 0" || earned.Text("node.value.a.0.order.id") != order {
			t.Errorf("the third contact: %s", earned.Body)
		}

		// A recommendation earns of the first order, however long ago it was, and of no other.
		friend := NewCustomer(s.admin, Vars{"name": "A friend"})
		second := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": second}})
		contact(friend, "recommended", 300, Vars{"kind": "RECOMMENDATION", "aboutId": s.customer})
		want(t, credits(t, s.admin, order, nil), "recommended 150.00 0.25", "first 150.00 0.25", "second 150.00 0.25", "third 149.99 0.25")
		want(t, credits(t, s.admin, second, nil), "first 150.00 0.25", "second 150.00 0.25", "third 150.00 0.25", "after 149.99 0.25")
		// An order refunded in full does not count: the next order is the first. Its cost remains.
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "reason": "it never fitted"}})
		want(t, credits(t, s.admin, order, nil), "first -133.34 0.333334", "second -133.33 0.333333", "third -133.33 0.333333")
		want(t, credits(t, s.admin, second, nil), "recommended 120.00 0.2", "first 120.00 0.2", "second 120.00 0.2", "third 120.00 0.2", "after 119.99 0.2")
		s.isClosed("199.99")

		// A higher price of cloth, recorded late, makes the margin a loss; a correction reverts it.
		s.rate("MATERIAL", "cloth", "500", Vars{"correction": true})
		want(t, credits(t, s.admin, second, nil), "recommended -40.01 0.2", "first -40.00 0.2", "second -40.00 0.2", "third -40.00 0.2", "after -40.00 0.2")
		s.isClosed("-1400.01")
		s.rate("MATERIAL", "cloth", "100", Vars{"correction": true})
		want(t, credits(t, s.admin, second, nil), "recommended 120.00 0.2", "first 120.00 0.2", "second 120.00 0.2", "third 120.00 0.2", "after 119.99 0.2")
		s.isClosed("199.99")

		// Without contacts the whole margin is unattributed.
		alone := NewCustomer(s.admin, Vars{"name": "Nobody called"})
		third = s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": alone, "priceTokens": []string{s.token(alone, "1", 0)}}}).Text("placeOrder.order.id")
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": third}})
		want(t, credits(t, s.admin, third, nil), "unattributed 599.99 1")
		if hidden := w.As(schema.RoleSales).Must(seenCredits, Vars{"o": third}); hidden.Len("node.credits") != 0 || hidden.Get("node.margin") != nil {
			t.Errorf("SALES see margins: %s", hidden.Body)
		}
		inOrder(t, w)
	})
}

func TestOneKopeckOverSevenContacts(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		for i := range 7 {
			s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"subject": fmt.Sprint(i), "at": w.Clock.Now().Add(time.Duration(i-10) * time.Hour)})})
		}
		order := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "reason": "haggling", "amount": roubles("599.98")}})
		want(t, credits(t, s.admin, order, nil), "0 0.01 0.142858", "1 0.00 0.142857", "2 0.00 0.142857", "3 0.00 0.142857", "4 0.00 0.142857", "5 0.00 0.142857", "6 0.00 0.142857")
		s.isClosed("0.01")
		inOrder(t, w)
	})
}

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
		noon := time.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
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

// record records the facts in an order. What concerns an order waits until the order is recorded, and a refund until its completion.
func record(admin *Client, s *side, facts []fact, order []int) {
	recordEach(admin, s, facts, order, func() {})
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

func TestReadersAlwaysSeeClosedBooks(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		order := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		var writing, reading sync.WaitGroup
		done := make(chan struct{})
		reading.Go(func() {
			reader := w.As(schema.RoleAnalyst)
			for {
				select {
				case <-done:
					return
				default:
				}
				r := reader.Do(`query($o: ID!) { ledgerCheck { balanced difference { amount } } node(id: $o) { ... on Order { margin { amount } credits { amount { amount } } } } }`, Vars{"o": order})
				sum := 0.0
				for i := range r.Len("node.credits") {
					var amount float64
					_, _ = fmt.Sscan(r.Text(fmt.Sprintf("node.credits.%d.amount.amount", i)), &amount)
					sum += amount
				}
				if r.Text("ledgerCheck.balanced") != "true" || fmt.Sprintf("%.2f", sum) != r.Text("node.margin.amount") {
					t.Errorf("open books: %s", r.Body)
					return
				}
			}
		})
		for n := range 4 {
			writing.Go(func() {
				client := w.As(schema.RoleManager)
				for i := range 6 {
					client.Must(recordContact, Vars{"in": Called(s.customer, Vars{"at": w.Clock.Now().Add(-time.Duration(i+1) * time.Hour)})})
					if n == 0 {
						client.Must(refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("1.01"), "reason": "late"}})
					}
					if n == 1 {
						client.Must(rateIs, Vars{"in": with(ratePer("MATERIAL", "cloth", "unit", fmt.Sprint(90+i), "2020-01-01T00:00:00Z"), "correction", true)})
					}
				}
			})
		}
		writing.Wait()
		close(done)
		reading.Wait()
		s.isClosed("603.93") // 999.99 - 6 x 1.01 - (2 x 95 + 4 x 50)
		inOrder(t, w)
	})
}

// TestCostKnownAt queries contacts and orders as known before a correction and a refund.
func TestCostKnownAt(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
		s := openShop(w)
		s.admin.Must(rateIs, Vars{"in": ratePer("CHANNEL_FEE", "PHONE", "contact", "1.50", "2020-01-01T00:00:00Z")})
		contact := s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"expense": roubles("10.00")})}).Text("recordContact.contact.id")
		order := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		first := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		s.admin.Must(rateIs, Vars{"in": with(ratePer("CHANNEL_FEE", "PHONE", "contact", "2.25", "2020-01-01T00:00:00Z"), "correction", true)})
		s.rate("MATERIAL", "cloth", "120", Vars{"correction": true})
		second := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "amount": roubles("99.99"), "reason": "late"}})

		const known = `query($c: ID!, $o: ID!, $at: Time!) { c: node(id: $c) { ... on Contact { cost { amount } costKnownAt(at: $at) { knownAt total { amount } lines { amount { amount } } } } }
			o: node(id: $o) { ... on Order { cost { amount } margin { amount } costKnownAt(at: $at) { refunded { amount } cost { amount } margin { amount } } } } }`
		for at, wanted := range map[time.Time]string{
			first.Add(-time.Minute): "   ",
			first:                   "11.50 0.00 400.00 599.99",
			second:                  "12.25 0.00 440.00 559.99",
			w.Clock.Now():           "12.25 99.99 440.00 460.00",
		} {
			r := s.admin.Must(known, Vars{"c": contact, "o": order, "at": at})
			if got := fmt.Sprint(r.Text("c.costKnownAt.total.amount"), " ", r.Text("o.costKnownAt.refunded.amount"), " ", r.Text("o.costKnownAt.cost.amount"), " ", r.Text("o.costKnownAt.margin.amount")); got != wanted {
				t.Errorf("at %s: %s, want %s", at, got, wanted)
			}
			if r.Text("c.cost.amount") != "12.25" || r.Text("o.margin.amount") != "460.00" {
				t.Errorf("asking changed the books: %s", r.Body)
			}
		}
		if late := s.admin.Do(known, Vars{"c": contact, "o": order, "at": w.Clock.Now().Add(time.Hour)}); len(late.Errors) != 2 || late.Errors[0].Code() != "INVALID" {
			t.Errorf("the future: %s", late.Body)
		}
		if hidden := w.As(schema.RoleSales).Must(known, Vars{"c": contact, "o": order, "at": second}); hidden.Get("o.costKnownAt") != nil || hidden.Text("c.costKnownAt.total.amount") != "12.25" {
			t.Errorf("SALES: %s", hidden.Body)
		}
	})
}
