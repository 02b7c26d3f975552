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
)

// ErrNested says that a transaction was opened inside another: a mistake of the program.
var ErrNested = errors.New("store: a transaction inside a transaction")

// Write runs a function in a transaction: the one way to change the database. The function must use nothing but the
// transaction that it is given, and no goroutines on it.
//
// It is committed when the function returns nil and rolled back on an error or a panic; after a statement that failed nothing
// more can be done in it, on either database: ask first, or use ON CONFLICT. Where the database
// asks for another try (40001, 40P01, SQLITE_BUSY, a connection lost before the commit) the function is run again from the start, up to
// ten times within the context: it must have no effects but those of the transaction. Effects that
// should follow the commit are for [Tx.AfterCommit] and [Tx.Publish].
//
// Errors: the function's own; [ErrNested]; [ErrCommitUnknown] when the connection was lost in the commit itself.
// On SQLite writers take turns; on PostgreSQL the isolation is READ COMMITTED: see [Tx.Lock].
func (s *Store) Write(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	return s.write(ctx, nil, do)
}

// WriteAlone is Write in a transaction that holds a key from its beginning, as by [Tx.Lock].
func (s *Store) WriteAlone(ctx context.Context, key LockKey, do func(ctx context.Context, tx *Tx) error) error {
	return s.write(ctx, &key, do)
}

func (s *Store) write(ctx context.Context, key *LockKey, do func(ctx context.Context, tx *Tx) error) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	return s.retried(ctx, transient, func() error {
		done, err := s.turn(ctx)
		if err != nil {
			return err
		}
		defer done()
		begun, err := s.client.Tx(ctx)
		if err != nil {
			s.refusal.record(err)
			return err
		}
		s.writes()
		return s.run(ctx, &Tx{Tx: begun, store: s, writes: true}, done, func(ctx context.Context, tx *Tx) error {
			if err := tx.enter(ctx, key); err != nil {
				return err
			}
			return do(ctx, tx)
		})
	})
}

// Read runs a function that only reads on one snapshot of the database: what is committed meanwhile is not
// seen. Otherwise it is as [Store.Write].
func (s *Store) Read(ctx context.Context, do func(ctx context.Context, tx *Tx) error) error {
	if transactionOf(ctx) != nil {
		return ErrNested
	}
	options := &entsql.TxOptions{ReadOnly: true}
	if s.Dialect() == dialect.Postgres {
		options.Isolation = sql.LevelRepeatableRead
	}
	return s.retried(ctx, transient, func() error {
		begun, err := s.client.BeginTx(ctx, options)
		if err != nil {
			return err
		}
		return s.run(ctx, &Tx{Tx: begun, store: s}, func() {}, do)
	})
}

// run does the work of a transaction that has begun, ends it, gives up the writer's turn and then runs what was
// to follow the commit.
func (s *Store) run(ctx context.Context, tx *Tx, done func(), do func(ctx context.Context, tx *Tx) error) (err error) {
	if tx.writes {
		defer func() { s.refusal.record(err) }()
	}
	ctx = context.WithValue(ctx, transactionKey{}, tx)
	ended := false
	defer func() {
		tx.over.Store(true)
		if !ended {
			if err := tx.Rollback(); err != nil && !errors.Is(err, sql.ErrTxDone) && !gone(err) {
				s.options.Log.WarnContext(ctx, "a transaction was not rolled back in order", "error", err)
			}
		}
	}()
	if err := s.file.check(); err != nil {
		return err
	}
	if err := do(ctx, tx); err != nil {
		return err
	}
	if err := tx.finish(ctx); err != nil {
		return err
	}
	ended = true
	if err := commitError(tx.Commit()); err != nil {
		return err
	}
	if err := s.file.check(); err != nil { // what was committed may be in a file that is deleted
		return err
	}
	tx.over.Store(true)
	done()
	if s.Dialect() == dialect.SQLite {
		s.hub.publish(tx.events...)
	}
	for _, f := range tx.after {
		s.afterwards(ctx, f)
	}
	return nil
}

// afterwards runs a function after a commit. The commit is not undone: a panic of the function is logged.
func (s *Store) afterwards(ctx context.Context, f func()) {
	defer func() {
		if p := recover(); p != nil {
			s.options.Log.ErrorContext(ctx, "a panic after a commit", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	f()
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
			s.since.Store(nil)
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

// OneWriter reports whether the database has one writer at a time: SQLite, where a transaction that writes keeps all other
// writers waiting, and a second connection for a bulk load gains nothing.
func (s *Store) OneWriter() bool { return s.Dialect() == dialect.SQLite }
