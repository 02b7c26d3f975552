package store

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
)

// Health returns an error unless the database answers within the context's deadline.
func (s *Store) Health(ctx context.Context) error {
	if err := s.file.check(); err != nil {
		return err
	}
	var one int
	return s.db.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// Gone returns ErrFileGone if the SQLite file was deleted or replaced; nil for PostgreSQL.
func (s *Store) Gone() error { return s.file.check() }

// refusal remembers the last write if the database refused it for a reason of its own: a full disk, or because it takes no writes.
type refusal struct{ last atomic.Pointer[refused] }

type refused struct {
	err error
	at  time.Time
}

// record remembers how a write ended.
func (r *refusal) record(err error) {
	switch {
	case err == nil:
		r.last.Store(nil)
	case IsFull(err) || IsReadOnly(err) || failedOnDisk(err):
		r.last.Store(&refused{err, time.Now()})
	}
}

// Writable returns an error if the database takes no writes: it is read-only, or the last write found its disk full and one that is
// tried now does too. On SQLite a write is tried each time, unless another is running.
func (s *Store) Writable(ctx context.Context) error {
	if err := s.file.check(); err != nil {
		return err
	}
	if s.Dialect() == dialect.SQLite {
		return s.writableSQLite(ctx)
	}
	var readOnly bool
	if err := s.db.QueryRowContext(ctx, "SELECT pg_is_in_recovery()").Scan(&readOnly); err != nil {
		return err
	}
	if readOnly {
		return errReadOnly
	}
	if s.refusal.last.Load() == nil {
		return nil
	}
	return s.tryPostgres(ctx)
}

var errReadOnly = errors.New("store: the database is read-only")

// tryPostgres tries whether a table can grow, by a temporary one. It is not done unless a write was refused: every temporary table
// leaves dead rows in PostgreSQL's catalogue.
func (s *Store) tryPostgres(ctx context.Context) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err = tx.ExecContext(ctx, "CREATE TEMPORARY TABLE kopeck_try ON COMMIT DROP AS SELECT repeat('x', 1000) AS x FROM generate_series(1, 100)"); err == nil {
		err = tx.Commit()
	}
	s.refusal.record(err)
	return err
}

// writableSQLite writes the application's id, which Kopeck does not use, as it is. That takes a page in the log.
func (s *Store) writableSQLite(ctx context.Context) error {
	select {
	case s.writer <- struct{}{}:
		defer func() { <-s.writer }()
	default: // somebody writes; that says how it goes
		if last := s.refusal.last.Load(); last != nil {
			return last.err
		}
		return nil
	}
	if last := s.refusal.last.Load(); last != nil && time.Since(last.at) < refusedFor {
		return last.err
	}
	ctx, cancel := context.WithTimeout(ctx, writableIn)
	defer cancel()
	_, err := s.db.ExecContext(ctx, "PRAGMA application_id = 0")
	if sqliteBusy(err) {
		return nil // a command beside the server writes
	}
	s.refusal.record(err)
	return err
}

// How long a write may take that is tried, and how long a refusal counts: a disk that is too full for what was to be written may
// have room for the page that is tried.
const (
	writableIn = 2 * time.Second
	refusedFor = 10 * time.Second
)
