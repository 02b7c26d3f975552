package bulk

import (
	"context"
	"slices"
	"strings"

	"kopeck/ent"
	"kopeck/service/customers"
	"kopeck/service/input"
)

// storedCustomers are the customers that records are compared with.
type storedCustomers struct {
	byID, byExternal, byEmail map[string]*customers.Record
	byPhone                   map[string][]*customers.Record // several may have one number
	away                      mergedAway
}

func newStoredCustomers() storedCustomers {
	return storedCustomers{map[string]*customers.Record{}, map[string]*customers.Record{}, map[string]*customers.Record{}, map[string][]*customers.Record{}, mergedAway{}}
}

// phoneOf returns by what a customer's phone is found, "" for one without a number that tells customers apart.
func phoneOf(p *customers.Record) string {
	if phone := input.OrZero(p.Phone); len(input.PhoneDigits(phone)) >= input.FewestDigits {
		return phone
	}
	return ""
}

// phoneTyped is [phoneOf] a number as a file has it.
func (c *chunk) phoneTyped(text string) string {
	phone, err := input.Phone("", text, c.locale().Region)
	if err != nil {
		return ""
	}
	return phoneOf(&customers.Record{Customer: &ent.Customer{Phone: &phone}})
}

func (s storedCustomers) add(p *customers.Record) {
	if before := s.byID[p.ID]; before != nil {
		delete(s.byExternal, input.OrZero(before.ExternalID))
		delete(s.byEmail, input.OrZero(before.EmailKey))
		s.byPhone[phoneOf(before)] = slices.DeleteFunc(s.byPhone[phoneOf(before)], func(one *customers.Record) bool { return one == before })
	}
	s.byID[p.ID] = p
	if p.DeletedAt == nil && p.ExternalID != nil {
		s.byExternal[*p.ExternalID] = p
	}
	if p.DeletedAt == nil && p.EmailKey != nil {
		s.byEmail[*p.EmailKey] = p
	}
	if phone := phoneOf(p); p.DeletedAt == nil && phone != "" {
		s.byPhone[phone] = append(s.byPhone[phone], p)
	}
}

// find returns the customer that a record is about, nil for a new one.
func (s storedCustomers) find(given *customers.Record) (*customers.Record, Verdict) {
	if given.ID != "" {
		return s.byID[given.ID], Verdict{}
	}
	if given.ExternalID != nil {
		return s.byExternal[*given.ExternalID], Verdict{}
	}
	if given.EmailKey != nil {
		return s.byEmail[*given.EmailKey], Verdict{}
	}
	switch found := s.byPhone[phoneOf(given)]; {
	case phoneOf(given) == "":
		return nil, rejected("want an id, an external_id or an e-mail, or a phone of %d digits or more: without one each import would create the customer again", input.FewestDigits)
	case len(found) > 1:
		return nil, rejected("phone: it is that of %d customers: want an id, an external_id or an e-mail to say which", len(found))
	case len(found) == 1:
		return found[0], Verdict{}
	}
	return nil, Verdict{}
}

// taken rejects a record whose external id or e-mail another customer has. E-mails that differ in case are one.
func (s storedCustomers) taken(given *customers.Record, self string) Verdict {
	if given.DeletedAt != nil {
		return Verdict{}
	}
	if other := s.byExternal[input.OrZero(given.ExternalID)]; other != nil && given.ExternalID != nil && other.ID != self {
		return rejected("the external_id is that of another customer, %s", other.ID)
	}
	if other := s.away.byExternal[input.OrZero(given.ExternalID)]; other != "" && other != self {
		return rejected("the external_id is that of another customer, %s", other)
	}
	for _, key := range emailKeys(given) {
		if other := s.byEmail[key]; other != nil && other.ID != self {
			return rejected("the e-mail is that of another customer, %s", other.ID)
		}
		if other := s.away.byEmail[key]; other != "" && other != self {
			return rejected("the e-mail is that of another customer, %s", other)
		}
	}
	return Verdict{}
}

// storedCustomers reads, and in a transaction holds, the customers that records may be about.
func (c *chunk) storedCustomers(ctx context.Context, records []customers.Record) (found storedCustomers, err error) {
	found = newStoredCustomers()
	var ids, externals, emails, phones []string
	for _, r := range records {
		if r.ID != "" {
			ids = append(ids, r.ID)
		}
		if external, err := input.OptionalText("", r.ExternalID, 100); err == nil && external != nil {
			externals = append(externals, *external)
		}
		if r.Email != nil {
			emails = append(emails, input.EmailKey(strings.TrimSpace(*r.Email)))
		}
		for _, one := range r.Emails {
			emails = append(emails, input.EmailKey(strings.TrimSpace(one.Value)))
		}
		if r.Phone != nil && r.ID == "" && r.ExternalID == nil && r.Email == nil {
			if phone := c.phoneTyped(*r.Phone); phone != "" {
				phones = append(phones, phone)
			}
		}
	}
	if found.away, err = c.mergedAway(ctx, ids, externals, emails, phones); err != nil {
		return found, err
	}
	return found, c.customersBy(ctx, ids, externals, emails, phones, func(p *customers.Record) {
		if found.byID[p.ID] == nil {
			found.add(p)
		}
	})
}
