package store

import (
	"context"
	sqldriver "database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/lib/pq"
	"github.com/lib/pq/pqerror"
)

// pqConn lists the methods of a connection of lib/pq.
type pqConn interface {
	sqldriver.Conn
	sqldriver.ConnBeginTx
	sqldriver.ConnPrepareContext
	sqldriver.ExecerContext
	sqldriver.QueryerContext
	sqldriver.NamedValueChecker
	sqldriver.Pinger
	sqldriver.SessionResetter
	sqldriver.Validator
}

// pqRows lists the methods of rows of lib/pq.
type pqRows interface {
	sqldriver.RowsNextResultSet
	sqldriver.RowsColumnTypeScanType
	sqldriver.RowsColumnTypeDatabaseTypeName
	sqldriver.RowsColumnTypeLength
	sqldriver.RowsColumnTypePrecisionScale
}

// conn is a connection of lib/pq with three additions: its calls return within a second after their context has ended,
// it keeps prepared statements, and it leaves the pool when it was lost or its server has become read-only.
type conn struct {
	pqConn
	wire       *wire
	statements *statements // nil where none are kept
	warning    *pq.Error   // the server's last

	reading       bool // rows are open; lib/pq does not detect open rows of a prepared statement
	inTransaction bool
	unfit         bool // to be removed from the pool
}

var errReading = errors.New("store: a statement cannot run while rows are open on the same connection; close the rows first")

// Close ends the session. It stops watching the last call's context first, whose end would interrupt the
// message that ends the session.
func (c *conn) Close() error {
	c.wire.watch(context.Background())
	return c.pqConn.Close()
}

// begin starts watching a call's context.
func (c *conn) begin(ctx context.Context) error {
	if c.reading {
		return errReading
	}
	c.wire.watch(ctx)
	return nil
}

// end examines the error of a call. A failure after the end of the context is attributed to the context.
func (c *conn) end(ctx context.Context, err error) error {
	if err == nil {
		return nil
	}
	if ended := ctx.Err(); ended != nil {
		c.unfit = true // a late cancel request might hit the next statement
		if !errors.Is(err, ended) {
			err = fmt.Errorf("%w: %w", ended, err)
		}
	}
	if e := postgresError(err); e != nil && e.Code == pqerror.ReadOnlySQLTransaction {
		c.unfit = true // the server is no longer the primary
	}
	return err
}

// errLost reports the loss of a connection after a statement was sent on it.
var errLost = errors.New("store: the connection was lost during a statement, which may have been executed")

// runOnce keeps database/sql from repeating a statement that may have been executed. Outside a transaction database/sql
// repeats on driver.ErrBadConn, which lib/pq returns also when only the answer was lost. sent is the number of
// writes before the statement.
func (c *conn) runOnce(sent int64, err error) error {
	if !c.inTransaction && lost(err) && c.wire.sent.Load() != sent {
		c.unfit = true
		return errLost
	}
	return err
}

// retryElsewhere lets database/sql repeat a harmless call on another connection where this one was lost in the pool.
// lib/pq returns driver.ErrBadConn for most losses, but not for a reset.
func (c *conn) retryElsewhere(ctx context.Context, err error) error {
	if !c.inTransaction && ctx.Err() == nil && lost(err) {
		c.unfit = true
		return sqldriver.ErrBadConn
	}
	return c.end(ctx, err)
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return !c.unfit && c.pqConn.IsValid() }

// CheckNamedValue implements driver.NamedValueChecker. JSON is sent as text, since bytes would be
// sent in binary form, which jsonb encodes differently.
func (c *conn) CheckNamedValue(value *sqldriver.NamedValue) error {
	if raw, ok := value.Value.(json.RawMessage); ok {
		value.Value = nil
		if raw != nil {
			value.Value = string(raw)
		}
		return nil
	}
	return c.pqConn.CheckNamedValue(value)
}

// Ping implements driver.Pinger.
func (c *conn) Ping(ctx context.Context) error {
	if err := c.begin(ctx); err != nil {
		return err
	}
	return c.end(ctx, c.pqConn.Ping(ctx))
}

// PrepareContext implements driver.ConnPrepareContext; COPY uses it.
func (c *conn) PrepareContext(ctx context.Context, query string) (sqldriver.Stmt, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	prepared, err := c.pqConn.PrepareContext(ctx, query)
	return prepared, c.end(ctx, err)
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []sqldriver.NamedValue) (sqldriver.Result, error) {
	return runStatement(ctx, c, query, args, statementKind[sqldriver.Result]{
		prepared: pqStatement.ExecContext, text: pqConn.ExecContext,
	})
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []sqldriver.NamedValue) (sqldriver.Rows, error) {
	found, err := runStatement(ctx, c, query, args, statementKind[sqldriver.Rows]{
		prepared: pqStatement.QueryContext, text: pqConn.QueryContext,
		repeatable: strings.HasPrefix(strings.TrimLeft(query, " \t\n"), "SELECT"),
	})
	if err != nil {
		return nil, err
	}
	inner, ok := found.(pqRows)
	if !ok {
		found.Close()
		return nil, fmt.Errorf("store: lib/pq's rows %T lack a method that this package uses", found)
	}
	c.reading = true
	return &rows{pqRows: inner, conn: c, ctx: ctx}, nil
}

// statementKind says how a statement with a result of type T is run.
type statementKind[T any] struct {
	prepared   func(pqStatement, context.Context, []sqldriver.NamedValue) (T, error)
	text       func(pqConn, context.Context, string, []sqldriver.NamedValue) (T, error)
	repeatable bool // running it twice does no harm
}

// runStatement runs a statement on a connection: prepared where the connection keeps it prepared, else as text. A prepared
// statement that no longer fits the schema is forgotten; outside a transaction its text is run instead, while inside
// one the failed statement has ended the transaction.
func runStatement[T any](ctx context.Context, c *conn, query string, args []sqldriver.NamedValue, kind statementKind[T]) (result T, err error) {
	if err := c.begin(ctx); err != nil {
		return result, err
	}
	sent := c.wire.sent.Load()
	prepared, err := c.statements.of(ctx, c.pqConn, query, len(args))
	if err != nil {
		return result, c.retryElsewhere(ctx, err)
	}
	if prepared == nil {
		result, err = kind.text(c.pqConn, ctx, query, args)
	} else if result, err = kind.prepared(prepared, ctx, args); stale(err) {
		c.statements.forget(query)
		if !c.inTransaction {
			result, err = kind.text(c.pqConn, ctx, query, args)
		}
	}
	if err != nil && kind.repeatable {
		return result, c.retryElsewhere(ctx, err)
	}
	return result, c.end(ctx, c.runOnce(sent, err))
}

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, options sqldriver.TxOptions) (sqldriver.Tx, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	begun, err := c.pqConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.retryElsewhere(ctx, err)
	}
	c.inTransaction = true
	return &pqTx{Tx: begun, conn: c, ctx: ctx}, nil
}

// rows informs its connection when it is closed.
type rows struct {
	pqRows
	conn *conn
	ctx  context.Context
}

// Next implements driver.Rows.
func (r *rows) Next(values []sqldriver.Value) error {
	err := r.pqRows.Next(values)
	if err == io.EOF { // not a failure; database/sql compares it by identity
		return err
	}
	return r.conn.end(r.ctx, err)
}

// Close implements driver.Rows.
func (r *rows) Close() error {
	err := r.pqRows.Close()
	r.conn.reading = false
	return r.conn.end(r.ctx, err)
}

// pqTx is a transaction whose Commit distinguishes a failed commit from one whose outcome is unknown.
type pqTx struct {
	sqldriver.Tx
	conn *conn
	ctx  context.Context
}

// Commit implements driver.Tx.
func (t *pqTx) Commit() error {
	t.conn.inTransaction = false
	t.conn.wire.watch(t.ctx)
	sent := t.conn.wire.sent.Load()
	t.conn.warning = nil
	err := t.Tx.Commit()
	// A commit has one warning: the wait for a synchronous standby was interrupted, by a timeout or by our cancellation. The
	// server has committed and reports success, but the transaction would be lost with the server.
	if err == nil && t.conn.warning != nil {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, t.conn.warning)
	}
	if err == nil || t.conn.wire.sent.Load() == sent {
		return err
	}
	// An error of the server means that the commit failed, except for a shutdown, which may follow a successful commit.
	if e := postgresError(err); e != nil && !lostByServer(e) {
		return err
	}
	if lost(err) || postgresError(err) != nil {
		t.conn.unfit = true
		return fmt.Errorf("%w: %w", ErrCommitUnknown, err)
	}
	return err
}

// Rollback implements driver.Tx.
func (t *pqTx) Rollback() error {
	t.conn.inTransaction = false
	t.conn.wire.watch(t.ctx)
	return t.conn.end(t.ctx, t.Tx.Rollback())
}
