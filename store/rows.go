package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
	"github.com/lib/pq"
)

// rowsPerStatement is how many rows one statement writes at most.
const rowsPerStatement = 200

// IDsPerStatement is how many ids one statement names at most: so few that PostgreSQL looks each up in the index.
const IDsPerStatement = 500

// ScanFunc scans the columns of a query's current row into destinations, as [database/sql.Rows.Scan] does.
type ScanFunc = func(dest ...any) error

// Each runs a query and gives each row to a function.
func Each(ctx context.Context, from Reader, query string, args []any, each func(scan ScanFunc) error) error {
	rows, err := from.Query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return err
		}
	}
	return rows.Err()
}

// EachByIDs runs a query for ids, [IDsPerStatement] at a time; @ids in it, once and after all other parameters, is their list.
func EachByIDs(ctx context.Context, from Reader, query string, args []any, ids []string, each func(scan ScanFunc) error) error {
	for some := range slices.Chunk(ids, IDsPerStatement) {
		if err := Each(ctx, from, strings.Replace(query, "@ids", "("+Placeholders(len(some))+")", 1), append(slices.Clone(args), Args(some)...), each); err != nil {
			return err
		}
	}
	return nil
}

// InsertRows inserts rows into a table, many with each statement.
func (tx *Tx) InsertRows(ctx context.Context, table string, columns []string, rows [][]any) error {
	place := "(" + Placeholders(len(columns)) + ")"
	for some := range slices.Chunk(rows, rowsPerStatement) {
		query := "INSERT INTO " + table + " (" + strings.Join(columns, ", ") + ") VALUES " + strings.TrimSuffix(strings.Repeat(place+", ", len(some)), ", ")
		if _, err := tx.Exec(ctx, query, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// ColumnType is what a value of [Tx.UpdateRows] is cast to, named as in PostgreSQL.
type ColumnType string

// The types of values.
const (
	TextColumn ColumnType = "text"
	IntColumn  ColumnType = "bigint"
	TimeColumn ColumnType = "timestamptz"
	JSONColumn ColumnType = "jsonb"
	BoolColumn ColumnType = "boolean"
)

// in gives the type's name in a dialect. SQLite keeps times and JSON as text, and a cast to a type that it does not know
// would make a number of them.
func (t ColumnType) in(dialectName string) string {
	if dialectName == dialect.Postgres {
		return string(t)
	}
	switch t {
	case TimeColumn, JSONColumn:
		return string(TextColumn)
	case BoolColumn:
		return "integer"
	}
	return string(t)
}

// UpdateRows changes rows of a table by their ids, many with each statement: set is what follows SET and calls a row's values
// v.column2, v.column3 and so on; v.column1 is the id. types are those of the values, the id's left out.
func (tx *Tx) UpdateRows(ctx context.Context, table, set string, types []ColumnType, rows [][]any) error {
	place := "(CAST(? AS text)"
	for _, one := range types {
		place += ", CAST(? AS " + one.in(tx.Dialect()) + ")"
	}
	place += ")"
	sought := "v.column1"
	if tx.Dialect() == dialect.SQLite {
		sought = "+v.column1" // else it may scan the whole table and look each row up among the values
	}
	for some := range slices.Chunk(rows, rowsPerStatement) {
		query := "UPDATE " + table + " SET " + set + " FROM (VALUES " + strings.TrimSuffix(strings.Repeat(place+", ", len(some)), ", ") + ") AS v WHERE " + table + ".id = " + sought
		if _, err := tx.Exec(ctx, query, slices.Concat(some...)...); err != nil {
			return err
		}
	}
	return nil
}

// Among is the condition that a column has one of the values given as one parameter by [List].
func Among(from Reader, column string) string {
	if from.Dialect() == dialect.Postgres {
		return column + " = ANY(?)"
	}
	return column + " IN (SELECT value FROM json_each(?))"
}

// List makes values the one parameter of [Among].
func List(from Reader, values []string) (any, error) {
	if from.Dialect() == dialect.Postgres {
		return pq.Array(values), nil
	}
	text, err := json.Marshal(values)
	return string(text), err
}

// ForUpdate makes a query of the model hold the rows that it reads until the transaction ends. On SQLite a writing
// transaction is alone, and nothing needs to be held.
func ForUpdate[Q interface {
	ForUpdate(options ...entsql.LockOption) Q
}](tx *Tx, query Q,
) Q {
	if tx.Dialect() == dialect.Postgres {
		return query.ForUpdate()
	}
	return query
}

// ForUpdateClause is what a query in SQL ends with to hold its rows as [ForUpdate] does.
func ForUpdateClause(from Reader) string {
	if from.Dialect() == dialect.Postgres {
		return " FOR UPDATE"
	}
	return ""
}

// SkipLockedClause is what a query in SQL ends with to hold its rows, and to leave out those that another transaction holds. On SQLite none
// can be.
func SkipLockedClause(from Reader) string {
	if from.Dialect() == dialect.Postgres {
		return " FOR UPDATE SKIP LOCKED"
	}
	return ""
}

// ForNoKeyUpdateClause is what a query in SQL ends with to hold its rows against other changes of them, while others may still insert
// rows that refer to them.
func ForNoKeyUpdateClause(from Reader) string {
	if from.Dialect() == dialect.Postgres {
		return " FOR NO KEY UPDATE"
	}
	return ""
}

// Placeholders gives n parameters, separated by commas.
func Placeholders(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// Args makes values the arguments of a statement.
func Args[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

// Nullable returns a text as the argument of a statement: NULL if it is empty.
func Nullable(text string) any {
	if text == "" {
		return nil
	}
	return text
}

// Descending orders a query of the model from the greatest down.
func Descending(o *entsql.OrderTermOptions) { o.Desc = true }
