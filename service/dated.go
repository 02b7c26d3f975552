package service

import (
	"cmp"
	"context"
	"slices"
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
		if validFrom.Before(madeAt) { // it was another before there was a row
			first.ValidFrom = validFrom
		}
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

// NewDated returns values in the order in which they hold: by validFrom and, of several for one moment, the last recorded last.
func NewDated(values []*ent.DatedValue) Dated {
	slices.SortStableFunc(values, func(a, b *ent.DatedValue) int {
		if byMoment := a.ValidFrom.Compare(b.ValidFrom); byMoment != 0 {
			return byMoment
		}
		return a.RecordedAt.Compare(b.RecordedAt)
	})
	return values
}

// At returns the value that holds at a moment by what was known at another, nil for none. What was recorded first has held for ever
// before the others, however early those begin, so that the order in which they are told makes no difference; where nothing is dated
// the present value has always held.
func (d Dated) At(at, knownAt time.Time, present *string) *string {
	if len(d) == 0 {
		return present
	}
	first := slices.MinFunc(d, func(a, b *ent.DatedValue) int {
		return cmp.Or(a.RecordedAt.Compare(b.RecordedAt), cmp.Compare(a.ID, b.ID))
	})
	for _, one := range slices.Backward(d) {
		if one != first && !one.ValidFrom.After(at) && !one.RecordedAt.After(knownAt) {
			return one.Value
		}
	}
	return first.Value
}
