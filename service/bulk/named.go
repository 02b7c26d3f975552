package bulk

import (
	"context"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service/customers"
	"kopeck/service/input"
)

// known are the customers that records name: by id, and by external id those that are not deleted.
type known struct {
	*chunk
	byID       map[string]bool
	byExternal map[string]string
	fresh      map[string]*customers.Record // that would be created, by id
	used       map[string]bool
}

// findCustomers finds, and in a transaction holds, the customers that records name by id or external id.
func (c *chunk) findCustomers(ctx context.Context, records int, names func(n int) (customerID, externalID string)) (*known, error) {
	k := &known{c, make(map[string]bool), make(map[string]string), map[string]*customers.Record{}, map[string]bool{}}
	var ids, externals []string
	seen := map[string]bool{}
	note := func(to *[]string, name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			*to = append(*to, name)
		}
	}
	for n := range records {
		customerID, externalID := names(n)
		note(&ids, customerID)
		note(&externals, externalID)
	}
	return k, c.customersNamed(ctx, ids, externals, func(one namedCustomer) {
		k.byID[one.id] = true
		if one.externalID != "" {
			k.byExternal[one.externalID] = one.id
		}
	})
}

// resolve returns the customer that a record names: the one with the id, else the one with the external id, else a new
// one, which is created if it is used.
func (k *known) resolve(customerID, externalID string) (string, Verdict) {
	if customerID != "" {
		if err := id.Check("customer", id.Customer, customerID); err != nil {
			return "", Verdict{Rejected, reason(err)}
		}
		if k.byID[customerID] || k.fresh[customerID] != nil {
			return customerID, Verdict{}
		}
	}
	name := externalID
	if externalID != "" {
		if known := k.byExternal[externalID]; known != "" {
			return known, Verdict{}
		}
		checked, err := input.Text("customer", externalID, 100)
		if err != nil {
			return "", Verdict{Rejected, reason(err)}
		}
		if checked != externalID { // by its other spelling it may be known, but was not looked for
			return "", rejected("customer: want the external id in NFC, without blanks around it")
		}
	}
	switch {
	case k.KnownCustomers && externalID != "":
		return "", rejected("unknown customer %q", input.Excerpt(externalID))
	case k.KnownCustomers:
		return "", rejected("unknown customer %s", input.Excerpt(customerID))
	case customerID == "":
		customerID = k.service.IDs.Make(id.Customer)
	}
	if name == "" {
		name = customerID
	}
	made := &customers.Record{Customer: &ent.Customer{
		ID: customerID, Kind: schema.Person, Name: name, Stage: schema.Stranger, CreatedAt: k.service.Now(), LastOrderAt: lifetime.NoStatistics().LastOrderAt,
	}}
	if externalID != "" {
		made.ExternalID = &externalID
		k.byExternal[externalID] = customerID
	}
	k.fresh[customerID] = made
	return customerID, Verdict{}
}

// use marks a customer as needed, so that a new one is created.
func (k *known) use(customerID string) {
	if made := k.fresh[customerID]; made != nil && !k.used[customerID] {
		k.used[customerID] = true
		k.made = append(k.made, made)
	}
}

// addCustomers makes the customers of c.made, with the terms by which they are found.
func (c *chunk) addCustomers(ctx context.Context) error {
	now := c.service.Now()
	for _, p := range c.made {
		p.UpdatedAt = now
	}
	if err := c.insertCustomers(ctx, c.made); err != nil {
		return err
	}
	return c.insertTerms(ctx, termsOf(c.made))
}

// termsOf lists the terms by which customers are found.
func termsOf(records []*customers.Record) []searchTerm {
	terms := make([]searchTerm, 0, 2*len(records))
	for _, p := range records {
		if p.DeletedAt != nil {
			continue
		}
		for _, term := range customers.SearchTerms(p.Customer) {
			terms = append(terms, searchTerm{term, p.ID})
		}
	}
	return terms
}
