// Package workshop holds what is worked with and when: the resources with their capacity (resource.go), what fills their days (day.go),
// and the orders whose due days cannot be kept (unkept.go). Nothing is written; package rates books capacity.
//
// It may import service, service/input, rates, quote and report. What reads past the guard is in unguarded.go.
package workshop

import (
	"kopeck/service"
	"kopeck/service/quote"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	quote *quote.Service
}

// New makes the verbs.
func New(core *service.Core, quote *quote.Service) *Service {
	return &Service{Core: core, quote: quote}
}
