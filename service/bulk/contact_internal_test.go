package bulk

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"

	"kopeck/costing"
	"kopeck/money"
)

func TestCheckContact(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(r *ContactRecord)
		says   string // the fault; "" for none
	}{
		{"as it should be", func(*ContactRecord) {}, ""},
		{"an id of an order", func(r *ContactRecord) { r.ID = anOrder }, "id: "},
		{"about a contact", func(r *ContactRecord) { r.AboutID = aContact }, "about_id: "},
		{"about themselves", func(r *ContactRecord) { r.Kind, r.AboutID = schema.Recommendation, aCustomer }, "cannot recommend themselves"},
		{"about somebody, and no recommendation", func(r *ContactRecord) { r.Kind, r.AboutID = schema.Visit, anotherCustomer }, "only a RECOMMENDATION"},
		{"a recommendation", func(r *ContactRecord) { r.Kind, r.AboutID = schema.Recommendation, anotherCustomer }, ""},
		{"staff", func(r *ContactRecord) { r.Staff = "olga" }, "staff: not an e-mail address"},
		{"minutes", func(r *ContactRecord) { r.Minutes = money.Whole(100_001) }, "minutes: want 0 to 100000"},
		{"expense", func(r *ContactRecord) { r.Expense = money.Minor(-1) }, "expense: must not be negative"},
		{"subject", func(r *ContactRecord) { r.Subject = strings.Repeat("x", 501) }, "subject: 501 characters"},
		{"two faults", func(r *ContactRecord) { r.ID, r.Staff = anOrder, "olga" }, "; staff: "},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := ContactRecord{ID: aContact, CustomerID: aCustomer, Staff: "olga@example.com", Minutes: money.Whole(3), Subject: " Offer "}
			c.change(&r)
			err := r.check()
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
	stored := storedContact{aContact, "crm-1", aCustomer, "EMAIL", "OUTBOUND", "EMAIL", noon, money.Whole(3), money.Minor(5)}
	for _, c := range []struct {
		name   string
		change func(s *storedContact)
		says   string // why it is rejected; "" if it is the same
	}{
		{"the same", func(*storedContact) {}, ""},
		{"without an id", func(s *storedContact) { s.id = "" }, ""},
		{"another id", func(s *storedContact) { s.id = "con_01jd0000000000000000000002" }, "that of another contact"},
		{"another customer", func(s *storedContact) { s.customerID = anotherCustomer }, "of another customer"},
		{"another channel", func(s *storedContact) { s.channel = "PHONE" }, "another kind, direction or channel"},
		{"another moment", func(s *storedContact) { s.at = noon.Add(time.Microsecond) }, "of 2026-06-01"},
		{"other minutes", func(s *storedContact) { s.minutes = money.Whole(4) }, "other minutes"},
		{"another expense", func(s *storedContact) { s.expense = money.Minor(6) }, "another expense"},
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

func TestSameRate(t *testing.T) {
	t.Parallel()
	half, third := money.MustDecimal("0.5"), money.MustDecimal("0.3")
	base := costing.Rate{Unit: "hour", Amount: money.Whole(5), FixedShare: &half}
	for _, c := range []struct {
		name   string
		change func(r *costing.Rate)
		same   bool
	}{
		{"the same", func(r *costing.Rate) { equal := half; r.FixedShare = &equal }, true},
		{"of another time", func(r *costing.Rate) { r.ValidFrom = noon }, true},
		{"another unit", func(r *costing.Rate) { r.Unit = "minute" }, false},
		{"another amount", func(r *costing.Rate) { r.Amount = third }, false},
		{"another share", func(r *costing.Rate) { r.FixedShare = &third }, false},
		{"no share", func(r *costing.Rate) { r.FixedShare = nil }, false},
		{"a capacity", func(r *costing.Rate) { r.CapacityPerDay = &half }, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			other := base
			c.change(&other)
			if got := sameRate(base, other); got != c.same {
				t.Errorf("the same: %t", got)
			}
		})
	}
}
