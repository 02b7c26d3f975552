package graph

import (
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/customers"
)

// The filters by noun: flat, bounded, on indexed columns.

func customerFilter(f *service.CustomerFilter, search *string) *conditions {
	c := &conditions{}
	if search != nil {
		found, err := customers.CustomerSearch(*search)
		if err != nil {
			c.refuse(err)
		}
		for _, one := range found {
			c.all = append(c.all, one)
		}
	}
	if f == nil {
		return c
	}
	anyOf(c, "stages", "stage", f.Stages)
	anyOf(c, "segments", "segment", f.Segments)
	of(c, "ownerId", "owner_id", id.User, f.OwnerID)
	is(c, "kind", f.Kind)
	within(c, "createdAt", "created_at", f.CreatedAt)
	within(c, "updatedAt", "updated_at", f.UpdatedAt)
	within(c, "lastOrderAt", "last_order_at", f.LastOrderAt)
	if f.LastOrderAt != nil { // 1970-01-01 stands where there is no order
		c.all = append(c.all, func(s *sql.Selector) { s.Where(sql.GT(s.C("order_days"), 0)) })
	}
	return c
}

func contactFilter(f *service.ContactFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	of(c, "customerId", "customer_id", id.Customer, f.CustomerID)
	anyOf(c, "kinds", "kind", f.Kinds)
	anyOf(c, "channels", "channel", f.Channels)
	is(c, "direction", f.Direction)
	of(c, "staffId", "staff_id", id.User, f.StaffID)
	within(c, "at", "at", f.At)
	return c
}

func productFilter(f *service.ProductFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	anyOf(c, "kinds", "kind", f.Kinds)
	holds(c, "active", f.Active)
	if f.Search != nil {
		found, err := customers.ProductSearch(*f.Search)
		if err != nil {
			c.refuse(err)
		} else {
			c.all = append(c.all, found)
		}
	}
	return c
}

func orderFilter(f *service.OrderFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	of(c, "customerId", "customer_id", id.Customer, f.CustomerID)
	anyOf(c, "statuses", "status", f.Statuses)
	within(c, "at", "at", f.At)
	return c
}

// offerFilter asks for statuses as they are now: an unanswered offer past its time is EXPIRED.
func offerFilter(f *service.OfferFilter, now time.Time) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	of(c, "customerId", "customer_id", id.Customer, f.CustomerID)
	anyOf(c, "kinds", "kind", f.Kinds)
	within(c, "expiresAt", "expires_at", f.ExpiresAt)
	if f.Statuses != nil {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(statusAt(s, f.Statuses, now)) })
	}
	return c
}

func statusAt(s *sql.Selector, statuses []schema.OfferStatus, now time.Time) *sql.Predicate {
	pending := func() *sql.Predicate {
		return sql.In(s.C("status"), string(schema.OfferDraft), string(schema.OfferSent), string(schema.OfferViewed))
	}
	any := []*sql.Predicate{sql.False()}
	for _, status := range statuses {
		is := sql.EQ(s.C("status"), string(status))
		switch status {
		case schema.OfferDraft, schema.OfferSent, schema.OfferViewed:
			is = sql.And(is, sql.GT(s.C("expires_at"), now))
		case schema.OfferExpired:
			is = sql.Or(is, sql.And(pending(), sql.LTE(s.C("expires_at"), now)))
		}
		any = append(any, is)
	}
	return sql.Or(any...)
}
