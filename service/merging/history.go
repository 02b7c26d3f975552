package merging

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customer"
	"kopeck/fault"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/store"
)

// Merge returns a merge that is not undone, of a customer whom the viewer may see. NOT_FOUND.
func (s *Service) Merge(ctx context.Context, mergeID string) (*service.CustomerMerge, error) {
	stored, err := mergeByID(ctx, s.Store, mergeID)
	if err != nil {
		return nil, err
	}
	if stored == nil || stored.undone {
		return nil, fault.NoSuch("id", "merge")
	}
	kept, err := s.Client.Customer.Get(ctx, s.Kept(stored.keptID))
	if err != nil {
		return nil, err
	}
	of, err := s.Merges(ctx, []*ent.Customer{kept})
	for _, m := range of[kept] {
		if m.ID == mergeID {
			return m, err
		}
	}
	return nil, err
}

// Merges returns who was merged into customers, whom the viewer may see, directly or through others, the last first.
func (s *Service) Merges(ctx context.Context, of []*ent.Customer) (map[*ent.Customer][]*service.CustomerMerge, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	by, err := mergesOf(ctx, s.Store, ids)
	all := make(map[*ent.Customer][]*service.CustomerMerge, len(of))
	for _, c := range of {
		for _, m := range by[c.ID] {
			m.Customer = c
			all[c] = append(all[c], m)
		}
	}
	return all, err
}

// NotSame returns the decisions that customers and others, whom the viewer may see, are two, the last first.
func (s *Service) NotSame(ctx context.Context, of []*ent.Customer) (map[*ent.Customer][]*service.NotSameDecision, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	decisions, err := customers.NotSame(ctx, s.Store, ids)
	if err != nil {
		return nil, err
	}
	var named []string
	for _, d := range decisions {
		named = append(named, d.Between[:]...)
	}
	seen, err := s.Client.Customer.Query().Where(customer.IDIn(named...), customer.DeletedAtIsNil()).All(ctx)
	if err != nil {
		return nil, err
	}
	byID := make(map[string]*ent.Customer, len(seen))
	for _, c := range seen {
		byID[c.ID] = c
	}
	all := make(map[*ent.Customer][]*service.NotSameDecision, len(of))
	for _, c := range of {
		for _, d := range decisions {
			at := slices.Index(d.Between[:], c.ID)
			if at < 0 || d.Between[0] == d.Between[1] || byID[d.Between[1-at]] == nil {
				continue
			}
			shown := d.NotSameDecision
			shown.Other = byID[d.Between[1-at]]
			all[c] = append(all[c], &shown)
		}
	}
	return all, nil
}

// decisionOn returns the last decision on two customers, nil if there is none.
func decisionOn(ctx context.Context, from store.Reader, a, b string) (*service.NotSameDecision, error) {
	decisions, err := customers.NotSame(ctx, from, []string{a})
	for _, d := range decisions {
		if slices.Contains(d.Between[:], b) && slices.Contains(d.Between[:], a) {
			return &d.NotSameDecision, err
		}
	}
	return nil, err
}
