package customers

import (
	"context"

	"kopeck/auth"
	"kopeck/ent/task"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/store"
)

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
