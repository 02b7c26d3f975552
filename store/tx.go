package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"entgo.io/ent/dialect"

	"kopeck/ent"
)

// Tx is an open transaction. It is passed to whatever works in it. The embedded client is the store's, guard and all; Exec and Query
// run SQL past the guard, so the rules of who may see what are their caller's. It must not be used by several goroutines.
type Tx struct {
	*ent.Tx

	store  *Store
	writes bool
	before map[string]func(ctx context.Context) error // by name
	after  []func()
	events []Event
	over   atomic.Bool
}

// Reader runs queries: a *[Store] outside of transactions, a *[Tx] inside of one.
type Reader interface {
	// Query runs a query with ? parameters. It goes past the guard on the client.
	Query(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	// Dialect is dialect.SQLite or dialect.Postgres.
	Dialect() string
}

// Dialect is that of the store.
func (tx *Tx) Dialect() string { return tx.store.Dialect() }

// Exec runs a statement with ? parameters and reports how many rows it changed.
func (tx *Tx) Exec(ctx context.Context, query string, args ...any) (int64, error) {
	if !tx.writes {
		return 0, errors.New("store: a statement that writes, in a transaction that only reads")
	}
	result, err := tx.ExecContext(ctx, SQL(tx.Dialect(), query), args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// Query runs a query with ? parameters. The rows must be closed before the transaction's next statement.
func (tx *Tx) Query(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return tx.QueryContext(ctx, SQL(tx.Dialect(), query), args...)
}

// Lock waits until no other transaction holds the key, and holds it until the transaction ends; with shared,
// others may hold it too as long as all of them share. Taking two keys in different orders may deadlock, which
// the database detects and [Store.Write] retries. On SQLite it does nothing: a writing transaction is alone there.
func (tx *Tx) Lock(ctx context.Context, key LockKey, shared bool) error {
	if tx.Dialect() != dialect.Postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, lockStatement(shared), int64(key))
	return err
}

// NoStatementTimeout removes PostgreSQL's limit on the time of one statement for the rest of the transaction; the context's deadline
// stays. SQLite has no such limit.
func (tx *Tx) NoStatementTimeout(ctx context.Context) error {
	if tx.Dialect() != dialect.Postgres {
		return nil
	}
	_, err := tx.ExecContext(ctx, "SET LOCAL statement_timeout = 0")
	return err
}

// BeforeCommit runs a function as the last of the transaction, of several with one name the first alone, and in the order of their
// names: rows that it changes, which many transactions change, are held no longer than necessary and by all in one order.
func (tx *Tx) BeforeCommit(name string, f func(ctx context.Context) error) {
	if tx.before == nil {
		tx.before = map[string]func(ctx context.Context) error{}
	}
	if tx.before[name] == nil {
		tx.before[name] = f
	}
}

// finish does what is to be done before the commit.
func (tx *Tx) finish(ctx context.Context) error {
	for _, name := range slices.Sorted(maps.Keys(tx.before)) {
		if err := tx.before[name](ctx); err != nil {
			return err
		}
	}
	if len(tx.events) == 0 {
		return nil
	}
	return tx.store.notifier.send(ctx, tx)
}

// AfterCommit runs a function once when the transaction has been committed, never when it has not;
// functions run in their order.
func (tx *Tx) AfterCommit(f func()) { tx.after = append(tx.after, f) }

// Publish sends an event to all subscribers of a topic, in every process on the database, once the transaction is
// committed, and never if it is not. The same payload twice in one transaction is sent once. A topic has no
// newline; topic and payload have at most 7,900 bytes together: send what to read again, not the data.
// On SQLite the subscribers of this process get the event; if it has none, as a command beside a server, those of other
// processes get a Lost event.
func (tx *Tx) Publish(topic, payload string) error {
	if !tx.writes {
		return errors.New("store: an event published in a transaction that only reads")
	}
	if topic == "" || strings.ContainsRune(topic, '\n') || len(topic)+len(payload) > payloadLimit {
		return fmt.Errorf("store: an event of topic %.40q with %d bytes cannot be published", topic, len(payload))
	}
	event := Event{Topic: topic, Payload: payload}
	if !slices.Contains(tx.events, event) {
		tx.events = append(tx.events, event)
	}
	return nil
}

type transactionKey struct{}

// transactionOf gives the open transaction of a context, nil where there is none or it has ended. It only serves to detect nested
// transactions and statements that bypass the transaction; work in it is done by the *Tx that is passed.
func transactionOf(ctx context.Context) *Tx {
	tx, _ := ctx.Value(transactionKey{}).(*Tx)
	if tx == nil || tx.over.Load() {
		return nil
	}
	return tx
}

// LockKey names a thing that transactions take in turn.
type LockKey int64

// LockOn is the key of one thing of a kind: LockOn("customer", id). Two things share a key with a chance of 2^-64.
func LockOn(kind, id string) LockKey {
	sum := sha256.Sum256([]byte(kind + "\x00" + id))
	return LockKey(binary.BigEndian.Uint64(sum[:8]))
}

func lockStatement(shared bool) string {
	if shared {
		return "SELECT pg_advisory_xact_lock_shared($1)"
	}
	return "SELECT pg_advisory_xact_lock($1)"
}
