package bulk

import (
	"context"
	"iter"
	"maps"
	"slices"

	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/ownfields"
)

// The installation's own fields in files of customers, contacts and orders: see package ownfields.

// holdFields keeps definitions from being changed while records set values of fields, if any do, before any customer is held.
func holdFields[T any](ctx context.Context, c *chunk, records []T, of func(r *T) ownfields.Texts) error {
	c.fields = false
	for n := range records {
		c.fields = c.fields || len(of(&records[n])) > 0
	}
	if c.bulk == nil || !c.fields {
		return nil
	}
	return ownfields.Hold(ctx, c.bulk.Tx)
}

// readFields reads the fields that records have, and what those that exist have in them.
func (c *chunk) readFields(ctx context.Context, noun schema.FieldNoun, ids iter.Seq[string]) (err error) {
	if c.own, err = ownfields.NewImported(ctx, c.service.Core, c.reader, noun, c.fields); err != nil {
		return err
	}
	return c.own.Read(ctx, slices.Collect(ids))
}

// compareFields decides what an import does with the fields of something that exists and is the same otherwise.
func (c *chunk) compareFields(what, subject string, given ownfields.Texts) Verdict {
	differ := c.own.Differ(subject, given)
	switch {
	case len(differ) == 0:
		return Verdict{Outcome: Present}
	case !c.Update:
		return existsOtherwise(what, differ)
	}
	c.own.Set(subject, given, false)
	return Verdict{Outcome: Updated}
}

// writeFields writes what records set of fields, and tells the subscribers if something that was there before is changed.
func (c *chunk) writeFields(ctx context.Context) error {
	changed, err := c.own.Write(ctx, c.bulk.Tx)
	if err != nil || !changed {
		return err
	}
	return c.service.CustomerChanged(ctx, c.bulk.Tx, service.EveryCustomer, service.Anything)
}

// describeFields fills in what exported records have in fields.
func describeFields[T any](ctx context.Context, c *chunk, records []T, of func(r *T) (subject string, to *ownfields.Texts)) error {
	to := make(map[string]*ownfields.Texts, len(records))
	for n := range records {
		subject, texts := of(&records[n])
		to[subject] = texts
	}
	found, err := ownfields.Exported(ctx, c.reader, slices.Collect(maps.Keys(to)))
	for subject, texts := range found {
		*to[subject] = texts
	}
	return err
}
