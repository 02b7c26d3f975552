// Package report holds what the company asks of its books: economics, the customer base, sources, prospects, what was known at a moment, and the check of the laws. It writes nothing. It may import every package of service but sale and bulk.
package report

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/customers"
	"kopeck/service/people"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/value"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	customers *customers.Service
	people    *people.Service
	quote     *quote.Service
	rates     *rates.Service
	value     *value.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, customers *customers.Service, people *people.Service, quote *quote.Service, rates *rates.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, customers: customers, people: people, quote: quote, rates: rates, value: value}
}
