// Package reaction says how soon prices followed when a rate changed, and the margin lost until then: the changes of a period (change.go),
// and what followed each of them (followed.go). Nothing is written.
//
// It may import service, service/input and the package quote of service. What reads past the guard is in unguarded.go.
package reaction

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
