package apitest

import (
	"testing"
	"time"

	"kopeck/schema"
)

// TestSecondsOfAContact: 20 seconds of 902.70 an hour are 5.02, and the line says in which units it multiplies out.
func TestSecondsOfAContact(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		me := sales.Must(`{ viewer { user { email } } }`, nil).Text("viewer.user.email")
		admin.Must(rateIs, Vars{"in": ratePer("STAFF", me, "hour", "902.70", "2020-01-01T00:00:00Z")})
		const record = `mutation($in: RecordContactInput!) { recordContact(input: $in) { contact { minutes seconds
			costLines { kind quantity quantityUnit rate rateUnit amount { amount } } } userErrors { code field message } } }`
		customer := NewCustomer(admin, Vars{})
		for _, c := range []struct {
			in   Vars
			want map[string]string
		}{
			{Vars{"seconds": "20"}, map[string]string{"seconds": "20", "minutes": "0.333333333", "costLines.0.quantity": "20", "costLines.0.quantityUnit": "second", "costLines.0.rateUnit": "hour", "costLines.0.amount.amount": "5.02"}},
			{Vars{"seconds": "390"}, map[string]string{"seconds": "390", "minutes": "6.5", "costLines.0.quantity": "6.5", "costLines.0.quantityUnit": "minute", "costLines.0.rate": "902.7", "costLines.0.amount.amount": "97.79"}},
			{Vars{"minutes": "0.333333333"}, map[string]string{"seconds": "19.99999998", "costLines.0.amount.amount": "5.01"}},
		} {
			r := sales.Must(record, Vars{"in": Called(customer, c.in)})
			for path, want := range c.want {
				if got := r.Text("recordContact.contact." + path); got != want {
					t.Errorf("%v: %s is %q, want %q", c.in, path, got, want)
				}
			}
		}
		sales.Refused("INVALID seconds", record, Vars{"in": Called(customer, Vars{"seconds": "20", "minutes": "1"})})
	})
}

// TestStageChanges: a stage is overruled with a reason alone, and every change has its kind and both its times.
func TestStageChanges(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		customer := NewCustomer(admin, Vars{})
		admin.Refused("INVALID stageReason", updateCustomer, Vars{"in": Vars{"id": customer, "expectedVersion": 1, "stage": "LOYAL"}})
		admin.Must(updateCustomer, Vars{"in": Vars{"id": customer, "expectedVersion": 1, "stage": "LOYAL", "stageReason": "a friend of ours"}})
		left := w.Clock.Now().UTC().Add(-48 * time.Hour).Format(time.RFC3339)
		const departure = `mutation($in: RecordDepartureInput!) { recordDeparture(input: $in) { customer { stage } userErrors { code field message } } }`
		admin.Must(departure, Vars{"in": Vars{"id": customer, "reason": "moved away", "at": left}}) // before the decision, which stands
		r := admin.Must(`query($c: ID!) { customer(id: $c) { stage stageChanges { kind from to at recordedAt reason } } }`, Vars{"c": customer})
		const first = "customer.stageChanges.0."
		if r.Text("customer.stage") != "LOYAL" || r.Len("customer.stageChanges") != 1 || r.Text(first+"kind") != "OVERRULED" || r.Text(first+"at") != r.Text(first+"recordedAt") {
			t.Error(r.Body)
		}
		call := admin.Must(`mutation($in: RecordContactInput!) { recordContact(input: $in) { contact { value { expectedFrom { stage } } } userErrors { code field message } } }`,
			Vars{"in": Called(customer, Vars{"at": w.Clock.Now().UTC().Add(-24 * time.Hour).Format(time.RFC3339)})})
		if got := call.Text("recordContact.contact.value.expectedFrom.stage"); got != "FORMER" {
			t.Errorf("between the departure and the decision: %s", got)
		}
	})
}

// TestWhoSeesGrades: grades are wages, which those see who have the scope costs.
func TestWhoSeesGrades(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		me := sales.Must(`{ viewer { user { id version } } }`, nil)
		admin.Must(`mutation($in: UpdateUserInput!) { updateUser(input: $in) { user { grade } userErrors { code field message } } }`,
			Vars{"in": Vars{"id": me.Text("viewer.user.id"), "expectedVersion": me.Int("viewer.user.version"), "grade": "master"}})
		if r := sales.Must(`{ viewer { user { grades { grade } } } }`, nil); r.Get("viewer.user.grades") != nil {
			t.Errorf("a seller sees grades: %s", r.Body)
		}
		r := admin.Must(`query($id: ID!) { node(id: $id) { ... on User { grades { grade validFrom recordedAt } } } }`, Vars{"id": me.Text("viewer.user.id")})
		if r.Len("node.grades") != 2 || r.Text("node.grades.0.grade") != "master" || r.Get("node.grades.1.grade") != nil {
			t.Errorf("grades: %s", r.Body)
		}
	})
}

// TestGradesInAnyOrder: a contact of before everything that is dated costs by the grade of the user's creation, in whatever order
// the grades and the contact are recorded, now and by what was known before.
func TestGradesInAnyOrder(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		moment := func(days int) string {
			return w.Clock.Now().UTC().AddDate(0, 0, days).Truncate(time.Second).Format(time.RFC3339)
		}
		for grade, amount := range map[string]string{"fitter": "690", "senior": "900", "master": "1200"} {
			admin.Must(rateIs, Vars{"in": ratePer("STAFF", grade, "hour", amount, moment(-300))})
		}
		customer, late, early, between := NewCustomer(admin, Vars{}), moment(-110), moment(-27), moment(-20)
		const report = `query($from: Time!, $to: Time!, $known: Time) { contactEconomics(from: $from, to: $to, by: [], knownAt: $known) { total { cost { amount } } } }`
		for _, order := range []string{"smc", "csm", "cms", "scm", "mcs", "msc"} {
			user := admin.Must(`mutation($in: CreateUserInput!) { createUser(input: $in) { user { id } userErrors { code field message } } }`,
				Vars{"in": Vars{"email": order + "@example.com", "name": order, "role": "SALES", "grade": "fitter", "password": "correct horse battery staple 9"}}).Text("createUser.user.id")
			var contact, known string
			recorded := func(more Vars) {
				t.Helper()
				in := Vars{"id": user, "expectedVersion": admin.Must(`query($id: ID!) { node(id: $id) { ... on User { version } } }`, Vars{"id": user}).Int("node.version")}
				for name, value := range more {
					in[name] = value
				}
				admin.Must(`mutation($in: UpdateUserInput!) { updateUser(input: $in) { user { grade } userErrors { code field message } } }`, Vars{"in": in})
			}
			cost := func(at, want string) string {
				t.Helper()
				r := admin.Must(`mutation($in: RecordContactInput!) { recordContact(input: $in) { contact { id cost { amount } } userErrors { code field message } } }`,
					Vars{"in": Called(customer, Vars{"at": at, "minutes": "60", "staffId": user})})
				if got := r.Text("recordContact.contact.cost.amount"); want != "" && got != want {
					t.Errorf("%s: a contact at %s costs %s, want %s", order, at, got, want)
				}
				return r.Text("recordContact.contact.id")
			}
			for _, what := range order {
				w.Clock.Advance(time.Second)
				switch what {
				case 's':
					recorded(Vars{"grade": "senior", "gradeFrom": early})
				case 'm':
					recorded(Vars{"grade": "master"})
				case 'c':
					contact = cost(late, "690.00")
					w.Clock.Advance(time.Second)
					known = w.Clock.Now().UTC().Format(time.RFC3339Nano)
				}
			}
			w.Clock.Advance(time.Second)
			cost(late, "690.00")
			cost(between, "900.00")
			for _, at := range []string{known, w.Clock.Now().UTC().Format(time.RFC3339Nano)} {
				r := admin.Must(`query($id: ID!, $at: Time!) { node(id: $id) { ... on Contact { cost { amount } costKnownAt(at: $at) { total { amount } } } } }`, Vars{"id": contact, "at": at})
				if now, then := r.Text("node.cost.amount"), r.Text("node.costKnownAt.total.amount"); now != "690.00" || then != "690.00" {
					t.Errorf("%s: the contact costs %s, and %s as known at %s; want 690.00", order, now, then, at)
				}
			}
			r := admin.Must(`query($id: ID!) { node(id: $id) { ... on User { grade grades { grade validFrom } } } }`, Vars{"id": user})
			if r.Text("node.grade") != "master" || r.Len("node.grades") != 3 || r.Text("node.grades.0.grade") != "master" || r.Text("node.grades.1.grade") != "senior" ||
				r.Text("node.grades.2.grade") != "fitter" || r.Text("node.grades.2.validFrom") != early {
				t.Errorf("%s: %s", order, r.Body)
			}
		}
		for _, known := range []any{nil, w.Clock.Now().UTC().Format(time.RFC3339Nano)} {
			if r := admin.Must(report, Vars{"from": moment(-120), "to": moment(-100), "known": known}); r.Text("contactEconomics.total.cost.amount") != "8280.00" { // 12 of 690
				t.Errorf("known at %v: %s", known, r.Body)
			}
		}
		admin.Must(rateIs, Vars{"in": ratePer("CHANNEL_FEE", "PHONE", "contact", "1", moment(-300))}) // restates
		if r := admin.Must(report, Vars{"from": moment(-120), "to": moment(-100)}); r.Text("contactEconomics.total.cost.amount") != "8292.00" {
			t.Errorf("restated: %s", r.Body)
		}
		if found, err := w.App.Check.Laws(w.System()); err != nil || len(found) != 0 {
			t.Errorf("%+v, %v", found, err)
		}
	})
}
