// Package rates holds dated rates: setting them, restating what they cover, what orders cost, and the capacity of resources. It may import service, service/input, value, quote and books.
package rates

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/quote"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books *books.Service
	quote *quote.Service
	value *value.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, quote *quote.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, quote: quote, value: value}
}
