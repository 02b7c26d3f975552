package graph

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/offer"
	"kopeck/ent/orderline"
	"kopeck/ent/priceagreement"
	"kopeck/ent/rate"
	"kopeck/pricing"
	"kopeck/service/books"
	"kopeck/service/quote"
	"kopeck/service/rates"
	"kopeck/service/sale"
)

func orderLineID(row *ent.OrderLine) string { return row.ID }

// orderFigures returns what a line of an order cost and left over, computed once for all fields and siblings.
func (r *Resolver) orderFigures(ctx context.Context, line *ent.OrderLine) (*rates.OrderLineFigures, error) {
	return required(batchedFor(ctx, "order figures", line, func(lines []*ent.OrderLine) (map[*ent.OrderLine]*rates.OrderLineFigures, error) {
		found, err := r.app.Rates.OrderLines(ctx, idsOf(lines, func(line *ent.OrderLine) string { return line.OrderID }))
		return byLine(lines, found), err
	}))
}

// orderFiguresKnownAt returns the same by what was known at a moment; nil if the order had not been recorded by then.
func (r *Resolver) orderFiguresKnownAt(ctx context.Context, line *ent.OrderLine, at time.Time) (*rates.OrderLineFigures, error) {
	known, err := r.app.Report.KnownMoment(ctx, "at", &at)
	if err != nil {
		return nil, err
	}
	return batched(ctx, line, func(lines []*ent.OrderLine) (map[*ent.OrderLine]*rates.OrderLineFigures, error) {
		found, err := r.app.Rates.OrderLinesKnownAt(ctx, idsOf(lines, func(line *ent.OrderLine) string { return line.OrderID }), known)
		return byLine(lines, found), err
	})
}

func byLine[R any](lines []*ent.OrderLine, byID map[string]*R) map[*ent.OrderLine]*R {
	found := make(map[*ent.OrderLine]*R, len(lines))
	for _, line := range lines {
		found[line] = byID[line.ID]
	}
	return found
}

// promisedLines returns the waterfall of an order's line as it was promised.
func (r *Resolver) promisedLines(ctx context.Context, line *ent.OrderLine) ([]*pricing.Line, error) {
	lines, err := quote.PriceLinesOf(line)
	if err != nil {
		return nil, err
	}
	return r.linesSeen(ctx, lines)
}

// lineAgreement returns the agreement by which an order's line is priced.
func (r *Resolver) lineAgreement(ctx context.Context, line *ent.OrderLine) (*ent.PriceAgreement, error) {
	return referenced(ctx, line, quote.AgreementOf, func(row *ent.PriceAgreement) string { return row.ID }, func(ids []string) ([]*ent.PriceAgreement, error) {
		return r.client.PriceAgreement.Query().Where(priceagreement.IDIn(ids...)).All(ctx)
	})
}

// pricedAgain returns the price of an order's line for the moment at which it was promised.
func (r *Resolver) pricedAgain(ctx context.Context, line *ent.OrderLine) (*quote.Price, error) {
	again, err := batched(ctx, line, func(lines []*ent.OrderLine) (map[*ent.OrderLine]quote.PricedAgain, error) {
		return r.app.Quote.PriceAgain(ctx, lines)
	})
	if err != nil {
		return nil, err
	}
	return again.Price, again.Err
}

// orderRefunds returns the refunds of an order.
func (r *Resolver) orderRefunds(ctx context.Context, o *ent.Order) ([]*books.Refund, error) {
	return batchedList(ctx, o, orderID, func(rows []*ent.Order) (map[string][]*books.Refund, error) {
		return books.RefundsOf(ctx, r.app.Store, idsOf(rows, orderID), r.app.Now())
	})
}

// refundActor returns who recorded a refund: to a partner the name of a user, to anybody else the e-mail.
func (r *Resolver) refundActor(ctx context.Context, refund *books.Refund) string {
	if actor, ok := auth.From(ctx); ok && actor.Has(auth.ScopeStaff) || refund.Actor == "" {
		return refund.Actor
	}
	return r.app.People.NameOf(refund.Actor)
}

// refundParts returns the lines of a refund.
func (r *Resolver) refundParts(ctx context.Context, refund *books.Refund) ([]*sale.RefundedPart, error) {
	return batchedList(ctx, refund, func(row *books.Refund) string { return row.ID }, func(rows []*books.Refund) (map[string][]*sale.RefundedPart, error) {
		return r.app.Sale.RefundParts(ctx, idsOf(rows, func(row *books.Refund) string { return row.OrderID }))
	})
}

// refundedLine returns the line of the order that a part of a refund is of.
func (r *Resolver) refundedLine(ctx context.Context, part *sale.RefundedPart) (*ent.OrderLine, error) {
	return required(referenced(ctx, part, func(row *sale.RefundedPart) string { return row.LineID }, orderLineID, func(ids []string) ([]*ent.OrderLine, error) {
		return r.client.OrderLine.Query().Where(orderline.IDIn(ids...)).All(ctx)
	}))
}

// orderHistory returns what was done with an order.
func (r *Resolver) orderHistory(ctx context.Context, o *ent.Order) ([]*sale.OrderEvent, error) {
	return batchedList(ctx, o, orderID, func(rows []*ent.Order) (map[string][]*sale.OrderEvent, error) {
		byOrder, err := r.app.Sale.OrderHistory(ctx, rows)
		var refunds []*books.Refund
		var costs []*sale.OrderCostChange
		for _, events := range byOrder {
			for _, e := range events {
				if e.Refund != nil {
					refunds = append(refunds, e.Refund)
				}
				if e.Cost != nil {
					costs = append(costs, e.Cost)
				}
			}
		}
		markSiblings(ctx, refunds)
		markSiblings(ctx, costs)
		return byOrder, err
	})
}

// eventOffer returns the offer that became an order.
func (r *Resolver) eventOffer(ctx context.Context, e *sale.OrderEvent) (*ent.Offer, error) {
	return referenced(ctx, e, func(row *sale.OrderEvent) string { return row.OfferID }, offerID, func(ids []string) ([]*ent.Offer, error) {
		return r.client.Offer.Query().Where(offer.IDIn(ids...)).All(ctx)
	})
}

// restatedBy returns the rates that caused a change of an order's cost.
func (r *Resolver) restatedBy(ctx context.Context, c *sale.OrderCostChange) ([]*ent.Rate, error) {
	return batched(ctx, c, func(rows []*sale.OrderCostChange) (map[*sale.OrderCostChange][]*ent.Rate, error) {
		var ids []string
		for _, row := range rows {
			ids = append(ids, row.RateIDs...)
		}
		found, err := r.client.Rate.Query().Where(rate.IDIn(ids...)).All(ctx)
		byID := make(map[string]*ent.Rate, len(found))
		for _, one := range found {
			byID[one.ID] = one
		}
		caused := make(map[*sale.OrderCostChange][]*ent.Rate, len(rows))
		for _, row := range rows {
			caused[row] = []*ent.Rate{}
			for _, id := range row.RateIDs {
				if byID[id] != nil {
					caused[row] = append(caused[row], byID[id])
				}
			}
		}
		return caused, err
	})
}
