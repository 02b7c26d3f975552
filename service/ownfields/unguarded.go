package ownfields

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/fieldentry"
	"kopeck/schema"
	"kopeck/store"
)

// What is done with values in fields that the actor need not see, because what they are of goes or is joined into another. The actor may change
// both.

// Forget removes what a customer who is deleted has and had in fields. What was set, and by whom, stays in the audit.
func Forget(ctx context.Context, tx *store.Tx, customerID string) error {
	const history = "DELETE FROM dated_values WHERE name = ? AND subject IN (SELECT id FROM field_entries WHERE subject = ?)"
	if _, err := tx.Exec(ctx, history, string(schema.DatedField), customerID); err != nil {
		return err
	}
	_, err := tx.Exec(ctx, "DELETE FROM field_entries WHERE subject = ?", customerID)
	return err
}

// Carry gives a contact what another, which is joined into it, has in the fields in which it has nothing itself. The transaction holds the
// definitions (see [Hold]) and the contacts.
func (s *Service) Carry(ctx context.Context, tx *store.Tx, to, from string) error {
	all := auth.System(ctx)
	entries, err := tx.FieldEntry.Query().Where(fieldentry.SubjectIn(to, from)).WithDefinition().Order(fieldentry.ByID()).All(all)
	if err != nil {
		return err
	}
	own := map[string]*ent.FieldEntry{}
	for _, e := range entries {
		if e.Subject == to {
			own[e.DefinitionID] = e
		}
	}
	var changes []change
	for _, e := range entries {
		if mine := own[e.DefinitionID]; e.Subject == from && e.Value != nil && (mine == nil || mine.Value == nil) {
			changes = append(changes, change{definition: e.Edges.Definition, entry: mine, value: e.Value, number: e.Number})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return s.put(ctx, all, tx, to, changes)
}

// Uncarry takes from a contact what it has since a moment from another that was joined into it then: values that are the other's still. The
// transaction holds what it does for [Service.Carry].
func (s *Service) Uncarry(ctx context.Context, tx *store.Tx, to, from string, since time.Time) error {
	all := auth.System(ctx)
	entries, err := tx.FieldEntry.Query().Where(fieldentry.SubjectIn(to, from)).WithDefinition().Order(fieldentry.ByID()).All(all)
	if err != nil {
		return err
	}
	theirs := map[string]*string{}
	for _, e := range entries {
		if e.Subject == from {
			theirs[e.DefinitionID] = e.Value
		}
	}
	var changes []change
	for _, e := range entries {
		if other := theirs[e.DefinitionID]; e.Subject == to && e.Value != nil && other != nil && *other == *e.Value && !e.SetAt.Before(since) {
			changes = append(changes, change{definition: e.Edges.Definition, entry: e})
		}
	}
	if len(changes) == 0 {
		return nil
	}
	return s.put(ctx, all, tx, to, changes)
}
