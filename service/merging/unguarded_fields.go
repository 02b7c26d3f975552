package merging

import (
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// What a merge and its undoing do to the entries of the installation's own fields, past the guard: see unguarded_rows.go. Of each field one
// entry wins, with its history: the kept customer's or, where that has no value or the caller says so, the merged one's. The other entry is
// the merged customer's, whom nobody asks for it.

var fieldPlace = Place{Table: "field_entries", Column: "subject"}

// moveFields gives the kept customer the entries of the merged one that win, and notes to whom they go back.
func moveFields(ctx context.Context, tx *store.Tx, m *merge) error {
	query := `SELECT e.definition_id FROM field_entries e WHERE e.subject = ? AND e.value IS NOT NULL`
	args := []any{m.merged.ID}
	const gap = `NOT EXISTS (SELECT 1 FROM field_entries k WHERE k.subject = ? AND k.definition_id = e.definition_id AND k.value IS NOT NULL)`
	switch actor, _ := auth.From(ctx); {
	case !m.takes("fields"):
		query += " AND " + gap
		args = append(args, m.kept.ID)
	case actor.Role == schema.RoleSales: // who overwrites the values of those fields alone that are theirs
		query += " AND (e.definition_id IN (SELECT d.id FROM field_definitions d WHERE d.for_sales) OR " + gap + ")"
		args = append(args, m.kept.ID)
	}
	var winning []string
	err := store.Each(ctx, tx, query, args, func(scan store.ScanFunc) error {
		var definition string
		err := scan(&definition)
		winning = append(winning, definition)
		return err
	})
	if err != nil {
		return err
	}
	for _, definition := range winning {
		if _, err := tx.Exec(ctx, `INSERT INTO merged_rows (merge_id, place, row_id, belongs_to)
			SELECT CAST(? AS text), CAST(? AS text), id, subject FROM field_entries WHERE definition_id = ? AND subject IN (?, ?)`, m.id, fieldPlace.String(), definition, m.kept.ID, m.merged.ID); err != nil {
			return err
		}
		for _, one := range [][2]string{{m.kept.ID, m.id}, {m.merged.ID, m.kept.ID}, {m.id, m.merged.ID}} { // by way of the merge's id
			if _, err := tx.Exec(ctx, "UPDATE field_entries SET subject = ? WHERE subject = ? AND definition_id = ?", one[1], one[0], definition); err != nil {
				return err
			}
		}
	}
	return nil
}

// movedField is an entry that a merge gave to the kept customer.
type movedField struct {
	id, definition string
	is             schema.FieldType
	value          *string
	number         *int64
	version        int
	setAt          time.Time
}

// giveBackFields gives the entries back that a merge moved. A value that was set since is the kept customer's, and the merged one has what
// they had.
func (s *Service) giveBackFields(ctx context.Context, tx *store.Tx, u *undoing) error {
	const noted = "SELECT row_id FROM merged_rows WHERE merge_id = ? AND place = ?"
	var theirs []movedField
	err := store.Each(ctx, tx, `SELECT e.id, e.definition_id, d.type, e.value, e.number, e.version, e.set_at FROM field_entries e JOIN field_definitions d ON d.id = e.definition_id
		WHERE e.subject = ? AND e.id IN (`+noted+" AND belongs_to = ?)", []any{u.kept.ID, u.id, fieldPlace.String(), u.merged.ID}, func(scan store.ScanFunc) error {
		var f movedField
		err := scan(&f.id, &f.definition, &f.is, &f.value, &f.number, &f.version, store.UTC(&f.setAt))
		theirs = append(theirs, f)
		return err
	})
	if err != nil {
		return err
	}
	for _, f := range theirs {
		if _, err := tx.Exec(ctx, "UPDATE field_entries SET subject = ? WHERE id = ?", u.id, f.id); err != nil { // by way of the merge's id
			return err
		}
		if _, err := tx.Exec(ctx, "UPDATE field_entries SET subject = ? WHERE subject = ? AND definition_id = ? AND id IN ("+noted+")", u.kept.ID, u.merged.ID, f.definition, u.id, fieldPlace.String()); err != nil {
			return err
		}
		if f.setAt.After(u.at) {
			if err := s.splitField(ctx, tx, u, f); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, "UPDATE field_entries SET subject = ? WHERE id = ?", u.merged.ID, f.id); err != nil {
			return err
		}
	}
	return nil
}

// splitField moves what was set in an entry since a merge to the kept customer's own entry, which it makes where there is none, and gives the
// entry the value back that it had at the merge.
func (s *Service) splitField(ctx context.Context, tx *store.Tx, u *undoing, f movedField) error {
	own := ""
	err := store.Each(ctx, tx, "SELECT id FROM field_entries WHERE subject = ? AND definition_id = ?", []any{u.kept.ID, f.definition}, func(scan store.ScanFunc) error { return scan(&own) })
	if err != nil {
		return err
	}
	if own == "" {
		own = s.IDs.Make(id.FieldEntry)
		if err := tx.InsertRows(ctx, "field_entries", []string{"id", "version", "definition_id", "subject", "set_at"}, [][]any{{own, 0, f.definition, u.kept.ID, f.setAt}}); err != nil {
			return err
		}
	}
	known, err := s.DatedOf(ctx, tx, schema.DatedField, f.id)
	if err != nil {
		return err
	}
	history := known[f.id]
	before := slices.IndexFunc(history, func(v *ent.DatedValue) bool { return v.RecordedAt.After(u.at) }) // a merge moves no entry without history
	was := history[before-1]
	for _, change := range []struct {
		query string
		args  []any
	}{
		{"UPDATE dated_values SET subject = ? WHERE name = ? AND subject = ? AND recorded_at > ?", []any{own, string(schema.DatedField), f.id, u.at}},
		{"UPDATE field_entries SET version = version + ?, value = ?, number = ?, set_at = ? WHERE id = ?", []any{len(history) - before, f.value, f.number, f.setAt, own}},
		{"UPDATE field_entries SET version = version - ?, value = ?, number = ?, set_at = ? WHERE id = ?", []any{len(history) - before, was.Value, ownfields.Number(f.is, input.OrZero(was.Value)), was.RecordedAt, f.id}},
	} {
		if _, err := tx.Exec(ctx, change.query, change.args...); err != nil {
			return err
		}
	}
	return nil
}

// movedNouns returns the nouns of which a merge has moved rows, as the rules name them. Subscribers hear of what they may see of them; the actor may
// merge the customers. Of permissions those hear who know of merges: one that a merge has ended is none to others.
func movedNouns(ctx context.Context, tx *store.Tx, mergeID string) (nouns []string, err error) {
	of := map[string]string{"contacts": "Contact", "offers": "Offer", "orders": "Order"}
	err = store.Each(ctx, tx, "SELECT DISTINCT place FROM merged_rows WHERE merge_id = ? ORDER BY place", []any{mergeID}, func(scan store.ScanFunc) error {
		var place string
		err := scan(&place)
		if table, column, _ := strings.Cut(place, "."); column == "customer_id" && of[table] != "" {
			nouns = append(nouns, of[table])
		}
		return err
	})
	return nouns, err
}
