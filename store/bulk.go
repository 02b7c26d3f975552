package store

import (
	"context"
	"database/sql"
	sqldriver "database/sql/driver"
	"errors"

	"entgo.io/ent/dialect"
)

// Session is one connection for the time of a bulk load: its temporary tables live through its transactions.
type Session struct {
	store *Store
	conn  *sql.Conn
	sql   *sql.Tx // the open transaction, under its [Tx]
}

// sessionKey is the key of the session on whose connection the client's transaction is to begin.
type sessionKey struct{}

// Session runs a function with a connection of its own, which is closed afterwards, temporary tables and all.
func (s *Store) Session(ctx context.Context, do func(ctx context.Context, session *Session) error) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	conn, err := s.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer func() {
		_ = conn.Raw(func(any) error { return sqldriver.ErrBadConn }) // so the pool closes it for good
	}()
	if s.Dialect() == dialect.SQLite {
		if _, err := conn.ExecContext(ctx, sqliteForBulk); err != nil {
			return err
		}
	}
	return do(ctx, &Session{store: s, conn: conn})
}

// sqliteForBulk prepares a connection for statements of many rows. SQLite copies every page that an INSERT of many rows
// touches, to undo that one statement, as soon as the statement could fail by itself: see Bulk.insert, and foreign keys, which are
// not checked here. Whoever loads in bulk looks up what its rows name in the same transaction (PostgreSQL holds the same
// code to its keys, and check finds rows that name nothing). What was written is brought into the file less often.
const sqliteForBulk = "PRAGMA foreign_keys = OFF; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 8000"

// postgresForBulk prepares a transaction for statements of many rows. PostgreSQL keeps the plans by which foreign keys
// are checked, and one that was made while a table was empty reads the table whole for every row when it has grown: what the
// connection has kept is forgotten, and new plans use the indexes. (Planning each check by itself, by plan_cache_mode, takes most
// of the time of a copy.) All of it ends with the transaction: behind a pooler the connection is another's then.
const postgresForBulk = "DISCARD PLANS; SET LOCAL enable_seqscan = off"

// Bulk runs a function in a transaction for statements over many rows: a [Session] with one transaction.
func (s *Store) Bulk(ctx context.Context, do func(ctx context.Context, b *Bulk) error) error {
	return s.retried(ctx, transient, func() error {
		return s.Session(ctx, func(ctx context.Context, session *Session) error { return session.once(ctx, do) })
	})
}

// Bulk runs a function in a transaction on the session's connection. As with [Store.Write] it may be run again, and
// [Tx.AfterCommit] and [Tx.Publish] work; statements have no timeout but the context's. It goes past the guard on the client:
// who may do it is for the caller to see to. A session whose connection was lost cannot go on: its temporary tables are gone.
func (x *Session) Bulk(ctx context.Context, do func(ctx context.Context, b *Bulk) error) error {
	again := func(err error) bool { return transient(err) && !gone(err) }
	return x.store.retried(ctx, again, func() error { return x.once(ctx, do) })
}

func (x *Session) once(ctx context.Context, do func(ctx context.Context, b *Bulk) error) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	s := x.store
	done, err := s.turn(ctx)
	if err != nil {
		return err
	}
	defer done()
	begun, err := s.client.Tx(context.WithValue(ctx, sessionKey{}, x))
	if err != nil {
		return err
	}
	s.writes()
	return s.run(ctx, &Tx{Tx: begun, store: s, writes: true}, done, func(ctx context.Context, tx *Tx) error {
		if s.Dialect() == dialect.Postgres {
			prepare := postgresForBulk + "; " + s.enterStatement()
			if s.options.StatementTimeout > 0 {
				prepare += "; SET LOCAL statement_timeout = 0"
			}
			if _, err := tx.ExecContext(ctx, prepare); err != nil {
				return err
			}
		}
		return do(ctx, &Bulk{Tx: tx, sql: x.sql})
	})
}

// Bulk is an open transaction that can also copy rows in bulk.
type Bulk struct {
	*Tx

	sql *sql.Tx
}

func (b *Bulk) see(ctx context.Context, query string) {
	if b.store.options.Observe != nil {
		b.store.options.Observe(ctx, query)
	}
}

var errColumns = errors.New("store: a row with another number of values than there are columns")
