package store

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Column is one column of a table and its value in a row of type R: what a statement writes is declared once, by name.
type Column[R any] struct {
	Name  string
	Value func(row R) any // of a type that database/sql accepts
	// Optional columns are NULL by default. [CopyRows] leaves them out where no row has a value for them.
	Optional bool
}

// Names lists the names of columns.
func Names[R any](columns []Column[R]) []string {
	names := make([]string, len(columns))
	for i, column := range columns {
		names[i] = column.Name
	}
	return names
}

// CopyRows inserts rows as [Bulk.Copy] does.
func CopyRows[R any](ctx context.Context, b *Bulk, table string, columns []Column[R], rows []R) error {
	if len(rows) == 0 {
		return nil
	}
	columns = slices.DeleteFunc(slices.Clone(columns), func(column Column[R]) bool {
		return column.Optional && !slices.ContainsFunc(rows, func(row R) bool { return column.Value(row) != nil })
	})
	values := make([]any, len(columns))
	_, err := b.Copy(ctx, table, Names(columns), func(yield func([]any) bool) {
		for _, row := range rows {
			for i := range columns {
				values[i] = columns[i].Value(row)
			}
			if !yield(values) {
				return
			}
		}
	})
	return err
}

// JSON keeps a value as JSON in a column.
type JSON struct{ Of any }

// Value implements driver.Valuer.
func (j JSON) Value() (sqldriver.Value, error) {
	text, err := json.Marshal(j.Of)
	return string(text), err
}

// FromJSON scans JSON into what To points to. NULL leaves it alone.
type FromJSON struct{ To any }

// Scan implements sql.Scanner.
func (j FromJSON) Scan(value any) error {
	switch text := value.(type) {
	case nil:
		return nil
	case []byte:
		return json.Unmarshal(text, j.To)
	case string:
		return json.Unmarshal([]byte(text), j.To)
	}
	return fmt.Errorf("store: JSON of type %T", value)
}

// Result is one column of a query's result and where it is scanned: what a query reads is declared once, by name.
type Result[R any] struct {
	Name string // the column, or another expression
	To   func(row *R) any
}

// ResultNames lists the columns of a result, for SELECT.
func ResultNames[R any](results []Result[R]) string {
	names := make([]string, len(results))
	for i, result := range results {
		names[i] = result.Name
	}
	return strings.Join(names, ", ")
}

// ScanRow scans the current row of a query for the results.
func ScanRow[R any](scan ScanFunc, results []Result[R], row *R) error {
	to := make([]any, len(results))
	for i, result := range results {
		to[i] = result.To(row)
	}
	return scan(to...)
}

// OrZero scans a column that may be NULL, which becomes the zero value.
func OrZero[V any](to *V) sql.Scanner { return orZero[V]{to} }

type orZero[V any] struct{ to *V }

// Scan implements sql.Scanner.
func (o orZero[V]) Scan(value any) error {
	var scanned sql.Null[V]
	err := scanned.Scan(value)
	*o.to = scanned.V
	return err
}

// UTC scans a time as [Time] does.
func UTC(to *time.Time) sql.Scanner { return utc{to} }

type utc struct{ to *time.Time }

// Scan implements sql.Scanner.
func (u utc) Scan(value any) error {
	var scanned Time
	err := scanned.Scan(value)
	*u.to = scanned.Time
	return err
}
