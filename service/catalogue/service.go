// Package catalogue holds products, their components, options and list prices. It may import service, service/input, people and quote.
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
