// Package sale holds offers, orders and refunds. It may import service, service/input, books, consent, contacts, people, quote and rates.
package sale

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/people"
	"kopeck/service/quote"
	"kopeck/service/rates"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books    *books.Service
	consent  *consent.Service
	contacts *contacts.Service
	people   *people.Service
	quote    *quote.Service
	rates    *rates.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, consent *consent.Service, contacts *contacts.Service, people *people.Service, quote *quote.Service, rates *rates.Service) *Service {
	return &Service{Core: core, books: books, consent: consent, contacts: contacts, people: people, quote: quote, rates: rates}
}
