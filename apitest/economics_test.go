package apitest

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"kopeck/files"
	"kopeck/files/option"
	"kopeck/schema"
	"kopeck/store"
)

const (
	contactEconomics = `query($from: Time!, $to: Time!, $by: [ContactDimension!]!, $m: AttributionModel, $known: Time) {
		contactEconomics(from: $from, to: $to, by: $by, model: $m, knownAt: $known) { from to model rows { ...figures } unattributed { amount } total { ...figures } csv } }
		fragment figures on ContactEconomicsRow { key labels contacts minutes cost { amount } realised { amount } net { amount } returnOnCost }`
	staffEconomics = `query($from: Time!, $to: Time!) { staffEconomics(from: $from, to: $to) {
		rows { user { name } contacts minutes cost { amount } realised { amount } net { amount } netPerContact { amount } netPerHour { amount } expectedNet { amount } difference { amount } differencePerContact { amount } }
		others { ...figures } total { ...figures } csv } }
		fragment figures on StaffEconomicsGroup { people contacts minutes cost { amount } realised { amount } net { amount } netPerContact { amount } netPerHour { amount } expectedNet { amount } difference { amount } differencePerContact { amount } }`
)

// always is a period without limits.
func always(by ...string) Vars {
	return Vars{"from": "1900-01-01T00:00:00Z", "to": "2100-01-01T00:00:00Z", "by": append([]string{}, by...)}
}

// economicsRows formats the rows as "key, key: contacts minutes cost realised net return".
func economicsRows(r *Result) []string {
	all := []string{}
	for i := range r.Len("contactEconomics.rows") {
		all = append(all, economicsRow(r, fmt.Sprintf("contactEconomics.rows.%d", i)))
	}
	return all
}

func economicsRow(r *Result, at string) string {
	var key []string
	for i := range r.Len(at + ".key") {
		key = append(key, r.Text(fmt.Sprintf("%s.key.%d", at, i)))
	}
	text := strings.Join(key, ", ") + ":"
	for _, field := range []string{"contacts", "minutes", "cost.amount", "realised.amount", "net.amount", "returnOnCost"} {
		text += " " + r.Text(at+"."+field)
	}
	return text
}

// newUser creates a seller and returns the id.
func newUser(c *Client, name, email string) string {
	return c.Must(`mutation($in: CreateUserInput!) { createUser(input: $in) { user { id } userErrors { code field message } } }`,
		Vars{"in": Vars{"email": email, "name": name, "role": "SALES", "password": "correct horse battery staple 9"}}).Text("createUser.user.id")
}

// TestContactEconomicsByHand is an example computed by hand: three contacts, two of them of one customer, around the end of a
// month in Moscow; an order credited to the first two and one credited to none.
func TestContactEconomicsByHand(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC))
		admin := w.As(schema.RoleAdmin)
		admin.Must(`mutation { changeSetting(input: {name: "timeZone", value: "Europe/Moscow"}) { userErrors { code field message } } }`, nil)
		s := openShop(w)
		admin.Must(`mutation($id: ID!) { updateCustomer(input: {id: $id, expectedVersion: 1, segment: QUALITY_CHEAP}) { userErrors { code field message } } }`, Vars{"id": s.customer})
		second := NewCustomer(admin, Vars{"name": "Second"})
		olga, formula := newUser(admin, "Ольга, сбыт", "olga@example.com"), newUser(admin, "=1+1", "f@example.com")
		record := func(customer, at string, more Vars) {
			admin.Must(recordContact, Vars{"in": Called(customer, with(more, "at", at))})
		}
		record(s.customer, "2026-10-31T20:59:59.999999Z", Vars{"minutes": "5.5", "staffId": olga, "expense": roubles("10.00")})
		record(s.customer, "2026-10-31T21:00:00Z", Vars{"kind": "EMAIL", "channel": "EMAIL", "staffId": olga})
		order := s.order("1", Vars{"at": "2026-11-09T00:00:00Z"})
		admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": "2026-11-10T00:00:00Z"}})
		order = admin.Must(placeOrder, Vars{"in": Vars{"customerId": second, "priceTokens": []string{s.token(second, "1", 0)}, "at": "2026-11-12T00:00:00Z"}}).Text("placeOrder.order.id")
		admin.Must(completeOrder, Vars{"in": Vars{"id": order, "at": "2026-11-12T00:00:00Z"}})
		record(second, "2026-11-15T00:00:00Z", Vars{"channel": "VISIT", "staffId": formula, "expense": roubles("30.01")})

		ask := func(vars Vars) *Result { return w.As(schema.RoleAnalyst).Must(contactEconomics, vars) }
		// The margin is 999.99 - 400 = 599.99; the first of two has the odd kopeck.
		all := ask(always())
		want(t, economicsRows(all), ": 3 5.5 40.01 599.99 559.98 13.996001")
		if got := economicsRow(all, "contactEconomics.total"); got != ": 3 5.5 40.01 599.99 559.98 13.996001" {
			t.Errorf("total %s", got)
		}
		if got := all.Text("contactEconomics.unattributed.amount") + " " + all.Text("contactEconomics.model"); got != "599.99 LINEAR" {
			t.Error(got)
		}
		want(t, economicsRows(ask(always("MONTH"))), "2026-10: 1 5.5 10.00 300.00 290.00 29", "2026-11: 2 0 30.01 299.99 269.98 8.996335")
		want(t, economicsRows(ask(always("MONTH", "KIND"))), "2026-10, INFO_CALL: 1 5.5 10.00 300.00 290.00 29",
			"2026-11, EMAIL: 1 0 0.00 299.99 299.99 ", "2026-11, INFO_CALL: 1 0 30.01 0.00 -30.01 -1")
		want(t, economicsRows(ask(always("SEGMENT", "STAGE"))), ", CUSTOMER: 1 0 30.01 0.00 -30.01 -1", "QUALITY_CHEAP, STRANGER: 2 5.5 10.00 599.99 589.99 58.999")
		// A customer's earlier contacts stay in the earlier segment.
		version := admin.Must(`query($id: ID!) { customer(id: $id) { version } }`, Vars{"id": s.customer}).Int("customer.version")
		admin.Must(`mutation($id: ID!, $v: Int!) { updateCustomer(input: {id: $id, expectedVersion: $v, segment: FAST_CHEAP}) { userErrors { code field message } } }`, Vars{"id": s.customer, "v": version})
		want(t, economicsRows(ask(always("SEGMENT", "STAGE"))), ", CUSTOMER: 1 0 30.01 0.00 -30.01 -1", "QUALITY_CHEAP, STRANGER: 2 5.5 10.00 599.99 589.99 58.999")
		want(t, economicsRows(ask(always("CHANNEL", "DIRECTION"))), "EMAIL, INBOUND: 1 0 0.00 299.99 299.99 ", "PHONE, INBOUND: 1 5.5 10.00 300.00 290.00 29", "VISIT, INBOUND: 1 0 30.01 0.00 -30.01 -1")
		for model, first := range map[string]string{"FIRST": "599.99 589.99 58.999", "LAST": "0.00 -10.00 -1", "LINEAR": "300.00 290.00 29"} {
			under := ask(with(always("MONTH"), "m", model))
			if got := economicsRows(under); got[0] != "2026-10: 1 5.5 10.00 "+first || under.Text("contactEconomics.model") != model || under.Text("contactEconomics.unattributed.amount") != "599.99" {
				t.Errorf("%s: %s", model, under.Body)
			}
		}
		want(t, economicsRows(ask(always("MONTH"))), "2026-10: 1 5.5 10.00 300.00 290.00 29", "2026-11: 2 0 30.01 299.99 269.98 8.996335")

		staff := ask(always("STAFF"))
		names := map[string]string{olga: "Ольга, сбыт", formula: "=1+1"}
		for i := range 2 {
			at := fmt.Sprintf("contactEconomics.rows.%d.", i)
			if staff.Text(at+"labels.0") != names[staff.Text(at+"key.0")] {
				t.Errorf("labels: %s", staff.Body)
			}
		}
		if wanted := "staff,staff_name,contacts,minutes,cost,realised,net,return_on_cost,currency\n" +
			olga + ",\"Ольга, сбыт\",2,5.5,10.00,599.99,589.99,58.999,RUB\n" + formula + ",'=1+1,1,0,30.01,0.00,-30.01,-1,RUB\n"; staff.Text("contactEconomics.csv") != wanted {
			t.Errorf("CSV\n%s\nwant\n%s", staff.Text("contactEconomics.csv"), wanted)
		}

		// From is in it, to is not; orders count by when they were placed.
		part := ask(Vars{"from": "2026-10-31T21:00:00Z", "to": "2026-11-15T00:00:00Z", "by": []string{"KIND"}})
		want(t, economicsRows(part), "EMAIL: 1 0 0.00 299.99 299.99 ")
		none := ask(Vars{"from": "2026-11-12T00:00:00.000001Z", "to": "2026-11-12T00:00:00.000001Z", "by": []string{"MONTH", "STAFF"}})
		if none.Len("contactEconomics.rows") != 0 || none.Text("contactEconomics.unattributed.amount") != "0.00" || economicsRow(none, "contactEconomics.total") != ": 0 0 0.00 0.00 0.00 " {
			t.Errorf("nothing: %s", none.Body)
		}
		want(t, economicsRows(ask(Vars{"from": "0001-01-01T00:00:00Z", "to": "0001-01-01T00:00:00Z", "by": []string{}})), ": 0 0 0.00 0.00 0.00 ")
		want(t, economicsRows(ask(Vars{"from": "0001-01-01T00:00:00Z", "to": "9999-12-31T23:59:59Z", "by": []string{}, "m": "LAST"})), ": 3 5.5 40.01 599.99 559.98 13.996001")
		inOrder(t, w)
	})
}

// TestStaffEconomicsByHand has two people with 30 contacts and one with two. A call nets -78.00 / 52 = -1.50 on average, a
// complaint -3.00.
func TestStaffEconomicsByHand(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		customer := NewCustomer(admin, Vars{})
		anna, boris, vera := newUser(admin, "Anna", "a@example.com"), newUser(admin, "Boris", "b@example.com"), newUser(admin, "Vera", "v@example.com")
		record := func(n int, staff, kind, cost, minutes string) {
			for range n {
				admin.Must(recordContact, Vars{"in": Called(customer, Vars{"kind": kind, "staffId": staff, "expense": roubles(cost), "minutes": minutes})})
			}
		}
		record(30, anna, "INFO_CALL", "1.00", "2")
		record(20, boris, "INFO_CALL", "2.00", "0")
		record(10, boris, "COMPLAINT", "3.00", "0")
		record(2, vera, "INFO_CALL", "4.00", "45")
		r := w.As(schema.RoleManager).Must(staffEconomics, always())
		figures := func(at string) string {
			text := ""
			for _, field := range []string{"people", "user.name", "contacts", "minutes", "cost.amount", "realised.amount", "net.amount", "netPerContact.amount", "netPerHour.amount", "expectedNet.amount", "difference.amount", "differencePerContact.amount"} {
				text += "/" + r.Text("staffEconomics."+at+"."+field)
			}
			return text
		}
		for at, wanted := range map[string]string{
			"rows.0": "//Anna/30/60/30.00/0.00/-30.00/-1.00/-30.00/-45.00/15.00/0.50",
			"rows.1": "//Boris/30/0/70.00/0.00/-70.00/-2.33//-60.00/-10.00/-0.33",
			"others": "/1//2/90/8.00/0.00/-8.00/-4.00/-5.33/-3.00/-5.00/-2.50",
			"total":  "/3//62/150/108.00/0.00/-108.00/-1.74/-43.20/-108.00/0.00/0.00",
		} {
			t.Run(at, func(t *testing.T) {
				if got := figures(at); got != wanted {
					t.Errorf("%s: %s, want %s", at, got, wanted)
				}
			})
		}
		if wanted := "staff,staff_name,people,contacts,minutes,cost,realised,net,net_per_contact,net_per_hour,expected_net,difference,difference_per_contact,currency\n" +
			anna + ",Anna,1,30,60,30.00,0.00,-30.00,-1.00,-30.00,-45.00,15.00,0.50,RUB\n" +
			boris + ",Boris,1,30,0,70.00,0.00,-70.00,-2.33,,-60.00,-10.00,-0.33,RUB\n" +
			",,1,2,90,8.00,0.00,-8.00,-4.00,-5.33,-3.00,-5.00,-2.50,RUB\n"; r.Text("staffEconomics.csv") != wanted {
			t.Errorf("CSV\n%s\nwant\n%s", r.Text("staffEconomics.csv"), wanted)
		}
		r = admin.Must(staffEconomics, Vars{"from": "2001-01-01T00:00:00Z", "to": "2001-01-01T00:00:00Z"})
		if got := figures("total"); r.Len("staffEconomics.rows") != 0 || got != "/0//0/0/0.00/0.00/0.00///0.00/0.00/" {
			t.Errorf("anonymous: %s", r.Body)
		}
	})
}

func TestEconomicsByRole(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		for _, role := range everyRole {
			may := role != schema.RoleSales && role != schema.RolePartner
			for _, query := range []string{contactEconomics, staffEconomics, `{ ledgerCheck { balanced } }`} {
				r := w.As(role).Do(query, always("STAFF"))
				refused := len(r.Errors) == 1 && r.Errors[0].Code() == "FORBIDDEN" && r.Get("contactEconomics") == nil
				if may && len(r.Errors) > 0 || !may && !refused {
					t.Errorf("%s: %s", role, r.Body)
				}
			}
		}
		if r := w.With("").Do(staffEconomics, always()); len(r.Errors) != 1 || r.Errors[0].Code() != "UNAUTHENTICATED" {
			t.Errorf("anonymous: %s", r.Body)
		}
	})
}

func TestEconomicsBadInput(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		reversed := Vars{"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z", "by": []string{}}
		for _, bad := range []struct {
			query, want string
			vars        Vars
		}{
			{contactEconomics, "INVALID [to]", reversed},
			{staffEconomics, "INVALID [to]", reversed},
			{contactEconomics, "INVALID [knownAt]", with(always(), "known", w.Clock.Now().Add(time.Hour))},
			{contactEconomics, "INVALID [by]", always("KIND", "STAFF", "KIND")},
			{contactEconomics, "INVALID [by]", always(append(dimensions, dimensions...)...)},
		} {
			t.Run(bad.want, func(t *testing.T) {
				r := admin.On(t).Do(bad.query, bad.vars)
				if len(r.Errors) != 1 || r.Errors[0].Code()+" "+fmt.Sprint(r.Errors[0].Extensions["field"]) != bad.want {
					t.Errorf("want %s: %s", bad.want, r.Body)
				}
			})
		}
		for _, vars := range []Vars{always("WEATHER"), with(always(), "from", "yesterday"), with(always(), "m", "BEST")} {
			if r := admin.Do(contactEconomics, vars); len(r.Errors) == 0 || r.Get("contactEconomics") != nil {
				t.Errorf("%v: %s", vars, r.Body)
			}
		}
		// Costs that fit, and whose sum does not.
		customer := NewCustomer(admin, Vars{})
		for range 4 {
			admin.Must(recordContact, Vars{"in": Called(customer, nil)})
		}
		err := w.Store.Write(w.System(), func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE contacts SET cost = 3000000000000000000")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, query := range []string{contactEconomics, staffEconomics} {
			if r := admin.Do(query, always()); len(r.Errors) != 1 || r.Errors[0].Code() != "INVALID" || !strings.Contains(r.Body, "too large") {
				t.Errorf("too large: %s", r.Body)
			}
		}
	})
}

// TestEconomicsTakeAConstantNumberOfStatements asks for reports by the credits of the books: the number of statements does
// not grow with the contacts.
func TestEconomicsTakeAConstantNumberOfStatements(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		var counts []int
		for range 2 {
			for i := range 10 {
				customer := NewCustomer(admin, Vars{"name": fmt.Sprint("C", i)})
				admin.Must(recordContact, Vars{"in": Called(customer, Vars{"at": w.Clock.Now().AddDate(0, -i, 0)})})
			}
			counts = append(counts, w.Statements(func() {
				admin.Must(contactEconomics, always("STAFF", "MONTH", "SEGMENT"))
				admin.Must(staffEconomics, always())
			}))
		}
		t.Logf("statements: %v", counts)
		if counts[0] != counts[1] || counts[0] > 10 {
			t.Errorf("statements: %v", counts)
		}
	})
}

// TestEconomicsUnderAModelOfManyCustomers has more customers than are credited in one batch.
func TestEconomicsUnderAModelOfManyCustomers(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		admin := w.As(schema.RoleAdmin)
		s := openShop(w)
		friend := NewCustomer(admin, Vars{"name": "A friend"})
		many(t, w, 4100)
		last := NewCustomer(admin, Vars{"name": "Behind them"})
		year := w.Clock.Now().AddDate(-1, 0, 0)
		admin.Must(recordContact, Vars{"in": Called(friend, Vars{"kind": "RECOMMENDATION", "aboutId": last, "at": year, "expense": roubles("1.00")})})
		admin.Must(recordContact, Vars{"in": Called(last, Vars{"at": w.Clock.Now().AddDate(0, 0, -1)})})
		admin.Must(recordContact, Vars{"in": Called(s.customer, Vars{"at": w.Clock.Now().AddDate(0, 0, -2)})})
		for _, customer := range []string{s.customer, last} {
			order := admin.Must(placeOrder, Vars{"in": Vars{"customerId": customer, "priceTokens": []string{s.token(customer, "1", 0)}}}).Text("placeOrder.order.id")
			admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		}
		want(t, economicsRows(admin.Must(contactEconomics, with(always("KIND"), "m", "LINEAR"))), "INFO_CALL: 2 0 0.00 899.98 899.98 ", "RECOMMENDATION: 1 0 1.00 300.00 299.00 299")
		want(t, economicsRows(admin.Must(contactEconomics, with(always("KIND"), "m", "FIRST"))), "INFO_CALL: 2 0 0.00 599.99 599.99 ", "RECOMMENDATION: 1 0 1.00 599.99 598.99 598.99")
		old := Vars{"from": year.AddDate(0, 0, -1), "to": year.AddDate(0, 0, 1), "by": []string{}, "m": "POSITION"} // long before any look-back window
		want(t, economicsRows(admin.Must(contactEconomics, old)), ": 1 0 1.00 300.00 299.00 299")
	})
}

// many creates customers without the API.
func many(t *testing.T, w *World, n int) {
	t.Helper()
	var text strings.Builder
	text.WriteString("number,name\n")
	for i := range n {
		fmt.Fprintf(&text, "many-%d,Customer %d\n", i, i)
	}
	report, err := files.Import(w.System(), w.App, option.Options{Kind: option.Customers, Map: "external_id=number,name=name", Source: strings.NewReader(text.String())})
	if err != nil || report.Added != int64(n) {
		t.Fatal(report, err)
	}
}
