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
// belongs to a customer begins with it, so that such changes happen one after the other. It returns NOT_FOUND on the field
// for a customer who does not exist, is deleted, or whom the actor may not see.
func (s *Core) LockCustomer(ctx context.Context, tx *store.Tx, field, customerID string) (*ent.Customer, error) {
	if err := id.Check(field, id.Customer, customerID); err != nil {
		return nil, err
	}
	query := tx.Customer.Query().Where(customer.ID(customerID), customer.DeletedAtIsNil())
	store.ForUpdate(tx, query)
	c, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return nil, fault.NoSuch(field, "customer")
	}
	return c, err
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
