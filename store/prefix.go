package store

import (
	"strings"
	"unicode/utf8"

	"entgo.io/ent/dialect/sql"
)

// HasPrefix is the condition that a column begins with a text, as a range that an index serves on both databases.
func HasPrefix(column, text string) *sql.Predicate {
	return sql.And(sql.GTE(column, text), sql.LT(column, text+string(utf8.MaxRune)))
}

// NamedIn is the condition that a row's column is among those that rows of another table name.
func NamedIn(s *sql.Selector, column, table, by string, where func(t *sql.SelectTable) *sql.Predicate) *sql.Predicate {
	t := sql.Dialect(s.Dialect()).Table(table).As("named_in_" + table)
	return sql.In(s.C(column), sql.Dialect(s.Dialect()).Select(t.C(by)).From(t).Where(where(t)))
}

// NotAmong is the condition of a query of the model that a column has none of the values of a [List].
func NotAmong(from Reader, column string, list any) *sql.Predicate {
	before, after, _ := strings.Cut(Among(from, column), "?")
	return sql.P(func(b *sql.Builder) { b.WriteString("NOT (" + before).Arg(list).WriteString(after + ")") })
}
