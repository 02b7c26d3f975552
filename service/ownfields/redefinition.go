package ownfields

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/fielddefinition"
	"kopeck/ent/fieldentry"
	"kopeck/ent/predicate"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// fieldUpdate is the audit action of a new version of a field.
const fieldUpdate = "field.update"

// UpdateField changes a field. Changes of different parts merge; others are a VERSION_CONFLICT.
//
// Faults: INVALID by part; NOT_FOUND on id; WRONG_STATE on type where something has or had a value of the field, and on a limit that leaves
// out a value of now.
func (s *Service) UpdateField(ctx context.Context, in service.UpdateFieldInput) (*ent.FieldDefinition, error) {
	if err := id.Check("id", id.Field, in.ID); err != nil {
		return nil, err
	}
	_, err := s.Write(ctx, service.Verb{Name: "updateField", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := HoldAlone(ctx, tx); err != nil { // no value is set meanwhile
			return "", err
		}
		return in.ID, s.Change(ctx, tx, in)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.FieldDefinition.Get(ctx, in.ID)
}

// Change changes a field as UpdateField does. The transaction holds the definitions alone.
func (s *Service) Change(ctx context.Context, tx *store.Tx, in service.UpdateFieldInput) error {
	query := tx.FieldDefinition.Query().Where(fielddefinition.ID(in.ID))
	store.ForUpdate(tx, query)
	before, err := query.Only(ctx)
	if ent.IsNotFound(err) {
		return fault.NoSuch("id", "field")
	}
	if err != nil {
		return err
	}
	after, err := changed(before, in)
	if err != nil {
		return err
	}
	merge := service.Update{
		Action: fieldUpdate, Subject: before.ID, Expected: in.ExpectedVersion, Version: before.Version, Current: partsOf(before), Updated: stated(before, after, in),
	}
	changes, err := s.Merge(ctx, tx, merge)
	if err != nil || len(changes) == 0 {
		return err
	}
	if err := checkValues(ctx, tx, before, after, changes); err != nil {
		return err
	}
	saved, err := write(tx.FieldDefinition.UpdateOne(before).AddVersion(1).SetUpdatedAt(s.Now()), after).Save(ctx)
	if err != nil {
		return err
	}
	return s.AuditVersion(ctx, tx, fieldUpdate, saved.ID, service.VersionChange{Version: saved.Version, Fields: changes})
}

// CheckChange checks a change of a field, which is its parts of now. Faults: as of UpdateField.
func CheckChange(ctx context.Context, tx *store.Tx, before *ent.FieldDefinition, in service.UpdateFieldInput) error {
	after, err := changed(before, in)
	if err != nil {
		return err
	}
	was, parts, changes := partsOf(before), partsOf(after), map[string]service.Change{}
	for name := range parts {
		if !service.SameJSON(was[name], parts[name]) {
			changes[name] = service.Change{Old: was[name], New: parts[name]}
		}
	}
	return checkValues(ctx, tx, before, after, changes)
}

// changed returns a field as an update makes it.
func changed(before *ent.FieldDefinition, in service.UpdateFieldInput) (*ent.FieldDefinition, error) {
	d := *before
	var faults fault.List
	if in.Label != nil {
		var err error
		d.Label, err = input.Text("label", *in.Label, maxLabel)
		faults.Add(err)
	}
	if in.Type != nil && *in.Type != before.Type {
		d.Type, d.Least, d.Most, d.Earliest, d.Latest, d.MaxLength, d.Words = *in.Type, nil, nil, nil, nil, nil, nil
	}
	faults.Add(limits{in.Least, in.Most, in.Earliest, in.Latest, in.MaxLength, in.Words}.put(&d))
	d.ForSales, d.ForPartners, d.Retired = input.Or(in.ForSales, d.ForSales), input.Or(in.ForPartners, d.ForPartners), input.Or(in.Retired, d.Retired)
	return &d, faults.Or()
}

// stated are the parts that an update sets, with those that go with the type.
func stated(before, after *ent.FieldDefinition, in service.UpdateFieldInput) map[string]any {
	isStated := map[string]bool{
		"label": in.Label != nil, "type": in.Type != nil, "least": in.Least.IsSet(), "most": in.Most.IsSet(), "earliest": in.Earliest.IsSet(), "latest": in.Latest.IsSet(),
		"maxLength": in.MaxLength.IsSet(), "words": in.Words != nil, "forSales": in.ForSales != nil, "forPartners": in.ForPartners != nil,
		"retired": in.Retired != nil,
	}
	was, parts := partsOf(before), partsOf(after)
	for name := range parts {
		if !isStated[name] && (before.Type == after.Type || service.SameJSON(was[name], parts[name])) {
			delete(parts, name)
		}
	}
	return parts
}

// write puts all parts of a field into an update.
func write(update *ent.FieldDefinitionUpdateOne, d *ent.FieldDefinition) *ent.FieldDefinitionUpdateOne {
	update.SetLabel(d.Label).SetType(d.Type).SetForSales(d.ForSales).SetForPartners(d.ForPartners).SetRetired(d.Retired)
	setOrClear(d.Least, update.SetLeast, update.ClearLeast)
	setOrClear(d.Most, update.SetMost, update.ClearMost)
	setOrClear(d.Earliest, update.SetEarliest, update.ClearEarliest)
	setOrClear(d.Latest, update.SetLatest, update.ClearLatest)
	setOrClear(d.MaxLength, update.SetMaxLength, update.ClearMaxLength)
	if d.Words == nil {
		return update.ClearWords()
	}
	return update.SetWords(d.Words)
}

func setOrClear[T any](v *T, set func(T) *ent.FieldDefinitionUpdateOne, clear func() *ent.FieldDefinitionUpdateOne) {
	if v == nil {
		clear()
		return
	}
	set(*v)
}

// checkValues returns WRONG_STATE where a change of a field does not fit the values that things have. Values of the past are read by the
// type, which therefore stays as soon as there has been one.
func checkValues(ctx context.Context, tx *store.Tx, before, after *ent.FieldDefinition, changes map[string]service.Change) error {
	entries := func(which ...predicate.FieldEntry) (bool, error) {
		return tx.FieldEntry.Query().Where(fieldentry.DefinitionID(after.ID)).Where(which...).Exist(ctx)
	}
	if before.Type != after.Type {
		there, err := entries()
		if err == nil && there {
			err = fault.New(fault.WrongState, "type", "something has or had a value of the field, which is a %s: define another field", before.Type)
		}
		return err
	}
	for name, outside := range outsiders(after) {
		if _, narrowed := changes[name]; !narrowed {
			continue
		}
		there, err := entries(fieldentry.ValueNotNil(), outside)
		if err != nil {
			return err
		}
		if there {
			return fault.New(fault.WrongState, name, "something has a value that it would leave out: change that first")
		}
	}
	return nil
}

// outsiders are the conditions that a value is outside of the limits of a field, by the limit's name.
func outsiders(d *ent.FieldDefinition) map[string]predicate.FieldEntry {
	all := map[string]predicate.FieldEntry{}
	if d.Least != nil {
		all["least"] = fieldentry.NumberLT(d.Least.Nano())
	}
	if d.Most != nil {
		all["most"] = fieldentry.NumberGT(d.Most.Nano())
	}
	if d.Earliest != nil {
		all["earliest"] = fieldentry.NumberLT(int64(*d.Earliest))
	}
	if d.Latest != nil {
		all["latest"] = fieldentry.NumberGT(int64(*d.Latest))
	}
	if d.MaxLength != nil {
		all["maxLength"] = func(s *sql.Selector) {
			s.Where(sql.P(func(b *sql.Builder) {
				b.WriteString("length(").Ident(s.C(fieldentry.FieldValue)).WriteString(") > ").Arg(*d.MaxLength)
			}))
		}
	}
	if d.Type == schema.FieldChoice {
		all["words"] = fieldentry.ValueNotIn(d.Words...)
	}
	return all
}
