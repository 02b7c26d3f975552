package store

import (
	"context"
	"database/sql"
	"iter"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// Copy inserts rows into a table in the fastest way the database has: COPY on PostgreSQL, INSERTs of many rows on
// SQLite. A row has its values in the order of columns, of types that database/sql accepts (driver.Valuer included); the
// slice may be reused for the next row. Copy returns the number of rows inserted. A row that violates a constraint
// fails the whole call and with it the transaction.
func (b *Bulk) Copy(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (int64, error) {
	if len(columns) == 0 {
		return 0, errColumns
	}
	if b.store.Dialect() == dialect.Postgres {
		return b.copyIn(ctx, table, columns, rows)
	}
	return b.insert(ctx, table, columns, rows)
}

func (b *Bulk) copyIn(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (n int64, err error) {
	query := "COPY " + pq.QuoteIdentifier(table) + " (" + names(columns) + ") FROM STDIN"
	b.see(ctx, query)
	statement, err := b.sql.PrepareContext(ctx, query)
	if err != nil {
		return 0, err
	}
	defer func() {
		if closing := statement.Close(); err == nil {
			err = closing
		}
	}()
	for row := range rows {
		if len(row) != len(columns) {
			return n, errColumns
		}
		if _, err := statement.ExecContext(ctx, row...); err != nil {
			return n, err
		}
		n++
	}
	_, err = statement.ExecContext(ctx) // no values: the end of the data
	return n, err
}

// maxBound is the maximum number of values in one INSERT; a larger one is no faster.
const maxBound = 500

// insert inserts rows by INSERTs of many rows. With OR FAIL a row that violates a constraint ends the statement without
// undoing the rows before it. To be able to undo them SQLite would copy every page that the statement touches, and
// the transaction has failed in either case.
func (b *Bulk) insert(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (n int64, err error) {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	query := func(rows int) string {
		return "INSERT OR FAIL INTO " + pq.QuoteIdentifier(table) + " (" + names(columns) + ") VALUES " +
			strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
	}
	size := max(1, maxBound/len(columns))
	b.see(ctx, query(1))
	var statement *sql.Stmt
	values := make([]any, 0, size*len(columns))
	for row := range rows {
		if len(row) != len(columns) {
			return n, errColumns
		}
		if values = append(values, row...); len(values) < size*len(columns) {
			continue
		}
		if statement == nil {
			if statement, err = b.sql.PrepareContext(ctx, query(size)); err != nil {
				return n, err
			}
			defer statement.Close()
		}
		if _, err := statement.ExecContext(ctx, values...); err != nil {
			return n, err
		}
		n += int64(size)
		values = values[:0]
	}
	if rest := len(values) / len(columns); rest > 0 {
		if _, err := b.sql.ExecContext(ctx, query(rest), values...); err != nil {
			return n, err
		}
		n += int64(rest)
	}
	return n, nil
}

func names(columns []string) string {
	quoted := make([]string, len(columns))
	for i, column := range columns {
		quoted[i] = pq.QuoteIdentifier(column)
	}
	return strings.Join(quoted, ", ")
}
