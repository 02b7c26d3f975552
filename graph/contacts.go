package graph

import (
	"context"
	"encoding/json"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
)

// costLines are a contact's cost lines as they are kept.
func costLines(c *ent.Contact) ([]*costing.Line, error) {
	lines := []*costing.Line{}
	return lines, json.Unmarshal(c.CostLines, &lines)
}

func contactValue(c *ent.Contact) (*service.ContactValue, error) {
	net, err := c.Realised.Minus(c.Cost)
	return &service.ContactValue{Contact: c, Realised: c.Realised, Net: net}, err
}

// contactCredits gives what a contact earned of which orders, read for all contacts of its list together.
func (r *Resolver) contactCredits(ctx context.Context, c *ent.Contact, model *schema.AttributionModel) ([]*service.Credit, error) {
	return forAll(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact][]*service.Credit, error) {
		earned, err := r.service.ContactCredits(ctx, rows, model)
		if err != nil {
			return nil, err
		}
		result, all := map[*ent.Contact][]*service.Credit{}, []*service.Credit{}
		for _, row := range rows {
			result[row] = append([]*service.Credit{}, earned[row.ID]...)
			all = append(all, earned[row.ID]...)
		}
		together(ctx, all)
		return result, nil
	})
}

// orderCredits gives who earned an order's margin, read for all orders of its list together.
func (r *Resolver) orderCredits(ctx context.Context, o *ent.Order, model *schema.AttributionModel) ([]*service.OrderCredit, error) {
	return forAll(ctx, o, func(rows []*ent.Order) (map[*ent.Order][]*service.OrderCredit, error) {
		earned, err := r.service.OrderCredits(ctx, rows, model)
		if err != nil {
			return nil, err
		}
		result, all := map[*ent.Order][]*service.OrderCredit{}, []*service.OrderCredit{}
		for _, row := range rows {
			result[row] = append([]*service.OrderCredit{}, earned[row.ID]...)
			all = append(all, earned[row.ID]...)
		}
		together(ctx, all)
		return result, nil
	})
}

// expected gives what a contact is expected to earn, read for all contacts of its list together.
func (r *Resolver) expected(ctx context.Context, c *ent.Contact) (service.Expected, error) {
	return forAll(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact]service.Expected, error) {
		return r.service.ExpectedValues(ctx, rows)
	})
}

// contactKnown gives what a contact cost by what was known at a moment, read for all contacts of its list together.
func (r *Resolver) contactKnown(ctx context.Context, c *ent.Contact, at time.Time) (*service.ContactCost, error) {
	return forAll(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact]*service.ContactCost, error) {
		return r.service.ContactsKnownAt(rows, at)
	})
}

// orderKnown gives what an order cost by what was known at a moment, read for all orders of its list together.
func (r *Resolver) orderKnown(ctx context.Context, o *ent.Order, at time.Time) (*service.OrderKnown, error) {
	return forAll(ctx, o, func(rows []*ent.Order) (map[*ent.Order]*service.OrderKnown, error) {
		return r.service.OrdersKnownAt(ctx, rows, at)
	})
}
