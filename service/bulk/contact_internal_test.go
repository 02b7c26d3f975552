package bulk

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"
	"kopeck/service/contacts"

	"kopeck/money"
)

func TestCheckContact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(r *contacts.Record)
		says   string // the fault; "" for none
	}{
		{"as it should be", func(*contacts.Record) {}, ""},
		{"an id of an order", func(r *contacts.Record) { r.ID = anOrder }, "id: "},
		{"about a contact", func(r *contacts.Record) { r.AboutID = aContact }, "about_id: "},
		{"about themselves", func(r *contacts.Record) { r.Kind, r.AboutID = schema.Recommendation, aCustomer }, "cannot recommend themselves"},
		{"about somebody, and no recommendation", func(r *contacts.Record) { r.Kind, r.AboutID = schema.Visit, anotherCustomer }, "only a RECOMMENDATION"},
		{"a recommendation", func(r *contacts.Record) { r.Kind, r.AboutID = schema.Recommendation, anotherCustomer }, ""},
		{"staff", func(r *contacts.Record) { r.Staff = "olga" }, "staff: not an e-mail address"},
		{"minutes", func(r *contacts.Record) { r.Minutes = money.Whole(100_001) }, "minutes: want 0 to 100000"},
		{"expense", func(r *contacts.Record) { r.Expense = money.Minor(-1) }, "expense: must not be negative"},
		{"subject", func(r *contacts.Record) { r.Subject = strings.Repeat("x", 501) }, "subject: 501 characters"},
		{"two faults", func(r *contacts.Record) { r.ID, r.Staff = anOrder, "olga" }, "; staff: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := contacts.Record{ID: aContact, CustomerID: aCustomer, Staff: "olga@example.com", Minutes: money.Whole(3), Subject: " Offer "}
			c.change(&r)
			err := contacts.Fields().Check(&r)
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(reason(err), c.says) {
				t.Errorf("%v, want %q in it", err, c.says)
			}
			if err == nil && r.Subject != "Offer" {
				t.Errorf("the subject is %q", r.Subject)
			}
		})
	}
}

func TestSameContact(t *testing.T) {
	t.Parallel()
	stored := contacts.Record{ID: aContact, ExternalID: "crm-1", CustomerID: aCustomer, Kind: schema.Email, Direction: schema.Outbound, Channel: schema.ByEmail, At: noon, Minutes: money.Whole(3), Expense: money.Minor(5)}
	for _, c := range []struct {
		name   string
		change func(s *contacts.Record)
		says   string // why it is rejected; "" if it is the same
	}{
		{"the same", func(*contacts.Record) {}, ""},
		{"without an id", func(s *contacts.Record) { s.ID = "" }, ""},
		{"another id", func(s *contacts.Record) { s.ID = "con_01jd0000000000000000000002" }, "that of another contact"},
		{"another customer", func(s *contacts.Record) { s.CustomerID = anotherCustomer }, "of another customer"},
		{"another channel", func(s *contacts.Record) { s.Channel = schema.ByPhone }, "another kind, direction or channel"},
		{"another moment", func(s *contacts.Record) { s.At = noon.Add(time.Microsecond) }, "of 2026-06-01"},
		{"other minutes", func(s *contacts.Record) { s.Minutes = money.Whole(4) }, "other minutes"},
		{"another expense", func(s *contacts.Record) { s.Expense = money.Minor(6) }, "another expense"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			given := stored
			c.change(&given)
			v := sameContact(&stored, &given)
			if want := map[bool]Outcome{true: Present, false: Rejected}[c.says == ""]; v.Outcome != want || !strings.Contains(v.Reason, c.says) {
				t.Errorf("%+v, want %q in it", v, c.says)
			}
		})
	}
}
