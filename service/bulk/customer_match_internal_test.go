package bulk

import (
	"strings"
	"testing"

	"kopeck/ent"
	"kopeck/service/customers"
)

// ofCustomer is a record with what customers are found by.
func ofCustomer(id, external, email string, deleted bool) *customers.Record {
	r := &customers.Record{Customer: &ent.Customer{ID: id}}
	if external != "" {
		r.ExternalID = &external
	}
	if email != "" {
		r.EmailKey = &email
	}
	if deleted {
		r.DeletedAt = &noon
	}
	return r
}

// Customers are found by id, or else by external id, or else by e-mail, and an e-mail belongs to one of them.
func TestStoredCustomers(t *testing.T) {
	t.Parallel()
	stored := someStored()
	for _, c := range []struct {
		name  string
		given *customers.Record
		found string // the id
		says  string // why it is rejected
		taken string // why it is rejected as a new customer
	}{
		{"by id", ofCustomer(aCustomer, "crm-9", "", false), aCustomer, "", ""},
		{"by external id", ofCustomer("", "crm-1", "other@example.com", false), aCustomer, "", "the external_id is that of another customer"},
		{"by e-mail", ofCustomer("", "", "anna@example.com", false), aCustomer, "", "the e-mail is that of another customer"},
		{"of one that is deleted", ofCustomer("", "crm-2", "gone@example.com", false), "", "", ""},
		{"deleted itself", ofCustomer("", "crm-1", "anna@example.com", true), aCustomer, "", ""},
		{"new", ofCustomer("", "crm-3", "new@example.com", false), "", "", ""},
		{"by nothing", ofCustomer("", "", "", false), "", "want an id, an external_id or an e-mail", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			found, v := stored.find(c.given)
			if v.Outcome == Rejected != (c.says != "") || !strings.Contains(v.Reason, c.says) {
				t.Errorf("%+v, want %q in it", v, c.says)
			}
			if found == nil != (c.found == "") || found != nil && found.ID != c.found {
				t.Errorf("found %v, want %s", found, c.found)
			}
			if v := stored.taken(c.given, ""); v.Outcome == Rejected != (c.taken != "") || !strings.Contains(v.Reason, c.taken) {
				t.Errorf("as a new one: %+v, want %q in it", v, c.taken)
			}
			if v := stored.taken(c.given, aCustomer); v.Outcome == Rejected {
				t.Errorf("as the same one: %+v", v)
			}
		})
	}
}

func someStored() storedCustomers {
	stored := newStoredCustomers()
	stored.add(ofCustomer(aCustomer, "crm-1", "anna@example.com", false))
	stored.add(ofCustomer("gone", "crm-2", "gone@example.com", true))
	return stored
}

// What a customer had before it was changed is free again.
func TestStoredCustomerIsReplaced(t *testing.T) {
	t.Parallel()
	stored := someStored()
	stored.add(ofCustomer(aCustomer, "crm-7", "", false))
	if len(stored.byExternal) != 1 || len(stored.byEmail) != 0 {
		t.Errorf("what the customer had before is still theirs: %v %v", stored.byExternal, stored.byEmail)
	}
}
