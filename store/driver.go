package store

import (
	"context"
	"database/sql"
	"errors"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"
)

// errPastTransaction is a mistake of ours: the client used where the transaction's own should be. The
// statement would wait for a second connection while holding the first, and not see what the first has written.
var errPastTransaction = errors.New("store: the client is used inside a transaction; use the transaction's own (ent.TxFromContext)")

// driver lets every statement be seen, and refuses the ones that go past an open transaction.
type driver struct {
	*entsql.Driver
	observe func(context.Context, string)
}

func (d *driver) check(ctx context.Context, query string) error {
	if transactionOf(ctx) != nil {
		return errPastTransaction
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
		return nil, errPastTransaction
	}
	begun, err := d.Driver.BeginTx(ctx, options)
	if err != nil {
		return nil, err
	}
	return &tx{Tx: begun.(*entsql.Tx), observe: d.observe}, nil
}

// tx lets a transaction's statements be seen.
type tx struct {
	*entsql.Tx
	observe func(context.Context, string)
}

func (t *tx) see(ctx context.Context, query string) {
	if t.observe != nil {
		t.observe(ctx, query)
	}
}

// Exec implements dialect.Tx.
func (t *tx) Exec(ctx context.Context, query string, args, v any) error {
	t.see(ctx, query)
	return t.Tx.Exec(ctx, query, args, v)
}

// Query implements dialect.Tx.
func (t *tx) Query(ctx context.Context, query string, args, v any) error {
	t.see(ctx, query)
	return t.Tx.Query(ctx, query, args, v)
}

// ExecContext is what the transaction's client's ExecContext calls.
func (t *tx) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	t.see(ctx, query)
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext is what the transaction's client's QueryContext calls.
func (t *tx) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	t.see(ctx, query)
	return t.Tx.QueryContext(ctx, query, args...)
}
