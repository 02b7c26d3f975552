// Package merging makes one customer of two who are one person, and undoes it (design, section 12): which rows move (places.go), the merge
// (merge.go), its undoing (undo.go), the pairs that wait for a decision (pairs.go), and what was merged (history.go).
//
// It may import service, service/input, the packages books, campaigns, consent, customers, ownfields and rates of service, and what service may
// import. All that goes past the guard is in unguarded.go, unguarded_fields.go and unguarded_rows.go.
package merging

import (
	"context"

	"kopeck/auth"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/campaigns"
	"kopeck/service/consent"
	"kopeck/service/customers"
	"kopeck/service/rates"
	"kopeck/store"
)

// Service has the verbs of this package.
type Service struct {
	*service.Core

	books     *books.Service
	campaigns *campaigns.Service
	consent   *consent.Service
	customers *customers.Service
	rates     *rates.Service
}

// New makes the verbs.
func New(core *service.Core, books *books.Service, campaigns *campaigns.Service, consent *consent.Service, customers *customers.Service, rates *rates.Service) *Service {
	return &Service{Core: core, books: books, campaigns: campaigns, consent: consent, customers: customers, rates: rates}
}

// hold holds all that a merge of customers, or its undoing, may change, in the order in which other verbs do: the rates, since costs and
// taxes are restated; the campaigns that caused their contacts; who referred whom; the customers.
func (s *Service) hold(ctx context.Context, tx *store.Tx, customerIDs ...string) error {
	if err := s.rates.HoldRates(ctx, tx); err != nil {
		return err
	}
	if err := s.campaigns.HoldOf(ctx, tx, customerIDs...); err != nil {
		return err
	}
	if err := tx.Lock(ctx, customers.LockReferrals, false); err != nil {
		return err
	}
	return service.HoldCustomers(ctx, tx, customerIDs...)
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
