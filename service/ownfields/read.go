package ownfields

import (
	"cmp"
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/fieldentry"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// Values returns what customers, contacts, orders or products, by their ids, have in the fields that the viewer may see, by code: at a moment by
// what was known then, or, for nil, now. INVALID on at.
func (s *Service) Values(ctx context.Context, ids []string, at *time.Time) (map[string][]*FieldValue, error) {
	if err := input.CheckDate("at", at); err != nil {
		return nil, err
	}
	var entries []*ent.FieldEntry
	for some := range slices.Chunk(ids, store.IDsPerStatement) {
		found, err := s.Client.FieldEntry.Query().Where(fieldentry.SubjectIn(some...)).WithDefinition().All(ctx)
		if err != nil {
			return nil, err
		}
		entries = append(entries, found...)
	}
	history := map[string]service.Dated{}
	if at != nil {
		of := make([]string, len(entries))
		for i, e := range entries {
			of[i] = e.ID
		}
		var err error
		if history, err = s.DatedOf(ctx, s.Store, schema.DatedField, of...); err != nil {
			return nil, err
		}
	}
	all := map[string][]*FieldValue{}
	for _, e := range entries {
		v := &FieldValue{Definition: e.Edges.Definition, Code: e.Edges.Definition.Code, Version: e.Version}
		value := e.Value
		if at != nil {
			value, v.Version = knownAt(history[e.ID], *at)
		}
		if value != nil {
			v.Value = *value
			all[e.Subject] = append(all[e.Subject], v)
		}
	}
	for _, of := range all {
		slices.SortFunc(of, func(a, b *FieldValue) int { return cmp.Compare(a.Code, b.Code) })
	}
	return all, nil
}

// knownAt returns the value of an entry that was known at a moment, nil for none, and its version. A value holds from when it is recorded.
func knownAt(history service.Dated, at time.Time) (value *string, version int) {
	for n, one := range history {
		if !one.RecordedAt.After(at) {
			value, version = one.Value, n+1
		}
	}
	return value, version
}

// Having returns the ids of the customers, contacts, orders or products that had a value in a field at a moment, by what was known then, of those
// that the viewer may see.
func (s *Service) Having(ctx context.Context, definitionID string, at time.Time) ([]string, error) {
	entries, err := s.Client.FieldEntry.Query().Where(fieldentry.DefinitionID(definitionID)).All(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(entries))
	for i, e := range entries {
		ids[i] = e.ID
	}
	history, err := s.DatedOf(ctx, s.Store, schema.DatedField, ids...)
	var subjects []string
	for _, e := range entries {
		if value, _ := knownAt(history[e.ID], at); value != nil {
			subjects = append(subjects, e.Subject)
		}
	}
	return subjects, err
}
