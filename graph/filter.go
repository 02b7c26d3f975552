package graph

import (
	"time"

	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
)

// conditions are the conditions of a filter on a list's table, all of which must hold. The filter of each noun is in the
// noun's file; every filter is flat, bounded and on indexed columns.
type conditions struct {
	all []func(*sql.Selector)
	err error // the first condition that is INVALID or too long

	customer *string // the customer whose rows alone are asked for
}

// where adds the conditions to a selector over the list's table.
func (c *conditions) where(s *sql.Selector) {
	for _, one := range c.all {
		one(s)
	}
}

// maxValues is the maximum number of values in a list of a filter.
const maxValues = 250

// condition is a condition on a row of the list's table.
type condition = func(*sql.Selector)

// isNull is the condition of rows that have nothing in a column.
func isNull(column string) condition {
	return func(s *sql.Selector) { s.Where(sql.IsNull(s.C(column))) }
}

// given returns the value that a filter gives for a field, nil if it gives none. Null asks for the rows that have nothing there, by the
// condition none; where every row has something, none is nil and null is INVALID: it must not find all of them.
func given[T any](c *conditions, field string, of graphql.Omittable[*T], none condition) *T {
	if of.IsSet() && of.Value() == nil {
		c.null(field, none)
	}
	return of.Value()
}

func (c *conditions) null(field string, none condition) {
	if none == nil {
		c.fail(fault.New(fault.Invalid, "", "null: there are none without; leave the field out to list all").At("filter", field))
		return
	}
	c.all = append(c.all, none)
}

// listed returns the values that a filter gives for a field, and whether it gives any: null is as for given.
func listed[T any](c *conditions, field string, of graphql.Omittable[[]T], none condition) (values []T, ok bool) {
	switch values = of.Value(); {
	case !of.IsSet():
	case values == nil:
		c.null(field, none)
	case len(values) > maxValues:
		c.fail(fault.New(fault.LimitExceeded, "", "want at most %d values", maxValues).At("filter", field))
	default:
		return values, true
	}
	return nil, false
}

// anyOf requires a column to have one of the values. An empty list finds nothing; null is as for given.
func anyOf[T ~string](c *conditions, field, column string, of graphql.Omittable[[]T], none condition) {
	if values, ok := listed(c, field, of, none); ok {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.In(s.C(column), arguments(values)...)) })
	}
}

// equals requires a column to have a value, unless that is nil.
func equals[T any](c *conditions, column string, value *T) {
	if value != nil {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), *value)) })
	}
}

// equalsID requires a column to have an id, unless none is given. An id with another prefix is INVALID; null is as for given.
func equalsID(c *conditions, field, column, prefix string, of graphql.Omittable[*string], none condition) {
	hasID(c, field, prefix, of, none, func(value string) condition {
		return func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), value)) }
	})
}

// hasID requires a condition to hold of an id, unless none is given; null is as for given.
func hasID(c *conditions, field, prefix string, of graphql.Omittable[*string], none condition, with func(value string) condition) {
	value := given(c, field, of, none)
	if value == nil {
		return
	}
	if err := id.Check(field, prefix, *value); err != nil {
		c.fail(fault.At(err, "filter"))
		return
	}
	c.all = append(c.all, with(*value))
}

// ofCustomer requires a row to be a customer's, unless none is given. An id of another type is INVALID. kept returns the id that answers for
// the id of a customer who was merged into another.
func ofCustomer(c *conditions, of graphql.Omittable[*string], kept func(*string) *string) {
	if of.IsSet() {
		of = graphql.OmittableOf(kept(of.Value()))
	}
	equalsID(c, "customerId", "customer_id", id.Customer, of, nil)
	c.customer = of.Value()
}

// inRange requires a time to be in a range, unless none is given; null is as for given.
func inRange(c *conditions, field, column string, of graphql.Omittable[*service.TimeRange], none condition) {
	r := given(c, field, of, none)
	if r == nil {
		return
	}
	if r.From != nil && r.To != nil && r.To.Before(*r.From) {
		c.fail(fault.New(fault.Invalid, "", "the end of the range is before its beginning; want from ≤ to").At("filter", field))
		return
	}
	bound := func(at *time.Time, op func(string, any) *sql.Predicate) {
		if at != nil {
			c.all = append(c.all, func(s *sql.Selector) { s.Where(op(s.C(column), at.UTC())) })
		}
	}
	bound(r.From, sql.GTE)
	bound(r.To, sql.LT)
}

func (c *conditions) fail(err error) {
	if c.err == nil {
		c.err = err
	}
}
