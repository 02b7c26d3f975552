// Package quote holds prices: the price book in memory, rules and agreements, quotes for a customer, proposals, trials, and the redeeming of price tokens. It may import service, service/input and service/value.
package quote

import (
	"sync/atomic"

	"kopeck/auth"
	"kopeck/service"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	value  *value.Service
	prices *auth.Prices
	book   atomic.Pointer[book]
}

// New makes the verbs, with what signs price tokens.
func New(core *service.Core, keys *auth.Keys, value *value.Service) *Service {
	s := &Service{Core: core, value: value, prices: &auth.Prices{Keys: keys, Now: core.Now}}
	core.Register(service.SnapshotBook, s.refreshBook)
	core.RegisterPart(service.SnapshotBookings, s.refreshBookings)
	return s
}
