package store

import (
	"context"
	sqldriver "database/sql/driver"
	"fmt"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// pqStatement is what a prepared statement of lib/pq can do.
type pqStatement interface {
	sqldriver.Stmt
	sqldriver.StmtExecContext
	sqldriver.StmtQueryContext
}

// statements are the prepared statements of one connection, the least recently used given up first. A text is
// prepared when it comes the second time: many come once (lists of varying length). It belongs to one connection
// and is used by one goroutine at a time.
type statements struct {
	known *simplelru.LRU[string, pqStatement] // nil: seen once
}

// longest is the length from which a text is not kept: the server holds its plan, we the text.
const longest = 16 << 10

// keep lets the connection keep statements if the server session is its own, which it is where it knows the word.
func (c *conn) keep(ctx context.Context, size int, word string) {
	if size <= 0 {
		return
	}
	found, err := c.QueryContext(ctx, "SELECT current_setting('kopeck.session', true)", nil)
	if err != nil {
		return // the connection's next user meets the error
	}
	defer found.Close()
	values := make([]sqldriver.Value, 1)
	if err := found.Next(values); err != nil || fmt.Sprintf("%s", values[0]) != word {
		return
	}
	c.statements = &statements{}
	// Only a size below 1 is an error.
	c.statements.known, _ = simplelru.NewLRU(size, func(_ string, old pqStatement) {
		if old != nil {
			_ = old.Close() // a connection that is gone has forgotten it by itself
		}
	})
}

// of gives the prepared statement for a text, nil where it is to be run as it is: without parameters that takes one
// round trip anyway.
func (s *statements) of(ctx context.Context, on pqConn, query string, parameters int) (pqStatement, error) {
	if s == nil || parameters == 0 || len(query) > longest {
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
		return nil, fmt.Errorf("store: lib/pq's statement %T lacks a method that we rely on", prepared)
	}
	s.known.Add(query, statement)
	return statement, nil
}

// forget drops a statement that no longer fits the schema. The next call runs the text afresh.
func (s *statements) forget(query string) { s.known.Remove(query) }
