package contacts

import (
	"context"
	"errors"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/store"
)

// Whoever may see a contact need not see the customer whom it is about: to them it is about nobody.

// aboutField is the name of the field in correctContact, in conflicts and in the audit.
const aboutField = "aboutId"

// customersSeen are ids of customers whom the actor may see.
type customersSeen map[string]bool

// seenAmong returns which of the customers that values of aboutId name the actor may see.
func seenAmong(ctx context.Context, customers *ent.CustomerClient, values []any) (customersSeen, error) {
	var ids []string
	for _, value := range values {
		if id := idIn(value); id != "" {
			ids = append(ids, id)
		}
	}
	seen := customersSeen{}
	if len(ids) == 0 {
		return seen, nil
	}
	visible, err := customers.Query().Where(customer.IDIn(ids...)).IDs(ctx)
	for _, id := range visible {
		seen[id] = true
	}
	return seen, err
}

// only returns a value of aboutId as the actor may see it: nil in place of a customer whom they may not see.
func (seen customersSeen) only(value any) any {
	if seen[idIn(value)] {
		return value
	}
	return nil
}

// idIn returns the id in a value, as inputs or the audit have it; "" for nobody.
func idIn(value any) string {
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

// isAboutHidden reports whether a contact is about a customer whom the actor may not see.
func isAboutHidden(ctx context.Context, tx *store.Tx, c *Record) (bool, error) {
	if c.AboutID == "" {
		return false, nil
	}
	seen, err := seenAmong(ctx, tx.Customer, []any{c.AboutID})
	return err == nil && !seen[c.AboutID], err
}

// hideAbout returns the error of a merge; where it is a VERSION_CONFLICT, without the customers whom the actor may not see.
func hideAbout(ctx context.Context, tx *store.Tx, err error) error {
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
		if field.Name != aboutField {
			continue
		}
		seen, failed := seenAmong(ctx, tx.Customer, []any{field.Base, field.Theirs})
		if failed != nil {
			return failed
		}
		field.Base, field.Theirs = seen.only(field.Base), seen.only(field.Theirs)
	}
	return err
}

// aboutOf returns the values of aboutId in corrections.
func aboutOf(corrections []service.VersionChange) (values []any) {
	for _, one := range corrections {
		if change, ok := one.Fields[aboutField]; ok {
			values = append(values, change.Old, change.New)
		}
	}
	return values
}

// keepHiddenAbout returns changes of a contact that is about a customer whom the actor may not see without one to nobody, which is what they
// see: unless it becomes no recommendation, which is about nobody. NOT_FOUND on aboutId for that one.
func (s *Service) keepHiddenAbout(ctx context.Context, tx *store.Tx, now *Record, given *changes) (*changes, error) {
	hidden, err := isAboutHidden(ctx, tx, now)
	switch {
	case err != nil || !hidden:
		return given, err
	case given.To.AboutID == now.AboutID:
		return nil, fault.NoSuch(aboutField, "customer")
	case given.To.AboutID != "":
		return given, nil
	}
	if !given.Gives("kind") || given.To.Kind == schema.Recommendation {
		return given.Without(aboutField), nil
	}
	all := s.editedFields(ctx)
	return given.With(all[slices.IndexFunc(all, func(f field.Edited[Record, service.RecordContactInput, service.CorrectContactInput]) bool {
		return f.Input == aboutField
	})]), nil
}
