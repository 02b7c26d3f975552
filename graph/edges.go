package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/customer"
	"kopeck/ent/order"
	"kopeck/ent/permission"
	"kopeck/ent/product"
	"kopeck/ent/user"
	"kopeck/fault"
)

// How rows that others point at are read: many by their ids, in one statement.

func customerID(row *ent.Customer) string { return row.ID }

func (r *Resolver) customersByID(ctx context.Context) func(ids []string) ([]*ent.Customer, error) {
	return func(ids []string) ([]*ent.Customer, error) {
		return r.client.Customer.Query().Where(customer.IDIn(ids...)).All(ctx)
	}
}

func userID(row *ent.User) string { return row.ID }

func (r *Resolver) usersByID(ctx context.Context) func(ids []string) ([]*ent.User, error) {
	return func(ids []string) ([]*ent.User, error) {
		return r.client.User.Query().Where(user.IDIn(ids...)).All(ctx)
	}
}

func permissionID(row *ent.Permission) string { return row.ID }

func (r *Resolver) permissionsByID(ctx context.Context) func(ids []string) ([]*ent.Permission, error) {
	return func(ids []string) ([]*ent.Permission, error) {
		return r.client.Permission.Query().Where(permission.IDIn(ids...)).All(ctx)
	}
}

func contactID(row *ent.Contact) string { return row.ID }

func (r *Resolver) contactsByID(ctx context.Context) func(ids []string) ([]*ent.Contact, error) {
	return func(ids []string) ([]*ent.Contact, error) {
		return r.client.Contact.Query().Where(contact.IDIn(ids...)).All(ctx)
	}
}

func orderID(row *ent.Order) string { return row.ID }

func (r *Resolver) ordersByID(ctx context.Context) func(ids []string) ([]*ent.Order, error) {
	return func(ids []string) ([]*ent.Order, error) {
		return r.client.Order.Query().Where(order.IDIn(ids...)).All(ctx)
	}
}

func productID(row *ent.Product) string { return row.ID }

func (r *Resolver) productsByID(ctx context.Context) func(ids []string) ([]*ent.Product, error) {
	return func(ids []string) ([]*ent.Product, error) {
		return r.client.Product.Query().Where(product.IDIn(ids...)).All(ctx)
	}
}

// required is for a neighbour that the API promises: where the viewer may not see it, nothing is there.
func required[R any](row *R, err error) (*R, error) {
	if err == nil && row == nil {
		err = fault.New(fault.NotFound, "", "no such thing")
	}
	return row, err
}

func deref(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}
