package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/service/input"
)

// customerName is how a record names its customer.
type customerName struct {
	id, externalID string
	Person
}

// known are the customers that records name: by id, and those that are not deleted by external id, folded e-mail and phone.
type known struct {
	*chunk
	byID       map[string]bool
	byExternal map[string]string
	byEmail    map[string]string
	byPhone    map[string][]string          // several may have one number
	kept       map[string]string            // who answers for customers who were merged into others, by the ids of these
	fresh      map[string]*customers.Record // that would be created, by id
	used       map[string]bool
}

// findCustomers finds, and in a transaction holds, the customers that records name.
func (c *chunk) findCustomers(ctx context.Context, records int, names func(n int) customerName) (*known, error) {
	k := &known{
		c, make(map[string]bool), make(map[string]string), map[string]string{}, map[string][]string{}, nil, map[string]*customers.Record{}, map[string]bool{},
	}
	var ids, externals, emails, phones []string
	seen := map[string]bool{}
	note := func(to *[]string, name string) {
		if name != "" && !seen[name] {
			seen[name] = true
			*to = append(*to, name)
		}
	}
	for n := range records {
		name := names(n)
		note(&ids, name.id)
		note(&externals, name.externalID)
		if name.Person != (Person{}) {
			note(&emails, input.EmailKey(name.Email))
			note(&phones, c.phone(name))
		}
	}
	away, err := c.mergedAway(ctx, ids, externals, emails, phones)
	if err != nil {
		return nil, err
	}
	k.kept = away.byID
	for i, one := range ids {
		ids[i] = answersFor(k.kept, one)
	}
	for _, other := range []map[string]string{away.byExternal, away.byEmail, away.byPhone} {
		ids = slices.AppendSeq(ids, maps.Values(other)) // so that they are held
	}
	err = c.customersNamed(ctx, ids, externals, func(one namedCustomer) {
		k.byID[one.id] = true
		if one.externalID != "" {
			k.byExternal[one.externalID] = one.id
		}
	})
	if err == nil && len(emails)+len(phones) > 0 {
		met := map[string]bool{}
		err = c.customersBy(ctx, nil, nil, emails, phones, func(p *customers.Record) {
			if !met[p.ID] {
				met[p.ID] = true
				k.add(p)
			}
		})
	}
	k.addAway(away)
	return k, err
}

// addAway notes who is kept by what named the customers who were merged into them, where that names nobody else.
func (k *known) addAway(away mergedAway) {
	for external, kept := range away.byExternal {
		if k.byExternal[external] == "" {
			k.byExternal[external] = kept
		}
	}
	for email, kept := range away.byEmail {
		if k.byEmail[email] == "" {
			k.byEmail[email] = kept
		}
	}
	for phone, kept := range away.byPhone {
		if len(k.byPhone[phone]) == 0 {
			k.byPhone[phone] = []string{kept}
		}
	}
}

// add notes a customer by what others may name them by.
func (k *known) add(p *customers.Record) {
	k.byID[p.ID] = true
	if p.ExternalID != nil {
		k.byExternal[*p.ExternalID] = p.ID
	}
	if p.EmailKey != nil {
		k.byEmail[*p.EmailKey] = p.ID
	}
	if phone := phoneOf(p); phone != "" {
		k.byPhone[phone] = append(k.byPhone[phone], p.ID)
	}
}

// phone returns by what the customer is found who has the phone and is named by nothing else.
func (c *chunk) phone(n customerName) string {
	if n.id != "" || n.externalID != "" || n.Email != "" {
		return ""
	}
	return c.phoneTyped(n.Phone)
}

// find returns the customer that a record names: the one with the id, else the one with the external id, else the one
// with the e-mail, else, if nothing else is given, the one with the phone.
func (k *known) find(name customerName) (string, Verdict) {
	name.id = answersFor(k.kept, name.id)
	if name.id != "" && (k.byID[name.id] || k.fresh[name.id] != nil) {
		return name.id, Verdict{}
	}
	if found := k.byExternal[name.externalID]; found != "" && name.externalID != "" {
		return found, Verdict{}
	}
	if name.Person == (Person{}) {
		return "", Verdict{}
	}
	if found := k.byEmail[input.EmailKey(name.Email)]; found != "" && name.Email != "" {
		return found, Verdict{}
	}
	switch found := k.byPhone[k.phone(name)]; len(found) {
	case 0:
		return "", Verdict{}
	case 1:
		return found[0], Verdict{}
	default:
		return "", rejected("phone: it is that of %d customers: want an id or an e-mail to say which", len(found))
	}
}

// resolve returns the customer that a record names, or a new one, which is created if it is used.
func (k *known) resolve(name customerName) (string, Verdict) {
	if name.id != "" {
		if err := id.Check("customer", id.Customer, name.id); err != nil {
			return "", Verdict{Outcome: Rejected, Reason: reason(err)}
		}
	}
	if found, v := k.find(name); found != "" || v.Outcome == Rejected {
		return found, v
	}
	if name.externalID != "" {
		checked, err := input.Text("customer", name.externalID, 100)
		if err != nil {
			return "", Verdict{Outcome: Rejected, Reason: reason(err)}
		}
		if checked != name.externalID { // by its other spelling it may be known, but was not looked for
			return "", rejected("customer: want the external id in NFC, without blanks around it")
		}
	}
	if shown := firstOf(name.externalID, name.id, name.Email, name.Phone); k.KnownCustomers && shown == name.id {
		return "", rejected("unknown customer %s", input.Excerpt(shown))
	} else if k.KnownCustomers {
		return "", rejected("unknown customer %q", input.Excerpt(shown))
	}
	made, err := k.make(name)
	if err != nil {
		return "", Verdict{Outcome: Rejected, Reason: reason(err)}
	}
	k.add(made)
	delete(k.byID, made.ID) // unless it is used
	k.fresh[made.ID] = made
	return made.ID, Verdict{}
}

// firstOf returns the first of some texts that is not empty.
func firstOf(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}

// make makes a customer of what a record says.
func (k *known) make(name customerName) (*customers.Record, error) {
	made := &customers.Record{Customer: &ent.Customer{
		ID: name.id, Kind: schema.Person, Stage: schema.Stranger, CreatedAt: k.service.Now(), LastOrderAt: lifetime.NoStatistics().LastOrderAt,
		ExternalID: input.NonEmpty(name.externalID),
	}}
	if made.ID == "" {
		made.ID = k.service.IDs.Make(id.Customer)
	}
	made.Name = firstOf(name.Name, name.externalID, name.Email, name.Phone, made.ID)
	if name.Person == (Person{}) {
		return made, nil
	}
	if name.externalID == "" && name.id == "" && name.Email == "" && k.phone(name) == "" {
		return nil, fault.Invalidf("customer", "want an id, an e-mail, or a phone of %d digits or more", input.FewestDigits)
	}
	made.Email, made.Phone = input.NonEmpty(name.Email), input.NonEmpty(name.Phone)
	return made, made.Check(k.locale())
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
	if slices.ContainsFunc(c.made, exemptNow) { // prices know it
		if err := c.service.SnapshotChanged(ctx, c.bulk.Tx, service.SnapshotBook); err != nil {
			return err
		}
	}
	if err := c.insertReach(ctx, c.made); err != nil {
		return err
	}
	if err := c.insertTerms(ctx, termsOf(c.made)); err != nil {
		return err
	}
	return c.insertPointTerms(ctx, c.made)
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
