// Package value holds lifetime models (fitting them, choosing among them, the active one in memory), the statistics of customers'
// orders, what customers are worth by both, and the column of customers that lists are ordered by.
//
// It may import service, service/input, store, auth, ent and the domain packages, and no other package under service. All that goes
// past the guard is in unguarded.go.
package value

import (
	"sync"
	"sync/atomic"

	"kopeck/lifetime"
	"kopeck/service"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	model     atomic.Pointer[Model]
	models    sync.Map    // of *Model by id, nil for one that was not made active: those that moments of the past have asked for
	refreshes *background // of FitLifetimeModel, which go on after its answer
	standings standings
	// shownStandings are those of viewers without the scope costs.
	shownStandings standings
	observed       atomic.Pointer[lifetime.Observation] // nil until it has been read
	ofDay          atomic.Pointer[dayObservation]       // nil until it has been read
	settling       settling
}

// New makes the verbs.
func New(core *service.Core) *Service {
	s := &Service{Core: core, refreshes: newBackground(), shownStandings: standings{shown: true}}
	core.RegisterReader(service.SnapshotModel, s.readModel)
	core.RegisterReader(service.SnapshotObserved, s.readObserved)
	return s
}

// Close cancels the refreshes that [Service.FitLifetimeModel] left running and waits until they have ended. The values that they
// did not reach are brought up to date by package books when the server starts, and once a night.
func (s *Service) Close() { s.refreshes.close() }
