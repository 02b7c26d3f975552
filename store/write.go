package store

import (
	"context"
	"database/sql"
	"errors"
	"runtime/debug"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"kopeck/ent"
)

// ErrNested says that a transaction was opened inside another: a mistake of the program.
var ErrNested = errors.New("store: a transaction inside a transaction")

// transaction is what goes with an open transaction in its context.
type transaction struct {
	exec   func(ctx context.Context, query string, args ...any) (sql.Result, error)
	query  func(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	after  []func()
	events []Event
	writes bool
	over   atomic.Bool
}

type transactionKey struct{}

// transactionOf gives the open transaction of a context, nil where there is none or it has ended.
func transactionOf(ctx context.Context) *transaction {
	t, _ := ctx.Value(transactionKey{}).(*transaction)
	if t == nil || t.over.Load() {
		return nil
	}
	return t
}

// Write runs a function in a transaction: the one way to change the database. The transaction is in the context
// (ent.TxFromContext) and given beside it; the function must use nothing else, and no goroutines on it.
//
// It is committed when the function returns nil and rolled back on an error or a panic; after a statement that failed nothing
// more can be done in it, on either database: ask first, or use ON CONFLICT. Where the database
// asks for another try (40001, 40P01, SQLITE_BUSY, a connection lost before the commit) the function is run again from the start, up to
// ten times within the context: it must have no effects but those of the transaction. Effects that
// should follow the commit are for [AfterCommit] and [Store.Publish].
//
// Errors: the function's own; [ErrNested]; [ErrCommitUnknown] when the connection was lost in the commit itself.
// On SQLite writers take turns; on PostgreSQL the isolation is READ COMMITTED: see [Store.Lock].
func (s *Store) Write(ctx context.Context, do func(ctx context.Context, tx *ent.Tx) error) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	return s.retried(ctx, transient, func() error {
		done, err := s.turn(ctx)
		if err != nil {
			return err
		}
		defer done()
		tx, err := s.client.Tx(ctx)
		if err != nil {
			return err
		}
		t := &transaction{exec: tx.Client().ExecContext, query: tx.Client().QueryContext, writes: true}
		return s.run(ent.NewTxContext(ctx, tx), t, tx, done, func(ctx context.Context) error { return do(ctx, tx) })
	})
}

// Read runs a function that only reads on one snapshot of the database: what is committed meanwhile is not
// seen. Otherwise it is as [Store.Write].
func (s *Store) Read(ctx context.Context, do func(ctx context.Context, tx *ent.Tx) error) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	options := &entsql.TxOptions{ReadOnly: true}
	if s.Dialect() == dialect.Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return s.retried(ctx, transient, func() error {
		tx, err := s.client.BeginTx(ctx, options)
		if err != nil {
			return err
		}
		t := &transaction{exec: tx.Client().ExecContext, query: tx.Client().QueryContext}
		return s.run(ent.NewTxContext(ctx, tx), t, tx, func() {}, func(ctx context.Context) error { return do(ctx, tx) })
	})
}

// committer is an *ent.Tx or an *sql.Tx.
type committer interface {
	Commit() error
	Rollback() error
}

// run does the work of a transaction that has begun, ends it, gives up the writer's turn and then runs what was
// to follow the commit.
func (s *Store) run(ctx context.Context, t *transaction, tx committer, done func(), do func(context.Context) error) error {
	ctx = context.WithValue(ctx, transactionKey{}, t)
	ended := false
	defer func() {
		t.over.Store(true)
		if !ended {
			if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) && !gone(err) {
				s.options.Log.WarnContext(ctx, "a transaction was not rolled back in order", "error", err)
			}
		}
	}()
	if err := do(ctx); err != nil {
		return err
	}
	if len(t.events) > 0 {
		if err := s.news.send(ctx, t); err != nil {
			return err
		}
	}
	ended = true
	if err := commitError(tx.Commit()); err != nil {
		return err
	}
	t.over.Store(true)
	done()
	if s.Dialect() == dialect.SQLite {
		s.hub.publish(t.events...)
	}
	for _, f := range t.after {
		s.afterwards(ctx, f)
	}
	return nil
}

// afterwards runs a function after a commit. The commit stands, whatever the function does: a panic is logged.
func (s *Store) afterwards(ctx context.Context, f func()) {
	defer func() {
		if p := recover(); p != nil {
			s.options.Log.ErrorContext(ctx, "a panic after a commit", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f()
}

// AfterCommit runs a function once when the context's transaction has been committed, never when it has not;
// functions run in their order. Without a transaction there is nothing to wait for and it runs at once.
func AfterCommit(ctx context.Context, f func()) {
	t := transactionOf(ctx)
	if t == nil {
		f()
		return
	}
	t.after = append(t.after, f)
}

// turn waits for the writer's turn on SQLite, where there is one writer at a time; waiting here is fair and takes no
// connection. The turn is given up by calling done, once or more.
func (s *Store) turn(ctx context.Context) (done func(), err error) {
	if s.writer == nil {
		return func() {}, nil
	}
	select {
	case s.writer <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	var given atomic.Bool
	return func() {
		if !given.Swap(true) {
			<-s.writer
		}
	}, nil
}

// tries is how often a transaction is begun at most. With the pauses it takes some two seconds to give up.
const tries = 10

// retried runs f again as long as its error is one after which another try may do.
func (s *Store) retried(ctx context.Context, again func(error) bool, f func() error) error {
	pause := 5 * time.Millisecond
	for try := 1; ; try++ {
		err := f()
		if err == nil || try == tries || ctx.Err() != nil || !again(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return err
		case <-time.After(pause/2 + time.Duration(s.options.Jitter()*float64(pause/2))):
		}
		pause = min(2*pause, 500*time.Millisecond)
	}
}
