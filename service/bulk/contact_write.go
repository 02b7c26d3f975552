package bulk

import (
	"context"
	"maps"
	"slices"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// contactColumns are the columns of a new contact.
var contactColumns = []store.Column[*freshContact]{
	{Name: "id", Value: func(f *freshContact) any { return f.given.id }},
	{Name: "external_id", Value: func(f *freshContact) any { return store.Nullable(f.ExternalID) }, Optional: true},
	{Name: "customer_id", Value: func(f *freshContact) any { return f.given.customerID }},
	{Name: "kind", Value: func(f *freshContact) any { return f.given.kind }},
	{Name: "direction", Value: func(f *freshContact) any { return f.given.direction }},
	{Name: "channel", Value: func(f *freshContact) any { return f.given.channel }},
	{Name: "at", Value: func(f *freshContact) any { return f.At }},
	{Name: "minutes", Value: func(f *freshContact) any { return f.Minutes.Nano() }},
	{Name: "exact_seconds", Value: func(f *freshContact) any { return nullableDecimal(f.Seconds) }, Optional: true},
	{Name: "staff_id", Value: func(f *freshContact) any { return store.Nullable(f.staffID) }, Optional: true},
	{Name: "subject", Value: func(f *freshContact) any { return store.Nullable(f.Subject) }, Optional: true},
	{Name: "notes", Value: func(f *freshContact) any { return store.Nullable(f.Notes) }, Optional: true},
	{Name: "about_id", Value: func(f *freshContact) any { return store.Nullable(f.AboutID) }, Optional: true},
	{Name: "purpose", Value: func(f *freshContact) any { return store.Nullable(string(f.Purpose)) }, Optional: true},
	{Name: "stage", Value: func(f *freshContact) any { return string(f.Stage) }},
	{Name: "segment", Value: func(f *freshContact) any { return store.Nullable(string(*f.Segment)) }, Optional: true},
	{Name: "expense", Value: func(f *freshContact) any { return f.Expense.Minor() }},
	{Name: "cost", Value: func(f *freshContact) any { return f.cost.Minor() }},
	{Name: "cost_lines", Value: func(f *freshContact) any { return store.JSON{Of: f.CostLines} }},
	{Name: "uncosted", Value: func(f *freshContact) any { return f.Uncosted }},
	{Name: "realised", Value: func(*freshContact) any { return int64(0) }},
	{Name: "recorded_at", Value: func(f *freshContact) any { return f.recordedAt }},
}

// writeContacts writes new contacts, with their customers and staff, and what follows from them.
func (c *chunk) writeContacts(ctx context.Context, contacts []*freshContact) error {
	var staff []string
	for _, f := range contacts {
		if f.Staff != "" {
			staff = append(staff, f.Staff)
		}
	}
	if err := c.findStaff(ctx, staff); err != nil {
		return err
	}
	if err := c.addStaff(ctx, slices.Collect(maps.Values(c.people))); err != nil {
		return err
	}
	if err := c.giveGrades(ctx, contacts); err != nil {
		return err
	}
	if err := c.addCustomers(ctx); err != nil {
		return err
	}
	if err := c.costAll(ctx, contacts); err != nil {
		return err
	}
	if err := c.standingsAt(ctx, contacts); err != nil {
		return err
	}
	now := c.service.Now()
	for _, f := range contacts {
		f.staffID, f.recordedAt = c.people[input.EmailKey(f.Staff)], f.RecordedAt
		if f.RecordedAt.IsZero() {
			f.recordedAt = now
		}
	}
	if err := c.insertContacts(ctx, contacts); err != nil {
		return err
	}
	return c.settle(ctx)
}

// costAll costs contacts by the rates as they are in this transaction: none is set beside it.
func (c *chunk) costAll(ctx context.Context, contacts []*freshContact) error {
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
	for _, f := range contacts {
		if !f.Costed {
			var staff *rates.Staff
			if f.Staff != "" {
				key := input.EmailKey(f.Staff)
				staff = &rates.Staff{EmailKey: key, Grade: input.NonEmpty(grades[key]), Grades: history[c.people[key]]}
			}
			cost, err := costing.Contact(rates.ContactInput(staff.CodesAt(f.At), costing.Duration{Minutes: f.Minutes, Seconds: f.Seconds}, f.Channel, f.Expense), known, f.At, service.EndOfTime, c.service.Currency)
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
	}
	return nil
}

func nullableDecimal(d *money.Decimal) any {
	if d == nil {
		return nil
	}
	return d.Nano()
}

// standingsAt fills in the stage that each contact's customer is in now, which settling then makes the one of the contact's moment,
// and the segment of its moment, where the file does not have it.
func (c *chunk) standingsAt(ctx context.Context, contacts []*freshContact) error {
	var ids []string
	for _, f := range contacts {
		ids = append(ids, f.given.customerID)
	}
	now, err := c.standings(ctx, ids)
	if err != nil {
		return err
	}
	segments, err := c.service.DatedOf(ctx, c.reader, schema.DatedSegment, ids...)
	if err != nil {
		return err
	}
	for _, f := range contacts {
		customer := now[f.given.customerID]
		if f.Segment == nil {
			present := string(customer.segment)
			then := schema.Segment(input.OrZero(segments[f.given.customerID].At(f.At, service.EndOfTime, &present)))
			f.Segment = &then
		}
		f.Stage = customer.stage
	}
	return nil
}
