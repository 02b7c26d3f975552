package tasks

import (
	"context"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/task"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/consent"
	"kopeck/service/input"
	"kopeck/store"
)

// changes are what an update sets, by the names of the input: the values for merging and the audit, and how each is written.
type changes struct {
	values map[string]any
	set    map[string]func(update *ent.TaskUpdateOne)
}

func (c *changes) add(name string, value any, set func(update *ent.TaskUpdateOne)) {
	c.values[name], c.set[name] = value, set
}

// optional adds a field that null clears, if it is given.
func optional[T any](c *changes, name string, of graphql.Omittable[*T], set func(*ent.TaskUpdateOne, T) *ent.TaskUpdateOne, clear func(*ent.TaskUpdateOne) *ent.TaskUpdateOne) {
	if !of.IsSet() {
		return
	}
	c.add(name, of.Value(), func(update *ent.TaskUpdateOne) {
		if of.Value() == nil {
			clear(update)
		} else {
			set(update, *of.Value())
		}
	})
}

// UpdateTask changes the fields that are given of an open task. An update that is based on an older version is merged with changes of other
// fields. The decision is as of CreateTask.
//
// Faults: INVALID by field; NOT_FOUND on id, ownerId and teamId; INVALID on ownerId for one who does not see the customer; WRONG_STATE on id
// for a task that is closed; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) UpdateTask(ctx context.Context, in service.UpdateTaskInput) (*ent.Task, *consent.PermissionDecision, error) {
	if _, err := auth.Writer(ctx, "Task"); err != nil {
		return nil, nil, err
	}
	given, err := s.changesOf(in)
	if err != nil {
		return nil, nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: "updateTask"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		t, c, err := s.lockTask(ctx, tx, "id", in.ID)
		if err != nil {
			return "", err
		}
		if err := checkOpen("id", t); err != nil {
			return "", err
		}
		changed, err := s.Merge(ctx, tx, service.Update{
			Action: service.TaskUpdate, Subject: t.ID, CustomerID: c.ID, Expected: in.ExpectedVersion, Version: t.Version, Current: factsOf(t), Updated: given.values,
		})
		if err != nil || len(changed) == 0 {
			return t.ID, err
		}
		if _, ok := changed["ownerId"]; ok {
			if err := s.checkSees(in.OwnerID, c); err != nil {
				return "", err
			}
		}
		update := tx.Task.UpdateOne(t)
		for name := range changed {
			given.set[name](update)
		}
		return t.ID, s.save(ctx, tx, t, update, service.VersionChange{Fields: changed})
	})
	return s.answer(ctx, in.ID, err)
}

// changesOf checks what an update sets.
func (s *Service) changesOf(in service.UpdateTaskInput) (*changes, error) {
	var faults fault.List
	c := &changes{map[string]any{}, map[string]func(*ent.TaskUpdateOne){}}
	faults.Add(id.Check("id", id.Task, in.ID))
	if in.Title != nil {
		title, err := input.Text("title", *in.Title, maxTitle)
		faults.Add(err)
		c.add("title", title, func(update *ent.TaskUpdateOne) { update.SetTitle(title) })
	}
	if in.Why.IsSet() {
		why, err := input.OptionalText("why", in.Why.Value(), MaxWhy)
		faults.Add(err)
		optional(c, "why", graphql.OmittableOf(why), (*ent.TaskUpdateOne).SetWhy, (*ent.TaskUpdateOne).ClearWhy)
	}
	due, err := s.dueAt(in.DueAt, in.DueOn)
	faults.Add(err)
	if due != nil {
		c.add("dueAt", due, func(update *ent.TaskUpdateOne) { update.SetDueAt(*due) })
	}
	faults.Add(s.checkDoer(in.OwnerID, in.TeamID))
	if in.OwnerID != nil || in.TeamID != nil { // one takes the place of the other
		optional(c, "ownerId", graphql.OmittableOf(in.OwnerID), (*ent.TaskUpdateOne).SetOwnerID, (*ent.TaskUpdateOne).ClearOwnerID)
		optional(c, "teamId", graphql.OmittableOf(in.TeamID), (*ent.TaskUpdateOne).SetTeamID, (*ent.TaskUpdateOne).ClearTeamID)
	}
	optional(c, "kind", in.Kind, (*ent.TaskUpdateOne).SetKind, (*ent.TaskUpdateOne).ClearKind)
	optional(c, "channel", in.Channel, (*ent.TaskUpdateOne).SetChannel, (*ent.TaskUpdateOne).ClearChannel)
	optional(c, "purpose", in.Purpose, (*ent.TaskUpdateOne).SetPurpose, (*ent.TaskUpdateOne).ClearPurpose)
	return c, faults.Or()
}

// lockTask loads a task that the actor may see, with its customer, whom it locks: whatever changes a task happens one after the other. INVALID and
// NOT_FOUND on a field.
func (s *Service) lockTask(ctx context.Context, tx *store.Tx, field, taskID string) (*ent.Task, *ent.Customer, error) {
	if err := id.Check(field, id.Task, taskID); err != nil {
		return nil, nil, err
	}
	t, err := tx.Task.Query().Where(task.ID(taskID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, nil, fault.NoSuch(field, "task")
	}
	if err != nil {
		return nil, nil, err
	}
	c, err := s.LockCustomer(ctx, tx, field, t.CustomerID)
	if fault.Of(err) != nil {
		return nil, nil, fault.NoSuch(field, "task")
	}
	if err != nil {
		return nil, nil, err
	}
	query := tx.Task.Query().Where(task.ID(taskID)) // as it is now that nobody else changes it
	store.ForUpdate(tx, query)
	t, err = query.Only(ctx)
	return t, c, err
}

// checkOpen returns WRONG_STATE on a field for a task that is closed.
func checkOpen(field string, t *ent.Task) error {
	switch t.State {
	case schema.TaskDone:
		return fault.New(fault.WrongState, field, "the task is done")
	case schema.TaskCancelled:
		return fault.New(fault.WrongState, field, "the task is cancelled")
	}
	return nil
}

// save writes a new version of a task that the transaction holds, with its audit entry.
func (s *Service) save(ctx context.Context, tx *store.Tx, t *ent.Task, update *ent.TaskUpdateOne, version service.VersionChange) error {
	after, err := update.AddVersion(1).SetUpdatedAt(s.Now()).Save(ctx)
	if err != nil {
		return err
	}
	version.Version = after.Version
	if err := s.AuditVersion(ctx, tx, service.TaskUpdate, t.ID, version); err != nil {
		return err
	}
	return s.changed(ctx, tx, after)
}
