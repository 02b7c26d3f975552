package store

import (
	"context"

	"entgo.io/ent/dialect"
)

// How each database is made to plan the statements of reports, which read a large part of a table. Where a function says nothing
// of one of the databases, it plans well by itself.

// PlanReport makes PostgreSQL plan the rest of the transaction for statements that read much. A plan for any parameters, which
// it makes of a statement that comes often, expects next to nothing to lie between two times; compiling a plan takes longer
// than it saves; sorting and grouping get 32 MB of memory. Without a deadline in the context a statement takes as long as it
// takes, else the statement timeout stays.
func (tx *Tx) PlanReport(ctx context.Context) error {
	if tx.Dialect() != dialect.Postgres {
		return nil
	}
	query := "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('jit', 'off', true), set_config('work_mem', '32MB', true)"
	if _, limited := ctx.Deadline(); !limited {
		query += ", set_config('statement_timeout', '0', true)"
	}
	_, err := tx.ExecContext(ctx, query)
	return err
}

// PreferIndexes makes PostgreSQL look rows up by an index for the rest of the transaction: for the rows of some thousand
// customers it would rather read the whole table, once for each of many such statements.
func (tx *Tx) PreferIndexes(ctx context.Context) error {
	if tx.Dialect() != dialect.Postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SET LOCAL enable_seqscan = off")
	return err
}

// FullScanHint is what follows a table's name in a query that reads most of its rows, to have them read from the first to the
// last. PostgreSQL, for which it is "", decides by itself; SQLite would look each row up by an index.
func FullScanHint(from Reader) string {
	if from.Dialect() == dialect.SQLite {
		return " NOT INDEXED"
	}
	return ""
}

// SeparatePlan is what a query ends with that another one groups, to have it planned by itself. Merged into the outer one,
// PostgreSQL expects as many groups as there are distinct times, and does not group in parallel. With a number in the place of the
// text the clause would not be a constant for it, and nothing under it would run in parallel either.
func SeparatePlan(from Reader) string {
	if from.Dialect() == dialect.Postgres {
		return " OFFSET '0'"
	}
	return ""
}

// MissingReference is a row that refers to a row which does not exist.
type MissingReference struct {
	Table  string // of the row
	Row    int64  // SQLite's number of it; 0 where it has none
	Parent string // the table in which the other row is missing
}

// MissingReferences returns rows that refer to a row which does not exist, n at most. PostgreSQL never stores such a row; SQLite
// does during a bulk load (see [Bulk]).
func (tx *Tx) MissingReferences(ctx context.Context, n int) (missing []MissingReference, err error) {
	if tx.Dialect() != dialect.SQLite {
		return nil, nil
	}
	return missing, Each(ctx, tx, `SELECT "table", coalesce(rowid, 0), parent FROM pragma_foreign_key_check LIMIT ?`, []any{n}, func(scan ScanFunc) error {
		var m MissingReference
		err := scan(&m.Table, &m.Row, &m.Parent)
		missing = append(missing, m)
		return err
	})
}
