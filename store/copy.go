package store

import (
	"context"
	"database/sql"
	"iter"
	"strings"

	"entgo.io/ent/dialect"
	"github.com/lib/pq"
)

// Copy puts rows into a table, as fast as the database takes them: COPY on PostgreSQL, INSERTs of many rows on
// SQLite. A row's values stand in the columns' order and are what database/sql takes (driver.Valuer too); the
// slice may be used again for the next row. It returns how many rows were put in. A row that breaks a constraint is an
// error for all, and the transaction is lost with it.
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
	_, err = statement.ExecContext(ctx) // without values: the end
	return n, err
}

// together is how many values one INSERT binds at most; more gains nothing.
const together = 500

// insert puts rows in by INSERTs of many rows. A row that breaks a constraint ends the statement where it stands (OR
// FAIL) and not, as usual, with its rows before taken back, for which SQLite would keep a copy of every page it touches: the
// transaction is lost anyway.
func (b *Bulk) insert(ctx context.Context, table string, columns []string, rows iter.Seq[[]any]) (n int64, err error) {
	one := "(" + strings.TrimSuffix(strings.Repeat("?,", len(columns)), ",") + ")"
	query := func(rows int) string {
		return "INSERT OR FAIL INTO " + pq.QuoteIdentifier(table) + " (" + names(columns) + ") VALUES " +
			strings.TrimSuffix(strings.Repeat(one+",", rows), ",")
	}
	size := max(1, together/len(columns))
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
