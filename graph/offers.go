package graph

import (
	"context"
	"encoding/json"

	"kopeck/ent"
	"kopeck/ent/offerline"
	"kopeck/ent/orderline"
	"kopeck/fault"
	"kopeck/pricing"
	"kopeck/service/quote"
	"kopeck/service/sale"
)

// offerLines gives an offer's lines, in one statement for all offers of a list; their products are then asked
// together too.
func (r *Resolver) offerLines(ctx context.Context, o *ent.Offer) ([]*ent.OfferLine, error) {
	return forAll(ctx, o, func(offers []*ent.Offer) (map[*ent.Offer][]*ent.OfferLine, error) {
		lines, err := r.client.OfferLine.Query().Where(offerline.OfferIDIn(idsOf(offers, offerID)...)).
			Order(offerline.ByOfferID(), offerline.ByPosition()).All(ctx)
		if err != nil {
			return nil, err
		}
		together(ctx, lines)
		return byOwner(offers, offerID, lines, func(line *ent.OfferLine) string { return line.OfferID }), nil
	})
}

// orderLines gives an order's lines likewise.
func (r *Resolver) orderLines(ctx context.Context, o *ent.Order) ([]*ent.OrderLine, error) {
	return forAll(ctx, o, func(orders []*ent.Order) (map[*ent.Order][]*ent.OrderLine, error) {
		lines, err := r.client.OrderLine.Query().Where(orderline.OrderIDIn(idsOf(orders, orderID)...)).
			Order(orderline.ByOrderID(), orderline.ByPosition()).All(ctx)
		if err != nil {
			return nil, err
		}
		together(ctx, lines)
		return byOwner(orders, orderID, lines, func(line *ent.OrderLine) string { return line.OrderID }), nil
	})
}

func offerID(row *ent.Offer) string { return row.ID }

func idsOf[T any](rows []*T, id func(*T) string) []string {
	ids := make([]string, len(rows))
	for i, row := range rows {
		ids[i] = id(row)
	}
	return ids
}

// byOwner hands lines out to the rows that they belong to, in their order; a row without any gets an empty list.
func byOwner[T, L any](rows []*T, id func(*T) string, lines []*L, ownerOf func(*L) string) map[*T][]*L {
	byID := make(map[string][]*L, len(rows))
	for _, line := range lines {
		byID[ownerOf(line)] = append(byID[ownerOf(line)], line)
	}
	owned := make(map[*T][]*L, len(rows))
	for _, row := range rows {
		owned[row] = append([]*L{}, byID[id(row)]...)
	}
	return owned
}

// promisedLines gives the waterfall that an offer's line was made with.
func promisedLines(line *ent.OfferLine) ([]*pricing.Line, error) {
	lines := []*pricing.Line{}
	err := json.Unmarshal(line.PriceLines, &lines)
	return lines, err
}

// repriced gives what an offer's line would cost now.
func (r *Resolver) repriced(ctx context.Context, line *ent.OfferLine) (*quote.Price, error) {
	now, err := forAll(ctx, line, func(lines []*ent.OfferLine) (map[*ent.OfferLine]sale.Repriced, error) {
		return r.service.Sale.Reprice(ctx, lines)
	})
	switch {
	case err != nil:
		return nil, err
	case now.Price == nil && now.Err == nil:
		return nil, fault.New(fault.NotFound, "", "no such offer")
	}
	return now.Price, now.Err
}
