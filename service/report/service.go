// Package report holds what the company asks of its books: what contacts, staff and customers earned and cost (economics_*.go),
// what the whole base of customers is worth and is expected to bring (base*.go), who brings customers (source.go), what somebody
// is worth who has not ordered yet (prospect.go), and what a contact or an order cost by what was known at a moment (known.go).
// A report is a value, and a Sheet for a CSV file. Nothing is written.
//
// It may import service, service/input, people, campaigns, customers, rates, quote, books and value.
package report

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/campaigns"
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
	campaigns *campaigns.Service
	customers *customers.Service
	people    *people.Service
	quote     *quote.Service
	rates     *rates.Service
	value     *value.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, campaigns *campaigns.Service, customers *customers.Service, people *people.Service, quote *quote.Service, rates *rates.Service, value *value.Service) *Service {
	return &Service{Core: core, books: books, campaigns: campaigns, customers: customers, people: people, quote: quote, rates: rates, value: value}
}
