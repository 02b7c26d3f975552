package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"entgo.io/ent/dialect"
	"github.com/gofrs/flock"
)

// ErrServed is returned by [Store.Serve] when another process serves the SQLite file.
var ErrServed = errors.New("another server runs on this SQLite file, and neither would be notified of the other's changes; use PostgreSQL to run several servers")

// serveWait is how long a server waits for its predecessor to end.
const serveWait = 5 * time.Second

// Serve reserves the database for a process that serves it from memory, until release is called or the process ends.
// On PostgreSQL any number of processes may serve. On SQLite only one may, since serving processes are not notified
// of each other's changes: the error is [ErrServed] when another still serves after five seconds.
func (s *Store) Serve(ctx context.Context) (release func(), err error) {
	if s.Dialect() != dialect.SQLite {
		return func() {}, nil
	}
	lock := flock.New(s.target.path + ".serve")
	waiting, cancel := context.WithTimeout(ctx, serveWait)
	defer cancel()
	switch _, err := lock.TryLockContext(waiting, 50*time.Millisecond); {
	case err == nil:
		held, err := s.holdLog(ctx)
		if err != nil {
			return nil, errors.Join(err, lock.Unlock())
		}
		return func() { _ = held.Close(); _ = lock.Unlock() }, nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return nil, ErrServed
	default:
		return nil, fmt.Errorf("locking the SQLite file for serving: %w", err)
	}
}

// holdLog opens a connection that stays open. The write-ahead log exists as long as it does: if the log is another or none, somebody
// has deleted it.
func (s *Store) holdLog(ctx context.Context) (*sql.Conn, error) {
	held, err := s.db.Conn(ctx)
	if err != nil {
		return nil, err
	}
	var version int
	if err := held.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil { // opens the log
		return nil, errors.Join(err, held.Close())
	}
	if err := s.file.held(); err != nil {
		return nil, errors.Join(err, held.Close())
	}
	return held, nil
}
