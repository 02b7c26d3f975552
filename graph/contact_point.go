package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/service/customers"
)

// contactPoints returns the phone numbers and e-mail addresses of a customer.
func (r *Resolver) contactPoints(ctx context.Context, c *ent.Customer) ([]*customers.ContactPoint, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*customers.ContactPoint, error) {
		return r.app.Customers.ContactPoints(ctx, rows)
	})
}

// addresses returns the addresses of a customer.
func (r *Resolver) addresses(ctx context.Context, c *ent.Customer) ([]*ent.Address, error) {
	return batchedList(ctx, c, customerID, func(rows []*ent.Customer) (map[string][]*ent.Address, error) {
		return r.app.Points.Addresses(ctx, rows)
	})
}

// tags returns the tags of a customer.
func (r *Resolver) tags(ctx context.Context, c *ent.Customer) ([]string, error) {
	found, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer][]string, error) {
		byID, err := r.app.Points.Tags(ctx, rows)
		of := make(map[*ent.Customer][]string, len(rows))
		for _, row := range rows {
			of[row] = byID[row.ID]
		}
		return of, err
	})
	return append([]string{}, found...), err
}
