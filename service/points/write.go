package points

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// lockCustomer locks a customer, and checks the version that a change is based on. NOT_FOUND on customerId; VERSION_CONFLICT.
func (s *Service) lockCustomer(ctx context.Context, tx *store.Tx, customerID string, expected *int) (*ent.Customer, error) {
	c, err := s.LockCustomer(ctx, tx, "customerId", customerID)
	if err != nil {
		return nil, err
	}
	return c, service.CheckVersion(expected, c.Version)
}

// holder locks the customer to whom a row belongs that the actor may see. NOT_FOUND on id, of the row.
func (s *Service) holder(ctx context.Context, tx *store.Tx, customerID, noun string) (*ent.Customer, error) {
	c, err := s.LockCustomer(ctx, tx, "id", customerID)
	if fault.Of(err) != nil {
		return nil, fault.NoSuch("id", noun)
	}
	return c, err
}

// save writes the next version of a customer whom the transaction holds: what has moved of the rows that belong to them, and the main phone
// number and e-mail address, which may be others.
func (s *Service) save(ctx context.Context, tx *store.Tx, before, after *ent.Customer, moved map[string]service.Change) error {
	after.EmailKey = input.OptionalEmailKey(after.Email)
	if err := s.customers.Put(ctx, tx, before, after, service.VersionChange{Version: before.Version + 1, Fields: moved}); err != nil {
		return service.Race(err, false)
	}
	if err := s.customers.WriteTerms(ctx, tx, after); err != nil {
		return err
	}
	changed := service.ChangedFields(s.customers.Changes(before, after))
	if _, ok := moved["tags"]; ok {
		changed = append(changed, "tags")
	} else {
		changed = append(changed, "contactPoints", "addresses")
	}
	return s.CustomerChanged(ctx, tx, before.ID, changed...)
}

// ofInput gives the fields of a VERSION_CONFLICT the names that the input has for them, each once: the value of a main point is kept twice.
func ofInput(err error, names map[string]string) error {
	f := fault.Of(err)
	if f == nil {
		return err
	}
	if conflict, ok := f.Detail.(*fault.Conflict); ok {
		for i, one := range conflict.Fields {
			conflict.Fields[i].Name = names[one.Name]
		}
		named := map[string]bool{}
		conflict.Fields = slices.DeleteFunc(conflict.Fields, func(one fault.FieldConflict) bool {
			isAgain := named[one.Name]
			named[one.Name] = true
			return isAgain
		})
	}
	return err
}
