package service

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// CustomerUpdate is the audit action of a new version of a customer.
const CustomerUpdate = "customer.update"

// TaskUpdate is the audit action of a new version of a task.
const TaskUpdate = "task.update"

// LockCustomer loads a customer that the actor may see and locks the row until the transaction ends. Every change of what
// belongs to a customer begins with it, so that such changes happen one after the other. For the id of a customer who was merged into
// another it is that one, so that whoever goes on takes the id from the row. It returns NOT_FOUND on the field
// for a customer who does not exist, is deleted, or whom the actor may not see.
func (s *Core) LockCustomer(ctx context.Context, tx *store.Tx, field, customerID string) (*ent.Customer, error) {
	if err := id.Check(field, id.Customer, customerID); err != nil {
		return nil, err
	}
	for wanted := customerID; ; { // until it is a customer whom nobody has merged into another
		query := tx.Customer.Query().Where(customer.ID(wanted), customer.DeletedAtIsNil())
		store.ForUpdate(tx, query)
		c, err := query.Only(ctx)
		if err == nil {
			nameMerged(ctx, field, customerID, c.ID)
			return c, nil
		}
		if !ent.IsNotFound(err) {
			return nil, err
		}
		kept, err := keptOf(ctx, tx, wanted)
		if err != nil {
			return nil, err
		}
		if kept == "" {
			return nil, fault.NoSuch(field, "customer")
		}
		wanted = kept
	}
}

// StillOf returns [store.ErrAgain], by which the transaction is run again, if a row that was read once more after its customer was held is
// another customer's by now: they were merged, or a merge was undone.
func StillOf(held, now string) error {
	if held != now {
		return store.ErrAgain
	}
	return nil
}

// RecordStageChange records that a fact of a moment, zero for now, has changed the stage of a customer. The customer must be locked.
func (s *Core) RecordStageChange(ctx context.Context, tx *store.Tx, customerID string, from, to schema.Stage, kind schema.StageChangeKind, reason string, at time.Time) error {
	actor, _ := auth.From(ctx)
	now := s.Now()
	if at.IsZero() {
		at = now
	}
	return s.createStageChange(ctx, tx, &ent.StageChange{
		ID: s.IDs.Make(id.StageChange), CustomerID: customerID, FromStage: from, ToStage: to, Kind: kind, At: at, RecordedAt: now, Reason: reason, Actor: actor.Name,
	})
}
