package books

import (
	"context"
	"time"

	"kopeck/id"
	"kopeck/stage"
	"kopeck/store"
)

// What stages are read from and written to without the guard. A stage is derived state: it follows from a customer's permissions,
// orders and earlier stages, whoever changed one of them.

// permitted is when a customer's permissions became active: the first and the last. Zero: none ever.
type permitted struct{ first, last time.Time }

// with returns the first and the last with other moments, which are sorted.
func (p permitted) with(others []time.Time) (first, last time.Time) {
	first, last = p.first, p.last
	for _, at := range others {
		if first.IsZero() || at.Before(first) {
			first = at
		}
		if at.After(last) {
			last = at
		}
	}
	return first, last
}

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

// readStageChanges returns the changes of customers' stages, in the order in which we learned of them.
func readStageChanges(ctx context.Context, db store.Reader, customerIDs []string) (map[string][]stage.Change, error) {
	all := map[string][]stage.Change{}
	return all, store.EachByIDs(ctx, db, "SELECT customer_id, from_stage, to_stage, kind, at, reason FROM stage_changes WHERE customer_id IN @ids ORDER BY customer_id, recorded_at, id", nil, customerIDs, func(scan store.ScanFunc) error {
		var customer string
		var c stage.Change
		err := scan(&customer, &c.From, &c.To, &c.Kind, &c.At, &c.Reason)
		all[customer] = append(all[customer], c)
		return err
	})
}

// stageChange is a row of stage_changes that is to be written.
type stageChange struct {
	id string
	DueChange
}

// writeStageChanges writes changes of stage, of which we learn at a moment, and the stages of their customers, each of whom gets the
// next version.
func writeStageChanges(ctx context.Context, tx *store.Tx, changes []stageChange, at time.Time, actor string) error {
	rows, customers := make([][]any, len(changes)), make([][]any, len(changes))
	for i, c := range changes {
		rows[i] = []any{c.id, c.Customer.ID, string(c.Customer.Stage), string(c.To), string(c.Kind), c.At, at, c.Reason, actor}
		customers[i] = []any{c.Customer.ID, string(c.To), at}
	}
	if err := tx.InsertRows(ctx, "stage_changes", []string{"id", "customer_id", "from_stage", "to_stage", "kind", "at", "recorded_at", "reason", "actor"}, rows); err != nil {
		return err
	}
	return tx.UpdateRows(ctx, "customers", "stage = v.column2, version = version + 1, updated_at = v.column3", []store.ColumnType{store.TextColumn, store.TimeColumn}, customers)
}

// factsSQL is a query for the dated facts of customers that stages follow from: the customer, what it is, its moment and the order
// day. A row of the customer themselves has the day -1, their stage, and when they departed.
const factsSQL = `WITH mine (id) AS (SELECT id FROM customers WHERE id IN @ids)
	SELECT c.id, c.stage, c.departed_at, -1 FROM customers c WHERE c.id IN (SELECT id FROM mine)
	UNION ALL SELECT p.customer_id, 'permission', e.at, 0 FROM permission_events e JOIN permissions p ON p.id = e.permission_id
		WHERE e.kind IN ('GRANTED', 'CONFIRMED') AND p.customer_id IN (SELECT id FROM mine)
	UNION ALL SELECT subject, 'departure', valid_from, 0 FROM dated_values WHERE name = 'departure' AND subject IN (SELECT id FROM mine)`

// completedSQL adds the completed orders to factsSQL. One that was given back in full has never been.
const completedSQL = `
	UNION ALL SELECT customer_id, 'order', completed_at, day FROM orders WHERE status = 'COMPLETED' AND completed_at IS NOT NULL AND customer_id IN (SELECT id FROM mine)`

// readTimelines returns the dated facts of customers; without their orders if query is [factsSQL] alone.
func readTimelines(ctx context.Context, tx *store.Tx, query string, customerIDs []string) (map[string]*stage.Timeline, error) {
	changes, err := readStageChanges(ctx, tx, customerIDs)
	if err != nil {
		return nil, err
	}
	all := make(map[string]*stage.Timeline, len(customerIDs))
	for customer, of := range changes {
		t := stage.Begin("", of)
		all[customer] = &t
	}
	err = store.EachByIDs(ctx, tx, query, nil, customerIDs, func(scan store.ScanFunc) error {
		var customer, what string
		var at store.Time
		var day int
		if err := scan(&customer, &what, &at, &day); err != nil {
			return err
		}
		if all[customer] == nil {
			all[customer] = &stage.Timeline{}
		}
		t := all[customer]
		if day < 0 && what != "order" {
			if len(changes[customer]) == 0 {
				t.Recorded = stage.Stage(what) // always in the same stage
			}
			if what = "departure"; at.IsZero() {
				return nil
			}
		}
		switch what {
		case "order":
			t.Orders = append(t.Orders, stage.Order{Day: day, CompletedAt: at.Time})
		case "permission":
			t.Permitted = append(t.Permitted, at.Time)
		case "departure":
			t.Departures = append(t.Departures, at.Time)
		}
		return nil
	})
	for _, t := range all {
		t.Sort()
	}
	return all, err
}

// lastCompletion returns when the last of a customer's completed orders was completed; zero if there is none.
func lastCompletion(ctx context.Context, tx *store.Tx, customerID string) (last time.Time, err error) {
	const query = "SELECT completed_at FROM orders WHERE customer_id = ? AND status = 'COMPLETED' AND completed_at IS NOT NULL ORDER BY completed_at DESC LIMIT 1"
	err = store.Each(ctx, tx, query, []any{customerID}, func(scan store.ScanFunc) error { return scan(&last) })
	return last.UTC(), err
}

// readContactStages returns the contacts of customers from a moment on with their stages, also of those that are voided, by customer and time.
func readContactStages(ctx context.Context, tx *store.Tx, customerIDs []string, since time.Time) (contacts []contactStage, err error) {
	const query = "SELECT id, customer_id, at, stage, segment FROM contacts WHERE at >= ? AND customer_id IN @ids ORDER BY customer_id, at, id"
	return contacts, store.EachByIDs(ctx, tx, query, []any{since.UTC()}, customerIDs, func(scan store.ScanFunc) error {
		var c contactStage
		err := scan(&c.id, &c.customer, &c.at, &c.stage, &c.segment)
		c.at = c.at.UTC()
		contacts = append(contacts, c)
		return err
	})
}

// writeContactStages writes the stages of contacts. A stage is not a part of what the API shows of a contact, so that the contact
// keeps its version.
func writeContactStages(ctx context.Context, tx *store.Tx, contacts []contactStage) error {
	rows := make([][]any, len(contacts))
	for i, c := range contacts {
		rows[i] = []any{c.id, string(c.stage)}
	}
	return tx.UpdateRows(ctx, "contacts", "stage = v.column2", []store.ColumnType{store.TextColumn}, rows)
}

// readSegment returns the segment of a customer now, nil where it is not known.
func readSegment(ctx context.Context, tx *store.Tx, customerID string) (segment *string, err error) {
	err = store.Each(ctx, tx, "SELECT segment FROM customers WHERE id = ?", []any{customerID}, func(scan store.ScanFunc) error { return scan(&segment) })
	return segment, err
}

// writeContactSegments writes the segments of contacts, which keep their versions.
func writeContactSegments(ctx context.Context, tx *store.Tx, contacts []contactStage) error {
	rows := make([][]any, len(contacts))
	for i, c := range contacts {
		rows[i] = []any{c.id, (*string)(c.segment)}
	}
	return tx.UpdateRows(ctx, "contacts", "segment = v.column2", []store.ColumnType{store.TextColumn}, rows)
}

// readWithoutSegment returns the contacts of a customer whose segment is not known.
func readWithoutSegment(ctx context.Context, tx *store.Tx, customerID string) (contacts []contactStage, err error) {
	const query = "SELECT id, stage FROM contacts WHERE customer_id = ? AND segment IS NULL"
	return contacts, store.Each(ctx, tx, query, []any{customerID}, func(scan store.ScanFunc) error {
		c := contactStage{customer: customerID}
		err := scan(&c.id, &c.stage)
		contacts = append(contacts, c)
		return err
	})
}

// writeFirstSegment gives the contacts of a customer whose segment was not known the one that now is.
func writeFirstSegment(ctx context.Context, tx *store.Tx, customerID, segment string) error {
	_, err := tx.Exec(ctx, "UPDATE contacts SET segment = ? WHERE customer_id = ? AND segment IS NULL", segment, customerID)
	return err
}

// writeRestatements records what contacts' stages and segments are until a moment, at which they are restated.
func writeRestatements(ctx context.Context, tx *store.Tx, ids *id.Maker, contacts []contactStage, at time.Time) error {
	rows := make([][]any, len(contacts))
	for i, c := range contacts {
		rows[i] = []any{ids.Make(id.Restatement), c.id, string(c.stage), (*string)(c.segment), at}
	}
	return tx.InsertRows(ctx, "contact_restatements", []string{"id", "contact_id", "stage", "segment", "recorded_at"}, rows)
}
