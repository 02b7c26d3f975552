package store

import (
	"context"
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"time"

	"entgo.io/ent/dialect"
)

// SQL writes a statement's parameters as a dialect wants them: every ? outside quotes becomes $1, $2 … for
// PostgreSQL and stays for SQLite.
func SQL(dialectName, query string) string {
	if dialectName != dialect.Postgres || !strings.Contains(query, "?") {
		return query
	}
	var b strings.Builder
	quote, n := byte(0), 0
	for i := range len(query) {
		c := query[i]
		switch {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		case c == '?':
			n++
			b.WriteByte('$')
			b.WriteString(strconv.Itoa(n))
			continue
		}
		b.WriteByte(c)
	}
	return b.String()
}

// Query runs a query with ? parameters outside of transactions. It goes past the guard on the client: the rules of who may
// see what are the caller's. In a transaction it is an error: see [Tx.Query].
func (s *Store) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query = SQL(s.Dialect(), query)
	if transactionOf(ctx) != nil {
		return nil, errBypass
	}
	if s.options.Observe != nil {
		s.options.Observe(ctx, query)
	}
	return s.db.QueryContext(ctx, query, args...)
}

// Time scans a time from either database, also where SQLite gives its text because the column is an expression
// (max(at), a union). NULL is the zero time.
type Time struct{ time.Time }

// Scan implements sql.Scanner.
func (t *Time) Scan(value any) error {
	switch v := value.(type) {
	case nil:
		t.Time = time.Time{}
		return nil
	case time.Time:
		t.Time = v.UTC()
		return nil
	case string:
		parsed, err := time.Parse("2006-01-02 15:04:05.999999999-07:00", v)
		t.Time = parsed.UTC()
		return err
	}
	return fmt.Errorf("store: a time of type %T", value)
}
