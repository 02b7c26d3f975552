// Package service holds what all verbs share: [Core] with the database, the clock and the ids; one transaction a verb, run once a key
// (write.go); history and conflicts (history.go); events to subscribers (event.go); the registry of what is held in memory
// (snapshot.go); the installation's settings (settings.go); and the inputs, payloads and filters of the API, which are generated
// (models_gen.go).
//
// The verbs themselves stand in the packages under it, one for each subject, each with a Service made of the Core and of the
// packages that it calls; package app puts them together. It may import store, auth, ent, the domain packages and service/input.
package service

import (
	"context"
	"io"
	"log/slog"
	"sync/atomic"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/store"
)

// EndOfTime is later than anything is known: what is in the database counts, whatever the clock of the process that
// wrote it.
var EndOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Config is what a service is made of. Every field is required but Random (nil: the system's source) and Limits.
type Config struct {
	Store    *store.Store
	Keys     *auth.Keys
	Currency money.Currency
	Now      func() time.Time
	Random   io.Reader
	Log      *slog.Logger
	Limits   Limits
}

// Core is what the verbs of every subject share.
type Core struct {
	Store    *store.Store
	Client   *ent.Client // guarded: it reads and writes what the context's actor may
	Currency money.Currency
	Random   io.Reader // nil: the system's source
	IDs      *id.Maker
	Log      *slog.Logger
	Limits   Limits

	clock    func() time.Time
	origin   string // names this process among those that share the database
	settings atomic.Pointer[Settings]
	readers  []snapshotReader
	reading  chan struct{} // held while a snapshot is read anew
	books    atomic.Int64  // counts what this process has changed in the books
}

// NewCore makes the core and hangs the guard on the store's client. The database must be migrated.
func NewCore(ctx context.Context, c Config) (*Core, error) {
	s := &Core{
		Store: c.Store, Client: c.Store.Client(), Currency: c.Currency, Random: c.Random, IDs: id.New(c.Now, c.Random), Log: c.Log,
		Limits: c.Limits.WithDefaults(), clock: c.Now, reading: make(chan struct{}, 1),
	}
	s.origin = s.IDs.Make("svc")
	auth.Guard(s.Client, s.Now)
	s.Register(SnapshotSettings, s.readSettings)
	return s, s.keepCurrency(auth.System(ctx))
}

// Now gives the clock's time as it is stored: UTC to the microsecond.
func (s *Core) Now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Settings gives the installation's settings as they are now.
func (s *Core) Settings() *Settings { return s.settings.Load() }
