package bulk

import (
	"context"

	"kopeck/schema"
	"kopeck/store"
)

func (c *chunk) insertContacts(ctx context.Context, made []*freshContact) error {
	return store.CopyRows(ctx, c.bulk, "contacts", contactColumns, made)
}

// storedContactResults are what an imported contact is compared with.
var storedContactResults = []store.Result[storedContact]{
	{Name: "id", To: func(s *storedContact) any { return &s.id }},
	{Name: "external_id", To: func(s *storedContact) any { return store.OrZero(&s.externalID) }},
	{Name: "customer_id", To: func(s *storedContact) any { return &s.customerID }},
	{Name: "kind", To: func(s *storedContact) any { return &s.kind }},
	{Name: "direction", To: func(s *storedContact) any { return &s.direction }},
	{Name: "channel", To: func(s *storedContact) any { return &s.channel }},
	{Name: "at", To: func(s *storedContact) any { return &s.at }},
	{Name: "minutes", To: func(s *storedContact) any { return &s.minutes }},
	{Name: "expense", To: func(s *storedContact) any { return &s.expense }},
}

// contactsBy reads contacts by id and by external id. One may be given twice.
func (c *chunk) contactsBy(ctx context.Context, ids, externals []string, each func(*storedContact)) error {
	read := func(scan store.ScanFunc) error {
		one := &storedContact{}
		err := store.ScanRow(scan, storedContactResults, one)
		each(one)
		return err
	}
	query := "SELECT " + store.ResultNames(storedContactResults) + " FROM contacts WHERE"
	if err := c.look(ctx, query, "external_id", "", externals, read); err != nil {
		return err
	}
	return c.look(ctx, query, "id", "", ids, read)
}

// standing is a customer's stage and segment as they are now.
type standing struct {
	stage   schema.Stage
	segment schema.Segment // "" for none
}

func (c *chunk) standings(ctx context.Context, ids []string) (map[string]standing, error) {
	now := make(map[string]standing, len(ids))
	err := c.look(ctx, "SELECT id, stage, segment FROM customers WHERE", "id", "", ids, func(scan store.ScanFunc) error {
		var customerID string
		var one standing
		err := scan(&customerID, &one.stage, store.OrZero(&one.segment))
		now[customerID] = one
		return err
	})
	return now, err
}

// contactResults are what a contact is exported from.
var contactResults = []store.Result[ContactRecord]{
	{Name: "t.id", To: func(r *ContactRecord) any { return &r.ID }},
	{Name: "t.external_id", To: func(r *ContactRecord) any { return store.OrZero(&r.ExternalID) }},
	{Name: "t.customer_id", To: func(r *ContactRecord) any { return &r.CustomerID }},
	{Name: "c.external_id", To: func(r *ContactRecord) any { return store.OrZero(&r.CustomerExternalID) }},
	{Name: "t.kind", To: func(r *ContactRecord) any { return &r.Kind }},
	{Name: "t.direction", To: func(r *ContactRecord) any { return &r.Direction }},
	{Name: "t.channel", To: func(r *ContactRecord) any { return &r.Channel }},
	{Name: "t.at", To: func(r *ContactRecord) any { return store.UTC(&r.At) }},
	{Name: "t.minutes", To: func(r *ContactRecord) any { return &r.Minutes }},
	{Name: "t.exact_seconds", To: func(r *ContactRecord) any { return &r.Seconds }},
	{Name: "u.email", To: func(r *ContactRecord) any { return store.OrZero(&r.Staff) }},
	{Name: "t.subject", To: func(r *ContactRecord) any { return store.OrZero(&r.Subject) }},
	{Name: "t.notes", To: func(r *ContactRecord) any { return store.OrZero(&r.Notes) }},
	{Name: "t.about_id", To: func(r *ContactRecord) any { return store.OrZero(&r.AboutID) }},
	{Name: "t.purpose", To: func(r *ContactRecord) any { return store.OrZero(&r.Purpose) }},
	{Name: "t.stage", To: func(r *ContactRecord) any { return &r.Stage }},
	{Name: "t.segment", To: func(r *ContactRecord) any { return store.OrZero(r.Segment) }},
	{Name: "t.expense", To: func(r *ContactRecord) any { return &r.Expense }},
	{Name: "t.cost_lines", To: func(r *ContactRecord) any { return store.FromJSON{To: &r.CostLines} }},
	{Name: "t.uncosted", To: func(r *ContactRecord) any { return &r.Uncosted }},
	{Name: "t.recorded_at", To: func(r *ContactRecord) any { return store.UTC(&r.RecordedAt) }},
	{Name: "u.id", To: func(r *ContactRecord) any { return store.OrZero(&r.staffID) }},
	{Name: "u.grade", To: func(r *ContactRecord) any { return store.OrZero(&r.grade) }},
	{Name: "u.created_at", To: func(r *ContactRecord) any { return store.OrZero(&r.staffMadeAt) }},
}

// exportedContacts reads contacts behind an id, in the order of their ids.
func (c *chunk) exportedContacts(ctx context.Context, after string) ([]ContactRecord, error) {
	var contacts []ContactRecord
	query := "SELECT " + store.ResultNames(contactResults) + `
		FROM contacts t JOIN customers c ON c.id = t.customer_id LEFT JOIN users u ON u.id = t.staff_id
		WHERE t.id > ? ORDER BY t.id LIMIT ?`
	err := c.each(ctx, query, []any{after, readTogether}, func(scan store.ScanFunc) error {
		r := ContactRecord{Costed: true, Segment: new(schema.Segment)}
		err := store.ScanRow(scan, contactResults, &r)
		contacts = append(contacts, r)
		return err
	})
	if err != nil {
		return nil, err
	}
	return contacts, c.addGrades(ctx, contacts)
}
