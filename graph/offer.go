package graph

import (
	"context"
	"encoding/json"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/ent"
	"kopeck/ent/offer"
	"kopeck/ent/offerline"
	"kopeck/fault"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/quote"
	"kopeck/service/sale"
)

func (r *Resolver) offers() noun[ent.Offer, ent.OfferEdge, ent.OfferConnection] {
	return noun[ent.Offer, ent.OfferEdge, ent.OfferConnection]{
		list: list[ent.Offer]{"offers", offerID, r.pages}, table: offer.Table, sees: r.seesCustomer, customerOf: func(row *ent.Offer) string { return row.CustomerID },
		read: func(ctx context.Context, filter, where, by func(*sql.Selector), limit int) ([]*ent.Offer, error) {
			return r.client.Offer.Query().Where(filter, where).Order(by).Limit(limit).All(ctx)
		},
		count: func(ctx context.Context, filter func(*sql.Selector)) (int, error) {
			return r.client.Offer.Query().Where(filter).Count(ctx)
		},
		counts: func(ctx context.Context, filter func(*sql.Selector)) (all []count, err error) {
			err = r.client.Offer.Query().Where(filter).GroupBy(offer.FieldCustomerID).Aggregate(ent.Count()).Scan(ctx, &all)
			return all, err
		},
		edge: func(row *ent.Offer, c ent.Cursor) *ent.OfferEdge { return &ent.OfferEdge{Node: row, Cursor: c} },
		connect: func(edges []*ent.OfferEdge, info ent.PageInfo, total int) *ent.OfferConnection {
			return &ent.OfferConnection{Edges: edges, PageInfo: info, TotalCount: total}
		},
	}
}

var offerColumns = map[string]column[ent.Offer]{
	"CREATED_AT": {name: "CREATED_AT", sql: "created_at", key: func(row *ent.Offer) any { return row.CreatedAt }},
	"UPDATED_AT": {name: "UPDATED_AT", sql: "updated_at", key: func(row *ent.Offer) any { return row.UpdatedAt }},
	"EXPIRES_AT": {name: "EXPIRES_AT", sql: "expires_at", key: func(row *ent.Offer) any { return row.ExpiresAt }},
}

// offerOrder returns the requested order of offers; by default CREATED_AT ascending.
func offerOrder(o *ent.OfferOrder) (column[ent.Offer], ent.OrderDirection) {
	if o == nil || o.Field == nil {
		return offerColumns["CREATED_AT"], schema.Ascending
	}
	return offerColumns[o.Field.String()], o.Direction
}

// offerFilter filters offers by their statuses now, among others.
func (r *Resolver) offerFilter(f *service.OfferFilter, now time.Time) *conditions {
	c := &conditions{}
	if f == nil {
		return c
	}
	ofCustomer(c, f.CustomerID, r.app.KeptOf)
	anyOf(c, "kinds", "kind", f.Kinds, nil)
	inRange(c, "expiresAt", "expires_at", f.ExpiresAt, nil)
	if statuses, ok := listed(c, "statuses", f.Statuses, nil); ok {
		c.all = append(c.all, func(s *sql.Selector) { s.Where(statusIn(s, statuses, now)) })
	}
	return c
}

// statusIn is the condition that an offer has one of the statuses now. An offer that nobody answered is EXPIRED after its
// expiry, whatever its row says.
func statusIn(s *sql.Selector, statuses []schema.OfferStatus, now time.Time) *sql.Predicate {
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

// offerLines returns an offer's lines in their order.
func (r *Resolver) offerLines(ctx context.Context, o *ent.Offer) ([]*ent.OfferLine, error) {
	return batchedList(ctx, o, offerID, func(offers []*ent.Offer) (map[string][]*ent.OfferLine, error) {
		lines, err := r.client.OfferLine.Query().Where(offerline.OfferIDIn(idsOf(offers, offerID)...)).
			Order(offerline.ByOfferID(), offerline.ByPosition()).All(ctx)
		return groupBy(lines, func(line *ent.OfferLine) string { return line.OfferID }), err
	})
}

// offerVariants returns the variants of an offer, with their lines.
func (r *Resolver) offerVariants(ctx context.Context, o *ent.Offer) ([]*sale.OfferVariant, error) {
	lines, err := r.offerLines(ctx, o)
	if err != nil {
		return nil, err
	}
	return r.app.Sale.Variants(o, lines)
}

// priceLines returns the stored waterfall of an offer's line.
func (r *Resolver) priceLines(ctx context.Context, line *ent.OfferLine) ([]*pricing.Line, error) {
	var lines []pricing.Line
	if err := json.Unmarshal(line.PriceLines, &lines); err != nil {
		return nil, err
	}
	return r.linesSeen(ctx, lines)
}

// repriced returns the price of an offer's line now.
func (r *Resolver) repriced(ctx context.Context, line *ent.OfferLine) (*quote.Price, error) {
	now, err := batched(ctx, line, func(lines []*ent.OfferLine) (map[*ent.OfferLine]sale.Repriced, error) {
		return r.app.Sale.Reprice(ctx, lines)
	})
	switch {
	case err != nil:
		return nil, err
	case now.Price == nil && now.Err == nil:
		return nil, fault.NoSuch("", "offer")
	}
	return now.Price, now.Err
}
