package apitest

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	setRates = `mutation($in: SetRatesInput!) { setRates(input: $in) { rates { id subject code amount validFrom recordedAt } userErrors { code field message } } }`
	rateGaps = `{ rateGaps { subject code since until contacts orders products examples } }`
)

// rateList is the input of setRates.
func rateList(key any, rates ...Vars) Vars {
	return Vars{"in": Vars{"rates": rates, "idempotencyKey": key}}
}

func TestSetRatesIsAtomic(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		admin.Must(rateIs, Vars{"in": ratePer("MATERIAL", "oak", "kg", "1", "2024-01-01T00:00:00Z")})
		good := []Vars{
			ratePer("MATERIAL", "oak", "kg", "2", "2024-02-01T00:00:00Z"),
			with(ratePer("MATERIAL", "oak", "kg", "3", "2024-02-01T00:00:00Z"), "correction", true),
			ratePer("STAFF", "Anna@Example.com", "hour", "600", "2024-02-01T00:00:00Z"),
			ratePer("OVERHEAD", "rent", "share", "0.1", "2099-01-01T00:00:00Z"),
		}
		bad := append(append([]Vars{}, good...),
			ratePer("MATERIAL", "oak", "kg", "2", "2024-01-01T00:00:00Z"),
			ratePer("MATERIAL", "oak", "m", "2", "2024-03-01T00:00:00Z"),
			ratePer("MATERIAL", "pine", "m", "2", "2024-03-01T00:00:00Z"),
			ratePer("MATERIAL", "pine", "m", "2", "2024-03-01T00:00:00Z"),
		)
		faults := strings.Join(admin.Do(setRates, rateList("a", bad...)).UserErrors(), ", ")
		if faults != "ALREADY_EXISTS rates.4.validFrom, INVALID rates.5.unit, ALREADY_EXISTS rates.7.validFrom" {
			t.Errorf("rates that contradict others: %s", faults)
		}
		worse := []Vars{
			ratePer("MATERIAL", "oak", "kg", "-1", "2024-05-01T00:00:00Z"), ratePer("STAFF", "senior", "day", "1", "2024-05-01T00:00:00Z"),
			with(ratePer("RESOURCE", "loom", "hour", "1", "2024-05-01T00:00:00Z"), "fixedShare", "1.1"),
			with(ratePer("MATERIAL", "pine", "kg", "1", "2024-05-01T00:00:00Z"), "idempotencyKey", "k"),
			with(ratePer("MATERIAL", "pine", "kg", "1", "2024-05-01T00:00:00Z"), "id", "cus_01jd3x5m8nf4svbj2k7q9w0e1r"),
		}
		faults = strings.Join(admin.Do(setRates, rateList("a", worse...)).UserErrors(), ", ")
		if faults != "INVALID rates.0.amount, INVALID rates.1.unit, INVALID rates.2.fixedShare, INVALID rates.3.idempotencyKey, INVALID rates.4.id" {
			t.Errorf("what is wrong by itself: %s", faults)
		}
		admin.Refused("INVALID rates", setRates, Vars{"in": Vars{"rates": []Vars{}}})
		const mine = "rat_01jd3x5m8nf4svbj2k7q9w0e1r"
		admin.Refused("ALREADY_EXISTS rates.1.id", setRates, rateList(nil,
			with(ratePer("MATERIAL", "pine", "kg", "1", "2024-05-01T00:00:00Z"), "id", mine), with(ratePer("MATERIAL", "pine", "kg", "1", "2024-06-01T00:00:00Z"), "id", mine)))
		for _, role := range []schema.Role{schema.RoleSales, schema.RoleAnalyst, schema.RolePartner} {
			w.As(role).Refused("FORBIDDEN", setRates, rateList(nil, good...))
		}
		if n := admin.Must(`{ rates { id } }`, nil).Len("rates"); n != 1 {
			t.Errorf("%d rates after bad input alone", n)
		}
		var first string
		for range 2 { // sent twice
			r := w.As(schema.RoleManager).Must(setRates, rateList("a", good...))
			got := ""
			for i := range r.Len("setRates.rates") {
				at := fmt.Sprintf("setRates.rates.%d.", i)
				got += r.Text(at+"code") + " " + r.Text(at+"amount") + ", "
			}
			if got != "oak 2, oak 3, anna@example.com 600, rent 0.1, " {
				t.Errorf("in the order of the input: %s", got)
			}
			if first == "" {
				first = r.Body
			} else if first != r.Body {
				t.Errorf("the same request gave\n%s\nand\n%s", first, r.Body)
			}
		}
		w.As(schema.RoleManager).Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", setRates, rateList("a", good[0]))
		if n := admin.Must(`{ rates { id } }`, nil).Len("rates"); n != 5 {
			t.Errorf("%d rates", n)
		}
		many := make([]Vars, 250)
		for i := range many {
			many[i] = ratePer("MATERIAL", fmt.Sprint("m", i), "kg", "1", "2024-01-01T00:00:00Z")
		}
		few := w.Statements(func() { admin.Must(setRates, rateList(nil, many[:2]...)) })
		all := w.Statements(func() { admin.Must(setRates, rateList(nil, many[2:]...)) })
		if all > few+4 {
			t.Errorf("%d statements for 2 rates, %d for 248", few, all)
		}
		if n := number(t, w, "SELECT count(*) FROM audit_entries WHERE action = 'rate.set'"); n != 255 {
			t.Errorf("%d rates are in the audit, want 255", n)
		}
	})
}

// gaps formats the gaps as "MATERIAL oak 2026-03-01 until 2026-04-01: contacts orders products", with how many examples.
func gaps(c *Client) []string {
	c.t.Helper()
	r := c.Must(rateGaps, nil)
	all := []string{}
	for i := range r.Len("rateGaps") {
		at := fmt.Sprintf("rateGaps.%d.", i)
		day := func(field string) string {
			if text := r.Text(at + field); text != "" {
				return text[:10]
			}
			return "-"
		}
		all = append(all, fmt.Sprintf("%s %s %s until %s: %s %s %s, %d", r.Text(at+"subject"), r.Text(at+"code"), day("since"), day("until"),
			r.Text(at+"contacts"), r.Text(at+"orders"), r.Text(at+"products"), r.Len(at+"examples")))
	}
	return all
}

// TestRateGaps has contacts, orders and products without rates, and closes the gaps one after the other.
func TestRateGaps(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
		admin := w.As(schema.RoleAdmin)
		want(t, gaps(admin))
		boss := admin.Must(`{ viewer { user { id email } } }`, nil)
		seller := admin.Must(`mutation { createUser(input: {email: "Olga@example.com", name: "O", role: SALES, grade: "senior", password: "correct horse battery staple 9"}) { user { id } userErrors { message } } }`, nil).Text("createUser.user.id")
		customer := NewCustomer(admin, Vars{})
		call := func(more Vars) string {
			return admin.Must(recordContact, Vars{"in": Called(customer, more)}).Text("recordContact.contact.id")
		}
		first := call(Vars{"at": "2026-01-10T12:00:00Z", "minutes": "5", "staffId": seller})
		call(Vars{"at": "2026-03-10T12:00:00Z", "minutes": "5", "staffId": seller})
		call(Vars{"at": "2026-02-10T12:00:00Z", "channel": "EMAIL", "staffId": seller}) // no time: no rate of staff
		last := call(Vars{"at": "2026-04-10T12:00:00Z", "minutes": "1", "staffId": boss.Text("viewer.user.id")})
		want(t, gaps(admin),
			"CHANNEL_FEE PHONE 2026-01-10 until -: 3 0 0, 2", "CHANNEL_MINUTE PHONE 2026-01-10 until -: 3 0 0, 2", "STAFF olga@example.com 2026-01-10 until -: 2 0 0, 2",
			"CHANNEL_FEE EMAIL 2026-02-10 until -: 1 0 0, 1", "STAFF "+boss.Text("viewer.user.email")+" 2026-04-10 until -: 1 0 0, 1")
		if r := admin.Must(rateGaps, nil); r.Text("rateGaps.0.examples.0") != first || r.Text("rateGaps.0.examples.1") != last {
			t.Errorf("the first and the last: %s", r.Body)
		}
		// The fee from February on: January stays. The grade's rate closes the gap of users with the grade.
		admin.Must(setRates, rateList(nil, ratePer("CHANNEL_FEE", "PHONE", "contact", "1", "2026-02-01T00:00:00Z"), ratePer("CHANNEL_MINUTE", "PHONE", "minute", "1", "2026-01-01T00:00:00Z"),
			ratePer("CHANNEL_FEE", "EMAIL", "contact", "1", "2026-02-10T12:00:00Z"), ratePer("STAFF", "senior", "hour", "600", "2026-02-01T00:00:00Z")))
		want(t, gaps(admin), "CHANNEL_FEE PHONE 2026-01-10 until 2026-02-01: 1 0 0, 1", "STAFF "+boss.Text("viewer.user.email")+" 2026-04-10 until -: 1 0 0, 1", "STAFF olga@example.com 2026-01-10 until -: 1 0 0, 1")
		admin.Must(setRates, rateList(nil, ratePer("CHANNEL_FEE", "PHONE", "contact", "1", "2026-01-01T00:00:00Z"), ratePer("STAFF", "senior", "hour", "500", "2026-01-01T00:00:00Z"),
			ratePer("STAFF", boss.Text("viewer.user.email"), "hour", "900", "2026-01-01T00:00:00Z")))
		want(t, gaps(admin))

		// Cloth has a rate from June, thread from February: an order of January lacks both, the product cannot be priced now.
		s := openShop(w)
		s.rate("MATERIAL", "linen", "10", Vars{"validFrom": "2026-06-01T00:00:00Z"})
		s.rate("MATERIAL", "thread", "1", Vars{"validFrom": "2026-02-01T00:00:00Z"})
		s.rate("MATERIAL", "fringe", "1", Vars{"validFrom": "2026-06-01T00:00:00Z"})
		parts := []Vars{{"material": "thread", "quantity": "1"}}
		thready := makeProduct(admin, Vars{"sku": "T", "listPrice": roubles("9.00"), "components": parts})
		makeProduct(admin, Vars{"sku": "S", "listPrice": roubles("9.00"), "components": []Vars{{"productSku": "T", "quantity": "1"}}, "options": []Vars{{"code": "f", "name": "F", "components": []Vars{{"material": "fringe", "quantity": "1"}}}}})
		makeProduct(admin, Vars{"sku": "L", "listPrice": roubles("9.00"), "components": []Vars{{"material": "linen", "quantity": "1"}}})
		want(t, gaps(admin), "MATERIAL fringe - until 2026-06-01: 0 0 1, 1", "MATERIAL linen - until 2026-06-01: 0 0 1, 1")
		token := admin.Must(`query($c: ID!, $p: ID!) { customer(id: $c) { price(productId: $p) { token } } }`, Vars{"c": customer, "p": thready}).Text("customer.price.token")
		place := func(at string) string {
			return admin.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}, "at": at}}).Text("placeOrder.order.id")
		}
		early := place("2026-01-05T12:00:00Z")
		place("2026-02-05T12:00:00Z")
		admin.Must(cancelOrder, Vars{"in": Vars{"id": place("2026-01-03T12:00:00Z"), "reason": "r"}})
		want(t, gaps(admin), "MATERIAL fringe - until 2026-06-01: 0 0 1, 1", "MATERIAL linen - until 2026-06-01: 0 0 1, 1", "MATERIAL thread 2026-01-05 until 2026-02-01: 0 1 0, 1")
		if r := admin.Must(rateGaps, nil); r.Text("rateGaps.2.examples.0") != early {
			t.Errorf("the order that lacks it: %s", r.Body)
		}
		s.rate("MATERIAL", "thread", "1", Vars{"validFrom": "2026-01-01T00:00:00Z"})
		w.Clock.Advance(31 * 24 * time.Hour)
		for _, role := range everyRole {
			c := w.With(w.fresh(role))
			sees := role == schema.RoleAdmin || role == schema.RoleManager || role == schema.RoleAnalyst
			if r := c.Must(rateGaps, nil); (r.Get("rateGaps") != nil) != sees || r.Len("rateGaps") != 0 {
				t.Errorf("%s: %s", role, r.Body)
			}
		}
		inOrder(t, w)
	})
}

// TestRateGapsEqualMissingCostLines compares the gaps of contacts, which the database sums, with the contacts' own lines.
func TestRateGapsEqualMissingCostLines(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC))
		admin := w.As(schema.RoleAdmin)
		var staff []any
		for i, grade := range []any{"senior", "junior", nil} {
			staff = append(staff, admin.Must(`mutation($in: CreateUserInput!) { createUser(input: $in) { user { id } userErrors { message } } }`, Vars{"in": Vars{
				"email": fmt.Sprintf("s%d@example.com", i), "name": "S", "role": "SALES", "grade": grade, "password": "correct horse battery staple 9",
			}}).Text("createUser.user.id"))
		}
		customer := NewCustomer(admin, Vars{})
		admin.Must(setRates, rateList(nil, ratePer("STAFF", "senior", "hour", "1", "2026-02-01T00:00:00Z"), ratePer("STAFF", "s0@example.com", "hour", "1", "2026-03-01T00:00:00Z"),
			ratePer("STAFF", "s2@example.com", "hour", "1", "2026-01-15T00:00:00Z"), ratePer("CHANNEL_FEE", "PHONE", "contact", "1", "2026-02-15T00:00:00Z"),
			ratePer("CHANNEL_MINUTE", "EMAIL", "minute", "1", "2026-03-01T00:00:00Z"), ratePer("CHANNEL_MINUTE", "SMS", "minute", "1", "2020-03-01T00:00:00Z")))
		for i := range 60 {
			in := Called(customer, Vars{"at": time.Date(2026, 1, 1+i*2, 0, 0, 0, 0, time.UTC), "channel": []string{"PHONE", "EMAIL", "SMS"}[i%3], "staffId": staff[i/3%3]})
			if i%4 > 0 {
				in["minutes"] = "1.5"
			}
			admin.Must(recordContact, Vars{"in": in})
		}
		lines := map[string]int{}
		subjects := map[string]string{"STAFF_TIME": "STAFF", "CHANNEL_FEE": "CHANNEL_FEE", "CHANNEL_TIME": "CHANNEL_MINUTE"}
		r := admin.Must(`{ contacts(first: 100) { edges { node { costLines { kind label } } } } }`, nil)
		for i := range r.Len("contacts.edges") {
			for n := range r.Len(fmt.Sprintf("contacts.edges.%d.node.costLines", i)) {
				at := fmt.Sprintf("contacts.edges.%d.node.costLines.%d.", i, n)
				if code, missing := strings.CutSuffix(r.Text(at+"label"), ": no rate"); missing {
					lines[subjects[r.Text(at+"kind")]+" "+code]++
				}
			}
		}
		found := admin.Must(rateGaps, nil)
		for i := range found.Len("rateGaps") {
			at := fmt.Sprintf("rateGaps.%d.", i)
			key := found.Text(at+"subject") + " " + found.Text(at+"code")
			if found.Int(at+"contacts") != lines[key] {
				t.Errorf("%s: %s contacts, %d lines", key, found.Text(at+"contacts"), lines[key])
			}
			delete(lines, key)
		}
		if len(lines) > 0 || found.Len("rateGaps") < 6 {
			t.Errorf("not found: %v of %s", lines, found.Body)
		}
	})
}

// TestRateGapsTakeAConstantNumberOfStatements queries few and many gaps.
func TestRateGapsTakeAConstantNumberOfStatements(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		few := w.Statements(func() { admin.Must(rateGaps, nil) })
		for i := range 30 {
			putRate(admin, "MATERIAL", fmt.Sprint("m", i), "kg", "1", Vars{"validFrom": "2199-01-01T00:00:00Z"})
			makeProduct(admin, Vars{"sku": fmt.Sprint("P", i), "listPrice": roubles("1.00"), "components": []Vars{{"material": fmt.Sprint("m", i), "quantity": "1"}}})
		}
		many := 0
		n := w.Statements(func() { many = admin.Must(rateGaps, nil).Len("rateGaps") })
		if n != few || many != 30 {
			t.Errorf("%d statements without gaps, %d with %d", few, n, many)
		}
	})
}
