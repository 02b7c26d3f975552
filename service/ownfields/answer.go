package ownfields

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/ent/fieldentry"
	"kopeck/fault"
	"kopeck/store"
)

// Answer sets a field of a customer to what they answered at a moment. The transaction holds the definitions (see [Hold]) and then the customer, and the
// actor may see the field. Faults: INVALID on answer for a value that the field does not take; WRONG_STATE on answer where another value was set
// after the moment, which may be the newer one.
func (s *Service) Answer(ctx context.Context, tx *store.Tx, customerID string, d *ent.FieldDefinition, text string, at time.Time) error {
	value, number, err := Read(d, text)
	if err != nil {
		return fault.Invalidf("answer", "%s: %v", d.Code, err)
	}
	entries, err := tx.FieldEntry.Query().Where(fieldentry.Subject(customerID), fieldentry.DefinitionID(d.ID)).All(ctx)
	if err != nil {
		return err
	}
	c := change{definition: d, value: &value, number: number}
	if len(entries) > 0 {
		c.entry = entries[0]
	}
	switch {
	case c.changesNothing():
		return nil
	case c.entry != nil && c.entry.SetAt.After(at):
		return fault.New(fault.WrongState, "answer", "another value of %s was set after they were asked", d.Code)
	}
	if err := s.put(ctx, ctx, tx, customerID, []change{c}); err != nil {
		return err
	}
	return s.CustomerChanged(ctx, tx, customerID, d.ID)
}
