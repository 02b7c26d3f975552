package bulk

import (
	"context"
	"slices"
	"strings"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/service/contacts"
	"kopeck/service/input"
)

// The customers who took part in contacts beside their own, in files: each by the id, the external id or the e-mail.

// personNamed is how a text names a customer.
func personNamed(text string) customerName {
	switch {
	case id.Check("", id.Customer, text) == nil:
		return customerName{id: text}
	case strings.Contains(text, "@"):
		return customerName{Person: Person{Email: text}}
	}
	return customerName{externalID: text}
}

// namesOfContacts are the customers whom records of contacts name.
func namesOfContacts(records []contacts.Record) (names []customerName) {
	for n := range records {
		r := &records[n]
		names = append(names, customerOf(r), customerName{id: r.AboutID})
		for _, one := range r.PeopleNames {
			names = append(names, personNamed(one))
		}
	}
	return names
}

// resolvePeople finds the customers who took part in a contact beside its own; those who do not exist and are not named by an id are made.
func resolvePeople(people *known, given *contacts.Record) error {
	given.PeopleIDs = nil
	for _, text := range given.PeopleNames {
		name := personNamed(text)
		name.id = answersFor(people.kept, name.id)
		if name.id != "" && !people.byID[name.id] && people.fresh[name.id] == nil {
			return fault.Invalidf("people", "there is no customer %s", input.Excerpt(text))
		}
		found, v := people.resolve(name)
		switch {
		case v.Outcome == Rejected:
			return fault.Invalidf("people", "%s", v.Reason)
		case found == given.CustomerID && name.id == text:
			return fault.Invalidf("people", "the contact is with %s: want others", input.Excerpt(text))
		case found != given.CustomerID: // else they were merged
			given.PeopleIDs = append(given.PeopleIDs, found)
		}
	}
	slices.Sort(given.PeopleIDs)
	given.PeopleIDs = slices.Compact(given.PeopleIDs)
	return nil
}

// readPeople reads who took part in contacts that exist, if records say it.
func (c *chunk) readPeople(ctx context.Context, records []contacts.Record, known *stored[contacts.Record]) error {
	if !slices.ContainsFunc(records, func(r contacts.Record) bool { return len(r.PeopleNames) > 0 }) {
		return nil
	}
	ids := make([]string, 0, len(known.byID))
	for contactID := range known.byID {
		ids = append(ids, contactID)
	}
	return c.peopleOf(ctx, ids, func(contactID, customerID string) {
		r := known.byID[contactID]
		r.PeopleIDs = append(r.PeopleIDs, customerID)
	})
}

// describePeople fills in who took part in exported contacts.
func (c *chunk) describePeople(ctx context.Context, records []contacts.Record) error {
	ids, at := make([]string, len(records)), make(map[string]int, len(records))
	for n := range records {
		ids[n], at[records[n].ID] = records[n].ID, n
	}
	return c.peopleOf(ctx, ids, func(contactID, customerID string) {
		if r := &records[at[contactID]]; r.CustomerID != customerID { // they were merged
			r.PeopleNames = append(r.PeopleNames, customerID)
		}
	})
}
