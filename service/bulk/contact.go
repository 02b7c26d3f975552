package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/contacts"
	"kopeck/service/input"
	"kopeck/service/ownfields"
)

// Contacts imports contacts as facts of the past: the permission for them is not checked again. They are costed by the
// rates of their moment unless their costs are given. One that exists (by its id, or else by its external id)
// with the same customer, kind, direction, channel, moment, minutes and expense is left alone, else it is rejected; one that was corrected
// or voided is left alone in any case. The installation's own fields are changed with i.Update, but for one that is voided. The order that a contact was about is kept where it is there, and else awaited: the import that brings
// the order links it.
func (i *Import) Contacts(ctx context.Context, records []contacts.Record) ([]Verdict, error) {
	return i.alone(ctx, len(records), func(ctx context.Context, c *chunk) error { return c.importContacts(ctx, records) })
}

func customerOf(r *contacts.Record) customerName {
	return customerName{r.CustomerID, r.CustomerExternalID, Person{Email: r.Email, Phone: r.Phone, Name: r.Name}}
}

func (c *chunk) importContacts(ctx context.Context, records []contacts.Record) error {
	if c.bulk != nil { // before the customers, as everywhere
		if err := c.service.rates.HoldRates(ctx, c.bulk.Tx); err != nil {
			return err
		}
	}
	if err := holdFields(ctx, c, records, func(r *contacts.Record) ownfields.Texts { return r.OwnFields }); err != nil {
		return err
	}
	caused, err := c.campaignsOf(ctx, records)
	if err != nil {
		return err
	}
	if err := c.holdSiblings(ctx, records, caused); err != nil {
		return err
	}
	names := namesOfContacts(records)
	people, err := c.findCustomers(ctx, len(names), func(n int) customerName { return names[n] })
	if err != nil {
		return err
	}
	known, err := c.findContacts(ctx, records)
	if err != nil {
		return err
	}
	if err := c.readFields(ctx, schema.FieldOfContact, maps.Keys(known.byID)); err != nil {
		return err
	}
	if err := c.readPeople(ctx, records, known); err != nil {
		return err
	}
	fresh, unlinked := c.placeContacts(records, people, known, caused)
	if c.bulk == nil {
		return nil
	}
	if err := c.linkStored(ctx, unlinked); err != nil {
		return err
	}
	if len(fresh) > 0 {
		if err := c.writeContacts(ctx, fresh); err != nil {
			return err
		}
	}
	return c.writeFields(ctx)
}

// placeContacts decides what is done with contacts. It returns those that are new, and those that exist and lack their order.
func (c *chunk) placeContacts(records []contacts.Record, people *known, known *stored[contacts.Record], caused map[string]string) (fresh, unlinked []*contacts.Record) {
	for n := range records {
		r := &records[n]
		given, v := c.checkContact(r, people, caused)
		if v.Outcome == Rejected {
			c.verdicts[n] = v
			continue
		}
		if existing := known.like(given); existing != nil {
			if c.verdicts[n] = c.compareContact(existing, given); c.verdicts[n].Outcome != Rejected && lacksOrder(existing, given) {
				existing.OrderID = given.OrderID
				unlinked = append(unlinked, existing)
			}
			continue
		}
		if given.ID == "" {
			given.ID = c.service.IDs.Make(id.Contact)
		}
		known.add(given)
		for _, customer := range []string{given.CustomerID, given.AboutID} {
			if customer != "" {
				people.use(customer)
				c.affected[customer] = true
			}
		}
		for _, customer := range given.PeopleIDs {
			people.use(customer)
		}
		c.own.Set(given.ID, given.OwnFields, true)
		fresh = append(fresh, given)
	}
	return fresh, unlinked
}

// compareContact decides what is done with a contact that exists.
func (c *chunk) compareContact(existing, given *contacts.Record) Verdict {
	if v := sameContact(existing, given); v.Outcome == Rejected || !existing.VoidedAt.IsZero() || len(given.OwnFields) == 0 {
		return v
	}
	if existing.CustomerID != given.CustomerID { // who is held
		return rejected("the contact is there already, of another customer")
	}
	return c.compareFields("contact", existing.ID, given.OwnFields)
}

// holdSiblings holds the campaigns of contacts, and the customers of other contacts whose cost changes with them.
func (c *chunk) holdSiblings(ctx context.Context, records []contacts.Record, caused map[string]string) error {
	if c.bulk == nil {
		return nil
	}
	siblings, err := c.service.campaigns.Hold(ctx, c.bulk.Tx, momentsOf(records, caused)...)
	if err != nil {
		return err
	}
	return service.HoldCustomers(ctx, c.bulk.Tx, siblings...)
}

// lacksOrder reports whether a file says which order a contact was about that is there without one. What was corrected or voided here stays.
func lacksOrder(known, given *contacts.Record) bool {
	return given.OrderID != "" && known.OrderID == "" && known.ID != "" && known.CorrectedAt.IsZero() && known.VoidedAt.IsZero()
}

func sameContact(known, given *contacts.Record) Verdict {
	if given.ID != "" && known.ID != given.ID {
		return rejected("the contact's external id %q is that of another contact, %s", input.Excerpt(given.ExternalID), known.ID)
	}
	if !given.VoidedAt.IsZero() && known.VoidedAt.IsZero() {
		return rejected("the contact is there already and stands: it is voided by voidContact")
	}
	if !known.CorrectedAt.IsZero() || !known.VoidedAt.IsZero() { // what was corrected here is not undone by a file that was written before
		return Verdict{Outcome: Present}
	}
	if difference := contacts.Fields().Difference(known, given); difference != "" {
		return rejected("the contact is there already%s", difference)
	}
	if len(given.PeopleNames) > 0 && !contacts.SamePeople(known, given) {
		return rejected("the contact is there already, and other people took part in it")
	}
	return Verdict{Outcome: Present}
}

// checkContact checks a record and finds its customer. The contact is a copy of the record.
func (c *chunk) checkContact(r *contacts.Record, people *known, caused map[string]string) (*contacts.Record, Verdict) {
	if err := contacts.Fields().Check(r); err != nil {
		return nil, Verdict{Outcome: Rejected, Reason: reason(err)}
	}
	customer, v := people.resolve(customerOf(r))
	given := *r
	var err error
	if given.OwnFields, err = c.own.Check(r.OwnFields); err != nil {
		return nil, Verdict{Outcome: Rejected, Reason: reason(err)}
	}
	given.CustomerID, given.CampaignID, given.AboutID = customer, caused[r.Campaign], answersFor(people.kept, r.AboutID)
	switch {
	case v.Outcome == Rejected:
	case r.Campaign != "" && given.CampaignID == "":
		v = unknownCampaign(r.Campaign)
	case r.AboutID == "":
	case !people.byID[given.AboutID] && people.fresh[given.AboutID] == nil:
		v = rejected("about_id: unknown customer %s", input.Excerpt(r.AboutID))
	case given.AboutID == customer && r.AboutID != r.CustomerID: // they were merged: nobody recommends themselves
		given.AboutID = ""
	}
	if v.Outcome != Rejected {
		if err := resolvePeople(people, &given); err != nil {
			v = Verdict{Outcome: Rejected, Reason: reason(err)}
		}
	}
	return &given, v
}

func unknownCampaign(code string) Verdict {
	return rejected("campaign: there is no campaign %s; createCampaign makes one", input.Excerpt(code))
}

// campaignsOf finds the campaigns that records name, by their codes.
func (c *chunk) campaignsOf(ctx context.Context, records []contacts.Record) (map[string]string, error) {
	codes := map[string]bool{}
	for i := range records {
		if code := records[i].Campaign; code != "" {
			codes[code] = true
		}
	}
	return campaigns.ByCodes(ctx, c.reader, slices.Sorted(maps.Keys(codes)))
}

// momentsOf are the moments of contacts over which spend of campaigns is spread.
func momentsOf(records []contacts.Record, caused map[string]string) (all []campaigns.Moment) {
	for _, r := range records {
		r.CampaignID = caused[r.Campaign]
		all = append(all, r.Moment()...)
	}
	return all
}

// findContacts finds the contacts that exist, by id and by external id.
func (c *chunk) findContacts(ctx context.Context, records []contacts.Record) (*stored[contacts.Record], error) {
	known := newStored(len(records), func(r *contacts.Record) (id, external string) { return r.ID, r.ExternalID })
	ids, externals := known.all(len(records), func(n int) *contacts.Record { return &records[n] }, func(r *contacts.Record) string {
		checked, err := input.OptionalText("", &r.ExternalID, 200)
		if err != nil { // it is refused
			return ""
		}
		return input.OrZero(checked)
	})
	return known, c.contactsBy(ctx, ids, externals, known.add)
}
