package service

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/id"
	"kopeck/store"
)

// A customer who was merged into another keeps their row, which is deleted and names the one who is kept. Their id answers with that one:
// in whatever is read, by what is in memory (Kept); in a transaction, by the rows (LockCustomer).

// How the reasons begin of the versions of customers that a merge and the undoing of one make; the id of the other customer follows.
const (
	MergedWith    = "merged with "
	MergedInto    = "merged into "
	SeparatedFrom = "separated from "
)

// MergeUndoableDays is for how many days a merge can be undone.
const MergeUndoableDays = 30

// CustomerMerge is a merge with who the merged customer was.
type CustomerMerge struct {
	ID                       string
	Customer                 *ent.Customer // the kept one; nil if the viewer may not see them
	MergedID, Name           string
	Email, Phone, ExternalID *string
	MergedAt                 time.Time
	MergedBy                 string
	Reason                   *string
	UndoableUntil            time.Time
}

// Kept returns the id of the customer who answers for an id: of one who was merged into another that one's, of any other the same.
func (s *Core) Kept(customerID string) string {
	if all := s.merged.Load(); all != nil {
		if kept, merged := (*all)[customerID]; merged {
			return kept
		}
	}
	return customerID
}

// KeptOf is [Core.Kept] for an id that may be absent.
func (s *Core) KeptOf(customerID *string) *string {
	if customerID == nil {
		return nil
	}
	kept := s.Kept(*customerID)
	return &kept
}

// readMerged reads which customers answer for which.
func (s *Core) readMerged(ctx context.Context, tx *store.Tx) error {
	all, err := allMerged(ctx, tx)
	if err == nil {
		s.merged.Store(&all)
	}
	return err
}

// named says that a request calls a customer by the id of one who was merged into them.
type named struct{ field, customerID string }

type namingKey struct{}

// nameMerged notes for [Core.doNaming] by which id a customer was called.
func nameMerged(ctx context.Context, field, customerID, kept string) {
	if all, ok := ctx.Value(namingKey{}).(*[]named); ok && customerID != kept {
		*all = append(*all, named{field, customerID})
	}
}

// doNaming does the work of a verb. If the request called a customer by the id of one who was merged into them, what it made is noted as
// belonging to that one: undoing the merge gives it back.
func (s *Core) doNaming(ctx context.Context, tx *store.Tx, do func(context.Context, *store.Tx) (string, error)) (string, error) {
	var all []named
	result, err := do(context.WithValue(ctx, namingKey{}, &all), tx)
	for _, one := range all {
		if place := namedPlaces[one.field][id.Prefix(result)]; err == nil && place != "" {
			err = noteNamed(ctx, tx, place, result, one.customerID)
		}
	}
	return result, err
}

// namedPlaces are the columns that a field of an input fills in what a verb makes, by the prefix of that.
var namedPlaces = map[string]map[string]string{
	"customerId": {
		id.Contact: "contacts.customer_id", id.Order: "orders.customer_id", id.Offer: "offers.customer_id",
		id.Permission: "permissions.customer_id", id.Agreement: "price_agreements.customer_id", id.Task: "tasks.customer_id",
		id.ContactPoint: "contact_points.customer_id", id.Address: "addresses.customer_id", id.ExpectedPrice: "expected_prices.customer_id",
		id.NeedFact: "need_facts.customer_id", id.AskedQuestion: "asked_questions.customer_id", id.Link: "customer_links.customer_id", id.DataRequest: "personal_data_requests.customer_id",
	},
	"aboutId":      {id.Contact: "contacts.about_id"},
	"personId":     {id.Relation: "customer_relations.person_id"},
	"companyId":    {id.Relation: "customer_relations.group_id"},
	"referredById": {id.Customer: "customers.referred_by_id"},
}
