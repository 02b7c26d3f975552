package graph

import (
	"context"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/service/customers"
)

// relationsAt returns the relations of a customer that hold at a moment, nil for all, and of which a function says that they are wanted.
func (r *Resolver) relationsAt(ctx context.Context, c *ent.Customer, at *time.Time, wanted func(*customers.CustomerRelation, *ent.Customer) bool) ([]*customers.CustomerRelation, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*customers.CustomerRelation, error) {
		all, err := r.app.Customers.Relations(ctx, idsOf(rows, customerID), at)
		if err != nil {
			return nil, err
		}
		var seen []*ent.Customer
		for _, row := range rows {
			all[row.ID] = slices.DeleteFunc(all[row.ID], func(one *customers.CustomerRelation) bool { return !wanted(one, row) })
			for _, one := range all[row.ID] {
				seen = append(seen, one.Person, one.Company)
			}
		}
		markSiblings(ctx, seen)
		return all, nil
	})
}

// companies returns the companies and households that a person belongs to at a moment.
func (r *Resolver) companies(ctx context.Context, c *ent.Customer, at *time.Time) ([]*customers.CustomerRelation, error) {
	return r.relationsAt(ctx, c, r.momentOr(at), func(one *customers.CustomerRelation, row *ent.Customer) bool { return one.Person.ID == row.ID })
}

// people returns the people who belong to a company or a household at a moment.
func (r *Resolver) people(ctx context.Context, c *ent.Customer, at *time.Time) ([]*customers.CustomerRelation, error) {
	return r.relationsAt(ctx, c, r.momentOr(at), func(one *customers.CustomerRelation, row *ent.Customer) bool { return one.Company.ID == row.ID })
}

// relations returns all relations of a customer.
func (r *Resolver) relations(ctx context.Context, c *ent.Customer) ([]*customers.CustomerRelation, error) {
	return r.relationsAt(ctx, c, nil, func(*customers.CustomerRelation, *ent.Customer) bool { return true })
}

// momentOr returns a moment; now where it is absent.
func (r *Resolver) momentOr(at *time.Time) *time.Time {
	if at == nil {
		now := r.app.Now()
		return &now
	}
	return at
}
