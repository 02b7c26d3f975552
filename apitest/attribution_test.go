package apitest

import (
	"fmt"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	fitAttribution = `mutation($in: FitAttributionInput!) { fitAttribution(input: $in) { fit { id model order journeys converted conversionProbability permutations
		states { kind channel weight removalEffect standardError } } userErrors { code field message } } }`
	changeModel = `mutation($m: JSON!) { changeSetting(input: {name: "attributionModel", value: $m}) { userErrors { code field message } } }`
)

// states are a fit's states as "kind channel weight removalEffect".
func states(r *Result, at string) []string {
	all := []string{}
	for i := range r.Len(at + ".states") {
		state := fmt.Sprintf("%s.states.%d.", at, i)
		all = append(all, r.Text(state+"kind")+" "+r.Text(state+"channel")+" "+r.Text(state+"weight")+" "+r.Text(state+"removalEffect"))
	}
	return all
}

// TestFittedAttribution has three customers with the journeys of a published example (Anderl et al.; the removal effects of
// C1 > C2 > C3, C1 and C2 > C3 are 1/2, 1 and 1), and credits orders by the fits.
func TestFittedAttribution(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		call := func(customer, channel string, days int, more Vars) {
			in := Called(customer, Vars{"channel": channel, "subject": channel, "at": w.Clock.Now().AddDate(0, 0, -days)})
			for name, value := range more {
				in[name] = value
			}
			s.admin.Must(recordContact, Vars{"in": in})
		}
		fit := func(model string) *Result { return s.admin.Must(fitAttribution, Vars{"in": Vars{"model": model}}) }

		s.admin.Refused("WRONG_STATE", fitAttribution, Vars{"in": Vars{"model": "MARKOV"}})
		s.admin.Refused("INVALID model", fitAttribution, Vars{"in": Vars{"model": "LINEAR"}})
		s.admin.Refused("INVALID order", fitAttribution, Vars{"in": Vars{"model": "MARKOV", "order": 3}})
		s.admin.Refused("INVALID order", fitAttribution, Vars{"in": Vars{"model": "SHAPLEY", "order": 2}})

		call(s.customer, "EMAIL", 10, nil)
		call(s.customer, "PHONE", 9, nil)
		call(s.customer, "VISIT", 8, nil)
		order := s.order("1", Vars{"at": w.Clock.Now().AddDate(0, 0, -2)})
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": w.Clock.Now().AddDate(0, 0, -1)}})
		one, other := NewCustomer(s.admin, Vars{"name": "Only written to"}), NewCustomer(s.admin, Vars{"name": "Called and visited"})
		call(one, "EMAIL", 100, nil)
		call(other, "PHONE", 110, nil)
		call(other, "VISIT", 100, nil)
		call(one, "WEB", 3, nil) // not over yet: it does not count

		// Without a fit the prior is used: all states weigh the same.
		want(t, credits(t, s.admin, order, "MARKOV"), "EMAIL 200.00 0.333334", "PHONE 200.00 0.333333", "VISIT 199.99 0.333333")

		markov := fit("MARKOV")
		const at = "fitAttribution.fit"
		if got := fmt.Sprint(markov.Text(at+".order"), markov.Text(at+".journeys"), markov.Text(at+".converted"), markov.Text(at+".conversionProbability")); got != fmt.Sprint("1", "3", "1", "0.333333333") {
			t.Errorf("the fit: %s", markov.Body)
		}
		want(t, states(markov, at), "INFO_CALL EMAIL 0.2 0.5", "INFO_CALL PHONE 0.4 1", "INFO_CALL VISIT 0.4 1")
		want(t, credits(t, s.admin, order, "MARKOV"), "EMAIL 120.00 0.2", "PHONE 240.00 0.4", "VISIT 239.99 0.4")
		shapley := fit("SHAPLEY")
		want(t, states(shapley, at), "INFO_CALL EMAIL 0.333333334 ", "INFO_CALL PHONE 0.333333333 ", "INFO_CALL VISIT 0.333333333 ")
		if shapley.Get(at+".order") != nil || shapley.Text(at+".states.0.standardError") != "0" {
			t.Errorf("exact Shapley values have no error: %s", shapley.Body)
		}
		want(t, credits(t, s.admin, order, nil), "EMAIL 200.00 0.333334", "PHONE 200.00 0.333333", "VISIT 199.99 0.333333") // the books are LINEAR

		// The books follow the model that is set, and an order keeps the fit that it was credited by.
		s.admin.Must(changeModel, Vars{"m": "MARKOV"})
		booked := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": booked}})
		want(t, credits(t, s.admin, booked, nil), "EMAIL 120.00 0.2", "PHONE 240.00 0.4", "VISIT 239.99 0.4")
		for range 3 { // customers who were only written to, and bought: the weights change
			buyer := NewCustomer(s.admin, Vars{"name": "Buys on letters"})
			call(buyer, "EMAIL", 5, nil)
			bought := s.admin.Must(placeOrder, Vars{"in": Vars{"customerId": buyer, "priceTokens": []string{s.token(buyer, "1", 0)}, "overruleDateReason": "A test"}}).Text("placeOrder.order.id")
			s.admin.Must(completeOrder, Vars{"in": Vars{"id": bought}})
		}
		repeated := fit("MARKOV")
		if repeated.Text(at+".states.0.weight") == "0.2" {
			t.Fatalf("the second fit equals the first, want another: %s", repeated.Body)
		}
		call(s.customer, "VISIT", 7, nil) // a phone that was offline: the order is split again, by its own fit
		want(t, credits(t, s.admin, booked, nil), "EMAIL 120.00 0.2", "PHONE 239.99 0.4", "VISIT 120.00 0.2", "VISIT 120.00 0.2")
		want(t, credits(t, s.admin, booked, "MARKOV"), "EMAIL 120.00 0.2", "PHONE 239.99 0.4", "VISIT 120.00 0.2", "VISIT 120.00 0.2")
		s.isClosed("2999.95")
		inOrder(t, w)

		// Correcting a rate and correcting it back changes nothing.
		before := fmt.Sprint(credits(t, s.admin, booked, nil))
		s.rate("MATERIAL", "cloth", "500", Vars{"correction": true})
		s.rate("MATERIAL", "cloth", "100", Vars{"correction": true})
		if after := fmt.Sprint(credits(t, s.admin, booked, nil)); after != before {
			t.Errorf("there and back: %s, before %s", after, before)
		}

		listed := s.admin.Must(`{ attributionFits { id model fittedAt } markov: attributionFits(model: MARKOV) { id } }`, nil)
		if listed.Len("attributionFits") != 3 || listed.Len("markov") != 2 || listed.Text("markov.0.id") != repeated.Text(at+".id") {
			t.Errorf("the fits: %s", listed.Body)
		}
		for role, may := range map[schema.Role]bool{schema.RoleManager: true, schema.RoleAnalyst: true, schema.RoleSales: false, schema.RolePartner: false} {
			seen := w.As(role).Do(`query($id: ID!) { attributionFits { id } node(id: $id) { id } }`, Vars{"id": repeated.Text(at + ".id")})
			if got := seen.Get("attributionFits") != nil && seen.Get("node") != nil; got != may {
				t.Errorf("%s: %s", role, seen.Body)
			}
		}
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", fitAttribution, Vars{"in": Vars{"model": "MARKOV"}})
		w.As(schema.RoleSales).Refused("FORBIDDEN", fitAttribution, Vars{"in": Vars{"model": "MARKOV"}})
	})
}

// TestNightlyFits makes the first fits, and none where there is a recent one.
func TestNightlyFits(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		if err := w.App.Books.RefitAttribution(w.System()); err != nil {
			t.Fatal(err)
		}
		s.admin.Must(recordContact, Vars{"in": Called(s.customer, nil)})
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": s.order("1", nil)}})
		s.admin.Must(fitAttribution, Vars{"in": Vars{"model": "MARKOV", "order": 2}})
		const all = `{ attributionFits { model order journeys } }`
		const want = "MARKOV 2"
		for _, hours := range []int{0, 13} { // one after the other: the fits before are young, then old
			w.Clock.Advance(time.Duration(hours) * time.Hour)
			if err := w.App.Books.RefitAttribution(w.System()); err != nil {
				t.Fatal(err)
			}
			fits := s.admin.Must(`{ attributionFits(model: MARKOV) { model order } }`, nil)
			if got := fits.Text("attributionFits.0.model") + " " + fits.Text("attributionFits.0.order"); got != want {
				t.Errorf("after %d hours: %s", hours, fits.Body)
			}
		}
		if r := s.admin.Must(all, nil); r.Len("attributionFits") != 4 {
			t.Errorf("want two fits of each: %s", r.Body)
		}
	})
}

// TestExpectedValueOfAContact is computed by hand, with a strength of 1: two calls earned 599.99 together, one by e-mail
// nothing. All, and all calls: 199.9967. By phone (599.99 + 199.9967)/3 = 266.6622, of strangers (599.99 + 266.6622)/3 = 288.8841; by
// e-mail 199.9967/2 = 99.9983, of strangers 49.9992.
func TestExpectedValueOfAContact(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		s.admin.Must(`mutation { changeSetting(input: {name: "expectedStrength", value: 1}) { userErrors { message } } }`, nil)
		record := func(customer, channel string, days int) string {
			return s.admin.Must(recordContact, Vars{"in": Called(customer, Vars{"channel": channel, "at": w.Clock.Now().AddDate(0, 0, -days)})}).Text("recordContact.contact.id")
		}
		const expected = `query($id: ID!) { node(id: $id) { ... on Contact { value { expected { amount } expectedFrom { kind channel stage contacts mean { amount } } } } } }`
		is := func(contact, wanted string) {
			t.Helper()
			r := s.admin.Must(expected, Vars{"id": contact})
			const from = "node.value.expectedFrom."
			if got := fmt.Sprint(r.Text("node.value.expected.amount"), " of ", r.Text(from+"contacts"), " ", r.Text(from+"stage"), " mean ", r.Text(from+"mean.amount")); got != wanted {
				t.Errorf("got %s, want %s", got, wanted)
			}
		}
		record(s.customer, "PHONE", 370) // history
		phone := record(s.customer, "PHONE", 3)
		is(phone, "0.00 of 1 STRANGER mean 0.00")
		record(s.customer, "PHONE", 2)
		mail := record(NewCustomer(s.admin, Vars{"name": "Written to"}), "EMAIL", 2)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": s.order("1", nil)}})
		is(phone, "288.88 of 2 STRANGER mean 300.00") // 599.99 / 2 = 299.995, half to even
		is(mail, "50.00 of 1 STRANGER mean 0.00")
		page := func(n int) int {
			return w.Statements(func() {
				s.admin.Must(`query($n: Int!) { contacts(first: $n) { edges { node { value { expected { amount } expectedFrom { contacts } } } } } }`, Vars{"n": n})
			})
		}
		if few, many := page(1), page(4); few != many {
			t.Errorf("%d statements for one contact, %d for four", few, many)
		}
	})
}
