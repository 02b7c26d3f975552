package merging

import (
	"context"
	"slices"

	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// What a merge and its undoing do to tasks past the guard: see unguarded_rows.go. A task is of one customer, whose owner does it or a colleague.

// taskOwners is the place of tasks whose owner a merge changed; they go back to a user, not to a customer.
const taskOwners = "tasks.owner_id"

// storedTask is a task as far as a merge changes it.
type storedTask struct {
	id, customerID, contactID, state, owner string
	version                                 int
	goesTo                                  string // the owner to whom the undoing of a merge gives it back, or who owned its customer before the merge
}

// tasksBy reads tasks by the end of a query that selects them as t and, where they are noted, the notes as r.
func tasksBy(ctx context.Context, tx *store.Tx, goesTo, end string, args ...any) (all []storedTask, err error) {
	query := "SELECT t.id, t.customer_id, coalesce(t.contact_id, ''), t.state, coalesce(t.owner_id, ''), t.version, " + goesTo + " FROM tasks t " + end + " ORDER BY t.id"
	return all, store.Each(ctx, tx, query, args, func(scan store.ScanFunc) error {
		var one storedTask
		err := scan(&one.id, &one.customerID, &one.contactID, &one.state, &one.owner, &one.version, &one.goesTo)
		all = append(all, one)
		return err
	})
}

// changeTask writes the next version of a task, with its audit entry.
func (s *Service) changeTask(ctx context.Context, tx *store.Tx, one storedTask, set string, args []any, reason string, fields map[string]service.Change) error {
	args = append(args, s.Now(), one.id)
	if _, err := tx.Exec(ctx, "UPDATE tasks SET "+set+", version = version + 1, updated_at = ? WHERE id = ?", args...); err != nil {
		return err
	}
	return s.AuditVersion(ctx, tx, service.TaskUpdate, one.id, service.VersionChange{Version: one.version + 1, Reason: reason, Fields: fields})
}

// giveTask gives a task to another owner.
func (s *Service) giveTask(ctx context.Context, tx *store.Tx, one storedTask, to string) error {
	return s.changeTask(ctx, tx, one, "owner_id = ?", []any{to}, "the customer has another owner", map[string]service.Change{"ownerId": {Old: one.owner, New: to}})
}

// handOverTasks gives the open tasks of who owned one of two customers and does not own both to who does, as where customers are handed over, and
// with them those of whoever does not see the kept customer any more, who would not see the task either. It notes to whom they go back, and
// returns their ids. The rows are the kept customer's.
func (s *Service) handOverTasks(ctx context.Context, tx *store.Tx, m *merge) (ids []string, err error) {
	if m.after.OwnerID == nil {
		return nil, nil
	}
	place := Place{Table: "tasks", Column: "customer_id"}
	const side = "CASE WHEN t.id IN (SELECT row_id FROM merged_rows WHERE merge_id = ? AND place = ?) THEN CAST(? AS text) ELSE CAST(? AS text) END"
	open, err := tasksBy(ctx, tx, side, "WHERE t.customer_id = ? AND t.owner_id IS NOT NULL AND t.owner_id <> ? AND t.state = ?",
		m.id, place.String(), input.OrZero(m.merged.OwnerID), input.OrZero(m.kept.OwnerID), m.kept.ID, *m.after.OwnerID, string(schema.TaskOpen))
	if err != nil {
		return nil, err
	}
	var notes [][]any
	for _, one := range open {
		if owned := one.goesTo; one.owner != owned && s.people.Sees(one.owner, m.after) {
			continue
		}
		ids = append(ids, one.id)
		notes = append(notes, []any{m.id, taskOwners, one.id, one.owner})
		if err := s.giveTask(ctx, tx, one, *m.after.OwnerID); err != nil {
			return nil, err
		}
	}
	if len(notes) == 0 {
		return nil, nil
	}
	return ids, tx.InsertRows(ctx, "merged_rows", []string{"merge_id", "place", "row_id", "belongs_to"}, notes)
}

// giveBackTasks gives the tasks back whose owner a merge changed: those that are open and still with who owned the kept customer. It returns their
// ids.
func (s *Service) giveBackTasks(ctx context.Context, tx *store.Tx, u *undoing) (ids []string, err error) {
	if u.kept.OwnerID == nil {
		return nil, nil
	}
	theirs, err := tasksBy(ctx, tx, "r.belongs_to", "JOIN merged_rows r ON r.row_id = t.id WHERE r.merge_id = ? AND r.place = ? AND t.owner_id = ? AND t.state = ? AND t.customer_id IN (?, ?)",
		u.id, taskOwners, *u.kept.OwnerID, string(schema.TaskOpen), u.kept.ID, u.merged.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range theirs {
		ids = append(ids, one.id)
		if err := s.giveTask(ctx, tx, one, one.goesTo); err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// reopenTasks opens the tasks again that were done by a contact which is not with their customer any more, as where a contact is voided: each of
// the two customers has the contacts that are theirs, and nobody did the task with its own. It returns their ids.
func (s *Service) reopenTasks(ctx context.Context, tx *store.Tx, u *undoing) (ids []string, err error) {
	apart, err := tasksBy(ctx, tx, "''", "JOIN contacts k ON k.id = t.contact_id WHERE t.customer_id IN (?, ?) AND k.customer_id <> t.customer_id", u.kept.ID, u.merged.ID)
	if err != nil {
		return nil, err
	}
	for _, one := range apart {
		ids = append(ids, one.id)
		fields := map[string]service.Change{"state": {Old: one.state, New: schema.TaskOpen}, "contactId": {Old: one.contactID}}
		err := s.changeTask(ctx, tx, one, "state = ?, done_at = NULL, contact_id = NULL, closed_by = NULL", []any{string(schema.TaskOpen)}, "the contact is of the other customer", fields)
		if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// tasksChanged tells subscribers of the tasks that a merge or its undoing has moved, and of others that it has changed, each once. Who listens to
// either customer hears of it.
func (s *Service) tasksChanged(ctx context.Context, tx *store.Tx, mergeID, keptID, mergedID string, changed []string) error {
	place := Place{Table: "tasks", Column: "customer_id"}
	moved, err := tasksBy(ctx, tx, "r.belongs_to", "JOIN merged_rows r ON r.row_id = t.id WHERE r.merge_id = ? AND r.place = ? AND t.customer_id IN (?, ?)", mergeID, place.String(), keptID, mergedID)
	if err != nil {
		return err
	}
	for _, one := range moved {
		changed = append(changed, one.id)
	}
	slices.Sort(changed)
	for _, one := range slices.Compact(changed) {
		if err := s.TaskChanged(ctx, tx, one, keptID, mergedID); err != nil {
			return err
		}
	}
	return nil
}
