package tasks

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/task"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// CompleteTask records that a task was done: by a contact that was recorded before, or without one.
//
// Faults: INVALID by field; NOT_FOUND on id, and on contactId for no contact with this customer; WRONG_STATE on id for a task that is closed,
// and on contactId for a contact that is voided; VERSION_CONFLICT; FORBIDDEN.
func (s *Service) CompleteTask(ctx context.Context, in service.CompleteTaskInput) (*ent.Task, error) {
	if _, err := auth.Writer(ctx, "Task"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Task, in.ID))
	if in.ContactID != nil {
		faults.Add(id.Check("contactId", id.Contact, *in.ContactID))
		if in.At != nil {
			faults.Add(fault.Invalidf("at", "the task was done when the contact took place: want contactId or at, not both"))
		}
	}
	at, err := s.PastMoment("at", in.At)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.close(ctx, service.Verb{Name: "completeTask", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, t *ent.Task) error {
		if in.ContactID == nil {
			if at.Before(t.CreatedAt.Add(-mostOverdue)) {
				return fault.Invalidf("at", "want a moment at most %d days before the task was made", mostOverdue/(24*time.Hour))
			}
			return s.complete(ctx, tx, t, nil, at)
		}
		found, err := tx.Contact.Query().Where(contact.ID(*in.ContactID), contact.CustomerID(t.CustomerID)).Only(ctx)
		switch {
		case ent.IsNotFound(err):
			return fault.NoSuch("contactId", "contact with this customer")
		case err != nil:
			return err
		case found.VoidedAt != nil:
			return fault.New(fault.WrongState, "contactId", "the contact is voided")
		}
		return s.complete(ctx, tx, t, &found.ID, found.At)
	})
}

// CancelTask cancels a task. Faults: INVALID by field; NOT_FOUND on id; WRONG_STATE on id for a task that is closed; VERSION_CONFLICT;
// FORBIDDEN.
func (s *Service) CancelTask(ctx context.Context, in service.CancelTaskInput) (*ent.Task, error) {
	if _, err := auth.Writer(ctx, "Task"); err != nil {
		return nil, err
	}
	var faults fault.List
	faults.Add(id.Check("id", id.Task, in.ID))
	reason, err := input.Text("reason", in.Reason, maxReason)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	return s.close(ctx, service.Verb{Name: "cancelTask", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, t *ent.Task) error {
		actor, _ := auth.From(ctx)
		update := tx.Task.UpdateOne(t).SetState(schema.TaskCancelled).SetCancelledAt(s.Now()).SetCancelReason(reason).SetClosedBy(actor.Name)
		return s.save(ctx, tx, t, update, stateChange(t, schema.TaskCancelled, reason))
	})
}

// close runs a verb that closes an open task.
func (s *Service) close(ctx context.Context, v service.Verb, taskID string, expected *int, do func(ctx context.Context, tx *store.Tx, t *ent.Task) error) (*ent.Task, error) {
	_, err := s.Write(ctx, v, func(ctx context.Context, tx *store.Tx) (string, error) {
		t, _, err := s.lockTask(ctx, tx, "id", taskID)
		if err != nil {
			return "", err
		}
		if err := checkOpen("id", t); err != nil {
			return "", err
		}
		if err := service.CheckVersion(expected, t.Version); err != nil {
			return "", err
		}
		return t.ID, do(ctx, tx, t)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Task.Get(ctx, taskID)
}

// complete records that a task was done, by a contact or without one.
func (s *Service) complete(ctx context.Context, tx *store.Tx, t *ent.Task, contactID *string, at time.Time) error {
	actor, _ := auth.From(ctx)
	update := tx.Task.UpdateOne(t).SetState(schema.TaskDone).SetDoneAt(at).SetNillableContactID(contactID).SetClosedBy(actor.Name)
	version := stateChange(t, schema.TaskDone, "")
	version.Fields["contactId"] = service.Change{Old: t.ContactID, New: contactID}
	return s.save(ctx, tx, t, update, version)
}

// stateChange is the audit of a task's change of state.
func stateChange(t *ent.Task, to schema.TaskState, reason string) service.VersionChange {
	return service.VersionChange{Fields: map[string]service.Change{"state": {Old: t.State, New: to}}, Reason: reason}
}

// Open loads an open task of a customer whom the transaction holds, for a contact that is to complete it. NOT_FOUND and WRONG_STATE on taskId.
func (s *Service) Open(ctx context.Context, tx *store.Tx, customerID, taskID string) (*ent.Task, error) {
	t, err := tx.Task.Query().Where(task.ID(taskID), task.CustomerID(customerID)).Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch("taskId", "task of this customer")
	}
	if err != nil {
		return nil, err
	}
	return t, checkOpen("taskId", t)
}

// CompleteBy records that an open task was done by a contact. The transaction holds the customer.
func (s *Service) CompleteBy(ctx context.Context, tx *store.Tx, t *ent.Task, c *ent.Contact) error {
	return s.complete(ctx, tx, t, &c.ID, c.At)
}

// ContactVoided opens again the tasks that were done by a contact which is voided. The transaction holds the customer.
func (s *Service) ContactVoided(ctx context.Context, tx *store.Tx, contactID string) error {
	return s.eachDoneBy(ctx, tx, contactID, func(t *ent.Task) error {
		update := tx.Task.UpdateOne(t).SetState(schema.TaskOpen).ClearDoneAt().ClearContactID().ClearClosedBy()
		version := stateChange(t, schema.TaskOpen, "the contact was voided")
		version.Fields["contactId"] = service.Change{Old: t.ContactID}
		return s.save(ctx, tx, t, update, version)
	})
}

// ContactMoved makes the tasks that were done by a contact at another moment done at that one, and by another contact, into which the first is
// joined. The transaction holds the customer.
func (s *Service) ContactMoved(ctx context.Context, tx *store.Tx, from string, to *ent.Contact) error {
	return s.eachDoneBy(ctx, tx, from, func(t *ent.Task) error {
		if from == to.ID && t.DoneAt != nil && t.DoneAt.Equal(to.At) {
			return nil
		}
		return s.doneBy(ctx, tx, t, to)
	})
}

// ContactParted makes the tasks that were done by a contact, and are not of its customer any more, done by one of their own, which was joined into
// it and stands again.
func (s *Service) ContactParted(ctx context.Context, tx *store.Tx, from string, to *ent.Contact) error {
	return s.eachDoneBy(ctx, tx, from, func(t *ent.Task) error {
		if t.CustomerID != to.CustomerID {
			return nil
		}
		return s.doneBy(ctx, tx, t, to)
	})
}

// doneBy makes a task that is done one that was done by another contact.
func (s *Service) doneBy(ctx context.Context, tx *store.Tx, t *ent.Task, by *ent.Contact) error {
	version := service.VersionChange{Fields: map[string]service.Change{"contactId": {Old: t.ContactID, New: by.ID}, "doneAt": {Old: t.DoneAt, New: by.At.UTC()}}}
	return s.save(ctx, tx, t, tx.Task.UpdateOne(t).SetContactID(by.ID).SetDoneAt(by.At), version)
}

func (s *Service) eachDoneBy(ctx context.Context, tx *store.Tx, contactID string, do func(t *ent.Task) error) error {
	done, err := tx.Task.Query().Where(task.ContactID(contactID)).Order(task.ByID()).All(ctx)
	if err != nil {
		return err
	}
	for _, t := range done {
		if err := do(t); err != nil {
			return err
		}
	}
	return nil
}
