package service

import (
	"context"
	"errors"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/store"
)

// Whoever may see a row need not see a customer whom it names, such as who referred a customer or whom a contact is about: to them it names
// nobody.

// CustomersSeen are ids of customers whom the actor may see.
type CustomersSeen map[string]bool

// SeenAmong returns which of the customers that values name the actor may see. The values are ids as inputs, rows or the audit have them.
func SeenAmong(ctx context.Context, customers *ent.CustomerClient, values ...any) (CustomersSeen, error) {
	var ids []string
	for _, value := range values {
		if id := IDIn(value); id != "" {
			ids = append(ids, id)
		}
	}
	seen := CustomersSeen{}
	if len(ids) == 0 {
		return seen, nil
	}
	visible, err := customers.Query().Where(customer.IDIn(ids...)).IDs(ctx)
	for _, id := range visible {
		seen[id] = true
	}
	return seen, err
}

// Only returns a value as the actor may see it: nil in place of a customer whom they may not see.
func (seen CustomersSeen) Only(value any) any {
	if seen[IDIn(value)] {
		return value
	}
	return nil
}

// IDIn returns the id in a value, as inputs, rows or the audit have it; "" for nobody.
func IDIn(value any) string {
	switch id := value.(type) {
	case string:
		return id
	case *string:
		if id != nil {
			return *id
		}
	}
	return ""
}

// IsHidden reports whether an id, "" for nobody, is that of a customer whom the actor may not see.
func IsHidden(ctx context.Context, tx *store.Tx, customerID string) (bool, error) {
	if customerID == "" {
		return false, nil
	}
	seen, err := SeenAmong(ctx, tx.Customer, customerID)
	return err == nil && !seen[customerID], err
}

// HideInConflict returns the error of a merge; where it is a VERSION_CONFLICT, without the customers whom the actor may not see in a field
// that names one.
func HideInConflict(ctx context.Context, tx *store.Tx, name string, err error) error {
	var f *fault.Error
	if !errors.As(err, &f) {
		return err
	}
	conflict, ok := f.Detail.(*fault.Conflict)
	if !ok {
		return err
	}
	for i := range conflict.Fields {
		field := &conflict.Fields[i]
		if field.Name != name {
			continue
		}
		seen, failed := SeenAmong(ctx, tx.Customer, field.Base, field.Theirs)
		if failed != nil {
			return failed
		}
		field.Base, field.Theirs = seen.Only(field.Base), seen.Only(field.Theirs)
	}
	return err
}
