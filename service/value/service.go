// Package value holds lifetime models: fitting them, choosing among them, what customers are worth by them, and the column that lists are ordered by. It may import service and service/input.
package value

import (
	"sync/atomic"

	"kopeck/service"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	model atomic.Pointer[Model]
}

// New makes the verbs.
func New(core *service.Core) *Service {
	s := &Service{Core: core}
	core.Register(service.SnapshotModel, s.readModel)
	return s
}
