package apitest

import (
	"fmt"
	"testing"
	"time"

	"kopeck/schema"
)

const (
	seenContact = `contact { id version kind direction channel at minutes subject staff { email } about { id } permission { id } purpose cost { amount }
		costLines { kind label quantity rate amount { amount } rateValidFrom } value { realised { amount } net { amount } credits { order { id } amount { amount } share } } }
		userErrors { code field message ... on PermissionMissing { channel purpose requiredLevel currentLevel } }`
	recordContact = `mutation($in: RecordContactInput!) { recordContact(input: $in) { ` + seenContact + ` } }`
	rateIs        = `mutation($in: SetRateInput!) { setRate(input: $in) { rate { id code amount recordedAt } userErrors { code field message } } }`
)

// Called returns the input of an inbound call of a customer, with the fields of more.
func Called(customer string, more Vars) Vars {
	in := Vars{"customerId": customer, "kind": "INFO_CALL", "direction": "INBOUND", "channel": "PHONE"}
	for name, value := range more {
		in[name] = value
	}
	return in
}

func ratePer(subject, code, unit, amount, validFrom string) Vars {
	return Vars{"subject": subject, "code": code, "unit": unit, "amount": amount, "validFrom": validFrom}
}

func TestContactCostsLineByLine(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		me := sales.Must(`{ viewer { user { id email } } }`, nil)
		customer := NewCustomer(admin, Vars{})
		// 600 an hour is 10 a minute; the e-mail is found in any case.
		admin.Must(rateIs, Vars{"in": ratePer("STAFF", upper(me.Text("viewer.user.email")), "hour", "600", "2020-01-01T00:00:00Z")})
		admin.Must(rateIs, Vars{"in": ratePer("CHANNEL_FEE", "PHONE", "contact", "0.125", "2020-01-01T00:00:00Z")})
		admin.Must(rateIs, Vars{"in": ratePer("CHANNEL_MINUTE", "PHONE", "minute", "1.333", "2020-01-01T00:00:00Z")})
		r := sales.Must(recordContact, Vars{"in": Called(customer, Vars{"minutes": "7.5", "expense": roubles("3.40"), "subject": "  curtains ", "notes": "blue"})})
		for path, want := range map[string]string{
			"subject": "curtains", "staff.email": me.Text("viewer.user.email"), "minutes": "7.5",
			"costLines.0.kind": "STAFF_TIME", "costLines.0.quantity": "7.5", "costLines.0.rate": "600", "costLines.0.amount.amount": "75.00",
			// 0.125 is half a kopeck over 0.12: half to even gives 0.12.
			"costLines.1.kind": "CHANNEL_FEE", "costLines.1.amount.amount": "0.12",
			// 7.5 x 1.333 = 9.9975
			"costLines.2.kind": "CHANNEL_TIME", "costLines.2.amount.amount": "10.00", "costLines.2.rateValidFrom": "2020-01-01T00:00:00Z",
			"costLines.3.kind": "EXPENSE", "costLines.3.amount.amount": "3.40",
			"cost.amount": "88.52", "value.realised.amount": "0.00", "value.net.amount": "-88.52",
		} {
			if got := r.Text("recordContact.contact." + path); got != want {
				t.Errorf("%s is %q, want %q", path, got, want)
			}
		}
		value := admin.Must(`query($c: ID!) { customer(id: $c) { lifetimeValue { past { amount } } } }`, Vars{"c": customer})
		if got := value.Text("customer.lifetimeValue.past.amount"); got != "-88.52" {
			t.Errorf("past value %s", got)
		}
	})
}

func TestContactWithoutARateIsCostedWhenItArrives(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		customer := NewCustomer(admin, Vars{})
		made := admin.Must(recordContact, Vars{"in": Called(customer, Vars{"channel": "EMAIL", "at": "2026-03-01T12:00:00Z"})})
		if made.Text("recordContact.contact.costLines.0.label") != "EMAIL: no rate" || made.Text("recordContact.contact.cost.amount") != "0.00" {
			t.Fatalf("a missing rate says so: %s", made.Body)
		}
		cost := func() string {
			return admin.Must(`query($id: ID!) { node(id: $id) { ... on Contact { cost { amount } } } }`, Vars{"id": made.Text("recordContact.contact.id")}).Text("node.cost.amount")
		}
		for _, step := range []struct{ validFrom, amount, want string }{
			{"2026-03-01T12:00:00.000001Z", "9", "0.00"}, // a moment too late
			{"2026-03-01T12:00:00Z", "2", "2.00"},        // to the moment
			{"2026-02-01T00:00:00Z", "5", "2.00"},        // before one that holds
			{"2099-01-01T00:00:00Z", "7", "2.00"},        // in the future
		} {
			admin.Must(rateIs, Vars{"in": ratePer("CHANNEL_FEE", "EMAIL", "contact", step.amount, step.validFrom)})
			if got := cost(); got != step.want {
				t.Fatalf("after %v: %s", step, got)
			}
		}
		admin.Refused("ALREADY_EXISTS validFrom", rateIs, Vars{"in": ratePer("CHANNEL_FEE", "EMAIL", "contact", "3", "2026-03-01T12:00:00Z")})
		for _, amount := range []string{"3.255", "2"} { // there and back
			in := ratePer("CHANNEL_FEE", "EMAIL", "contact", amount, "2026-03-01T12:00:00Z")
			in["correction"] = true
			admin.Must(rateIs, Vars{"in": in})
			want := map[string]string{"3.255": "3.26", "2": "2.00"}[amount] // 325.5 kopecks, half to even
			if got := cost(); got != want {
				t.Errorf("corrected to %s: %s, want %s", amount, got, want)
			}
		}
		rates := admin.Must(`{ rates(subject: CHANNEL_FEE, code: "EMAIL") { amount validFrom } }`, nil)
		if rates.Len("rates") != 6 || rates.Text("rates.0.amount") != "7" {
			t.Errorf("six rates, the newest first: %s", rates.Body)
		}
		if hidden := w.As(schema.RoleSales).Must(`{ rates { amount } }`, nil); hidden.Get("rates") != nil {
			t.Errorf("SALES see no rates: %s", hidden.Body)
		}
		inOrder(t, w)
	})
}

func TestContactBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		customer := NewCustomer(admin, Vars{})
		other := NewCustomer(admin, Vars{"name": "Other"})
		for _, bad := range []struct {
			want string
			more Vars
		}{
			{"INVALID minutes", Vars{"minutes": "10080"}},
			{"INVALID minutes", Vars{"minutes": "-1"}},
			{"INVALID at", Vars{"at": w.Clock.Now().Add(time.Hour)}},
			{"INVALID at", Vars{"at": "0001-01-01T00:00:00Z"}},
			{"INVALID at", Vars{"at": "9999-12-31T00:00:00Z"}},
			{"INVALID aboutId", Vars{"kind": "RECOMMENDATION", "aboutId": customer}},
			{"INVALID aboutId", Vars{"aboutId": other}},
			{"INVALID aboutId", Vars{"kind": "RECOMMENDATION", "aboutId": "ord_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"NOT_FOUND aboutId", Vars{"kind": "RECOMMENDATION", "aboutId": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"NOT_FOUND customerId", Vars{"customerId": "cus_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"INVALID customerId", Vars{"customerId": "con_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"NOT_FOUND staffId", Vars{"staffId": "usr_01jd3x5m8nf4svbj2k7q9w0e1r"}},
			{"INVALID staffId", Vars{"staffId": customer}},
			{"INVALID expense.amount", Vars{"expense": roubles("-1.00")}},
			{"INVALID expense.amount", Vars{"expense": roubles("1.005")}},
			{"INVALID expense.currencyCode", Vars{"expense": Vars{"amount": "1.00", "currencyCode": "EUR"}}},
			{"INVALID purpose", Vars{"kind": "TARGET_CALL", "direction": "OUTBOUND"}},
			{"INVALID purpose", Vars{"kind": "EMAIL", "direction": "OUTBOUND", "channel": "EMAIL"}},
			{"INVALID purpose", Vars{"kind": "MESSAGE", "direction": "OUTBOUND", "channel": "SMS"}},
			{"PERMISSION_MISSING channel", Vars{"kind": "TARGET_CALL", "direction": "OUTBOUND", "purpose": "MARKETING"}},
			{"INVALID id", Vars{"id": "con_1"}},
		} {
			t.Run(bad.want, func(t *testing.T) {
				admin.On(t).Refused(bad.want, recordContact, Vars{"in": Called(customer, bad.more)})
			})
		}
		if n := admin.Must(`{ contacts { totalCount } }`, nil).Int("contacts.totalCount"); n != 0 {
			t.Errorf("%d contacts were written", n)
		}
		const mine = "con_01jd3x5m8nf4svbj2k7q9w0e1r"
		admin.Must(recordContact, Vars{"in": Called(customer, Vars{"id": mine, "minutes": "1440"})})
		admin.Refused("ALREADY_EXISTS id", recordContact, Vars{"in": Called(customer, Vars{"id": mine})})
	})
}

func TestRateBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		admin.Must(rateIs, Vars{"in": ratePer("MATERIAL", "cloth", "m", "10", "2024-01-01T00:00:00Z")})
		for _, bad := range []struct {
			want string
			in   Vars
		}{
			{"INVALID amount", ratePer("MATERIAL", "oak", "kg", "-1", "2024-01-01T00:00:00Z")},
			{"INVALID unit", ratePer("STAFF", "senior", "day", "1", "2024-01-01T00:00:00Z")},
			{"INVALID unit", ratePer("CHANNEL_FEE", "PHONE", "minute", "1", "2024-01-01T00:00:00Z")},
			{"INVALID unit", ratePer("MATERIAL", "cloth", "kg", "1", "2024-02-01T00:00:00Z")},
			{"INVALID code", ratePer("CHANNEL_FEE", "TELEPATHY", "contact", "1", "2024-01-01T00:00:00Z")},
			{"INVALID code", ratePer("MATERIAL", " ", "kg", "1", "2024-01-01T00:00:00Z")},
			{"INVALID validFrom", ratePer("MATERIAL", "oak", "kg", "1", "9999-01-01T00:00:00Z")},
			{"INVALID fixedShare", with(ratePer("RESOURCE", "loom", "hour", "1", "2024-01-01T00:00:00Z"), "fixedShare", "1.1")},
			{"INVALID capacityPerDay", with(ratePer("RESOURCE", "loom", "hour", "1", "2024-01-01T00:00:00Z"), "capacityPerDay", "-8")},
			{"INVALID capacityPerDay", with(ratePer("MATERIAL", "oak", "kg", "1", "2024-01-01T00:00:00Z"), "capacityPerDay", "8")},
			{"ALREADY_EXISTS validFrom", ratePer("MATERIAL", "cloth", "m", "11", "2024-01-01T03:00:00+03:00")},
		} {
			t.Run(bad.want, func(t *testing.T) {
				admin.On(t).Refused(bad.want, rateIs, Vars{"in": bad.in})
			})
		}
		w.As(schema.RoleSales).Refused("FORBIDDEN", rateIs, Vars{"in": ratePer("MATERIAL", "oak", "kg", "1", "2024-01-01T00:00:00Z")})
		if n := admin.Must(`{ rates { id } }`, nil).Len("rates"); n != 1 {
			t.Errorf("%d rates", n)
		}
	})
}

func TestContactThatSellsNeedsPermissionAtItsMoment(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		customer := NewCustomer(admin, Vars{})
		call := func(more Vars) Vars {
			in := Called(customer, Vars{"kind": "TARGET_CALL", "direction": "OUTBOUND", "purpose": "MARKETING"})
			for name, value := range more {
				in[name] = value
			}
			return Vars{"in": in}
		}
		refused := admin.Refused("PERMISSION_MISSING channel", recordContact, call(nil))
		if refused.Text("recordContact.userErrors.0.requiredLevel") != "BRAND_TRUST" || refused.Get("recordContact.userErrors.0.currentLevel") != nil {
			t.Errorf("what is needed: %s", refused.Body)
		}
		before := w.Clock.Now().UTC()
		w.Clock.Advance(time.Hour)
		given := admin.Must(`mutation($c: ID!) { grantPermission(input: {customerId: $c, channel: PHONE, purpose: MARKETING, level: BRAND_TRUST, source: "call", wording: "yes"}) { permission { id } userErrors { code field message } } }`, Vars{"c": customer})
		permission := given.Text("grantPermission.permission.id")
		made := admin.Must(recordContact, call(nil))
		if made.Text("recordContact.contact.permission.id") != permission {
			t.Errorf("made under %s: %s", permission, made.Body)
		}
		admin.Refused("PERMISSION_MISSING channel", recordContact, call(Vars{"at": before}))                                           // it had not been given yet
		admin.Refused("PERMISSION_MISSING channel", recordContact, call(Vars{"channel": "SMS"}))                                       // another channel
		admin.Refused("PERMISSION_MISSING channel", recordContact, call(Vars{"purpose": "PERSONALISATION"}))                           // another purpose
		admin.Must(recordContact, call(Vars{"purpose": "SERVICE", "channel": "SMS", "kind": "MESSAGE"}))                               // needs none
		admin.Must(recordContact, Vars{"in": Called(customer, Vars{"kind": "INFO_CALL", "purpose": "MARKETING", "channel": "VISIT"})}) // they came to us
		then := w.Clock.Now().UTC()
		w.Clock.Advance(time.Hour)
		admin.Must(`mutation($id: ID!) { revokePermission(input: {id: $id, source: "letter"}) { userErrors { code field message } } }`, Vars{"id": permission})
		admin.Refused("PERMISSION_MISSING channel", recordContact, call(nil))
		late := admin.Must(recordContact, call(Vars{"at": then})) // of a phone that was offline: it held then
		if late.Text("recordContact.contact.permission.id") != permission {
			t.Errorf("made under %s: %s", permission, late.Body)
		}
		inOrder(t, w)
	})
}

func TestRecordContactByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin, sales := w.As(schema.RoleAdmin), w.As(schema.RoleSales)
		boss := admin.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		seller := sales.Must(`{ viewer { user { id } } }`, nil).Text("viewer.user.id")
		free, owned := NewCustomer(admin, Vars{}), NewCustomer(admin, Vars{"name": "Owned", "ownerId": boss})
		sales.Must(recordContact, Vars{"in": Called(free, Vars{"staffId": seller})})
		sales.Refused("FORBIDDEN staffId", recordContact, Vars{"in": Called(free, Vars{"staffId": boss})})
		sales.Refused("NOT_FOUND customerId", recordContact, Vars{"in": Called(owned, nil)})
		sales.Refused("NOT_FOUND aboutId", recordContact, Vars{"in": Called(free, Vars{"kind": "RECOMMENDATION", "aboutId": owned})})
		admin.Must(recordContact, Vars{"in": Called(free, Vars{"staffId": seller})})
		w.As(schema.RoleAnalyst).Refused("FORBIDDEN", recordContact, Vars{"in": Called(free, nil)})
		key := Vars{"in": Called(free, Vars{"idempotencyKey": "once"})}
		if first, repeated := sales.Must(recordContact, key), sales.Must(recordContact, key); first.Text("recordContact.contact.id") != repeated.Text("recordContact.contact.id") {
			t.Errorf("%s and %s", first.Body, repeated.Body)
		}
		sales.Refused("IDEMPOTENCY_KEY_REUSED idempotencyKey", recordContact, Vars{"in": Called(free, Vars{"idempotencyKey": "once", "minutes": "1"})})
	})
}

// inOrder fails the test unless the laws hold on the world's database.
func inOrder(t *testing.T, w *World) {
	t.Helper()
	findings, err := w.App.Check.Laws(w.System())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range findings {
		t.Errorf("%s: %s: %s", f.Law, f.Subject, f.Wrong)
	}
}

func with(in Vars, name string, value any) Vars {
	in[name] = value
	return in
}

func upper(email string) string {
	return fmt.Sprintf("%c%s", email[0]-'a'+'A', email[1:])
}

// TestRecordingAContactTakesAConstantNumberOfStatements, independent of the number of contacts and orders that the customer has.
func TestRecordingAContactTakesAConstantNumberOfStatements(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		s := openShop(w)
		after := func(contacts, orders int) int {
			for i := range contacts {
				s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"at": w.Clock.Now().Add(time.Duration(i-100) * time.Hour)})})
			}
			for range orders {
				s.admin.Must(completeOrder, Vars{"in": Vars{"id": s.order("1", nil)}})
			}
			return w.Statements(func() {
				s.admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"at": w.Clock.Now().Add(-200 * time.Hour)})})
			})
		}
		few := after(1, 1)
		if many := after(12, 4); many != few {
			t.Errorf("%d statements after 1 contact and 1 order, %d after 14 and 5", few, many)
		}
		inOrder(t, w)
	})
}
