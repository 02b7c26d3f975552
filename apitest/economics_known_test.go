package apitest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/schema"
)

// TestBooksAsKnownAtAnyMoment records random contacts, recommendations, orders, refunds and corrections of rates in any
// order, ten seconds apart, and queries the sums after each. When all are recorded, the same query as known at each of those
// moments has the answer that it had then.
func TestBooksAsKnownAtAnyMoment(t *testing.T) {
	setRapidChecks(t, "4")
	Each(t, func(t *testing.T, w *World) {
		noon := w.Clock.Now().UTC().Truncate(24 * time.Hour).Add(-12 * time.Hour)
		w.Clock.Set(noon)
		admin := w.As(schema.RoleAdmin)
		round := 0
		type answer struct {
			at   time.Time
			asks []Vars
			said []string
		}
		var given []answer
		rapid.Check(t, func(t *rapid.T) {
			round++
			facts := drawFacts(t, noon)
			s := newSide(admin, fmt.Sprint(round), facts)
			_ = admin.Do(fitAttribution, Vars{"in": Vars{"model": "MARKOV"}}) // the first rounds may have no journeys
			model := rapid.SampledFrom([]string{"LINEAR", "TIME_DECAY", "MARKOV"}).Draw(t, "model")
			admin.Must(`mutation($m: JSON!) { changeSetting(input: {name: "attributionModel", value: $m}) { userErrors { code field message } } }`, Vars{"m": model})
			half := drawTime(t, noon)
			asks := []Vars{always(dimensions...), always(), with(always("KIND", "MONTH"), "m", "POSITION"), with(always("STAFF"), "to", half), with(with(always("CHANNEL"), "from", half), "m", "LAST")}
			order := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "order"), 2)).Perm(len(facts))
			recordEach(admin, s, facts, order, func() {
				a := answer{at: w.Clock.Now(), asks: asks}
				for _, ask := range asks {
					a.said = append(a.said, sumsOf(admin.Must(contactEconomics, ask)))
				}
				given = append(given, a)
				w.Clock.Set(a.at.Add(10 * time.Second)) // prices are promised for 15 minutes
			})
			for i := range given {
				a := given[len(given)-1-i] // of earlier rounds too
				for n, ask := range a.asks {
					if got := sumsOf(admin.Must(contactEconomics, with(ask, "known", a.at))); got != a.said[n] {
						t.Fatalf("%v known at %s:\n%s\nit was said\n%s", ask, a.at, got, a.said[n])
					}
				}
			}
		})
		if len(given) < 8 {
			t.Fatalf("only %d moments", len(given))
		}
		inOrder(t, w)
	})
}

func sumsOf(r *Result) string {
	return strings.Join(economicsRows(r), "\n") + "\n" + economicsRow(r, "contactEconomics.total") + "\nunattributed " + r.Text("contactEconomics.unattributed.amount")
}

func TestNothingIsKnownBeforeTheFirstRecord(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"at": w.Clock.Now().Add(-48 * time.Hour)})})
		before := s.admin.Must(contactEconomics, with(always(), "known", w.Clock.Now().Add(-24*time.Hour)))
		if got := sumsOf(before); got != ": 0 0 0.00 0.00 0.00 \n: 0 0 0.00 0.00 0.00 \nunattributed 0.00" {
			t.Errorf("before the first record: %s", got)
		}
	})
}

// TestReferralCreditAfterARefund refunds the first order of a customer who was recommended: the recommendation earns of the
// next order, and as known before it earned of the first. An order leaves 999.99 - (2 x 100 + 4 x 50) = 599.99.
func TestReferralCreditAfterARefund(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		friend := NewCustomer(s.admin, Vars{"name": "A friend"})
		s.admin.Must(recordContact, Vars{"in": Called(friend, Vars{"kind": "RECOMMENDATION", "aboutId": s.customer, "at": w.Clock.Now().Add(-300 * 24 * time.Hour)})})
		first := s.order("1", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": first}})
		w.Clock.Set(w.Clock.Now().Add(time.Minute))
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": s.order("1", nil)}})
		sold := w.Clock.Now()
		w.Clock.Set(sold.Add(time.Minute))
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": first, "reason": "it never fitted"}})
		// The refunded order cost 400.00, which no contact earned.
		for known, wanted := range map[any]string{nil: "599.99 unattributed -400.00", sold: "599.99 unattributed 599.99", sold.Add(-time.Second): "599.99 unattributed 0.00", sold.Add(-2 * time.Minute): "0.00 unattributed 0.00"} {
			r := s.admin.Must(contactEconomics, with(always("KIND"), "known", known))
			if got := r.Text("contactEconomics.total.realised.amount") + " unattributed " + r.Text("contactEconomics.unattributed.amount"); got != wanted {
				t.Errorf("known at %v: %s, want %s", known, got, wanted)
			}
		}
	})
}

// TestRestatedContactsAsKnown tells a departure and a first segment late: the contact between has another stage and a segment
// then, and the report as known before has neither.
func TestRestatedContactsAsKnown(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		customer := NewCustomer(admin, Vars{})
		admin.Must(recordContact, Vars{"in": Called(customer, Vars{"at": w.Clock.Now().Add(-24 * time.Hour)})})
		before := w.Clock.Now()
		w.Clock.Set(before.Add(time.Minute))
		left := w.Clock.Now().UTC().Add(-48 * time.Hour).Format(time.RFC3339)
		admin.Must(`mutation($in: RecordDepartureInput!) { recordDeparture(input: $in) { customer { stage } userErrors { code field message } } }`,
			Vars{"in": Vars{"id": customer, "reason": "moved away", "at": left}})
		between := w.Clock.Now()
		w.Clock.Set(between.Add(time.Minute))
		admin.Must(updateCustomer, Vars{"in": Vars{"id": customer, "expectedVersion": 2, "segment": "FAST_CHEAP"}})
		for known, want := range map[any]string{nil: "FORMER, FAST_CHEAP", between: "FORMER, ", before: "STRANGER, "} {
			got := economicsRows(admin.Must(contactEconomics, with(always("STAGE", "SEGMENT"), "known", known)))
			if len(got) != 1 || !strings.HasPrefix(got[0], want+": ") {
				t.Errorf("known at %v: %q, want %q", known, got, want)
			}
		}
	})
}
