package bulk

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// ContactRecord is a contact as files tell it. Empty texts and zero times are absent.
type ContactRecord struct {
	ID                             string // of Kopeck's own; "" in other logs, whose contacts are told apart by external id
	ExternalID                     string
	CustomerID, CustomerExternalID string // at least one
	Kind                           schema.ContactKind
	Direction                      schema.Direction
	Channel                        schema.Channel
	At                             time.Time
	Minutes                        money.Decimal
	Staff                          string // e-mail; who is not known here is made, inactive and without password
	Subject, Notes                 string
	AboutID                        string // of the customer that a recommendation is about
	Purpose                        schema.Purpose
	Stage                          schema.Stage    // the customer's at that moment; absent: as it is now
	Segment                        *schema.Segment // the customer's as it was known then, "" for none; absent: as it is now
	Expense                        money.Amount
	Costed                         bool // CostLines and Uncosted are as they were; else the contact is costed by the rates
	CostLines                      []costing.Line
	Uncosted                       bool
	RecordedAt                     time.Time // absent: now
}

// storedContact is what an imported contact is held against.
type storedContact struct {
	id, externalID, customerID, kind, direction, channel string
	at                                                   time.Time
	minutes                                              money.Decimal
	expense                                              money.Amount
}

type freshContact struct {
	*ContactRecord
	told  *storedContact
	cost  money.Amount
	lines string
}

// Contacts imports contacts as facts of the past: the permission for them is not decided anew. They are costed by the
// rates of their moment unless their costs are told. One that is there already (by its id, or else by its external id)
// with the same customer, kind, direction, channel, moment, minutes and expense is left alone, else it is rejected.
func (i *Import) Contacts(ctx context.Context, contacts []ContactRecord) ([]Verdict, error) {
	return i.alone(ctx, len(contacts), func(ctx context.Context, c *chunk) error {
		if c.bulk != nil { // before the customers are held: see holdRates
			if err := c.service.rates.HoldRates(ctx, c.bulk.Tx); err != nil {
				return err
			}
		}
		people, err := c.findCustomers(ctx, 2*len(contacts), func(n int) (string, string) {
			if n >= len(contacts) {
				return contacts[n-len(contacts)].AboutID, ""
			}
			return contacts[n].CustomerID, contacts[n].CustomerExternalID
		})
		if err != nil {
			return err
		}
		byID, byExternal, err := c.findContacts(ctx, contacts)
		if err != nil {
			return err
		}
		var fresh []*freshContact
		var staff []string
		for n := range contacts {
			r := &contacts[n]
			if err := c.checkContact(r); err != nil {
				c.verdicts[n] = Verdict{Rejected, reason(err)}
				continue
			}
			customer, v := people.resolve(r.CustomerID, r.CustomerExternalID)
			if v.Outcome != Rejected && r.AboutID != "" && !people.byID[r.AboutID] && people.fresh[r.AboutID] == nil {
				v = rejected("about_id: unknown customer %s", input.Shown(r.AboutID))
			}
			if v.Outcome == Rejected {
				c.verdicts[n] = v
				continue
			}
			told := &storedContact{r.ID, r.ExternalID, customer, string(r.Kind), string(r.Direction), string(r.Channel), r.At, r.Minutes, r.Expense}
			known := byID[r.ID]
			if known == nil || r.ID == "" {
				known = byExternal[r.ExternalID]
			}
			if known != nil && (r.ID != "" || r.ExternalID != "") {
				c.verdicts[n] = sameContact(known, told)
				continue
			}
			if told.id == "" {
				told.id = c.service.IDs.Make(id.Contact)
			}
			byID[told.id] = told
			if told.externalID != "" {
				byExternal[told.externalID] = told
			}
			people.use(customer)
			c.affected[customer] = true
			if r.AboutID != "" {
				people.use(r.AboutID)
				c.affected[r.AboutID] = true
			}
			if r.Staff != "" {
				staff = append(staff, r.Staff)
			}
			fresh = append(fresh, &freshContact{ContactRecord: r, told: told})
		}
		if c.bulk == nil || len(fresh) == 0 {
			return nil
		}
		if err := c.findStaff(ctx, staff); err != nil {
			return err
		}
		if err := c.addStaff(ctx, slices.Collect(maps.Values(c.people))); err != nil {
			return err
		}
		if err := c.addCustomers(ctx); err != nil {
			return err
		}
		if err := c.costAll(ctx, fresh); err != nil {
			return err
		}
		if err := c.addContacts(ctx, fresh); err != nil {
			return err
		}
		return c.settle(ctx)
	})
}

func sameContact(known, told *storedContact) Verdict {
	switch {
	case told.id != "" && known.id != told.id:
		return rejected("the contact's external id %q is that of another contact, %s", input.Shown(told.externalID), known.id)
	case known.customerID != told.customerID:
		return rejected("the contact is there already, of another customer")
	case known.kind != told.kind || known.direction != told.direction || known.channel != told.channel:
		return rejected("the contact is there already with another kind, direction or channel")
	case !known.at.Equal(told.at):
		return rejected("the contact is there already, of %s", known.at.Format(time.RFC3339))
	case known.minutes != told.minutes || known.expense != told.expense:
		return rejected("the contact is there already with other minutes or another expense")
	}
	return Verdict{Outcome: Present}
}

func (c *chunk) checkContact(r *ContactRecord) error {
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
	}{{"external_id", &r.ExternalID, 200}, {"subject", &r.Subject, 500}, {"notes", &r.Notes, 20000}} {
		checked, err := input.OptionalText(t.field, t.text, t.most)
		faults.Add(err)
		*t.text = input.OrZero(checked)
	}
	if r.Staff != "" {
		_, err := input.Email("staff", r.Staff)
		faults.Add(err)
	}
	if r.Minutes.Sign() < 0 || r.Minutes.Compare(money.Whole(100_000)) > 0 {
		faults.Add(fault.Invalidf("minutes", "want 0 to 100000"))
	}
	if r.Expense.Sign() < 0 {
		faults.Add(fault.Invalidf("expense", "not a negative amount"))
	}
	if r.AboutID != "" && r.AboutID == r.CustomerID {
		faults.Add(fault.Invalidf("about_id", "nobody recommends themselves"))
	}
	return faults.Or()
}

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
	read := func(scan store.ScanFunc) error {
		var k storedContact
		var external *string
		err := scan(&k.id, &external, &k.customerID, &k.kind, &k.direction, &k.channel, &k.at, &k.minutes, &k.expense)
		if k.externalID = input.OrZero(external); external != nil {
			byExternal[*external] = &k
		}
		byID[k.id] = &k
		return err
	}
	const query = "SELECT id, external_id, customer_id, kind, direction, channel, at, minutes, expense FROM contacts WHERE"
	if err := c.look(ctx, query, "external_id", "", externals, read); err != nil {
		return nil, nil, err
	}
	return byID, byExternal, c.look(ctx, query, "id", "", ids, read)
}

// costAll costs contacts by the rates as they are in this transaction: none is set beside it.
func (c *chunk) costAll(ctx context.Context, contacts []*freshContact) error {
	known, err := rates.OfContacts(ctx, c.reader)
	if err != nil {
		return err
	}
	grades := map[string]string{} // by folded e-mail
	err = c.look(ctx, "SELECT email_key, grade FROM users WHERE deleted_at IS NULL AND grade IS NOT NULL AND", "email_key", "", slices.Collect(maps.Keys(c.people)), func(scan store.ScanFunc) error {
		var key, grade string
		err := scan(&key, &grade)
		grades[key] = grade
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range contacts {
		if !f.Costed {
			var staff *ent.User
			if f.Staff != "" {
				key := input.EmailKey(f.Staff)
				staff = &ent.User{EmailKey: key, Grade: input.NonEmpty(grades[key])}
			}
			cost, err := costing.Contact(rates.ContactInput(staff, f.Minutes, f.Channel, f.Expense), known, f.At, service.EndOfTime, c.service.Currency)
			if err != nil {
				return input.DomainError(err)
			}
			f.CostLines, f.Uncosted = cost.Lines, len(cost.Missing) > 0
		}
		for _, line := range f.CostLines {
			if f.cost, err = f.cost.Plus(line.Amount); err != nil {
				return err
			}
		}
		if f.CostLines == nil {
			f.CostLines = []costing.Line{}
		}
		lines, err := json.Marshal(f.CostLines)
		if err != nil {
			return err
		}
		f.lines = string(lines)
	}
	return nil
}

// stagesAt gives the stage that each contact's customer was in at its moment, as in stageAt, and the segment as it is now
// where the file does not tell it.
func (c *chunk) stagesAt(ctx context.Context, contacts []*freshContact) error {
	type change struct {
		at       time.Time
		from, to string
	}
	now, segments, history := map[string]string{}, map[string]schema.Segment{}, map[string][]change{}
	var ids []string
	for _, f := range contacts {
		ids = append(ids, f.told.customerID)
	}
	err := c.look(ctx, "SELECT id, stage, segment FROM customers WHERE", "id", "", ids, func(scan store.ScanFunc) error {
		var customerID, stage string
		var segment *string
		err := scan(&customerID, &stage, &segment)
		now[customerID], segments[customerID] = stage, schema.Segment(input.OrZero(segment))
		return err
	})
	if err != nil {
		return err
	}
	err = c.look(ctx, "SELECT customer_id, at, from_stage, to_stage FROM stage_changes WHERE", "customer_id", " ORDER BY customer_id, at, id", ids, func(scan store.ScanFunc) error {
		var customerID string
		var one change
		err := scan(&customerID, &one.at, &one.from, &one.to)
		history[customerID] = append(history[customerID], one)
		return err
	})
	for _, f := range contacts {
		if f.Segment == nil {
			segment := segments[f.told.customerID]
			f.Segment = &segment
		}
		if f.Stage != "" {
			continue
		}
		stage := now[f.told.customerID]
		for n, one := range history[f.told.customerID] {
			if one.at.After(f.At) {
				if n == 0 {
					stage = one.from
				}
				break
			}
			stage = one.to
		}
		f.Stage = schema.Stage(stage)
	}
	return err
}

func (c *chunk) addContacts(ctx context.Context, contacts []*freshContact) error {
	if err := c.stagesAt(ctx, contacts); err != nil {
		return err
	}
	now := c.service.Now()
	columns := []string{
		"id", "external_id", "customer_id", "kind", "direction", "channel", "at", "minutes", "staff_id", "subject", "notes", "about_id", "purpose",
		"stage", "segment", "expense", "cost", "cost_lines", "uncosted", "realised", "recorded_at",
	}
	_, err := c.bulk.Copy(ctx, "contacts", columns, func(yield func([]any) bool) {
		for _, f := range contacts {
			recorded := f.RecordedAt
			if recorded.IsZero() {
				recorded = now
			}
			if !yield([]any{
				f.told.id, service.Nullable(f.ExternalID), f.told.customerID, f.told.kind, f.told.direction, f.told.channel, f.At, f.Minutes.Nano(),
				service.Nullable(c.people[input.EmailKey(f.Staff)]), service.Nullable(f.Subject), service.Nullable(f.Notes), service.Nullable(f.AboutID), service.Nullable(string(f.Purpose)),
				string(f.Stage), service.Nullable(string(*f.Segment)), f.Expense.Minor(), f.cost.Minor(), f.lines, f.Uncosted, int64(0), recorded,
			}) {
				return
			}
		}
	})
	return err
}
