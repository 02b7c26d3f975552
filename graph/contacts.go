package graph

import (
	"context"
	"encoding/json"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/report"
)

// costLines are a contact's cost lines as they are kept.
func costLines(c *ent.Contact) ([]*costing.Line, error) {
	lines := []*costing.Line{}
	return lines, json.Unmarshal(c.CostLines, &lines)
}

func contactValue(c *ent.Contact) (*books.ContactValue, error) {
	net, err := c.Realised.Minus(c.Cost)
	return &books.ContactValue{Contact: c, Realised: c.Realised, Net: net}, err
}

// contactCredits gives what a contact earned of which orders, read for all contacts of its list together.
func (r *Resolver) contactCredits(ctx context.Context, c *ent.Contact, model *schema.AttributionModel) ([]*books.Credit, error) {
	return forAll(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact][]*books.Credit, error) {
		earned, err := r.service.Books.ContactCredits(ctx, rows, model)
		if err != nil {
			return nil, err
		}
		result, all := map[*ent.Contact][]*books.Credit{}, []*books.Credit{}
		for _, row := range rows {
			result[row] = append([]*books.Credit{}, earned[row.ID]...)
			all = append(all, earned[row.ID]...)
		}
		together(ctx, all)
		return result, nil
	})
}

// orderCredits gives who earned an order's margin, read for all orders of its list together.
func (r *Resolver) orderCredits(ctx context.Context, o *ent.Order, model *schema.AttributionModel) ([]*books.OrderCredit, error) {
	return forAll(ctx, o, func(rows []*ent.Order) (map[*ent.Order][]*books.OrderCredit, error) {
		earned, err := r.service.Books.OrderCredits(ctx, rows, model)
		if err != nil {
			return nil, err
		}
		result, all := map[*ent.Order][]*books.OrderCredit{}, []*books.OrderCredit{}
		for _, row := range rows {
			result[row] = append([]*books.OrderCredit{}, earned[row.ID]...)
			all = append(all, earned[row.ID]...)
		}
		together(ctx, all)
		return result, nil
	})
}

// expected gives what a contact is expected to earn, read for all contacts of its list together.
func (r *Resolver) expected(ctx context.Context, c *ent.Contact) (books.Expected, error) {
	return forAll(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact]books.Expected, error) {
		return r.service.Books.ExpectedValues(ctx, rows)
	})
}

// contactKnown gives what a contact cost by what was known at a moment, read for all contacts of its list together.
func (r *Resolver) contactKnown(ctx context.Context, c *ent.Contact, at time.Time) (*report.ContactCost, error) {
	return forAll(ctx, c, func(rows []*ent.Contact) (map[*ent.Contact]*report.ContactCost, error) {
		return r.service.Report.ContactsKnownAt(rows, at)
	})
}

// orderKnown gives what an order cost by what was known at a moment, read for all orders of its list together.
func (r *Resolver) orderKnown(ctx context.Context, o *ent.Order, at time.Time) (*report.OrderKnown, error) {
	return forAll(ctx, o, func(rows []*ent.Order) (map[*ent.Order]*report.OrderKnown, error) {
		return r.service.Report.OrdersKnownAt(ctx, rows, at)
	})
}
