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
