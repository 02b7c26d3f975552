package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/campaigns"
	"kopeck/service/contacts"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// contactColumns are the columns of a new contact.
var contactColumns = append(contacts.Fields().Columns(), store.Column[*contacts.Record]{Name: "realised", Value: func(*contacts.Record) any { return int64(0) }})

// writeContacts writes new contacts, with their customers and staff, and what follows from them.
func (c *chunk) writeContacts(ctx context.Context, fresh []*contacts.Record) error {
	var staff []string
	for _, f := range fresh {
		if f.Staff != "" {
			staff = append(staff, f.Staff)
		}
		for _, p := range f.People {
			staff = append(staff, p.Staff)
		}
	}
	if err := c.findStaff(ctx, staff); err != nil {
		return err
	}
	if err := c.addStaff(ctx, slices.Collect(maps.Values(c.people))); err != nil {
		return err
	}
	if err := c.giveGrades(ctx, fresh); err != nil {
		return err
	}
	if err := c.addCustomers(ctx); err != nil {
		return err
	}
	for _, f := range fresh {
		f.StaffID, f.Participants = c.people[input.EmailKey(f.Staff)], nil
		for _, p := range f.People {
			f.Participants = append(f.Participants, schema.Participant{UserID: c.people[input.EmailKey(p.Staff)], Minutes: p.Minutes, Seconds: p.Seconds})
		}
	}
	if err := c.costAll(ctx, fresh); err != nil {
		return err
	}
	if err := c.standingsAt(ctx, fresh); err != nil {
		return err
	}
	if err := c.linkContacts(ctx, fresh); err != nil {
		return err
	}
	now := c.service.Now()
	for _, f := range fresh {
		if f.RecordedAt.IsZero() {
			f.RecordedAt = now
		}
	}
	if err := c.insertContacts(ctx, fresh); err != nil {
		return err
	}
	if err := c.settle(ctx); err != nil {
		return err
	}
	var caused []campaigns.Moment
	for _, f := range fresh {
		caused = append(caused, f.Moment()...)
	}
	return c.service.campaigns.Spread(ctx, c.bulk.Tx, "import.contacts", caused...)
}

// linkContacts keeps the orders that contacts were about where they are the customer's. A file of contacts may come before that of the orders:
// an order that is not there is awaited.
func (c *chunk) linkContacts(ctx context.Context, fresh []*contacts.Record) error {
	var ids []string
	for _, f := range fresh {
		if f.OrderID != "" {
			ids = append(ids, f.OrderID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	whose, err := c.customersOfOrders(ctx, ids)
	for _, f := range fresh {
		switch whose[f.OrderID] {
		case f.CustomerID:
			f.AwaitedOrder = ""
		case "":
			f.OrderID, f.AwaitedOrder = "", f.OrderID
		default:
			f.OrderID = ""
		}
	}
	return err
}

// linkStored links contacts that exist with the orders that a file says they were about.
func (c *chunk) linkStored(ctx context.Context, unlinked []*contacts.Record) error {
	if err := c.linkContacts(ctx, unlinked); err != nil || len(unlinked) == 0 {
		return err
	}
	return c.updateLinks(ctx, unlinked)
}

// costAll costs contacts by the rates as they are in this transaction: none is set beside it.
func (c *chunk) costAll(ctx context.Context, fresh []*contacts.Record) error {
	known, err := rates.OfContacts(ctx, c.reader)
	if err != nil {
		return err
	}
	grades, err := c.gradesOf(ctx, slices.Collect(maps.Keys(c.people)))
	if err != nil {
		return err
	}
	history, err := c.service.DatedOf(ctx, c.reader, schema.DatedGrade, slices.Collect(maps.Values(c.people))...)
	if err != nil {
		return err
	}
	staff := make(map[string]*rates.Staff, len(c.people))
	for key, userID := range c.people {
		staff[userID] = &rates.Staff{EmailKey: key, Grade: input.NonEmpty(grades[key]), Grades: history[userID]}
	}
	for _, f := range fresh {
		if !f.Costed {
			codes, people := rates.TookPart(input.NonEmpty(f.StaffID), f.Participants, func(userID string) []string { return staff[userID].CodesAt(f.At) })
			in := rates.ContactInput(codes, costing.Duration{Minutes: f.Minutes, Seconds: f.Seconds}, f.Channel, f.Expense, nil, people...)
			cost, err := costing.Contact(in, known, f.At, service.EndOfTime, c.service.Currency)
			if err != nil {
				return input.DomainError(err)
			}
			f.CostLines, f.Uncosted = cost.Lines, len(cost.Missing) > 0
		}
		if f.VoidedAt.IsZero() { // it gets its part of the spend that is recorded here
			_, f.CostLines = costing.SplitAdvertising(f.CostLines)
		}
		f.Cost, f.Advertising = money.Amount{}, money.Amount{}
		for _, line := range f.CostLines {
			if f.Cost, err = f.Cost.Plus(line.Amount); err != nil {
				return err
			}
			if line.Kind == costing.Advertising {
				if f.Advertising, err = f.Advertising.Plus(line.Amount); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// standingsAt fills in the stage that each contact's customer is in now, which settling then makes the one of the contact's moment,
// and the segment of its moment, where the file does not have it.
func (c *chunk) standingsAt(ctx context.Context, fresh []*contacts.Record) error {
	var ids []string
	for _, f := range fresh {
		ids = append(ids, f.CustomerID)
	}
	now, err := c.standings(ctx, ids)
	if err != nil {
		return err
	}
	segments, err := c.service.DatedOf(ctx, c.reader, schema.DatedSegment, ids...)
	if err != nil {
		return err
	}
	for _, f := range fresh {
		customer := now[f.CustomerID]
		if f.Segment == nil {
			present := string(customer.segment)
			then := schema.Segment(input.OrZero(segments[f.CustomerID].At(f.At, service.EndOfTime, &present)))
			f.Segment = &then
		}
		f.Stage = customer.stage
	}
	return nil
}
