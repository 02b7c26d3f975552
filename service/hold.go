package service

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/store"
)

// LockCustomer loads a customer that the actor may see and holds its row to the transaction's end: whatever
// changes what belongs to a customer goes through here first, so that such changes come one after the other.
// It gives NOT_FOUND on the field for one that is not there, not the actor's, or deleted.
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

// NewID checks an id that a client made, or makes one.
func (s *Core) NewID(prefix string, given *string) (string, error) {
	if given == nil {
		return s.IDs.Make(prefix), nil
	}
	return *given, id.Check("id", prefix, *given)
}

// Taken names the field that somebody else has.
func Taken(err error, madeByClient bool) error {
	if !store.IsUnique(err) {
		return err
	}
	for _, column := range store.UniqueColumns(err) {
		switch column {
		case "email_key":
			return fault.New(fault.AlreadyExists, "email", "another customer has this e-mail")
		case "external_id":
			return fault.New(fault.AlreadyExists, "externalId", "another customer has this external id")
		case "id":
			if madeByClient {
				return fault.New(fault.AlreadyExists, "id", "this id is taken")
			}
		}
	}
	return err
}

// ExpectVersion gives VERSION_CONFLICT where a verb was made on another version than the row's. It is for verbs
// that change a row as a whole, such as its status.
func ExpectVersion(expected *int, current int) error {
	if expected == nil || *expected == current {
		return nil
	}
	conflict := fault.New(fault.VersionConflict, "expectedVersion", "the version is %d now, not %d", current, *expected)
	conflict.Detail = &fault.Conflict{CurrentVersion: current}
	return conflict
}
