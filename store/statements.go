package store

import (
	"context"
	sqldriver "database/sql/driver"
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// pqStatement lists the methods of a prepared statement of lib/pq.
type pqStatement interface {
	sqldriver.Stmt
	sqldriver.StmtExecContext
	sqldriver.StmtQueryContext
}

// statements are the prepared statements of one connection; the least recently used are closed first. A query is
// prepared when it is run the second time, since many run only once (lists of varying length). It is used by one
// goroutine at a time.
type statements struct {
	known *simplelru.LRU[string, pqStatement] // nil: run once
}

// maxQuery is the maximum length in bytes of a query that is kept prepared: the server keeps its plan, this process its text.
const maxQuery = 16 << 10

// keep makes the connection keep up to size statements if the server session is its own, that is if it returns the mark.
func (c *conn) keep(ctx context.Context, size int, mark string) {
	if size <= 0 {
		return
	}
	found, err := c.QueryContext(ctx, "SELECT current_setting('kopeck.session', true)", nil)
	if err != nil {
		return // the connection's next user gets the error
	}
	defer found.Close()
	values := make([]sqldriver.Value, 1)
	if err := found.Next(values); err != nil || fmt.Sprintf("%s", values[0]) != mark {
		return
	}
	c.statements = &statements{}
	// NewLRU fails only for a size below 1.
	c.statements.known, _ = simplelru.NewLRU(size, func(_ string, old pqStatement) {
		if old != nil {
			_ = old.Close() // it fails only on a lost connection
		}
	})
}

// of returns the prepared statement of a query, or nil where the query is to be run as text. Without parameters that
// takes one round trip anyway.
func (s *statements) of(ctx context.Context, on pqConn, query string, parameters int) (pqStatement, error) {
	if s == nil || parameters == 0 || len(query) > maxQuery {
		return nil, nil
	}
	known, seen := s.known.Get(query)
	if !seen {
		s.known.Add(query, nil)
		return nil, nil
	}
	if known != nil {
		return known, nil
	}
	prepared, err := on.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	statement, ok := prepared.(pqStatement)
	if !ok {
		prepared.Close()
		return nil, fmt.Errorf("store: lib/pq's statement %T lacks a method that this package uses", prepared)
	}
	s.known.Add(query, statement)
	return statement, nil
}

// forget drops a statement that no longer fits the schema.
func (s *statements) forget(query string) { s.known.Remove(query) }
