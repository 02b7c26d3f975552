package bulk

import (
	"context"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// fieldsOf reads the installation's own fields of customers that are in use, by code.
func fieldsOf(ctx context.Context, from store.Reader) (all []*ent.FieldDefinition, err error) {
	const query = "SELECT id, code, type, least, most, earliest, latest, max_length, words FROM field_definitions WHERE noun = ? AND NOT retired ORDER BY code"
	return all, store.Each(ctx, from, query, []any{string(schema.FieldOfCustomer)}, func(scan store.ScanFunc) error {
		d := &ent.FieldDefinition{}
		err := scan(&d.ID, &d.Code, &d.Type, &d.Least, &d.Most, &d.Earliest, &d.Latest, &d.MaxLength, store.FromJSON{To: &d.Words})
		all = append(all, d)
		return err
	})
}

// fieldEntry is an entry of a field of a customer.
type fieldEntry struct {
	id, customerID, code string
	value                *string
}

// fieldEntries reads what customers have, and had, in the installation's own fields.
func (c *chunk) fieldEntries(ctx context.Context, customerIDs []string, each func(e fieldEntry)) error {
	const query = "SELECT e.id, e.subject, d.code, e.value FROM field_entries e JOIN field_definitions d ON d.id = e.definition_id WHERE"
	return c.look(ctx, query, "e.subject", "", customerIDs, func(scan store.ScanFunc) error {
		var e fieldEntry
		err := scan(&e.id, &e.customerID, &e.code, &e.value)
		each(e)
		return err
	})
}

// holdFields keeps definitions from being changed until the transaction ends.
func (c *chunk) holdFields(ctx context.Context) error { return ownfields.Hold(ctx, c.bulk.Tx) }

// insertFields writes new entries.
func (c *chunk) insertFields(ctx context.Context, rows [][]any) error {
	return c.bulk.InsertRows(ctx, "field_entries", []string{"id", "definition_id", "subject", "value", "number", "set_at"}, rows)
}

// updateField writes another value of an entry.
func (c *chunk) updateField(ctx context.Context, entryID string, value *string, number *int64) error {
	_, err := c.bulk.Exec(ctx, "UPDATE field_entries SET version = version + 1, value = ?, number = ?, set_at = ? WHERE id = ?", value, number, c.service.Now(), entryID)
	return err
}
