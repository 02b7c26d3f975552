package apitest

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	correctContact = `mutation($in: CorrectContactInput!) { correctContact(input: $in) { contact { id version kind at minutes seconds notes staff { id } order { id } offer { id } correctedAt cost { amount } } ` +
		`userErrors { code field message ... on VersionConflict { currentVersion fields { name base theirs yours } } } } }`
	voidContact   = `mutation($in: VoidContactInput!) { voidContact(input: $in) { contact { id version voidedAt voidedBy voidReason cost { amount } } userErrors { code field message } } }`
	seeCorrection = `query($id: ID!) { node(id: $id) { ... on Contact { id voidedAt voidedBy voidReason order { id } corrections { at by reason voided fields { name old new } } } } }`
)

// TestContactIsCorrectedAndVoided corrects a call and voids it: books and values follow, everybody reads what their role may, and what is hidden
// does not exist.
func TestContactIsCorrectedAndVoided(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
		s := openShop(w)
		s.rate("CHANNEL_FEE", "PHONE", "5", Vars{"unit": "contact"})
		sales := w.As(schema.RoleSales)
		past := func(hours int) string {
			return w.Clock.Now().Add(-time.Duration(hours) * time.Hour).Format(time.RFC3339)
		}
		call := s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"at": past(48), "minutes": "5"})}).Text("recordContact.contact.id")
		order := s.order("1", Vars{"at": past(24)})
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": past(23)}})
		credited := func() string {
			return s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Order { margin { amount } credits { contact { id } amount { amount } } } } }`, Vars{"id": order}).Text("node.credits.0.contact.id")
		}
		if got := credited(); got != call {
			t.Fatalf("the order is credited to %q, want the call", got)
		}
		economics := func(at any) string {
			return s.admin.Must(`query($to: Time!, $at: Time) { contactEconomics(from: "2026-01-01T00:00:00Z", to: $to, by: [KIND], knownAt: $at) { csv } }`,
				Vars{"to": "2026-12-01T00:00:00Z", "at": at}).Text("contactEconomics.csv")
		}
		then, before := w.Clock.Now(), economics(nil)
		w.Clock.Advance(time.Hour)

		// Somebody else's call may not be corrected by SALES, and what does not exist by nobody.
		sales.Refused("FORBIDDEN id", correctContact, Vars{"in": Vars{"id": call, "expectedVersion": 1, "reason": "r", "notes": "n"}})
		sales.Refused("FORBIDDEN id", voidContact, Vars{"in": Vars{"id": call, "reason": "r"}})
		sales.Refused("NOT_FOUND id", voidContact, Vars{"in": Vars{"id": "con_01jd0000000000000000000001", "reason": "r"}})
		hidden := NewCustomer(s.admin, Vars{"name": "hidden", "ownerId": w.newUser("other@example.com", schema.RoleSales)})
		theirs := s.admin.Must(recordContact, Vars{"in": Called(hidden, nil)}).Text("recordContact.contact.id")
		sales.Refused("NOT_FOUND id", correctContact, Vars{"in": Vars{"id": theirs, "expectedVersion": 1, "reason": "r", "notes": "n"}})
		s.admin.Refused("NOT_FOUND orderId", recordContact, Vars{"in": Called(hidden, Vars{"orderId": order})})
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", voidContact, Vars{"in": Vars{"id": call, "reason": "r"}})

		late := Vars{"in": Vars{"id": call, "expectedVersion": 1, "reason": "it was today", "at": past(1), "seconds": "90", "orderId": order, "idempotencyKey": "late"}}
		for range 2 {
			r := s.admin.Must(correctContact, late)
			if r.Text("correctContact.contact.version") != "2" || r.Text("correctContact.contact.minutes") != "1.5" || r.Text("correctContact.contact.order.id") != order {
				t.Errorf("corrected: %s", r.Body)
			}
		}
		if got := credited(); got != "" {
			t.Errorf("the order is credited to %q, want nobody", got)
		}
		conflict := s.admin.Refused("VERSION_CONFLICT expectedVersion", correctContact, Vars{"in": Vars{"id": call, "expectedVersion": 1, "reason": "r", "at": past(2), "notes": "n"}})
		if conflict.Text("correctContact.userErrors.0.fields.0.name") != "at" || conflict.Len("correctContact.userErrors.0.fields") != 1 {
			t.Errorf("the conflict: %s", conflict.Body)
		}
		s.admin.Must(voidContact, Vars{"in": Vars{"id": call, "reason": "another customer"}})
		s.admin.Refused("WRONG_STATE id", voidContact, Vars{"in": Vars{"id": call, "reason": "again"}})
		s.admin.Refused("WRONG_STATE id", correctContact, Vars{"in": Vars{"id": call, "expectedVersion": 3, "reason": "r", "notes": "n"}})

		if now := economics(nil); !strings.Contains(now, "INFO_CALL,1,0,5.00,0.00,") { // that with the hidden customer
			t.Errorf("the report has other contacts than the one that stands:\n%s", now)
		}
		if known := economics(then); known != before {
			t.Errorf("as known before:\n%s\nwant\n%s", known, before)
		}
		for filter, want := range map[string]int{"": 1, ", voided: true": 1, ", voided: false": 0} {
			if n := s.admin.Must(`query($c: ID!) { contacts(filter: {customerId: $c`+filter+`}) { totalCount } }`, Vars{"c": s.customer}).Int("contacts.totalCount"); n != want {
				t.Errorf("filter %q finds %d contacts, want %d", filter, n, want)
			}
		}
		seen := sales.Must(seeCorrection, Vars{"id": call})
		for path, want := range map[string]string{
			"voidReason": "another customer", "order.id": order, "corrections.0.reason": "it was today", "corrections.0.voided": "false", "corrections.0.fields.0.name": "at",
			"corrections.0.fields.1.name": "minutes", "corrections.0.fields.1.old": "5", "corrections.0.fields.1.new": "1.5", "corrections.1.voided": "true",
		} {
			if got := seen.Text("node." + path); got != want {
				t.Errorf("%s is %q, want %q: %s", path, got, want, seen.Body)
			}
		}
		value := s.admin.Must(`query($c: ID!) { customer(id: $c) { lifetimeValue { past { amount } } } }`, Vars{"c": s.customer}).Text("customer.lifetimeValue.past.amount")
		if margin := s.admin.Must(`query($id: ID!) { node(id: $id) { ... on Order { margin { amount } } } }`, Vars{"id": order}).Text("node.margin.amount"); value != margin {
			t.Errorf("the customer has earned %s, want the order's margin %s alone", value, margin)
		}
	})
}

// TestContactToldTwice: who records a contact that another phone has told learns of it at once, and joins the two; SALES where both are theirs.
func TestContactToldTwice(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		customer := NewCustomer(admin, Vars{})
		const record = `mutation($in: RecordContactInput!) { recordContact(input: $in) { contact { id possibleDuplicates { id staff { email } } } userErrors { code field message } } }`
		const join = `mutation($in: JoinContactsInput!) { joinContacts(input: $in) { contact { id notes possibleDuplicates { id } corrections { reason fields { name new } } } userErrors { code field message } } }`
		at := w.Clock.Now().Add(-time.Hour)
		told := func(by *Client, minutes int, more Vars) *Result {
			in := Called(customer, Vars{"at": at.Add(time.Duration(minutes) * time.Minute).Format(time.RFC3339)})
			for name, value := range more {
				in[name] = value
			}
			return by.Must(record, Vars{"in": in})
		}
		first := told(admin, 0, nil).Text("recordContact.contact.id")
		r := told(sales, 5, Vars{"notes": "blue"})
		second := r.Text("recordContact.contact.id")
		if r.Len("recordContact.contact.possibleDuplicates") != 1 || r.Text("recordContact.contact.possibleDuplicates.0.id") != first {
			t.Errorf("the second telling names %s", r.Body)
		}
		if r := told(sales, 30, nil); r.Len("recordContact.contact.possibleDuplicates") != 0 {
			t.Errorf("half an hour later: %s", r.Body)
		}
		sales.Refused("FORBIDDEN otherId", join, Vars{"in": Vars{"id": second, "otherId": first}})
		admin.Refused("WRONG_STATE otherId", join, Vars{"in": Vars{"id": first, "otherId": second}})
		third := told(sales, 6, nil).Text("recordContact.contact.id")
		kept := sales.Must(join, Vars{"in": Vars{"id": third, "otherId": second, "idempotencyKey": "join"}})
		for path, want := range map[string]string{
			"notes": "blue", "corrections.0.reason": "joined with " + second, "corrections.0.fields.0.name": "notes", "possibleDuplicates.0.id": first,
		} {
			if got := kept.Text("joinContacts.contact." + path); got != want {
				t.Errorf("%s is %q, want %q: %s", path, got, want, kept.Body)
			}
		}
		if got := sales.Must(seeCorrection, Vars{"id": second}).Text("node.voidReason"); got != "joined into "+third {
			t.Errorf("the other was voided because it was %q", got)
		}
	})
}
