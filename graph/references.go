package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/contact"
	"kopeck/ent/customer"
	"kopeck/ent/offer"
	"kopeck/ent/order"
	"kopeck/ent/partner"
	"kopeck/ent/permission"
	"kopeck/ent/product"
	"kopeck/ent/team"
	"kopeck/ent/user"
	"kopeck/fault"
)

// referenced returns the row whose id refersTo returns, read in one statement for all siblings. It is nil if there is no
// id or the caller may not see the row.
func referenced[T, R any](ctx context.Context, row *T, refersTo func(*T) string, idOf func(*R) string, read func(ids []string) ([]*R, error)) (*R, error) {
	if refersTo(row) == "" {
		return nil, nil
	}
	return batched(ctx, row, func(rows []*T) (map[*T]*R, error) {
		ids := make([]string, 0, len(rows))
		seen := map[string]bool{"": true}
		for _, r := range rows {
			if id := refersTo(r); !seen[id] {
				seen[id] = true
				ids = append(ids, id)
			}
		}
		found, err := read(ids)
		if err != nil {
			return nil, err
		}
		markSiblings(ctx, found)
		byID := make(map[string]*R, len(found))
		for _, f := range found {
			byID[idOf(f)] = f
		}
		result := make(map[*T]*R, len(rows))
		for _, r := range rows {
			result[r] = byID[refersTo(r)]
		}
		return result, nil
	})
}

// required turns a nil row, which the API may not answer, into NOT_FOUND.
func required[R any](row *R, err error) (*R, error) {
	if err == nil && row == nil {
		err = fault.New(fault.NotFound, "", "the object does not exist, or you may not see it")
	}
	return row, err
}

// deref returns the id that a pointer points to; "" for nil.
func deref(id *string) string {
	if id == nil {
		return ""
	}
	return *id
}

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

func partnerID(row *ent.Partner) string { return row.ID }

func (r *Resolver) partnersByID(ctx context.Context) func(ids []string) ([]*ent.Partner, error) {
	return func(ids []string) ([]*ent.Partner, error) {
		return r.client.Partner.Query().Where(partner.IDIn(ids...)).All(ctx)
	}
}

func teamID(row *ent.Team) string { return row.ID }

func (r *Resolver) teamsByID(ctx context.Context) func(ids []string) ([]*ent.Team, error) {
	return func(ids []string) ([]*ent.Team, error) {
		return r.client.Team.Query().Where(team.IDIn(ids...)).All(ctx)
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

func offerID(row *ent.Offer) string { return row.ID }

func (r *Resolver) offersByID(ctx context.Context) func(ids []string) ([]*ent.Offer, error) {
	return func(ids []string) ([]*ent.Offer, error) {
		return r.client.Offer.Query().Where(offer.IDIn(ids...)).All(ctx)
	}
}
