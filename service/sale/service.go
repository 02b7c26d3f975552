// Package sale holds what is sold: offers (offer.go, offer_kind.go, offer_variant.go, offer_send.go,
// offer_mail.go, offer_template.go, offer_task.go, offer_document.go, offer_counter.go, offer_accept.go) and what they choose from (decline_reason.go,
// product_of_the_month.go), orders (order.go) and refunds
// (refund.go), and the fields of orders, their lines and refunds (fields.go, record.go), by which they are placed, imported and exported.
//
// It may import service, service/input, service/field, package paper, the packages books, consent, contacts, disclosure, expectation, outbox,
// ownfields, people, quote, rates and tasks of service, and what service may import.
package sale

import (
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/expectation"
	"kopeck/service/outbox"
	"kopeck/service/people"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/tasks"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books    *books.Service
	consent  *consent.Service
	contacts *contacts.Service
	expected *expectation.Service
	outbox   *outbox.Service
	people   *people.Service
	quote    *quote.Service
	rates    *rates.Service
	tasks    *tasks.Service

	// Templates write the e-mails of offers; those that come with Kopeck unless others are set before anything is served.
	Templates *Templates
}

// New returns the verbs. From then on the outbox knows what becomes of offers with the messages by which they are sent.
func New(core *service.Core, books *books.Service, consent *consent.Service, contacts *contacts.Service, expected *expectation.Service, outgoing *outbox.Service, people *people.Service, quote *quote.Service, rates *rates.Service, tasks *tasks.Service) *Service {
	s := &Service{Core: core, books: books, consent: consent, contacts: contacts, expected: expected, outbox: outgoing, people: people, quote: quote, rates: rates, tasks: tasks, Templates: builtIn}
	outgoing.Offers = outbox.Cause{Stands: s.offerStands, Ended: s.offerMessageEnded, Again: s.offerAgain, Attachment: s.offerAttachment}
	return s
}
