package graph

import (
	"fmt"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
)

// conditions are what a filter asks of a list's table; all must hold.
type conditions struct {
	all []func(*sql.Selector)
	err error
}

// where puts the conditions on a selector over the list's table.
func (c *conditions) where(s *sql.Selector) {
	for _, one := range c.all {
		one(s)
	}
}

// mostValues is how many values one filter may name.
const mostValues = 250

// anyOf asks that a column has one of the values; no list asks nothing, an empty list finds nothing.
func anyOf[T ~string](c *conditions, field, column string, values []T) {
	if values == nil {
		return
	}
	if len(values) > mostValues {
		c.refuse(fault.New(fault.LimitExceeded, "", "want at most %d values", mostValues).At("filter", field))
		return
	}
	args := make([]any, len(values))
	for i, v := range values {
		args[i] = string(v)
	}
	c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.In(s.C(column), args...)) })
}

// is asks that a column has a value, where one is given.
func is[T any](c *conditions, column string, value *T) {
	if value != nil {
		text := *value
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), fmt.Sprint(text))) })
	}
}

// holds asks that a boolean column is as given.
func holds(c *conditions, column string, value *bool) {
	if value != nil {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.EQ(s.C(column), *value)) })
	}
}

// of asks that a column points at an id, of the right type.
func of(c *conditions, field, column, prefix string, value *string) {
	if value == nil {
		return
	}
	if err := id.Check(field, prefix, *value); err != nil {
		c.refuse(fault.At(err, "filter"))
		return
	}
	is(c, column, value)
}

// within asks that a time lies in a range: from included, to not.
func within(c *conditions, field, column string, r *service.TimeRange) {
	if r == nil {
		return
	}
	if r.From != nil && r.To != nil && r.To.Before(*r.From) {
		c.refuse(fault.New(fault.Invalid, "", "ends before it begins").At("filter", field))
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

func (c *conditions) refuse(err error) {
	if c.err == nil {
		c.err = err
	}
}
