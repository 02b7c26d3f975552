// Package catalogue holds products, their components and options, their list prices, and what they cost.
//
// It may import service, service/input, and the packages people and quote under service. What reads or writes past the guard is in
// unguarded.go.
package catalogue

import (
	"kopeck/service"
	"kopeck/service/people"
	"kopeck/service/quote"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	people *people.Service
	quote  *quote.Service
}

// New makes the verbs.
func New(core *service.Core, people *people.Service, quote *quote.Service) *Service {
	return &Service{Core: core, people: people, quote: quote}
}
