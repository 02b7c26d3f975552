package related

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// who names a customer, by the id, or else by the external id, or else by the e-mail.
type who struct{ id, external, email string }

// isEmpty reports whether nobody is named.
func (w who) isEmpty() bool { return w == who{} }

// people are the customers whom records name.
type people struct {
	byID                   map[string]*ent.Customer // that are not deleted, also by the ids of those who were merged into them
	byExternal, byEmailKey map[string]string        // ids
}

// find finds, and in a transaction holds, the customers whom records name.
func (c *chunk) find(ctx context.Context, names []who) (*people, error) {
	p := &people{byID: map[string]*ent.Customer{}, byExternal: map[string]string{}, byEmailKey: map[string]string{}}
	var externals, emails []string
	wanted := map[string]bool{}
	for _, one := range names {
		switch {
		case one.id != "":
			wanted[one.id] = true
		case one.external != "":
			externals = append(externals, one.external)
		case one.email != "":
			emails = append(emails, input.EmailKey(one.email))
		}
	}
	if err := c.customersBy(ctx, "EXTERNAL_ID", externals, p.byExternal); err != nil {
		return nil, err
	}
	if err := c.customersBy(ctx, "EMAIL", emails, p.byEmailKey); err != nil {
		return nil, err
	}
	for _, found := range []map[string]string{p.byExternal, p.byEmailKey} {
		for _, customerID := range found {
			wanted[customerID] = true
		}
	}
	kept, err := service.KeptAmong(ctx, c.tx, keysOf(wanted))
	if err != nil {
		return nil, err
	}
	for merged, one := range kept {
		delete(wanted, merged)
		wanted[one] = true
	}
	if err := c.customersHeld(ctx, keysOf(wanted), p.byID); err != nil {
		return nil, err
	}
	missing := slices.DeleteFunc(keysOf(wanted), func(one string) bool { return p.byID[one] != nil })
	if merged, err := service.KeptAmong(ctx, c.tx, missing); err != nil || len(merged) > 0 {
		return nil, errOr(err, store.ErrAgain) // they were merged before they were held
	}
	for merged, one := range kept {
		p.byID[merged] = p.byID[one]
	}
	return p, nil
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// resolve returns the customer whom a record names in a column. INVALID and NOT_FOUND on the column.
func (p *people) resolve(column string, w who) (*ent.Customer, error) {
	customerID, shown := w.id, w.id
	switch {
	case w.isEmpty():
		return nil, fault.Invalidf(column, "must not be empty")
	case w.id != "":
		if err := id.Check(column+"_id", id.Customer, w.id); err != nil {
			return nil, err
		}
	case w.external != "":
		customerID, shown = p.byExternal[w.external], w.external
	default:
		customerID, shown = p.byEmailKey[input.EmailKey(w.email)], w.email
	}
	if found := p.byID[customerID]; found != nil {
		return found, nil
	}
	return nil, fault.New(fault.NotFound, column, "there is no customer %q", input.Excerpt(shown))
}
