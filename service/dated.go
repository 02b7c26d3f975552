package service

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/store"
)

// What a figure rests on holds from a moment on, whenever we learned of it (design, law 13): grades, segments, departures and
// settings are kept as dated values beside the row that has the present one.

// RecordDated records that a value holds from a moment on; nil for none. The transaction holds what the value is of.
func (s *Core) RecordDated(ctx context.Context, tx *store.Tx, name schema.DatedName, subject string, value *string, validFrom time.Time) error {
	_, err := s.recordDated(ctx, tx, name, subject, value, validFrom)
	return err
}

func (s *Core) recordDated(ctx context.Context, tx *store.Tx, name schema.DatedName, subject string, value *string, validFrom time.Time) (*ent.DatedValue, error) {
	actor, _ := auth.From(ctx)
	recorded := &ent.DatedValue{
		ID: s.IDs.Make(id.DatedValue), Name: name, Subject: subject, Value: value, ValidFrom: validFrom, RecordedAt: s.Now(), Actor: actor.Name,
	}
	return recorded, s.createDated(ctx, tx, recorded)
}

// ChangeDated is [Core.RecordDated] for a value of a row that was made at a moment and had another value until now: with the first
// change the value before it is recorded too. It returns all values as they are after it.
func (s *Core) ChangeDated(ctx context.Context, tx *store.Tx, name schema.DatedName, subject string, before, value *string, madeAt, validFrom time.Time) (Dated, error) {
	known, err := s.DatedOf(ctx, tx, name, subject)
	if err != nil {
		return nil, err
	}
	all := known[subject]
	if len(all) == 0 && (before != nil || name != schema.DatedSegment) { // a segment that is not known is no other one
		first := &ent.DatedValue{ID: s.IDs.Make(id.DatedValue), Name: name, Subject: subject, Value: before, ValidFrom: madeAt, RecordedAt: madeAt, Actor: "system"}
		if err := s.createDated(ctx, tx, first); err != nil {
			return nil, err
		}
		all = append(all, first)
	}
	recorded, err := s.recordDated(ctx, tx, name, subject, value, validFrom)
	return NewDated(append(all, recorded)), err
}

// Dated are the values of one thing, from when each holds: see [NewDated].
type Dated []*ent.DatedValue

// NewDated returns values in the order in which they hold: by validFrom and, of several for one moment, the last recorded last. The
// first that was recorded is an exception, which holds before all others: see [Dated.First].
func NewDated(values []*ent.DatedValue) Dated {
	slices.SortStableFunc(values, func(a, b *ent.DatedValue) int {
		return cmp.Or(a.ValidFrom.Compare(b.ValidFrom), byRecording(a, b))
	})
	return values
}

// byRecording is the order in which values were recorded.
func byRecording(a, b *ent.DatedValue) int {
	return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), strings.Compare(a.ID, b.ID))
}

// First returns the value that was recorded first, nil if there is none. It has held for ever before the others, also where one is
// recorded later to have held from before its validFrom: so the order of telling them changes nothing.
func (d Dated) First() *ent.DatedValue {
	if len(d) == 0 {
		return nil
	}
	return slices.MinFunc(d, byRecording)
}

// At returns the value that holds at a moment by what was known at another, nil for none: what is recorded first has held before
// all others, and where nothing is dated the present value has always held.
func (d Dated) At(at, knownAt time.Time, present *string) *string {
	first := d.First()
	if first == nil {
		return present
	}
	for _, one := range slices.Backward(d) {
		if one != first && !one.ValidFrom.After(at) && !one.RecordedAt.After(knownAt) {
			return one.Value
		}
	}
	return first.Value
}
