package books

import (
	"context"
	"time"

	"kopeck/stage"
	"kopeck/store"
)

// What stages are read from and written to without the guard. A stage is derived state: it follows from a customer's permissions,
// orders and earlier stages, whoever changed one of them.

// permitted is when a customer's permissions became active: the first and the last. Zero: none ever.
type permitted struct{ first, last time.Time }

func readPermitted(ctx context.Context, db store.Reader, customerIDs []string) (map[string]permitted, error) {
	all := map[string]permitted{}
	return all, store.EachByIDs(ctx, db, `SELECT p.customer_id, min(e.at), max(e.at) FROM permission_events e JOIN permissions p ON p.id = e.permission_id
		WHERE e.kind IN ('GRANTED', 'CONFIRMED') AND p.customer_id IN @ids GROUP BY p.customer_id`, nil, customerIDs, func(scan store.ScanFunc) error {
		var customer string
		var first, last store.Time
		err := scan(&customer, &first, &last)
		all[customer] = permitted{first.Time, last.Time}
		return err
	})
}

// readStageChanges returns the changes of customers' stages, in the order of their moments.
func readStageChanges(ctx context.Context, db store.Reader, customerIDs []string) (map[string][]stage.Change, error) {
	all := map[string][]stage.Change{}
	return all, store.EachByIDs(ctx, db, "SELECT customer_id, from_stage, to_stage, at, reason FROM stage_changes WHERE customer_id IN @ids ORDER BY customer_id, at, id", nil, customerIDs, func(scan store.ScanFunc) error {
		var customer string
		var c stage.Change
		err := scan(&customer, &c.From, &c.To, &c.At, &c.Reason)
		all[customer] = append(all[customer], c)
		return err
	})
}

// stageChange is a row of stage_changes that is to be written.
type stageChange struct {
	id string
	StageMove
}

// writeStageChanges writes changes of stage and the stages of their customers, each of whom gets the next version.
func writeStageChanges(ctx context.Context, tx *store.Tx, changes []stageChange, at time.Time, actor string) error {
	rows, customers := make([][]any, len(changes)), make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = []any{c.id, c.Customer.ID, string(c.Customer.Stage), string(c.To), at, c.Reason, actor}
		customers[i] = []any{c.Customer.ID, string(c.To), at}
	}
	if err := tx.InsertRows(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "at", "reason", "actor"}, rows); err != nil {
		return err
	}
	return tx.UpdateRows(ctx, "customers", "stage = v.column2, version = version + 1, updated_at = v.column3", []store.ColumnType{store.TextColumn, store.TimeColumn}, customers)
}
