package service

import (
	"context"
	"encoding/json"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/id"
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

// CustomersIn returns the ids of customers in values of fields, as inputs, rows or the audit have them: one or a list of them.
func CustomersIn(values ...any) (ids []string) {
	for _, value := range values {
		for _, one := range namedIn(value) {
			if id.Prefix(one) == id.Customer {
				ids = append(ids, one)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// CustomersChanged returns the ids of the customers whom a field named before its change and names no more, or names since.
func CustomersChanged(of Change) (ids []string) {
	before, after := CustomersIn(of.Old), CustomersIn(of.New)
	for _, one := range CustomersIn(of.Old, of.New) {
		if slices.Contains(before, one) != slices.Contains(after, one) {
			ids = append(ids, one)
		}
	}
	return ids
}

// namedIn returns the texts of a value that is a text or a list of texts.
func namedIn(value any) []string {
	var one string
	var several []string
	text, err := json.Marshal(value)
	switch {
	case err != nil:
		return nil
	case json.Unmarshal(text, &one) == nil && one != "":
		return []string{one}
	case json.Unmarshal(text, &several) == nil:
		return several
	}
	return nil
}

// asSeen returns the value of a field without the customers whom the actor may not see: nil for nobody.
func (seen CustomersSeen) asSeen(value any) any {
	named := namedIn(value)
	rest := slices.DeleteFunc(slices.Clone(named), func(one string) bool { return id.Prefix(one) == id.Customer && !seen[one] })
	switch {
	case len(rest) == len(named):
		return value
	case len(rest) == 0:
		return nil
	}
	return rest
}

// conflictsSeen returns conflicts as the actor may see them. A field that names a customer whom they may not see names nobody to them: one that
// was and is the same to them is no conflict. What they say of it is then written, as it is where they base it on the version of now.
func conflictsSeen(ctx context.Context, tx *store.Tx, fields []fault.FieldConflict) (visible []fault.FieldConflict, err error) {
	var named []any
	for _, one := range fields {
		for _, customerID := range CustomersIn(one.Base, one.Theirs, one.Yours) {
			named = append(named, customerID)
		}
	}
	seen, err := SeenAmong(ctx, tx.Customer, named...)
	if err != nil {
		return nil, err
	}
	for _, one := range fields {
		shown := fault.FieldConflict{Name: one.Name, Base: seen.asSeen(one.Base), Theirs: seen.asSeen(one.Theirs), Yours: seen.asSeen(one.Yours)}
		if !SameJSON(shown.Base, shown.Theirs) || SameJSON(shown.Base, one.Base) && SameJSON(shown.Theirs, one.Theirs) {
			visible = append(visible, shown)
		}
	}
	return visible, nil
}
