package merging

import (
	"context"

	"kopeck/schema"
	"kopeck/store"
)

// What a merge and its undoing do to changes of stage past the guard: see unguarded_rows.go. Those that follow from the facts of both customers
// together are of neither alone: the undoing takes them away, and settling dates what each one's own facts make.

// keptStages is the place of the changes of stage that the kept customer had at a merge, with the customer among them, so that a merge of an
// earlier release, which noted none, is told from one of a customer who had none.
const keptStages = "stage_changes.kept"

// noteStages notes which changes of stage the kept customer has.
func noteStages(ctx context.Context, tx *store.Tx, m *merge) error {
	_, err := tx.Exec(ctx, `INSERT INTO merged_rows (merge_id, place, row_id, belongs_to) SELECT CAST(? AS text), CAST(? AS text), id, customer_id FROM stage_changes WHERE customer_id = ?
		UNION ALL SELECT CAST(? AS text), CAST(? AS text), id, id FROM customers WHERE id = ?`, m.id, keptStages, m.kept.ID, m.id, keptStages, m.kept.ID)
	return err
}

// divideStages takes the changes of stage away that were made by a merge and since, but for those that are facts: what staff decided, and that a
// permission made a stranger a friend. Each of these begins where the one before it ends. The changes of before the merge have gone back.
func divideStages(ctx context.Context, tx *store.Tx, u *undoing) error {
	known := map[string]bool{}
	const noted = "SELECT row_id FROM merged_rows WHERE merge_id = ? AND place IN (?, ?)"
	moved := Place{Table: "stage_changes", Column: "customer_id"}
	err := store.Each(ctx, tx, noted, []any{u.id, keptStages, moved.String()}, func(scan store.ScanFunc) error {
		var row string
		err := scan(&row)
		known[row] = true
		return err
	})
	if err != nil || !known[u.kept.ID] {
		return err
	}
	type change struct{ id, from, to, kind string }
	for _, customer := range []string{u.kept.ID, u.merged.ID} {
		var all []change
		err := store.Each(ctx, tx, "SELECT id, from_stage, to_stage, kind FROM stage_changes WHERE customer_id = ? ORDER BY recorded_at, id", []any{customer}, func(scan store.ScanFunc) error {
			var c change
			err := scan(&c.id, &c.from, &c.to, &c.kind)
			all = append(all, c)
			return err
		})
		if err != nil {
			return err
		}
		stands := string(schema.Stranger) // as all begin who have no change that says otherwise
		for _, c := range all {
			switch {
			case known[c.id]:
			case c.kind != string(schema.StageOverruled) && (c.kind != string(schema.StagePermission) || stands != string(schema.Stranger)):
				if _, err := tx.Exec(ctx, "DELETE FROM stage_changes WHERE id = ?", c.id); err != nil {
					return err
				}
				continue
			case c.from != stands:
				if _, err := tx.Exec(ctx, "UPDATE stage_changes SET from_stage = ? WHERE id = ?", stands, c.id); err != nil {
					return err
				}
			}
			stands = c.to
		}
	}
	return nil
}
