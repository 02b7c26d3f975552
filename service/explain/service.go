// Package explain shows on one page what an order, a contact or a price token is, with each figure and what it rests on: for a person to
// read, and as JSON. It computes nothing itself and writes nothing.
//
// It may import service, service/input, and the packages books, campaigns, consent, contacts, people, quote, rates and sale under service. It is for who runs the
// installation, and reads as the context's actor.
package explain

import (
	"context"
	"strings"
	"time"

	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/campaigns"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/people"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/sale"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	campaigns *campaigns.Service
	consent   *consent.Service
	contacts  *contacts.Service
	people    *people.Service
	quote     *quote.Service
	rates     *rates.Service
	sale      *sale.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, campaigns *campaigns.Service, consent *consent.Service, contacts *contacts.Service, people *people.Service, quote *quote.Service, rates *rates.Service, sale *sale.Service) *Service {
	return &Service{Core: core, books: books, campaigns: campaigns, consent: consent, contacts: contacts, people: people, quote: quote, rates: rates, sale: sale}
}

// Explanation is what is shown: it can be written as JSON, and as a page.
type Explanation interface{ Page() string }

// Explain explains what a text names: the id of an order or a contact, or a price token. INVALID for anything else, NOT_FOUND.
func (s *Service) Explain(ctx context.Context, what string) (Explanation, error) {
	what = strings.TrimSpace(what)
	switch {
	case id.Prefix(what) == id.Order && id.Check("what", id.Order, what) == nil:
		return s.Order(ctx, what)
	case id.Prefix(what) == id.Contact && id.Check("what", id.Contact, what) == nil:
		return s.Contact(ctx, what)
	case strings.HasPrefix(what, "kp"):
		return s.Token(ctx, what)
	}
	return nil, fault.Invalidf("what", "want the id of an order (ord_…) or of a contact (con_…), or a price token (kp…)")
}

// format writes an amount of money.
func (s *Service) format(a money.Amount) string { return s.Currency.Format(a) }

// formatOr writes an amount that may be absent; "" then.
func (s *Service) formatOr(a *money.Amount) string {
	if a == nil {
		return ""
	}
	return s.format(*a)
}

// moment writes a time in the installation's time zone.
func (s *Service) moment(at time.Time) string {
	return at.In(s.Settings().Zone).Format("2006-01-02 15:04 MST")
}
