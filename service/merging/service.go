// Package merging makes one customer of two who are one person, and undoes it (design, section 12): which rows move (places.go), the merge
// (merge.go), its undoing (undo.go), what of what came after it is whose then (divide.go), the pairs that wait for a decision (pairs.go), and what was merged (history.go).
//
// It may import service, service/input, the packages books, campaigns, consent, contacts, customers, outbox, ownfields, people and rates of
// service, and what service may import. All that goes past the guard is in files named unguarded*.go.
package merging

import (
	"context"
	"slices"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/campaigns"
	"kopeck/service/consent"
	"kopeck/service/contacts"
	"kopeck/service/customers"
	"kopeck/service/outbox"
	"kopeck/service/people"
	"kopeck/service/rates"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	campaigns *campaigns.Service
	consent   *consent.Service
	contacts  *contacts.Service
	customers *customers.Service
	outbox    *outbox.Service
	people    *people.Service
	rates     *rates.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, campaigns *campaigns.Service, consent *consent.Service, contacts *contacts.Service, customers *customers.Service, outbox *outbox.Service, people *people.Service, rates *rates.Service) *Service {
	return &Service{Core: core, books: books, campaigns: campaigns, consent: consent, contacts: contacts, customers: customers, outbox: outbox, people: people, rates: rates}
}

// hold holds all that a merge of customers, or its undoing, may change, in the order in which other verbs do: the rates, since costs and
// taxes are restated; the campaigns that caused their contacts; who referred whom; the customers. others returns more customers to be held, by
// what is known before they are; nil for none. The transaction is run again if it returns others once they are.
func (s *Service) hold(ctx context.Context, tx *store.Tx, others func() ([]string, error), customerIDs ...string) error {
	if err := s.rates.HoldRates(ctx, tx); err != nil {
		return err
	}
	if err := s.campaigns.HoldOf(ctx, tx, customerIDs...); err != nil {
		return err
	}
	var more []string
	if others != nil {
		var err error
		if more, err = others(); err != nil {
			return err
		}
	}
	if err := tx.Lock(ctx, customers.LockReferrals, false); err != nil {
		return err
	}
	if err := service.HoldCustomers(ctx, tx, slices.Concat(customerIDs, more)...); err != nil || others == nil {
		return err
	}
	now, err := others()
	if err == nil && !slices.Equal(now, more) {
		err = store.ErrAgain
	}
	return err
}

// checkPair checks the ids of two customers, who must not be one.
func checkPair(firstField, firstID, secondField, secondID string) error {
	var faults fault.List
	faults.Add(id.Check(firstField, id.Customer, firstID))
	faults.Add(id.Check(secondField, id.Customer, secondID))
	if len(faults) == 0 && firstID == secondID {
		faults.Add(sameCustomer(secondField))
	}
	return faults.Or()
}

// sameCustomer says that two ids are those of one customer.
func sameCustomer(field string) error {
	return fault.Invalidf(field, "both ids are those of one customer: want another customer")
}

// checkVersion is [service.CheckVersion] for a version that the input gives in a field.
func checkVersion(field string, expected *int, current int) error {
	return at(field, service.CheckVersion(expected, current))
}

// at puts a fault on a field of the input.
func at(field string, err error) error {
	for _, f := range fault.All(err) {
		f.Path = []string{field}
	}
	return err
}

// sourceOf names a merge in the events of permissions that it ended.
func sourceOf(mergeID string) string { return auth.MergeSource + mergeID }
