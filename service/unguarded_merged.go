package service

import (
	"context"
	"strings"

	"kopeck/store"
)

// What is read of merges without the guard. That an id answers with another is no secret: whether the caller may see the other is
// decided where it is read.

// allMerged returns the customers who answer for those who were merged into them, by the ids of these.
func allMerged(ctx context.Context, from store.Reader) (map[string]string, error) {
	all := map[string]string{}
	return all, store.Each(ctx, from, "SELECT id, merged_into_id FROM customers WHERE merged_into_id IS NOT NULL", nil, func(scan store.ScanFunc) error {
		var merged, kept string
		err := scan(&merged, &kept)
		all[merged] = kept
		return err
	})
}

// keptOf returns the customer into whom one was merged, "" for none.
func keptOf(ctx context.Context, tx *store.Tx, customerID string) (kept string, err error) {
	err = store.Each(ctx, tx, "SELECT coalesce(merged_into_id, '') FROM customers WHERE id = ?", []any{customerID}, func(scan store.ScanFunc) error {
		return scan(&kept)
	})
	return kept, err
}

// KeptAmong returns, of some ids, those of customers who were merged into others, with these.
func KeptAmong(ctx context.Context, from store.Reader, customerIDs []string) (map[string]string, error) {
	all := map[string]string{}
	return all, store.EachByIDs(ctx, from, "SELECT id, merged_into_id FROM customers WHERE merged_into_id IS NOT NULL AND id IN @ids", nil, customerIDs, func(scan store.ScanFunc) error {
		var merged, kept string
		err := scan(&merged, &kept)
		all[merged] = kept
		return err
	})
}

// noteNamed notes that a row which was made after a merge belongs, in a column, to the customer who was merged, and to each into whom that
// one was merged on the way to the one who has it. A permission that was there already is not the named customer's.
func noteNamed(ctx context.Context, tx *store.Tx, place, rowID, customerID string) error {
	table, _, _ := strings.Cut(place, ".")
	query := `WITH RECURSIVE up (merge_id, merged_id, kept_id) AS (SELECT id, merged_id, kept_id FROM customer_merges WHERE merged_id = ? AND undone_at IS NULL
			UNION ALL SELECT m.id, m.merged_id, m.kept_id FROM customer_merges m JOIN up ON m.merged_id = up.kept_id WHERE m.undone_at IS NULL)
		INSERT INTO merged_rows (merge_id, place, row_id, belongs_to) SELECT merge_id, CAST(? AS text), CAST(? AS text), merged_id FROM up WHERE true`
	args := []any{customerID, place, rowID}
	if table == "permissions" {
		query += " AND EXISTS (SELECT 1 FROM permissions p WHERE p.id = ? AND p.version = 1)"
		args = append(args, rowID)
	}
	_, err := tx.Exec(ctx, query+" ON CONFLICT (merge_id, place, row_id) DO NOTHING", args...)
	return err
}
