// Package store opens, migrates, reads and writes Kopeck's database, on SQLite and PostgreSQL alike.
//
// [Open] takes a URL and returns a [Store]. There is one way to get the model's client ([Store.Client]), one to
// run a transaction ([Store.Write], and [Store.Read] for a read-only snapshot), one to copy rows in bulk
// ([Store.Bulk]) and one to notify other processes of changes ([Tx.Publish], [Store.Subscribe]).
// [Store.Migrate] migrates the database to the schema of this binary.
//
// Times are bound and read in UTC. [IsUnique], [IsForeignKey], [IsFull], [IsReadOnly], [IsTooSlow], [IsOverflow] and
// [IsUnavailable] classify errors of either database, and [Outage] says which do not depend on the statement. A commit whose outcome is unknown is [ErrCommitUnknown].
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"sync/atomic"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"kopeck/ent"
)

// Options are the settings that are not in the URL. The zero value suits a server.
type Options struct {
	// Pool is the maximum number of open connections; 0 means 8.
	Pool int

	// Statements is the number of prepared statements that each PostgreSQL connection keeps; 0 means 128, a negative
	// number none. A connection through a pooler that switches server sessions is detected, and keeps none.
	Statements int

	// StatementTimeout is the time after which PostgreSQL ends a statement even if our cancellation never reaches it;
	// 0 means 9 s, just under the API's operation timeout; a negative duration means none. Bulk and Migrate have none.
	StatementTimeout time.Duration

	// ListenURL is the URL of the PostgreSQL server for notifications, needed where the main URL leads to a pooler;
	// "" means the main URL.
	ListenURL string

	// Quiet is the time without a message from the database after which this process no longer relies on being notified of
	// changes; 0 means 3 s. See [Store.Silence].
	Quiet time.Duration

	// Observe, if not nil, is called with every statement before it runs, inside and outside transactions.
	Observe func(ctx context.Context, query string)

	// Log receives failures that no caller sees; nil means slog.Default().
	Log *slog.Logger

	// Jitter returns a number in [0, 1) that spreads retries; nil means math/rand/v2.
	Jitter func() float64
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	target   target
	options  Options
	db       *sql.DB
	client   *ent.Client
	hub      *hub
	notifier notifier      // exchanges events with other processes
	writer   chan struct{} // held by the one writer on SQLite; nil on PostgreSQL
	file     *file         // of SQLite; nil on PostgreSQL
	refusal  refusal       // of the last write
	clock    atomic.Pointer[func() time.Time]
	since    atomic.Pointer[time.Time] // when this process's writer began on SQLite; nil: none writes
}

// Open opens the database at a URL and checks that it answers:
//
//	sqlite://kopeck.db             a file, relative to the working directory; created if absent
//	sqlite:///var/lib/kopeck.db    a file, absolute
//	postgres://user:password@host:5432/database?sslmode=verify-full
//
// sqlite://:memory: is refused, since every connection of the pool would have its own database. A PostgreSQL URL
// takes lib/pq's parameters; sslmode defaults to "prefer" for a server on this machine and to "require" for another.
// Errors never contain the password.
func Open(ctx context.Context, url string, options Options) (*Store, error) {
	if options.Pool <= 0 {
		options.Pool = 8
	}
	if options.Statements == 0 {
		options.Statements = 128
	}
	if options.StatementTimeout == 0 {
		options.StatementTimeout = 9 * time.Second
	}
	if options.Log == nil {
		options.Log = slog.Default()
	}
	if options.Jitter == nil {
		options.Jitter = rand.Float64
	}
	at, err := parse(url)
	if err != nil {
		return nil, err
	}
	s := &Store{target: at, options: options, hub: newHub()}
	if at.dialect == dialect.SQLite {
		s.writer = make(chan struct{}, 1)
		s.options.Pool = max(options.Pool, runtime.NumCPU()) + 1 // one is held by Serve
		if s.db, err = openSQLite(at.path, true); err != nil {
			return nil, err
		}
		if s.file, err = openedFile(at.path); err != nil {
			s.db.Close()
			return nil, err
		}
	} else {
		s.db = at.openPostgres(options.Statements, options.StatementTimeout)
	}
	s.db.SetMaxOpenConns(s.options.Pool)
	s.db.SetMaxIdleConns(s.options.Pool)
	s.db.SetConnMaxIdleTime(5 * time.Minute)
	s.db.SetConnMaxLifetime(time.Hour)
	if err := s.Health(ctx); err != nil {
		s.db.Close()
		return nil, fmt.Errorf("the database at %s does not answer: %w", at.shown, err)
	}
	if at.dialect == dialect.SQLite {
		s.notifier = &watcher{db: s.db, file: s.file, hub: s.hub, log: options.Log, quiet: options.Quiet, ended: make(chan struct{})}
	} else if s.notifier, err = newListener(at, options, s.hub); err != nil {
		s.db.Close()
		return nil, err
	}
	s.client = ent.NewClient(ent.Driver(&driver{Driver: entsql.OpenDB(at.dialect, s.db), observe: options.Observe}))
	return s, nil
}

// Client returns the model's client, which the whole program shares. Package auth attaches the guard to it.
func (s *Store) Client() *ent.Client { return s.client }

// Dialect returns dialect.SQLite ("sqlite3") or dialect.Postgres ("postgres").
func (s *Store) Dialect() string { return s.target.dialect }

// Stats returns the pool's statistics, for metrics.
func (s *Store) Stats() sql.DBStats { return s.db.Stats() }

// Close ends the subscriptions and closes the connections. Transactions must have ended before.
func (s *Store) Close() error {
	s.notifier.close()
	s.hub.close()
	return s.db.Close()
}
