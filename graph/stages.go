package graph

import (
	"context"

	"kopeck/ent"
	"kopeck/ent/stagechange"
)

// stageChanges gives a customer's moves from stage to stage, oldest first; one statement for all siblings.
func (r *Resolver) stageChanges(ctx context.Context, c *ent.Customer) ([]*ent.StageChange, error) {
	return forAll(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer][]*ent.StageChange, error) {
		ids := make([]string, len(rows))
		for i, row := range rows {
			ids[i] = row.ID
		}
		changes, err := r.client.StageChange.Query().Where(stagechange.CustomerIDIn(ids...)).
			Order(stagechange.ByAt(), stagechange.ByID()).All(ctx)
		if err != nil {
			return nil, err
		}
		byID := map[string][]*ent.StageChange{}
		for _, change := range changes {
			byID[change.CustomerID] = append(byID[change.CustomerID], change)
		}
		result := make(map[*ent.Customer][]*ent.StageChange, len(rows))
		for _, row := range rows {
			result[row] = append([]*ent.StageChange{}, byID[row.ID]...)
		}
		return result, nil
	})
}
