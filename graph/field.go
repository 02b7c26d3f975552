package graph

import (
	"context"
	"strconv"
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent/fieldentry"
	"kopeck/fault"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/ownfields"
)

// maxFieldFilters is how many of the installation's own fields one filter names.
const maxFieldFilters = 5

// ownFields returns what a row has in the installation's own fields.
func ownFields[T any](ctx context.Context, r *Resolver, row *T, idOf func(*T) string, at *time.Time) ([]*ownfields.FieldValue, error) {
	return batchedList(ctx, row, idOf, func(rows []*T) (map[string][]*ownfields.FieldValue, error) {
		return r.app.OwnFields.Values(ctx, idsOf(rows, idOf), at)
	})
}

// withFields requires rows of a noun to have values in the installation's own fields that the caller may see.
func (r *Resolver) withFields(ctx context.Context, noun schema.FieldNoun, given graphql.Omittable[[]*service.FieldFilter], c *conditions) *conditions {
	if !given.IsSet() {
		return c
	}
	asked := given.Value()
	switch {
	case asked == nil:
		c.null("fields", nil)
	case len(asked) > maxFieldFilters:
		c.fail(fault.New(fault.LimitExceeded, "", "want at most %d fields", maxFieldFilters).At("filter", "fields"))
		return c
	}
	for n, one := range asked {
		found, err := r.app.OwnFields.Asked(ctx, noun, one)
		if err != nil {
			c.fail(fault.At(err, "filter", "fields", strconv.Itoa(n)))
			return c
		}
		c.all = append(c.all, hasField(found))
	}
	return c
}

// hasField is the condition that a row has one of the values that are asked for in a field, or none.
func hasField(asked *ownfields.Asked) func(*sql.Selector) {
	return func(s *sql.Selector) {
		b := sql.Dialect(s.Dialect())
		entries := b.Table(fieldentry.Table).As("asked_fields")
		with := b.Select(entries.C(fieldentry.FieldSubject)).From(entries).Where(sql.EQ(entries.C(fieldentry.FieldDefinitionID), asked.DefinitionID))
		if asked.Value != nil {
			with.Where(sql.EQ(entries.C(fieldentry.FieldValue), *asked.Value))
		} else {
			with.Where(sql.NotNull(entries.C(fieldentry.FieldValue)))
		}
		if asked.From != nil {
			with.Where(sql.GTE(entries.C(fieldentry.FieldNumber), *asked.From))
		}
		if asked.To != nil {
			with.Where(sql.LTE(entries.C(fieldentry.FieldNumber), *asked.To))
		}
		if asked.None {
			s.Where(sql.NotIn(s.C("id"), with))
			return
		}
		s.Where(sql.In(s.C("id"), with))
	}
}
