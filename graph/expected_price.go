package graph

import (
	"context"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/expectedprice"
	"kopeck/id"
	"kopeck/schema"
	"kopeck/service"
)

func expectedPriceID(row *ent.ExpectedPrice) string { return row.ID }

func (r *Resolver) expectedPrices() noun[ent.ExpectedPrice, ent.ExpectedPriceEdge, ent.ExpectedPriceConnection] {
	return noun[ent.ExpectedPrice, ent.ExpectedPriceEdge, ent.ExpectedPriceConnection]{
		list: list[ent.ExpectedPrice]{"expectedPrices", expectedPriceID, r.pages}, table: expectedprice.Table, sees: r.seesCustomer, customerOf: func(row *ent.ExpectedPrice) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.ExpectedPrice, error) {
			return r.client.ExpectedPrice.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.ExpectedPrice.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.ExpectedPrice.Query().Where(filter).GroupBy(expectedprice.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.ExpectedPrice, c ent.Cursor) *ent.ExpectedPriceEdge {
			return &ent.ExpectedPriceEdge{Node: row, Cursor: c}
		},
		connect: func(edges []*ent.ExpectedPriceEdge, info ent.PageInfo, total int) *ent.ExpectedPriceConnection {
			return &ent.ExpectedPriceConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var expectedPriceColumns = map[string]column[ent.ExpectedPrice]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.ExpectedPrice) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.ExpectedPrice) any { return row.UpdatedAt }},
	"AT":         {name: "AT", sql: "at", key: func(row *ent.ExpectedPrice) any { return row.At }},
}

// expectedPriceOrder returns the requested order of expected prices; by default AT ascending.
func expectedPriceOrder(o *ent.ExpectedPriceOrder) (column[ent.ExpectedPrice], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return expectedPriceColumns["AT"], schema.Ascending
	}
	return expectedPriceColumns[o.Field.String()], o.Direction
}

func expectedPriceFilter(f *service.ExpectedPriceFilter) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	equalsID(c, "productId", expectedprice.FieldProductID, id.Product, f.ProductID, nil)
	if voided := given(c, "voided", f.Voided, nil); voided != nil {
		c.all = append(c.all, func(s *sql.Selector) {
			if *voided {
				s.Where(sql.NotNull(s.C(expectedprice.FieldVoidedAt)))
				return
			}
			s.Where(sql.IsNull(s.C(expectedprice.FieldVoidedAt)))
		})
	}
	return c
}

// expectedIn returns what was said in a contact to be fair prices.
func (r *Resolver) expectedIn(ctx context.Context, c *ent.Contact) ([]*ent.ExpectedPrice, error) {
	return batchedList(ctx, c, contactID, func(rows []*ent.Contact) (map[string][]*ent.ExpectedPrice, error) {
		all, err := r.client.ExpectedPrice.Query().Where(expectedprice.ContactIDIn(idsOf(rows, contactID)...), expectedprice.VoidedAtIsNil()).
			Order(expectedprice.ByAt(), expectedprice.ByID()).All(ctx)
		return groupBy(all, func(row *ent.ExpectedPrice) string { return deref(row.ContactID) }), err
	})
}

// expectedUpon returns what was said upon an offer to be fair prices.
func (r *Resolver) expectedUpon(ctx context.Context, o *ent.Offer) ([]*ent.ExpectedPrice, error) {
	return batchedList(ctx, o, offerID, func(rows []*ent.Offer) (map[string][]*ent.ExpectedPrice, error) {
		all, err := r.client.ExpectedPrice.Query().Where(expectedprice.OfferIDIn(idsOf(rows, offerID)...), expectedprice.VoidedAtIsNil()).
			Order(expectedprice.ByAt(), expectedprice.ByID()).All(ctx)
		return groupBy(all, func(row *ent.ExpectedPrice) string { return deref(row.OfferID) }), err
	})
}
