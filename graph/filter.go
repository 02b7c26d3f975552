package graph

import (
	"time"

	"entgo.io/ent/dialect/sql"

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

// mostValues is the maximum number of values in a list of a filter.
const mostValues = 250

// anyOf requires a column to have one of the values. A nil list requires nothing, and an empty one finds nothing.
func anyOf[T ~string](c *conditions, field, column string, values []T) {
	if values == nil || !c.bounded(field, len(values)) {
		return
	}
	c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.In(s.C(column), arguments(values)...)) })
}

// bounded reports whether a field of the filter has no more values than it may have.
func (c *conditions) bounded(field string, values int) bool {
	if values > mostValues {
		c.fail(fault.New(fault.LimitExceeded, "", "want at most %d values", mostValues).At("filter", field))
	}
	return values <= mostValues
}

// equals requires a column to have a value, unless that is nil.
func equals[T ~string](c *conditions, column string, value *T) {
	if value != nil {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), string(*value))) })
	}
}

// equalsBool requires a boolean column to have a value, unless that is nil.
func equalsBool(c *conditions, column string, value *bool) {
	if value != nil {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), *value)) })
	}
}

// equalsID requires a column to have an id, unless that is nil. An id with another prefix is INVALID.
func equalsID(c *conditions, field, column, prefix string, value *string) {
	if value == nil {
		return
	}
	if err := id.Check(field, prefix, *value); err != nil {
		c.fail(fault.At(err, "filter"))
		return
	}
	equals(c, column, value)
}

// ofCustomer requires a row to be a customer's, unless that is nil. An id of another type is INVALID.
func ofCustomer(c *conditions, value *string) {
	equalsID(c, "customerId", "customer_id", id.Customer, value)
	c.customer = value
}

// inRange requires a time to be in a range, unless that is nil.
func inRange(c *conditions, field, column string, r *service.TimeRange) {
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
