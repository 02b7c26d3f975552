package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	"github.com/gofrs/flock"
)

// ErrServed says that another process serves the SQLite file.
var ErrServed = errors.New("another server runs on this SQLite file, and neither would hear of what the other changes: use PostgreSQL for several")

// succession is how long a server waits for the one before it to end.
const succession = 5 * time.Second

// Serve says that this process serves what is in the database from its memory, until release or its end. On SQLite only one
// may, since processes that serve do not hear of each other: [ErrServed].
func (s *Store) Serve(ctx context.Context) (release func(), err error) {
	if s.Dialect() != dialect.SQLite {
		return func() {}, nil
	}
	lock := flock.New(s.target.path + ".serve")
	waiting, cancel := context.WithTimeout(ctx, succession)
	defer cancel()
	switch _, err := lock.TryLockContext(waiting, 50*time.Millisecond); {
	case err == nil:
		return func() { _ = lock.Unlock() }, nil
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
		return nil, ErrServed
	default:
		return nil, fmt.Errorf("to serve alone: %w", err)
	}
}

// eye sees that another process has changed a SQLite file. A process that does not look itself, which is a command beside the
// server, counts user_version up, a number that SQLite leaves to whoever uses the file, in each transaction with events; the eye looks at it
// a few times a second. What has changed it cannot see, so everyone is told that events were missed.
type eye struct {
	db  *sql.DB
	hub *hub
	log *slog.Logger

	begin, end sync.Once
	looks      atomic.Bool
	ended      chan struct{}
}

const lookEvery = 250 * time.Millisecond

// open begins to look, if that has not begun.
func (e *eye) open() {
	e.begin.Do(func() {
		e.looks.Store(true)
		seen, err := e.version()
		go e.look(seen, err == nil)
	})
}

func (e *eye) look(seen int64, known bool) {
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	failing := false
	for {
		select {
		case <-e.ended:
			return
		case <-ticker.C:
		}
		version, err := e.version()
		if err != nil {
			if !failing {
				e.log.Warn("looking for changes of the database by others", "error", err)
			}
			failing = true
			continue
		}
		if !known || version != seen {
			e.hub.lost()
		}
		seen, known, failing = version, true, false
	}
}

func (e *eye) version() (version int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return version, e.db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version)
}

func (e *eye) close() { e.end.Do(func() { close(e.ended) }) }

// send counts user_version up, for the eyes of other processes.
func (e *eye) send(ctx context.Context, tx *Tx) error {
	if e.looks.Load() {
		return nil
	}
	rows, err := tx.QueryContext(ctx, "PRAGMA user_version")
	if err != nil {
		return err
	}
	defer rows.Close()
	var version int64
	if rows.Next() {
		err = rows.Scan(&version)
	}
	if err = errors.Join(err, rows.Err(), rows.Close()); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, fmt.Sprintf("PRAGMA user_version = %d", (version+1)%math.MaxInt32))
	return err
}
