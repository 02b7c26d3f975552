package customers

import (
	"cmp"
	"context"
	"slices"

	"kopeck/store"
)

// Relations are read and written past the guard: those are shown and changed alone of which the actor may see both customers, who are read
// through it. See [Service.seenRelations] and [Service.lockRelation].

const relationSQL = "SELECT id, version, person_id, group_id, role, valid_from, valid_to, created_at, updated_at FROM customer_relations WHERE "

// relationsOf returns the relations of customers, each once, the earliest first.
func relationsOf(ctx context.Context, from store.Reader, customerIDs []string) (all []*CustomerRelation, err error) {
	seen := map[string]bool{}
	for _, column := range []string{"person_id", "group_id"} {
		if err := store.EachByIDs(ctx, from, relationSQL+column+" IN @ids", nil, customerIDs, func(scan store.ScanFunc) error {
			r, err := scanRelation(scan)
			if err == nil && !seen[r.ID] {
				seen[r.ID], all = true, append(all, r)
			}
			return err
		}); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(all, func(a, b *CustomerRelation) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.ID, b.ID)) })
	return all, nil
}

// removedRelation returns a relation that was removed, as the audit has it; nil for none.
func removedRelation(ctx context.Context, from store.Reader, relationID string) (found *CustomerRelation, err error) {
	return found, store.Each(ctx, from, "SELECT detail FROM audit_entries WHERE action = '"+relationRemove+"' AND subject = ?", []any{relationID}, func(scan store.ScanFunc) error {
		var was removed
		if err := scan(store.FromJSON{To: &was}); err != nil {
			return err
		}
		found = &CustomerRelation{
			ID: relationID, Version: was.Version, Role: was.Role, From: was.From, To: was.To, CreatedAt: was.CreatedAt, UpdatedAt: was.UpdatedAt, personID: was.PersonID, companyID: was.CompanyID,
		}
		return nil
	})
}

// relationByID returns a relation; nil if there is none.
func relationByID(ctx context.Context, from store.Reader, relationID string) (found *CustomerRelation, err error) {
	return found, store.Each(ctx, from, relationSQL+"id = ?", []any{relationID}, func(scan store.ScanFunc) (err error) {
		found, err = scanRelation(scan)
		return err
	})
}

func scanRelation(scan store.ScanFunc) (*CustomerRelation, error) {
	r := &CustomerRelation{}
	err := scan(&r.ID, &r.Version, &r.personID, &r.companyID, &r.Role, &r.From, &r.To, store.UTC(&r.CreatedAt), store.UTC(&r.UpdatedAt))
	return r, err
}

func insertRelation(ctx context.Context, tx *store.Tx, r *CustomerRelation) error {
	return tx.InsertRows(ctx, "customer_relations", []string{"id", "version", "person_id", "group_id", "role", "valid_from", "valid_to", "created_at", "updated_at"}, [][]any{{
		r.ID, r.Version, r.personID, r.companyID, r.Role, int64(r.From), lastDay(r), r.CreatedAt, r.UpdatedAt,
	}})
}

func updateRelation(ctx context.Context, tx *store.Tx, r *CustomerRelation) error {
	_, err := tx.Exec(ctx, "UPDATE customer_relations SET version = ?, role = ?, valid_from = ?, valid_to = ?, updated_at = ? WHERE id = ?", r.Version, r.Role, int64(r.From), lastDay(r), r.UpdatedAt, r.ID)
	return err
}

func deleteRelation(ctx context.Context, tx *store.Tx, relationID string) error {
	_, err := tx.Exec(ctx, "DELETE FROM customer_relations WHERE id = ?", relationID)
	return err
}

// lastDay is the last day of a relation as it is kept; nil for none.
func lastDay(r *CustomerRelation) any {
	if r.To == nil {
		return nil
	}
	return int64(*r.To)
}
