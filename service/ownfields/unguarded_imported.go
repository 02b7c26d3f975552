package ownfields

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Files are read and written past the guard: whoever runs the command line has the database itself.

// inUse reads the fields of a noun that are not retired, by code.
func inUse(ctx context.Context, from store.Reader, noun schema.FieldNoun) (all []*ent.FieldDefinition, err error) {
	const query = "SELECT id, code, type, least, most, earliest, latest, max_length, words FROM field_definitions WHERE noun = ? AND NOT retired ORDER BY code"
	return all, store.Each(ctx, from, query, []any{string(noun)}, func(scan store.ScanFunc) error {
		d := &ent.FieldDefinition{}
		err := scan(&d.ID, &d.Code, &d.Type, &d.Least, &d.Most, &d.Earliest, &d.Latest, &d.MaxLength, store.FromJSON{To: &d.Words})
		all = append(all, d)
		return err
	})
}

// eachEntry reads what things have, and had, in fields.
func eachEntry(ctx context.Context, from store.Reader, subjects []string, each func(subject, code string, e *importedEntry)) error {
	const query = "SELECT e.id, e.subject, d.code, e.value FROM field_entries e JOIN field_definitions d ON d.id = e.definition_id WHERE e.subject IN @ids"
	return store.EachByIDs(ctx, from, query, nil, slices.Compact(slices.Sorted(slices.Values(subjects))), func(scan store.ScanFunc) error {
		e := &importedEntry{}
		var subject, code string
		err := scan(&e.id, &subject, &code, &e.value)
		each(subject, code, e)
		return err
	})
}

// insertEntries writes new entries, and the history of entries.
func insertEntries(ctx context.Context, tx *store.Tx, made [][]any, dated service.Dated) error {
	if err := tx.InsertRows(ctx, "field_entries", []string{"id", "definition_id", "subject", "value", "number", "set_at"}, made); err != nil {
		return err
	}
	rows := make([][]any, len(dated))
	for n, v := range dated {
		rows[n] = []any{v.ID, string(v.Name), v.Subject, store.Nullable(input.OrZero(v.Value)), v.ValidFrom, v.RecordedAt, v.Actor}
	}
	return tx.InsertRows(ctx, "dated_values", []string{"id", "name", "subject", "value", "valid_from", "recorded_at", "actor"}, rows)
}

// updateEntry writes another value of an entry.
func updateEntry(ctx context.Context, tx *store.Tx, entryID string, value *string, number *int64, now time.Time) error {
	_, err := tx.Exec(ctx, "UPDATE field_entries SET version = version + 1, value = ?, number = ?, set_at = ? WHERE id = ?", value, number, now, entryID)
	return err
}
