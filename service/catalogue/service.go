// Package catalogue holds products (their fields are in fields.go) with their recipes and options, what is measured to make them, their list prices, and what they
// cost.
//
// It may import service, service/input, service/field, and the packages people, quote and rates under service. What reads or writes past the guard is in
// unguarded.go.
package catalogue

import (
	"kopeck/service"
	"kopeck/service/people"
	"kopeck/service/quote"
	"kopeck/service/rates"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	people *people.Service
	quote  *quote.Service
	rates  *rates.Service
}

// New makes the verbs.
func New(core *service.Core, people *people.Service, quote *quote.Service, rates *rates.Service) *Service {
	return &Service{Core: core, people: people, quote: quote, rates: rates}
}
