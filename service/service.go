// Package service holds what the verbs of all subjects share: [Core] with the database, the clock and the ids; one
// transaction for each verb (write.go) and each idempotency key used once (idempotency.go); the merge of concurrent updates
// (merge.go) and the audit log (audit.go); events for subscribers (event.go); the registry of what is held in memory
// (snapshot.go); the installation's settings (settings.go); faults of what the database refuses (faults.go); and the inputs,
// payloads and filters of the API, which are generated (models_gen.go). What goes past the guard is in unguarded.go.
//
// The verbs themselves are in the packages below it, one for each subject, each with a Service that embeds the Core and has
// the Services that it calls; package app creates and connects them. Package service may import store, auth, ent, the domain
// packages and service/input.
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

// EndOfTime is after everything that is in the database, whatever the clock of the process that wrote it.
var EndOfTime = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// Config has what a service needs. Every field is required, except for Random (nil: the system's source) and Limits.
type Config struct {
	Store    *store.Store
	Keys     *auth.Keys
	Currency money.Currency
	Now      func() time.Time
	Random   io.Reader
	Log      *slog.Logger
	Limits   Limits
	TaxOnTop bool // prices are without tax; false: they include it
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
	Hidden   auth.HiddenNumbers // for cursors, and the borders at which amounts are rounded

	clock    func() time.Time
	origin   string // names this process among those that share the database
	settings atomic.Pointer[Settings]
	readers  []snapshotReader
	reading  chan struct{} // full while a snapshot is read
	reread   chan struct{} // full while everything is to be read again
	known    knowledge
	settled  settlement
	settleIn time.Duration // how long a question waits for transactions that are writing
	books    atomic.Int64  // see BooksVersion
	merged   atomic.Pointer[map[string]string]
}

// NewCore returns a core and puts the guard on the store's client. The database must be migrated. It returns an error if the
// books of the database are in another currency, or its prices include tax where these do not.
func NewCore(ctx context.Context, c Config) (*Core, error) {
	s := &Core{
		Store: c.Store, Client: c.Store.Client(), Currency: c.Currency, Random: c.Random, IDs: id.New(c.Now, c.Random), Log: c.Log,
		Limits: c.Limits.WithDefaults(), Hidden: auth.HiddenNumbers{Keys: c.Keys}, clock: c.Now, reading: make(chan struct{}, 1), reread: make(chan struct{}, 1), settleIn: settleIn,
	}
	s.origin = s.IDs.Make("svc")
	auth.Guard(s.Client, s.Now)
	c.Store.SetClock(s.Now)
	s.RegisterReader(SnapshotSettings, s.readSettings)
	s.RegisterReader(SnapshotMerged, s.readMerged)
	return s, s.fixFirst(ctx, !c.TaxOnTop)
}

// Now returns the clock's time as it is stored: UTC to the microsecond.
func (s *Core) Now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Settings returns the installation's settings as they are now.
func (s *Core) Settings() *Settings { return s.settings.Load() }
