package bulk

import (
	"context"

	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/store"
)

// A file may name a customer who was merged into another since it was written, by the id or by what they were found by. It means the one
// who is kept: what belongs to a customer becomes theirs, and of the customer themselves nothing is changed, whose values have won.

// mergedAway are customers of files who were merged into others: who is kept, by what names the merged one.
type mergedAway struct {
	byID, byExternal, byEmail, byPhone map[string]string
}

// find returns the customer who is kept where a record is about one who was merged into them, "" where it is not.
func (m mergedAway) find(s storedCustomers, given *customers.Record) string {
	phone := phoneOf(given)
	switch {
	case given.ID != "":
		return m.byID[given.ID]
	case given.ExternalID != nil:
		if s.byExternal[*given.ExternalID] == nil {
			return m.byExternal[*given.ExternalID]
		}
	case given.EmailKey != nil:
		if s.byEmail[*given.EmailKey] == nil {
			return m.byEmail[*given.EmailKey]
		}
	case phone != "" && len(s.byPhone[phone]) == 0:
		return m.byPhone[phone]
	}
	return ""
}

// mergedAway finds who answers for the customers of some ids and of what customers have from merges.
func (c *chunk) mergedAway(ctx context.Context, ids, externals, emails, phones []string) (m mergedAway, err error) {
	if m.byID, err = c.answering(ctx, ids); err != nil {
		return m, err
	}
	for _, one := range []struct {
		kind service.DuplicateReason
		keys []string
		to   *map[string]string
	}{
		{service.DuplicateReasonExternalID, externals, &m.byExternal},
		{service.DuplicateReasonEmail, emails, &m.byEmail},
		{service.DuplicateReasonPhone, phones, &m.byPhone},
	} {
		*one.to = map[string]string{}
		err := customers.IdentitiesBy(ctx, c.reader, one.kind, one.keys, func(has customers.Identity) {
			if (*one.to)[has.Key] == "" {
				(*one.to)[has.Key] = has.CustomerID
			}
		})
		if err != nil {
			return m, err
		}
	}
	return m, nil
}

// answersFor returns the customer who answers for an id.
func answersFor(kept map[string]string, customerID string) string {
	if one := kept[customerID]; one != "" {
		return one
	}
	return customerID
}

// insertOtherTerms adds the terms of what customers, whose terms have been written, have beside their rows.
func (c *chunk) insertOtherTerms(ctx context.Context, changed []*customers.Record) error {
	ids := make([]string, len(changed))
	for i, p := range changed {
		ids[i] = p.ID
	}
	others, err := customers.IdentitiesOf(ctx, c.bulk, ids...)
	if err != nil || len(others) == 0 {
		return err
	}
	var terms []searchTerm
	for _, p := range changed {
		own := map[string]bool{}
		for _, term := range customers.SearchTerms(p.Customer) {
			own[term] = true
		}
		for _, term := range customers.SearchTerms(p.Customer, others[p.ID]...) {
			if p.DeletedAt == nil && !own[term] {
				terms = append(terms, searchTerm{term, p.ID})
			}
		}
	}
	return c.insertTerms(ctx, terms)
}

// stillThere returns [store.ErrAgain] if a customer who was found was merged into another before they were held.
func stillThere(mergedInto string) error {
	if mergedInto != "" {
		return store.ErrAgain
	}
	return nil
}
