package store

import (
	"context"
	"database/sql"
	"errors"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// errBypass reports a defect of the program: the store's client was used inside a transaction. The statement would
// wait for a second connection while holding the first, and would not see what the first has written.
var errBypass = errors.New("store: the client is used inside a transaction; use the transaction's own")

// errFailed reports a defect of the program: the error of an earlier statement was ignored.
var errFailed = errors.New("store: an earlier statement of the transaction has failed; it can only be rolled back")

// driver passes every statement to observe and refuses those that bypass an open transaction.
type driver struct {
	*entsql.Driver
	observe func(context.Context, string)
}

func (d *driver) check(ctx context.Context, query string) error {
	if transactionOf(ctx) != nil {
		return errBypass
	}
	if d.observe != nil {
		d.observe(ctx, query)
	}
	return nil
}

// Exec implements dialect.Driver.
func (d *driver) Exec(ctx context.Context, query string, args, v any) error {
	if err := d.check(ctx, query); err != nil {
		return err
	}
	return d.Driver.Exec(ctx, query, args, v)
}

// Query implements dialect.Driver.
func (d *driver) Query(ctx context.Context, query string, args, v any) error {
	if err := d.check(ctx, query); err != nil {
		return err
	}
	return d.Driver.Query(ctx, query, args, v)
}

// ExecContext is what the client's ExecContext calls.
func (d *driver) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := d.check(ctx, query); err != nil {
		return nil, err
	}
	return d.Driver.ExecContext(ctx, query, args...)
}

// QueryContext is what the client's QueryContext calls.
func (d *driver) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := d.check(ctx, query); err != nil {
		return nil, err
	}
	return d.Driver.QueryContext(ctx, query, args...)
}

// Tx implements dialect.Driver.
func (d *driver) Tx(ctx context.Context) (dialect.Tx, error) { return d.BeginTx(ctx, nil) }

// BeginTx is what the client's BeginTx calls.
func (d *driver) BeginTx(ctx context.Context, options *entsql.TxOptions) (dialect.Tx, error) {
	if transactionOf(ctx) != nil {
		return nil, errBypass
	}
	if on, _ := ctx.Value(sessionKey{}).(*Session); on != nil {
		begun, err := on.conn.BeginTx(ctx, options)
		if err != nil {
			return nil, err
		}
		on.sql = begun
		return &tx{Tx: &entsql.Tx{Conn: entsql.Conn{ExecQuerier: begun}, Tx: begun}, observe: d.observe}, nil
	}
	begun, err := d.Driver.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &tx{Tx: begun.(*entsql.Tx), observe: d.observe}, nil
}

// tx passes a transaction's statements to observe and refuses every statement after one that failed. PostgreSQL does the
// same. SQLite would run it, but may have rolled back by itself (on a full disk), so that it would run outside the
// transaction.
type tx struct {
	*entsql.Tx
	observe func(context.Context, string)
	failed  error
}

func (t *tx) begin(ctx context.Context, query string) error {
	if t.failed != nil {
		return t.failure()
	}
	if t.observe != nil {
		t.observe(ctx, query)
	}
	return nil
}

// failure is the error of a statement that follows a failed one: the first error where the whole transaction may be
// retried, else errFailed, so that no caller takes it for the result of its own statement.
func (t *tx) failure() error {
	if transient(t.failed) {
		return t.failed
	}
	return errFailed
}

func (t *tx) end(err error) error {
	if err != nil && !errors.Is(err, errReading) { // that statement was never sent
		t.failed = err
	}
	return err
}

// Exec implements dialect.Tx.
func (t *tx) Exec(ctx context.Context, query string, args, v any) error {
	if err := t.begin(ctx, query); err != nil {
		return err
	}
	return t.end(t.Tx.Exec(ctx, query, args, v))
}

// Query implements dialect.Tx.
func (t *tx) Query(ctx context.Context, query string, args, v any) error {
	if err := t.begin(ctx, query); err != nil {
		return err
	}
	return t.end(t.Tx.Query(ctx, query, args, v))
}

// ExecContext is what the transaction's client's ExecContext calls.
func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if err := t.begin(ctx, query); err != nil {
		return nil, err
	}
	result, err := t.Tx.ExecContext(ctx, query, args...)
	return result, t.end(err)
}

// QueryContext is what the transaction's client's QueryContext calls.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if err := t.begin(ctx, query); err != nil {
		return nil, err
	}
	rows, err := t.Tx.QueryContext(ctx, query, args...)
	return rows, t.end(err)
}

// Commit implements dialect.Tx.
func (t *tx) Commit() error {
	if t.failed != nil {
		return errors.Join(t.failure(), t.Rollback())
	}
	return t.Tx.Commit()
}
