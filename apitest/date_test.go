package apitest

import (
	"fmt"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	askDate       = `query($c: ID!, $p: ID!, $q: Decimal!, $l: Int) { customer(id: $c) { price(productId: $p, quantity: $q, leadDays: $l) { token date { leadDays readyOn holds earliest earliestLeadDays } } } }`
	changeDueDate = `mutation($in: ChangeDueDateInput!) { changeDueDate(input: $in) { order { id version dueAt } userErrors { __typename code field message ... on DateImpossible { earliest leadDays } } } }`
	askDay        = `query($from: Time!, $to: Time!) { resource(code: "saw") { utilisation(from: $from, to: $to) { day booked bookings { order { id } units bookedAt } } } }`
)

// joinery makes windows: each takes 65 minutes, 1.083333333 hours, at a saw that has eight hours a day. 28 November 2026 is a Saturday;
// every day is worked.
func joinery(w *World) (window, customer string) {
	w.T.Helper()
	w.Clock.Set(time.Date(2026, 11, 28, 9, 0, 0, 0, time.UTC))
	c := w.As(schema.RoleAdmin)
	c.Must(`mutation($in: SetRateInput!) { setRate(input: $in) { userErrors { code field message } } }`, Vars{"in": Vars{
		"subject": "RESOURCE", "code": "saw", "unit": "hour", "amount": "10", "capacityPerDay": "8", "fixedShare": "1", "validFrom": "2020-01-01T00:00:00Z",
	}})
	window = makeProduct(c, Vars{"sku": "WINDOW", "listPrice": roubles("5000.00"), "standardLeadDays": 2, "components": []Vars{{"resource": "saw", "quantity": "1.083333333"}}})
	return window, NewCustomer(c, Vars{})
}

// TestDatesThatCannotBeKept: 60 windows take 65 hours of the saw, which are nine days of eight hours. They were promised in two, and
// 46.25 hours were booked on one day.
func TestDatesThatCannotBeKept(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		manager, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		ask := Vars{"c": customer, "p": window, "q": "60"}
		two := sales.Must(askDate, ask)
		if date := fmt.Sprint(two.Get("customer.price.date")); date != "map[earliest:2026-12-06T00:00:00Z earliestLeadDays:8 holds:false leadDays:2 readyOn:2026-11-30T00:00:00Z]" {
			t.Errorf("the date of the price: %s", date)
		}
		r := sales.Must(askProposals, ask)
		for i := range 3 {
			at := fmt.Sprintf("customer.proposals.%d.", i)
			if r.Int(at+"leadDays") < 8 || r.Text(at+"note") == "" {
				t.Errorf("a proposal that cannot be kept, or says nothing: %s", r.Body)
			}
		}
		if note := r.Text("customer.proposals.0.note"); note != "the product has no better grade, and the standard lead time of 2 days has no room for it" {
			t.Errorf("the note is %q", note)
		}
		order := Vars{"customerId": customer, "priceTokens": []string{two.Text("customer.price.token")}, "idempotencyKey": "two"}
		late := sales.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, Vars{"in": order})
		if late.Text("placeOrder.userErrors.0.earliest") != "2026-12-06T00:00:00Z" || late.Int("placeOrder.userErrors.0.leadDays") != 8 {
			t.Errorf("without the first possible day: %s", late.Body)
		}
		overruled := plus(order, Vars{"overruleDateReason": "We work at night", "idempotencyKey": "night"})
		sales.Refused("FORBIDDEN overruleDateReason", placeOrder, Vars{"in": overruled})
		manager.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, Vars{"in": plus(order, Vars{"overruleDateReason": " "})})
		eight := sales.Must(askDate, plus(ask, Vars{"l": 8}))
		if eight.Get("customer.price.date.holds") != true {
			t.Errorf("the first possible day: %s", eight.Body)
		}
		placed := sales.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{eight.Text("customer.price.token")}}}).Text("placeOrder.order.id")

		// Whoever asks for a day sees which orders fill it; no day has more than its eight hours.
		days := manager.Must(askDay, Vars{"from": "2026-11-28T00:00:00Z", "to": "2026-12-08T00:00:00Z"})
		var booked []string
		for i := range days.Len("resource.utilisation") {
			at := fmt.Sprintf("resource.utilisation.%d.", i)
			booked = append(booked, days.Text(at+"booked"))
			if n := days.Len(at + "bookings"); i < 9 && (n != 1 || days.Text(at+"bookings.0.order.id") != placed || days.Text(at+"bookings.0.units") != days.Text(at+"booked")) {
				t.Errorf("%s is filled by %d", days.Text(at+"day"), n)
			}
		}
		want(t, booked, "8", "8", "8", "8", "8", "8", "8", "8", "0.99999998", "0")
		if r := sales.Must(askDay, Vars{"from": "2026-11-28T00:00:00Z", "to": "2026-12-08T00:00:00Z"}); r.Get("resource") != nil {
			t.Errorf("SALES: %s", r.Body)
		}

		// Overruled, all are booked, and it is audited.
		second := manager.Must(placeOrder, Vars{"in": overruled}).Text("placeOrder.order.id")
		full := manager.Must(askDay, Vars{"from": "2026-11-30T00:00:00Z", "to": "2026-12-01T00:00:00Z"})
		if full.Len("resource.utilisation.0.bookings") != 2 || full.Text("resource.utilisation.0.bookings.1.order.id") != second {
			t.Errorf("the day that is over its capacity: %s", full.Body)
		}
		if n := texts(t, w, "SELECT count(*) FROM audit_entries WHERE action = 'order.overrule' AND subject = '"+second+"'"); n != "1" {
			t.Errorf("overruling is audited %s times", n)
		}
		few := w.Statements(func() { manager.Must(askDay, Vars{"from": "2026-11-28T00:00:00Z", "to": "2026-11-29T00:00:00Z"}) })
		if many := w.Statements(func() { manager.Must(askDay, Vars{"from": "2026-11-28T00:00:00Z", "to": "2026-12-28T00:00:00Z"}) }); many != few {
			t.Errorf("%d statements for a day, %d for a month", few, many)
		}
	})
}

// TestDueDateMovesCapacity: what an order takes from today on moves with its due date.
func TestDueDateMovesCapacity(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		manager, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		place := func(quantity string, lead int) string {
			token := sales.Must(askDate, Vars{"c": customer, "p": window, "q": quantity, "l": lead}).Text("customer.price.token")
			return sales.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}}).Text("placeOrder.order.id")
		}
		booked := func() []string {
			r := manager.Must(askDay, Vars{"from": "2026-11-28T00:00:00Z", "to": "2026-12-03T00:00:00Z"})
			var all []string
			for i := range 5 {
				all = append(all, r.Text(fmt.Sprintf("resource.utilisation.%d.booked", i)))
			}
			return all
		}
		place("12", 3)           // 13 hours
		second := place("15", 4) // 16.25 hours
		want(t, booked(), "8", "8", "8", "5.249999991", "0")
		w.Clock.Advance(24 * time.Hour)
		change := func(due string, version int, more Vars) Vars {
			return Vars{"in": plus(Vars{"id": second, "expectedVersion": version, "dueAt": due, "reason": "They asked"}, more)}
		}
		night := Vars{"overruleDateReason": "We work at night"}
		late := sales.Refused("DATE_IMPOSSIBLE dueAt", changeDueDate, change("2026-11-29T12:00:00Z", 1, nil))
		if late.Text("changeDueDate.userErrors.0.__typename") != "DateImpossible" || late.Text("changeDueDate.userErrors.0.earliest") != "2026-12-01T00:00:00Z" || late.Int("changeDueDate.userErrors.0.leadDays") != 2 {
			t.Errorf("three hours today, eight tomorrow, and the rest on the day after: %s", late.Body)
		}
		sales.Refused("INVALID dueAt", changeDueDate, change("2026-11-28T12:00:00Z", 1, nil))
		sales.Refused("FORBIDDEN overruleDateReason", changeDueDate, change("2026-11-29T12:00:00Z", 1, night))
		sales.Refused("VERSION_CONFLICT expectedVersion", changeDueDate, change("2026-12-02T12:00:00Z", 2, nil))
		want(t, booked(), "8", "8", "8", "5.249999991", "0")
		manager.Must(changeDueDate, change("2026-11-29T12:00:00Z", 1, night))
		want(t, booked(), "8", "21.249999991", "0", "0", "0")
		if r := sales.Must(changeDueDate, change("2026-12-02T12:00:00Z", 2, nil)); r.Text("changeDueDate.order.dueAt") != "2026-12-02T12:00:00Z" || r.Int("changeDueDate.order.version") != 3 {
			t.Errorf("%s", r.Body)
		}
		want(t, booked(), "8", "8", "8", "5.249999991", "0")
		manager.Must(cancelOrder, Vars{"in": Vars{"id": second, "reason": "r"}})
		want(t, booked(), "8", "4.999999996", "0", "0", "0")
		sales.Refused("WRONG_STATE id", changeDueDate, change("2026-12-03T12:00:00Z", 4, nil))
	})
}

// TestAcceptingChecksTheDateAgain: an offer holds prices, not capacity.
func TestAcceptingChecksTheDateAgain(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		manager, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		ask := func(lead int) string {
			return sales.Must(askDate, Vars{"c": customer, "p": window, "q": "15", "l": lead}).Text("customer.price.token")
		}
		offer := sales.Must(createOffer, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{ask(2)}, "expiresAt": w.Clock.Now().AddDate(0, 1, 0)}}).Text("createOffer.offer.id")
		sales.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{ask(2)}}})
		late := sales.Refused("DATE_IMPOSSIBLE id", acceptOffer, Vars{"in": Vars{"id": offer}})
		if got := manager.Must(`query($id: ID!) { node(id: $id) { ... on Offer { status } } }`, Vars{"id": offer}).Text("node.status"); got != "DRAFT" {
			t.Errorf("refused, the offer is %s: %s", got, late.Body)
		}
		sales.Refused("FORBIDDEN overruleDateReason", acceptOffer, Vars{"in": Vars{"id": offer, "overruleDateReason": "We work at night"}})
		if r := manager.Must(acceptOffer, Vars{"in": Vars{"id": offer, "overruleDateReason": "We work at night"}}); r.Text("acceptOffer.offer.status") != "ACCEPTED" {
			t.Errorf("%s", r.Body)
		}
	})
}

// TestTwoTakeTheLastRoom: of ten who want the last eight hours of a day at once one gets them.
func TestTwoTakeTheLastRoom(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, customer := joinery(w)
		sales := w.As(schema.RoleSales)
		token := sales.Must(askDate, Vars{"c": customer, "p": window, "q": "7", "l": 0}).Text("customer.price.token")
		var wait sync.WaitGroup
		var placed, refused atomic.Int32
		for range 10 {
			wait.Go(func() {
				r := sales.Do(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}})
				switch {
				case r.Text("placeOrder.order.id") != "":
					placed.Add(1)
				case fmt.Sprint(r.UserErrors()) == "[DATE_IMPOSSIBLE priceTokens]":
					refused.Add(1)
				}
			})
		}
		wait.Wait()
		if placed.Load() != 1 || refused.Load() != 9 {
			t.Errorf("%d were placed and %d refused", placed.Load(), refused.Load())
		}
	})
}

const holdPrice = `query($c: ID!, $p: ID!, $q: Decimal!, $l: Int, $at: Time) { customer(id: $c) { price(productId: $p, quantity: $q, leadDays: $l, at: $at, hold: true) { unit { amount } token validUntil date { holds earliest heldUntil } } } }`

// TestHeldCapacity: a price asked with hold keeps its capacity until its token expires, for its customer, once.
func TestHeldCapacity(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		window, anna := joinery(w)
		manager, sales := w.As(schema.RoleManager), w.As(schema.RoleSales)
		boris := NewCustomer(manager, Vars{"name": "Boris"})
		ask := func(customer, quantity string, lead int) Vars {
			return Vars{"c": customer, "p": window, "q": quantity, "l": lead}
		}
		place := func(customer, token string) Vars {
			return Vars{"in": Vars{"customerId": customer, "priceTokens": []string{token}}}
		}
		today := func() string {
			r := manager.Must(`{ resource(code: "saw") { utilisation(from: "2026-11-28T00:00:00Z", to: "2026-11-29T00:00:00Z") { booked bookings { order { id } heldFor { id } heldBy { id } heldUntil units } } } }`, nil)
			got := r.Text("resource.utilisation.0.booked")
			for i := range r.Len("resource.utilisation.0.bookings") {
				at := fmt.Sprintf("resource.utilisation.0.bookings.%d.", i)
				if r.Get(at+"heldUntil") == nil {
					got += " order"
				} else if r.Text(at+"heldFor.id") == anna && r.Text(at+"heldBy.id") != "" {
					got += " anna"
				}
			}
			return got
		}
		// It writes, so that a link does not hold anything: by GET it is refused before anybody is asked who they are.
		for hold, want := range map[string]int{"true": 405, "false": 200} {
			query := url.QueryEscape(`{ customer(id: "x") { price(productId: "y", hold: ` + hold + `) { token } } }`)
			if status, body := w.get("/graphql?query=" + query); status != want {
				t.Errorf("hold: %s by GET: %d, %s; want %d", hold, status, body, want)
			}
		}
		// A hold takes its room from others, and not from the customer it is for.
		first := sales.Must(holdPrice, ask(anna, "7", 0))
		if first.Get("customer.price.date.holds") != true || first.Text("customer.price.date.heldUntil") != first.Text("customer.price.validUntil") {
			t.Errorf("%s", first.Body)
		}
		again := sales.Must(holdPrice, ask(anna, "7", 0))
		if got := today(); got != "7.583333331 anna" || again.Text("customer.price.unit.amount") != first.Text("customer.price.unit.amount") {
			t.Errorf("held twice or dearer: %s, %s after %s", got, again.Body, first.Body)
		}
		if other := sales.Must(holdPrice, ask(boris, "7", 0)); other.Get("customer.price.date.holds") != false || other.Get("customer.price.date.heldUntil") != nil || other.Text("customer.price.date.earliest") != "2026-11-29T00:00:00Z" {
			t.Errorf("held for two: %s", other.Body)
		}
		late := sales.Must(askDate, ask(boris, "7", 0))
		sales.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, place(boris, late.Text("customer.price.token")))
		sales.Must(placeOrder, place(anna, first.Text("customer.price.token")))
		if got := today(); got != "7.583333331 order" {
			t.Errorf("the order takes what was held: %s", got)
		}
		// What has expired counts for nothing.
		tomorrow := sales.Must(holdPrice, ask(anna, "7", 1))
		if tomorrow.Get("customer.price.date.heldUntil") == nil {
			t.Errorf("%s", tomorrow.Body)
		}
		token := sales.Must(askDate, ask(boris, "7", 1)).Text("customer.price.token")
		sales.Refused("DATE_IMPOSSIBLE priceTokens", placeOrder, place(boris, token))
		w.Clock.Advance(15*time.Minute + time.Second)
		token = sales.Must(askDate, ask(boris, "7", 1)).Text("customer.price.token")
		sales.Must(placeOrder, place(boris, token))
		// Who may not order holds nothing, nor does a price of another moment; and nobody holds more than twenty prices.
		if r := w.As(schema.RoleAnalyst).Do(holdPrice, ask(anna, "1", 9)); len(r.Errors) != 1 || r.Errors[0].Code() != "FORBIDDEN" {
			t.Errorf("ANALYST: %s", r.Body)
		}
		if r := sales.Do(holdPrice, plus(ask(anna, "1", 9), Vars{"at": "2026-11-28T09:00:00Z"})); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" {
			t.Errorf("of a past moment: %s", r.Body)
		}
		for i := range 20 {
			sales.Must(holdPrice, ask(anna, fmt.Sprintf("0.%02d", i+1), 30))
		}
		if r := sales.Do(holdPrice, ask(anna, "0.5", 30)); len(r.Errors) != 1 || r.Errors[0].Code() != "LIMIT_EXCEEDED" {
			t.Errorf("the twenty-first: %s", r.Body)
		}
		sales.Must(holdPrice, ask(anna, "0.01", 30)) // held anew
		manager.Must(holdPrice, ask(anna, "0.5", 30))
		inOrder(t, w)
	})
}
