package bulk

import (
	"context"
	"strings"

	"kopeck/service/customers"
	"kopeck/service/input"
)

// storedCustomers are the customers that records are compared with.
type storedCustomers struct {
	byID, byExternal, byEmail map[string]*customers.Record
}

func (s storedCustomers) add(p *customers.Record) {
	if before := s.byID[p.ID]; before != nil {
		delete(s.byExternal, input.OrZero(before.ExternalID))
		delete(s.byEmail, input.OrZero(before.EmailKey))
	}
	s.byID[p.ID] = p
	if p.DeletedAt == nil && p.ExternalID != nil {
		s.byExternal[*p.ExternalID] = p
	}
	if p.DeletedAt == nil && p.EmailKey != nil {
		s.byEmail[*p.EmailKey] = p
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
	return nil, rejected("want an id, an external_id or an e-mail: without one each import would create the customer again")
}

// taken rejects a record whose external id or e-mail another customer has. E-mails that differ in case are one.
func (s storedCustomers) taken(given *customers.Record, self string) Verdict {
	if given.DeletedAt != nil {
		return Verdict{}
	}
	if other := s.byExternal[input.OrZero(given.ExternalID)]; other != nil && given.ExternalID != nil && other.ID != self {
		return rejected("the external_id is that of another customer, %s", other.ID)
	}
	if other := s.byEmail[input.OrZero(given.EmailKey)]; other != nil && given.EmailKey != nil && other.ID != self {
		return rejected("the e-mail is that of another customer, %s", other.ID)
	}
	return Verdict{}
}

// storedCustomers reads, and in a transaction holds, the customers that records may be about.
func (c *chunk) storedCustomers(ctx context.Context, records []customers.Record) (storedCustomers, error) {
	found := storedCustomers{map[string]*customers.Record{}, map[string]*customers.Record{}, map[string]*customers.Record{}}
	var ids, externals, emails []string
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
	}
	return found, c.customersBy(ctx, ids, externals, emails, func(p *customers.Record) {
		if found.byID[p.ID] == nil {
			found.add(p)
		}
	})
}
