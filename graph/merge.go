package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/service"
)

// merges returns who was merged into a customer, the last merge first.
func (r *Resolver) merges(ctx context.Context, c *ent.Customer) ([]*service.CustomerMerge, error) {
	found, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer][]*service.CustomerMerge, error) {
		return r.app.Merging.Merges(ctx, rows)
	})
	return append([]*service.CustomerMerge{}, found...), err
}

// notSame returns the decisions that a customer and others are two, the last first.
func (r *Resolver) notSame(ctx context.Context, c *ent.Customer) ([]*service.NotSameDecision, error) {
	found, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer][]*service.NotSameDecision, error) {
		return r.app.Merging.NotSame(ctx, rows)
	})
	return append([]*service.NotSameDecision{}, found...), err
}

// duplicatePairs returns a page of the pairs of possible duplicates, whose customers become siblings.
func (r *Resolver) duplicatePairs(ctx context.Context, first *int, after *ent.Cursor) (*service.DuplicatePairConnection, error) {
	page, err := r.app.Merging.DuplicatePairs(ctx, first, after)
	if err != nil {
		return nil, err
	}
	rows := make([]*ent.Customer, 0, 2*len(page.Edges))
	for _, edge := range page.Edges {
		rows = append(rows, edge.Node.First, edge.Node.Second)
	}
	markSiblings(ctx, rows)
	return page, nil
}

// keptBy returns the customer who is kept of a merge, nil if there was none.
func keptBy(merge *service.CustomerMerge) *ent.Customer {
	if merge == nil {
		return nil
	}
	return merge.Customer
}
