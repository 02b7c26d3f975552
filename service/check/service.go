// Package check verifies the design's laws on a live database: it reads all rows, computes again what is stored, and reports what
// does not agree. It writes nothing. It is for who runs the installation, and no part of the API.
//
// What a query can decide is a rule in unguarded.go; what the domain layer computes is compared in recompute.go, recipes.go and dated.go.
// It may import service/input and the packages books, campaigns, consent, customers, quote and rates under service.
package check

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/consent"
	"kopeck/service/quote"
	"kopeck/service/rates"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books   *books.Service
	consent *consent.Service
	quote   *quote.Service
	rates   *rates.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, consent *consent.Service, quote *quote.Service, rates *rates.Service) *Service {
	return &Service{Core: core, books: books, consent: consent, quote: quote, rates: rates}
}
