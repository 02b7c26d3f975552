package graph

import (
	"fmt"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"entgo.io/ent/dialect/sql"

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
		{"no list", func(c *conditions) { anyOf[string](c, "kinds", "kind", nil) }, ""},
		{"an empty list", func(c *conditions) { anyOf(c, "kinds", "kind", []string{}) }, " WHERE FALSE"},
		{"a list", func(c *conditions) { anyOf(c, "kinds", "kind", []string{"A", "B"}) }, " WHERE `t`.`kind` IN (?, ?)"},
		{"a long list", func(c *conditions) { anyOf(c, "kinds", "kind", make([]string, mostValues+1)) }, "LIMIT_EXCEEDED [filter kinds]"},
		{"a value", func(c *conditions) { equals(c, "kind", &text) }, " WHERE `t`.`kind` = ?"},
		{"no value", func(c *conditions) { equals[string](c, "kind", nil) }, ""},
		{"true", func(c *conditions) { equalsBool(c, "active", &yes) }, " WHERE `t`.`active`"},
		{"an id", func(c *conditions) { equalsID(c, "customerId", "customer_id", id.Customer, &customer) }, " WHERE `t`.`customer_id` = ?"},
		{"an id of another type", func(c *conditions) { equalsID(c, "ownerId", "owner_id", id.User, &customer) }, "INVALID [filter ownerId]"},
		{"a range", func(c *conditions) { inRange(c, "at", "at", &service.TimeRange{From: &early, To: &late}) }, " WHERE `t`.`at` >= ? AND `t`.`at` < ?"},
		{"half a range", func(c *conditions) { inRange(c, "at", "at", &service.TimeRange{To: &late}) }, " WHERE `t`.`at` < ?"},
		{"an empty range", func(c *conditions) { inRange(c, "at", "at", &service.TimeRange{From: &late, To: &early}) }, "INVALID [filter at]"},
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
