// Package books holds the margin books: how the margin of every sold order is credited to contacts, the fits that MARKOV and SHAPLEY
// credit by, what contacts are expected to earn, and what follows from a customer's facts (statistics, stage, value), which is
// settled in the transaction of every change.
//
// It may import service, service/input, service/value, store, auth, ent and the domain packages, and no other package under service.
// All that goes past the guard is in unguarded.go and unguarded_stages.go.
package books

import (
	"sync"
	"sync/atomic"

	"kopeck/service"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	value     *value.Service
	fits      atomic.Pointer[fits]
	olderFits sync.Map // of *attribution.Fit by id
	groups    atomic.Pointer[contactGroups]
	groupsOf  sync.Map // of *contactGroups by the id of a user who does not see all contacts
}

// New makes the verbs.
func New(core *service.Core, value *value.Service) *Service {
	s := &Service{Core: core, value: value}
	core.RegisterReader(service.SnapshotFits, s.readFits)
	value.OnObservedEnd(s.SettleAll)
	return s
}
