package customers

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/task"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/ownfields"
	"kopeck/store"
)

// Delete deletes a customer, who is locked. WRONG_STATE on a field while a merge into the customer can be undone.
func (s *Service) Delete(ctx context.Context, tx *store.Tx, c *ent.Customer, field, reason string) error {
	if err := s.checkMerges(ctx, tx, field, c.ID); err != nil {
		return err
	}
	c, err := tx.Customer.UpdateOne(c).SetDeletedAt(s.Now()).SetUpdatedAt(s.Now()).AddVersion(1).Save(ctx)
	if err != nil {
		return err
	}
	if err := s.WriteTerms(ctx, tx, c); err != nil {
		return err
	}
	if err := erasePoints(ctx, tx, c.ID); err != nil {
		return err
	}
	if err := eraseMessages(ctx, tx, c.ID); err != nil {
		return err
	}
	if err := s.cancelTasks(ctx, tx, c.ID); err != nil {
		return err
	}
	related, err := eraseRelations(ctx, tx, c.ID)
	if err != nil {
		return err
	}
	for _, one := range related {
		if err := s.CustomerChanged(ctx, tx, one, service.Both("relations", c.ID)); err != nil {
			return err
		}
	}
	if err := ownfields.Forget(ctx, tx, c.ID); err != nil {
		return err
	}
	if err := s.releaseHolds(ctx, tx, c.ID); err != nil {
		return err
	}
	if err := s.Audit(ctx, tx, "customer.delete", c.ID, map[string]any{"reason": reason}); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, c.ID, "Customer")
}

// cancelTasks cancels the open tasks of a customer who is deleted: nobody could close them.
func (s *Service) cancelTasks(ctx context.Context, tx *store.Tx, customerID string) error {
	const reason = "the customer was deleted"
	open, err := tx.Task.Query().Where(task.CustomerID(customerID), task.StateEQ(schema.TaskOpen)).Order(task.ByID()).All(ctx)
	if err != nil {
		return err
	}
	actor, _ := auth.From(ctx)
	now := s.Now()
	for _, t := range open {
		err := tx.Task.UpdateOne(t).SetState(schema.TaskCancelled).SetCancelledAt(now).SetCancelReason(reason).SetClosedBy(actor.Name).AddVersion(1).SetUpdatedAt(now).Exec(ctx)
		if err != nil {
			return err
		}
		version := service.VersionChange{Version: t.Version + 1, Fields: map[string]service.Change{"state": {Old: t.State, New: schema.TaskCancelled}}, Reason: reason}
		if err := s.AuditVersion(ctx, tx, service.TaskUpdate, t.ID, version); err != nil {
			return err
		}
		if err := s.TaskChanged(ctx, tx, t.ID, customerID); err != nil {
			return err
		}
	}
	return nil
}
