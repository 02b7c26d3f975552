// Package books holds the margin books: the credits of orders' margins to contacts, the fits that credit them, and what follows from a customer's facts (statistics, stage, value). It may import service, service/input and service/value.
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
}

// New makes the verbs.
func New(core *service.Core, value *value.Service) *Service {
	s := &Service{Core: core, value: value}
	core.Register(service.SnapshotFits, s.readFits)
	return s
}
