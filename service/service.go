// Package service has the verbs: one file per subject, one transaction per verb. It checks what the caller
// gives, decides by the pure heart (costing, pricing, attribution, lifetime), and writes through the guarded client.
package service

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/id"
	"kopeck/money"
	"kopeck/store"
)

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

// Service has the verbs.
type Service struct {
	store    *store.Store
	client   *ent.Client
	currency money.Currency
	clock    func() time.Time
	random   io.Reader
	ids      *id.Maker
	log      *slog.Logger
	limits   Limits
	origin   string // names this process among those that share the database

	access    *auth.Access
	prices    *auth.Prices
	links     *auth.Links
	passwords *auth.Passwords
	attempts  *auth.Attempts

	settings atomic.Pointer[Settings]
	book     atomic.Pointer[book]
	people   atomic.Pointer[people]
	model    atomic.Pointer[model]
	fits     atomic.Pointer[fits]
	reading  chan struct{} // held while a snapshot is read anew

	olderFits sync.Map // of *attribution.Fit by id
	groups    atomic.Pointer[contactGroups]
	books     atomic.Int64 // counts what this process has changed in the books
}

// New makes the service and hangs the guard on the store's client. The database must be migrated.
// It reads the settings, the price book and the people once; Watch keeps them fresh.
func New(ctx context.Context, c Config) (*Service, error) {
	s := &Service{
		store: c.Store, client: c.Store.Client(), currency: c.Currency, clock: c.Now, random: c.Random,
		ids: id.New(c.Now, c.Random), log: c.Log, limits: c.Limits.WithDefaults(),
		reading: make(chan struct{}, 1),
	}
	s.origin = s.ids.Make("svc")
	auth.Guard(s.client, s.now)
	s.openAccess(c.Keys)
	if err := s.keepCurrency(auth.System(ctx)); err != nil {
		return nil, err
	}
	if err := s.refresh(auth.System(ctx), everything); err != nil {
		return nil, err
	}
	return s, nil
}

// now is the clock's time as it is kept: UTC to the microsecond.
func (s *Service) now() time.Time { return s.clock().UTC().Truncate(time.Microsecond) }

// Now gives the service's time.
func (s *Service) Now() time.Time { return s.now() }

// Client gives the guarded client, for reading.
func (s *Service) Client() *ent.Client { return s.client }

// Currency gives the installation's currency.
func (s *Service) Currency() money.Currency { return s.currency }

// Settings gives the installation's settings as they are now.
func (s *Service) Settings() *Settings { return s.settings.Load() }
