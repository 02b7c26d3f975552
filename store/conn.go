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

// pqConn is what a connection of lib/pq can do.
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

// pqRows is what rows of lib/pq can do.
type pqRows interface {
	sqldriver.RowsNextResultSet
	sqldriver.RowsColumnTypeScanType
	sqldriver.RowsColumnTypeDatabaseTypeName
	sqldriver.RowsColumnTypeLength
	sqldriver.RowsColumnTypePrecisionScale
}

// conn is a connection of lib/pq whose calls end within a second after their context, which keeps prepared
// statements, and which leaves the pool when it can no longer write or was cut off.
type conn struct {
	pqConn
	wire       *wire
	statements *statements // nil where none are kept
	reading    bool        // rows are open: lib/pq does not notice by itself when a prepared statement's are
	inside     bool        // a transaction is open
	unfit      bool
	warning    *pq.Error // the server's last
}

var errReading = errors.New("store: a statement while the rows of another are being read on the same connection")

// Close ends the session. The watch over the last call ends first: a call that was cancelled must not
// cut the farewell short.
func (c *conn) Close() error {
	c.wire.watch(context.Background())
	return c.pqConn.Close()
}

// begin starts the watch over a call.
func (c *conn) begin(ctx context.Context) error {
	if c.reading {
		return errReading
	}
	c.wire.watch(ctx)
	return nil
}

// end looks at how a call ended. What fails after the context's end fails because of it.
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

// errLost is the loss of a connection after a statement was sent on it.
var errLost = errors.New("store: the connection was lost while a statement ran; it may have been carried out")

// once keeps database/sql from running a statement again, which it does outside transactions on driver.ErrBadConn: lib/pq
// gives that also when the answer was lost, and the statement may have been carried out.
func (c *conn) once(sent int64, err error) error {
	if !c.inside && lost(err) && c.wire.sent.Load() != sent {
		c.unfit = true
		return errLost
	}
	return err
}

// again lets database/sql take another connection where this one turns out to have died in the pool, for what does no harm
// when done twice. lib/pq gives driver.ErrBadConn for most ways of dying, but not for a reset.
func (c *conn) again(ctx context.Context, err error) error {
	if !c.inside && ctx.Err() == nil && lost(err) {
		c.unfit = true
		return sqldriver.ErrBadConn
	}
	return c.end(ctx, err)
}

// IsValid implements driver.Validator.
func (c *conn) IsValid() bool { return !c.unfit && c.pqConn.IsValid() }

// CheckNamedValue implements driver.NamedValueChecker. JSON goes as text: as bytes it would be sent in the
// binary form, which for jsonb is another.
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

// PrepareContext implements driver.ConnPrepareContext; COPY comes this way.
func (c *conn) PrepareContext(ctx context.Context, query string) (sqldriver.Stmt, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	prepared, err := c.pqConn.PrepareContext(ctx, query)
	return prepared, c.end(ctx, err)
}

// ExecContext implements driver.ExecerContext.
func (c *conn) ExecContext(ctx context.Context, query string, args []sqldriver.NamedValue) (sqldriver.Result, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	sent := c.wire.sent.Load()
	prepared, err := c.statements.of(ctx, c.pqConn, query, len(args))
	if err != nil {
		return nil, c.again(ctx, err)
	}
	var result sqldriver.Result
	if prepared == nil {
		result, err = c.pqConn.ExecContext(ctx, query, args)
	} else if result, err = prepared.ExecContext(ctx, args); stale(err) {
		c.statements.forget(query)
		if !c.inside { // where nothing was lost with it, the text will do
			result, err = c.pqConn.ExecContext(ctx, query, args)
		}
	}
	return result, c.end(ctx, c.once(sent, err))
}

// QueryContext implements driver.QueryerContext.
func (c *conn) QueryContext(ctx context.Context, query string, args []sqldriver.NamedValue) (sqldriver.Rows, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	sent := c.wire.sent.Load()
	prepared, err := c.statements.of(ctx, c.pqConn, query, len(args))
	if err != nil {
		return nil, c.again(ctx, err)
	}
	var found sqldriver.Rows
	if prepared == nil {
		found, err = c.pqConn.QueryContext(ctx, query, args)
	} else if found, err = prepared.QueryContext(ctx, args); stale(err) {
		c.statements.forget(query)
		if !c.inside {
			found, err = c.pqConn.QueryContext(ctx, query, args)
		}
	}
	if err != nil {
		if strings.HasPrefix(strings.TrimLeft(query, " \t\n"), "SELECT") {
			return nil, c.again(ctx, err)
		}
		return nil, c.end(ctx, c.once(sent, err))
	}
	inner, ok := found.(pqRows)
	if !ok {
		found.Close()
		return nil, fmt.Errorf("store: lib/pq's rows %T lack a method that we rely on", found)
	}
	c.reading = true
	return &rows{pqRows: inner, conn: c, ctx: ctx}, nil
}

// BeginTx implements driver.ConnBeginTx.
func (c *conn) BeginTx(ctx context.Context, options sqldriver.TxOptions) (sqldriver.Tx, error) {
	if err := c.begin(ctx); err != nil {
		return nil, err
	}
	begun, err := c.pqConn.BeginTx(ctx, options)
	if err != nil {
		return nil, c.again(ctx, err)
	}
	c.inside = true
	return &pqTx{Tx: begun, conn: c, ctx: ctx}, nil
}

// rows tell their connection when they have been read.
type rows struct {
	pqRows
	conn *conn
	ctx  context.Context
}

// Next implements driver.Rows.
func (r *rows) Next(values []sqldriver.Value) error {
	err := r.pqRows.Next(values)
	if err == io.EOF { // no error, and looked for by identity
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

// pqTx is a transaction that tells a commit that failed from one whose answer was lost.
type pqTx struct {
	sqldriver.Tx
	conn *conn
	ctx  context.Context
}

// Commit implements driver.Tx.
func (t *pqTx) Commit() error {
	t.conn.inside = false
	t.conn.wire.watch(t.ctx)
	sent := t.conn.wire.sent.Load()
	t.conn.warning = nil
	err := t.Tx.Commit()
	// The one thing that a server warns of here: its waiting for a synchronous standby was cut short, by a timeout or by our
	// own cancelling. It has committed, and calls that success, but what it has would be lost with it.
	if err == nil && t.conn.warning != nil {
		return fmt.Errorf("%w: %w", ErrCommitUnknown, t.conn.warning)
	}
	if err == nil || t.conn.wire.sent.Load() == sent {
		return err
	}
	// The server's word is definite, but for a good-bye, which it may say after the commit.
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
	t.conn.inside = false
	t.conn.wire.watch(t.ctx)
	return t.conn.end(t.ctx, t.Tx.Rollback())
}
