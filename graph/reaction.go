package graph

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/reaction"
)

// reactionTimes is the list of changes of rates. What followed is read for those of the page.
func (r *Resolver) reactionTimes(ctx context.Context, from, to time.Time, w window, f *service.ReactionTimeFilter) (*reaction.Connection, error) {
	all, err := r.app.Reaction.Changes(from, to, f)
	if err != nil {
		return nil, err
	}
	l := list[reaction.Change]{"reactionTimes", func(row *reaction.Change) string { return row.Rate.ID }, r.pages}
	by := column[reaction.Change]{name: "RECORDED_AT", key: func(row *reaction.Change) any {
		if row.Rate == nil { // of a cursor that is read
			return time.Time{}
		}
		return row.Rate.RecordedAt
	}}
	p, err := memoryPage(ctx, l, w, by, schema.Descending, all)
	if err != nil {
		return nil, err
	}
	if err := r.app.Reaction.Follow(ctx, p.rows); err != nil {
		return nil, err
	}
	var firsts []*reaction.First
	c := &reaction.Connection{Edges: make([]*reaction.Edge, len(p.rows)), PageInfo: &p.info, TotalCount: len(all)}
	for i, row := range p.rows {
		c.Edges[i] = &reaction.Edge{Node: row, Cursor: p.cursors[i]}
		for _, one := range []*reaction.First{row.FirstPrice, row.FirstOffer, row.FirstAgreement, row.FirstListPrice} {
			if one != nil {
				firsts = append(firsts, one)
			}
		}
	}
	markSiblings(ctx, firsts)
	return c, nil
}

// reactionProduct returns the product of what followed.
func (r *Resolver) reactionProduct(ctx context.Context, of *reaction.First) (*ent.Product, error) {
	return referenced(ctx, of, func(one *reaction.First) string { return one.ProductID }, productID, r.productsByID(ctx))
}
