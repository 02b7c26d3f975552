package apitest

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

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
		if hidden := w.As(schema.RoleSales).Must(known, Vars{"c": contact, "o": order, "at": second}); hidden.Get("o.costKnownAt") != nil || hidden.Get("c.costKnownAt") != nil {
			t.Errorf("SALES: %s", hidden.Body)
		}
	})
}
