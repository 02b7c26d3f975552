package graph

import (
	"fmt"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"
	"github.com/99designs/gqlgen/graphql"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
)

func TestConditions(t *testing.T) {
	t.Parallel()
	early, late := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC)
	customer, yes, text := "cus_01jd3x5m8nf4svbj2k7q9w0e1r", true, "PERSON"
	for _, c := range []struct {
		name string
		add  func(*conditions)
		want string // the WHERE clause, or the code and the path of the fault
	}{
		{"nothing", func(*conditions) {}, ""},
		{"no list", func(c *conditions) { anyOf(c, "kinds", "kind", graphql.Omittable[[]string]{}, nil) }, ""},
		{"an empty list", func(c *conditions) { anyOf(c, "kinds", "kind", graphql.OmittableOf([]string{}), nil) }, " WHERE FALSE"},
		{"a list", func(c *conditions) { anyOf(c, "kinds", "kind", graphql.OmittableOf([]string{"A", "B"}), nil) }, " WHERE `t`.`kind` IN (?, ?)"},
		{"a long list", func(c *conditions) {
			anyOf(c, "kinds", "kind", graphql.OmittableOf(make([]string, maxValues+1)), nil)
		}, "LIMIT_EXCEEDED [filter kinds]"},
		{"a null list", func(c *conditions) { anyOf(c, "kinds", "kind", graphql.OmittableOf[[]string](nil), nil) }, "INVALID [filter kinds]"},
		{"a null list of what may be empty", func(c *conditions) {
			anyOf(c, "segments", "segment", graphql.OmittableOf[[]string](nil), isNull("segment"))
		}, " WHERE `t`.`segment` IS NULL"},
		{"a value", func(c *conditions) { equals(c, "kind", &text) }, " WHERE `t`.`kind` = ?"},
		{"no value", func(c *conditions) { equals[string](c, "kind", nil) }, ""},
		{"true", func(c *conditions) { equals(c, "active", &yes) }, " WHERE `t`.`active`"},
		{"a given value", func(c *conditions) { equals(c, "kind", given(c, "kind", graphql.OmittableOf(&text), nil)) }, " WHERE `t`.`kind` = ?"},
		{"a null value", func(c *conditions) { equals(c, "kind", given(c, "kind", graphql.OmittableOf[*string](nil), nil)) }, "INVALID [filter kind]"},
		{"an id", func(c *conditions) {
			equalsID(c, "customerId", "customer_id", id.Customer, graphql.OmittableOf(&customer), nil)
		}, " WHERE `t`.`customer_id` = ?"},
		{"an id of another type", func(c *conditions) {
			equalsID(c, "ownerId", "owner_id", id.User, graphql.OmittableOf(&customer), isNull("owner_id"))
		}, "INVALID [filter ownerId]"},
		{"no id", func(c *conditions) {
			equalsID(c, "ownerId", "owner_id", id.User, graphql.Omittable[*string]{}, isNull("owner_id"))
		}, ""},
		{"a null id", func(c *conditions) {
			ofCustomer(c, graphql.OmittableOf[*string](nil), func(one *string) *string { return one })
		}, "INVALID [filter customerId]"},
		{"nobody", func(c *conditions) {
			equalsID(c, "ownerId", "owner_id", id.User, graphql.OmittableOf[*string](nil), isNull("owner_id"))
		}, " WHERE `t`.`owner_id` IS NULL"},
		{"a range", func(c *conditions) {
			inRange(c, "at", "at", graphql.OmittableOf(&service.TimeRange{From: &early, To: &late}), nil)
		}, " WHERE `t`.`at` >= ? AND `t`.`at` < ?"},
		{"half a range", func(c *conditions) { inRange(c, "at", "at", graphql.OmittableOf(&service.TimeRange{To: &late}), nil) }, " WHERE `t`.`at` < ?"},
		{"an empty range", func(c *conditions) {
			inRange(c, "at", "at", graphql.OmittableOf(&service.TimeRange{From: &late, To: &early}), nil)
		}, "INVALID [filter at]"},
		{"a null range", func(c *conditions) { inRange(c, "at", "at", graphql.OmittableOf[*service.TimeRange](nil), nil) }, "INVALID [filter at]"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			all := &conditions{}
			c.add(all)
			var got string
			if faults := fault.All(all.err); len(faults) > 0 {
				got = fmt.Sprint(faults[0].Code, " ", faults[0].Path)
			} else {
				b := sql.Dialect(dialect.SQLite)
				s := b.Select("id").From(b.Table("t"))
				empty, _ := s.Query()
				all.where(s)
				query, _ := s.Query()
				got = query[len(empty):]
			}
			if got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
