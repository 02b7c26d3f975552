// Package store is Kopeck's way to its database, the same on SQLite and on PostgreSQL.
//
// [Open] takes a URL and gives a [Store]. There is one way to get the model's client ([Store.Client]), one to
// open a transaction ([Store.Write], and [Store.Read] for a snapshot that only reads), one to copy rows in bulk
// ([Store.Bulk]) and one to tell other processes what has changed ([Store.Publish], [Store.Subscribe]).
// [Store.Migrate] brings the database to the schema that this binary knows.
//
// Times are bound and read in UTC. Errors of constraints are told apart by [IsUnique] and its kin, whatever the
// database; a commit whose outcome is not known is [ErrCommitUnknown].
package store

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"time"

	"entgo.io/ent/dialect"
	entsql "entgo.io/ent/dialect/sql"

	"kopeck/ent"
)

// Options are the choices that the URL does not hold. The zero value is good for a server.
type Options struct {
	// Pool is how many connections are held at most; 0 is 8.
	Pool int

	// Statements is how many prepared statements each PostgreSQL connection keeps; 0 is 128, below 0 none. None
	// are kept on a connection through a pooler that changes sessions under us: that is found out by itself.
	Statements int

	// StatementTimeout is when PostgreSQL ends a statement by itself, should our own cancelling never reach it;
	// 0 is 9 s, just under the API's operation timeout; below 0 none. Bulk and Migrate have none.
	StatementTimeout time.Duration

	// ListenURL is where PostgreSQL is listened to if not at the main URL: the server itself, where the main
	// URL leads to a pooler.
	ListenURL string

	// Observe sees every statement before it runs, inside transactions and outside.
	Observe func(ctx context.Context, query string)

	// Log gets what goes wrong behind the scenes; nil is slog.Default().
	Log *slog.Logger

	// Jitter spreads retries, between 0 and 1; nil is math/rand/v2.
	Jitter func() float64
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	target  target
	options Options
	db      *sql.DB
	client  *ent.Client
	hub     *hub
	news    news          // from other processes: the ear on PostgreSQL, the eye on SQLite
	writer  chan struct{} // SQLite's one writer's turn, nil on PostgreSQL
}

// Open opens the database at a URL and makes sure that it answers:
//
//	sqlite://kopeck.db             a file, relative to the working directory; made if absent
//	sqlite:///var/lib/kopeck.db    a file, absolute
//	postgres://user:password@host:5432/database?sslmode=verify-full
//
// sqlite://:memory: is refused: every connection of the pool would see a database of its own. PostgreSQL's URL
// takes lib/pq's parameters; sslmode is by default "prefer" on this machine and "require" to another.
// No error shows the password.
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
		s.options.Pool = max(options.Pool, runtime.NumCPU())
		if s.db, err = openSQLite(at.path, true); err != nil {
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
		s.news = &eye{db: s.db, hub: s.hub, log: options.Log, ended: make(chan struct{})}
	} else if s.news, err = newEar(at, options, s.hub); err != nil {
		s.db.Close()
		return nil, err
	}
	s.client = ent.NewClient(ent.Driver(&driver{Driver: entsql.OpenDB(at.dialect, s.db), observe: options.Observe}))
	return s, nil
}

// Client is the model's client, the one that every part of the program shares. Package auth hangs the guard on it.
func (s *Store) Client() *ent.Client { return s.client }

// Dialect is dialect.SQLite ("sqlite3") or dialect.Postgres ("postgres").
func (s *Store) Dialect() string { return s.target.dialect }

// Stats are the pool's figures, for metrics.
func (s *Store) Stats() sql.DBStats { return s.db.Stats() }

// Health tells whether the database answers, within the context's deadline.
func (s *Store) Health(ctx context.Context) error {
	var one int
	return s.db.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// Close ends the subscriptions and the connections. Transactions should have ended before.
func (s *Store) Close() error {
	s.news.close()
	s.hub.close()
	return s.db.Close()
}
