package bulk

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/contacts"
	"kopeck/service/input"
)

// ContactRecord is a contact as a file gives it. Empty texts and zero times are absent.
type ContactRecord struct {
	ID                             string // in Kopeck's own format; "" in other logs, whose contacts are distinguished by external id
	ExternalID                     string
	CustomerID, CustomerExternalID string // at least one, or the person's e-mail or phone
	Person                         Person
	Kind                           schema.ContactKind
	Direction                      schema.Direction
	Channel                        schema.Channel
	At                             time.Time
	Minutes                        money.Decimal
	Seconds                        *money.Decimal // the time where minutes do not give it exactly; absent: the minutes do
	Staff                          string         // e-mail; one who does not exist is created, inactive and without a password
	Subject, Notes                 string
	AboutID                        string // of the customer that a recommendation is about
	Purpose                        schema.Purpose
	Stage                          schema.Stage    // the customer's at that moment; it follows from facts, whatever the file has
	Segment                        *schema.Segment // the customer's as it was known then, "" for none; absent: as it is now
	Expense                        money.Amount
	Costed                         bool // CostLines and Uncosted are as they were; else the contact is costed by the rates
	CostLines                      []costing.Line
	Uncosted                       bool
	RecordedAt                     time.Time    // absent: now
	StaffGrades                    []StaffGrade // all that the staff member has had, for one whom a file makes

	staffID, grade string // of an exported contact's staff member: the grade is that of now
	staffMadeAt    time.Time
}

// storedContact is a contact as far as an imported one is compared with it.
type storedContact struct {
	id, externalID, customerID, kind, direction, channel string
	at                                                   time.Time
	minutes                                              money.Decimal
	expense                                              money.Amount
}

// freshContact is a new contact.
type freshContact struct {
	*ContactRecord

	given      *storedContact
	cost       money.Amount
	staffID    string // "" for nobody
	recordedAt time.Time
}

// Contacts imports contacts as facts of the past: the permission for them is not checked again. They are costed by the
// rates of their moment unless their costs are given. One that exists (by its id, or else by its external id)
// with the same customer, kind, direction, channel, moment, minutes and expense is left alone, else it is rejected.
func (i *Import) Contacts(ctx context.Context, contacts []ContactRecord) ([]Verdict, error) {
	return i.alone(ctx, len(contacts), func(ctx context.Context, c *chunk) error { return c.importContacts(ctx, contacts) })
}

func (r *ContactRecord) customer() customerName {
	return customerName{r.CustomerID, r.CustomerExternalID, r.Person}
}

func (c *chunk) importContacts(ctx context.Context, contacts []ContactRecord) error {
	if c.bulk != nil { // before the customers, as everywhere
		if err := c.service.rates.HoldRates(ctx, c.bulk.Tx); err != nil {
			return err
		}
	}
	people, err := c.findCustomers(ctx, 2*len(contacts), func(n int) customerName {
		if n >= len(contacts) {
			return customerName{id: contacts[n-len(contacts)].AboutID}
		}
		return contacts[n].customer()
	})
	if err != nil {
		return err
	}
	byID, byExternal, err := c.findContacts(ctx, contacts)
	if err != nil {
		return err
	}
	var fresh []*freshContact
	for n := range contacts {
		r := &contacts[n]
		given, v := c.checkContact(r, people)
		if v.Outcome == Rejected {
			c.verdicts[n] = v
			continue
		}
		stored := byID[r.ID]
		if stored == nil || r.ID == "" {
			stored = byExternal[r.ExternalID]
		}
		if stored != nil && (r.ID != "" || r.ExternalID != "") {
			c.verdicts[n] = sameContact(stored, given)
			continue
		}
		if given.id == "" {
			given.id = c.service.IDs.Make(id.Contact)
		}
		byID[given.id] = given
		if given.externalID != "" {
			byExternal[given.externalID] = given
		}
		for _, customer := range []string{given.customerID, r.AboutID} {
			if customer != "" {
				people.use(customer)
				c.affected[customer] = true
			}
		}
		fresh = append(fresh, &freshContact{ContactRecord: r, given: given})
	}
	if c.bulk == nil || len(fresh) == 0 {
		return nil
	}
	return c.writeContacts(ctx, fresh)
}

func sameContact(known, given *storedContact) Verdict {
	switch {
	case given.id != "" && known.id != given.id:
		return rejected("the contact's external id %q is that of another contact, %s", input.Excerpt(given.externalID), known.id)
	case known.customerID != given.customerID:
		return rejected("the contact is there already, of another customer")
	case known.kind != given.kind || known.direction != given.direction || known.channel != given.channel:
		return rejected("the contact is there already with another kind, direction or channel")
	case !known.at.Equal(given.at):
		return rejected("the contact is there already, of %s", known.at.Format(time.RFC3339))
	case known.minutes != given.minutes || known.expense != given.expense:
		return rejected("the contact is there already with other minutes or another expense")
	}
	return Verdict{Outcome: Present}
}

// checkContact checks a record and finds its customer.
func (c *chunk) checkContact(r *ContactRecord, people *known) (*storedContact, Verdict) {
	if err := r.check(); err != nil {
		return nil, Verdict{Rejected, reason(err)}
	}
	customer, v := people.resolve(r.customer())
	if v.Outcome != Rejected && r.AboutID != "" && !people.byID[r.AboutID] && people.fresh[r.AboutID] == nil {
		v = rejected("about_id: unknown customer %s", input.Excerpt(r.AboutID))
	}
	return &storedContact{r.ID, r.ExternalID, customer, string(r.Kind), string(r.Direction), string(r.Channel), r.At, r.Minutes, r.Expense}, v
}

// check checks a record, and brings its texts into the form in which they are kept.
func (r *ContactRecord) check() error {
	var faults fault.List
	if r.ID != "" {
		faults.Add(id.Check("id", id.Contact, r.ID))
	}
	if r.AboutID != "" {
		faults.Add(id.Check("about_id", id.Customer, r.AboutID))
	}
	for _, t := range []struct {
		field string
		text  *string
		most  int
	}{{"external_id", &r.ExternalID, 200}, {"subject", &r.Subject, contacts.MaxSubject}, {"notes", &r.Notes, contacts.MaxNotes}} {
		checked, err := input.OptionalText(t.field, t.text, t.most)
		faults.Add(err)
		*t.text = input.OrZero(checked)
	}
	if r.Staff != "" {
		_, err := input.Email("staff", r.Staff)
		faults.Add(err)
	}
	if r.Minutes.Sign() < 0 || r.Minutes.Compare(money.Whole(contacts.MaxLoggedMinutes)) > 0 {
		faults.Add(fault.Invalidf("minutes", "want 0 to %d", contacts.MaxLoggedMinutes))
	}
	if r.Expense.Sign() < 0 {
		faults.Add(fault.Invalidf("expense", "must not be negative"))
	}
	faults.Add(contacts.CheckAbout("about_id", r.Kind, r.CustomerID, r.AboutID))
	return faults.Or()
}

// findContacts finds the contacts that exist, by id and by external id.
func (c *chunk) findContacts(ctx context.Context, contacts []ContactRecord) (byID, byExternal map[string]*storedContact, err error) {
	byID, byExternal = map[string]*storedContact{}, map[string]*storedContact{}
	var ids, externals []string
	for _, r := range contacts {
		if r.ID != "" {
			ids = append(ids, r.ID)
		}
		if external, err := input.OptionalText("", &r.ExternalID, 200); err == nil && external != nil {
			externals = append(externals, *external)
		}
	}
	return byID, byExternal, c.contactsBy(ctx, ids, externals, func(one *storedContact) {
		byID[one.id] = one
		if one.externalID != "" {
			byExternal[one.externalID] = one
		}
	})
}
