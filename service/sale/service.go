// Package sale holds what is sold: offers (offer.go, offer_send.go, offer_mail.go, offer_accept.go), orders (order.go) and refunds
// (refund.go), and the fields of orders, their lines and refunds (fields.go, record.go), by which they are placed, imported and exported.
//
// It may import service, service/input, service/field, the packages books, consent, contacts, outbox, ownfields, people, quote and rates of service, and what
// service may import.
package sale

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/outbox"
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
	outbox   *outbox.Service
	people   *people.Service
	quote    *quote.Service
	rates    *rates.Service
}

// New returns the verbs. From then on the outbox knows what becomes of offers with the messages by which they are sent.
func New(core *service.Core, books *books.Service, consent *consent.Service, contacts *contacts.Service, outgoing *outbox.Service, people *people.Service, quote *quote.Service, rates *rates.Service) *Service {
	s := &Service{Core: core, books: books, consent: consent, contacts: contacts, outbox: outgoing, people: people, quote: quote, rates: rates}
	outgoing.Offers = outbox.Cause{Stands: s.offerStands, Ended: s.offerMessageEnded, Again: s.offerAgain}
	return s
}
