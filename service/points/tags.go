package points

import (
	"context"
	"slices"

	"kopeck/ent"
	"kopeck/ent/customertag"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/customers"
	"kopeck/store"
)

// Tags returns the tags of customers, by the ids of the customers, in alphabetical order.
func (s *Service) Tags(ctx context.Context, of []*ent.Customer) (map[string][]string, error) {
	ids := make([]string, len(of))
	for i, c := range of {
		ids[i] = c.ID
	}
	rows, err := s.Client.CustomerTag.Query().Where(customertag.CustomerIDIn(ids...)).Order(customertag.ByTagKey(), customertag.ByID()).All(ctx)
	return byCustomer(rows), err
}

// byCustomer groups tags by customer, each once: a merge brings those of two customers together.
func byCustomer(rows []*ent.CustomerTag) map[string][]string {
	all, last := map[string][]string{}, map[string]string{}
	for _, row := range rows {
		if last[row.CustomerID] != row.TagKey {
			all[row.CustomerID] = append(all[row.CustomerID], row.Tag)
		}
		last[row.CustomerID] = row.TagKey
	}
	return all
}

// AddTags puts tags on a customer, who may have some of them. Faults: INVALID on tags; NOT_FOUND on customerId; LIMIT_EXCEEDED on tags; FORBIDDEN.
func (s *Service) AddTags(ctx context.Context, in service.TagsInput) (*ent.Customer, error) {
	return s.changeTags(ctx, "addTags", in, func(ctx context.Context, tx *store.Tx, c *ent.Customer, rows []*ent.CustomerTag, given []string) error {
		has := map[string]bool{}
		for _, row := range rows {
			has[row.TagKey] = true
		}
		for _, tag := range given {
			key := customers.TagKey(tag)
			if has[key] {
				continue
			}
			if has[key] = true; len(has) > customers.MaxTags {
				return fault.New(fault.LimitExceeded, "tags", "a customer has at most %d tags", customers.MaxTags)
			}
			if err := tx.CustomerTag.Create().SetID(s.IDs.Make(id.CustomerTag)).SetCustomerID(c.ID).SetTag(tag).SetTagKey(key).SetCreatedAt(s.Now()).Exec(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}

// RemoveTags takes tags off a customer, who may not have some of them. Faults: INVALID on tags; NOT_FOUND on customerId; FORBIDDEN.
func (s *Service) RemoveTags(ctx context.Context, in service.TagsInput) (*ent.Customer, error) {
	return s.changeTags(ctx, "removeTags", in, func(ctx context.Context, tx *store.Tx, c *ent.Customer, _ []*ent.CustomerTag, given []string) error {
		keys := make([]string, len(given))
		for i, tag := range given {
			keys[i] = customers.TagKey(tag)
		}
		_, err := tx.CustomerTag.Delete().Where(customertag.CustomerID(c.ID), customertag.TagKeyIn(keys...)).Exec(ctx)
		return err
	})
}

// changeTags changes the tags of a customer, and writes a version if they are others then.
func (s *Service) changeTags(ctx context.Context, name string, in service.TagsInput, do func(ctx context.Context, tx *store.Tx, c *ent.Customer, rows []*ent.CustomerTag, given []string) error) (*ent.Customer, error) {
	var faults fault.List
	faults.Add(id.Check("customerId", id.Customer, in.CustomerID))
	given, err := customers.CheckTags("tags", in.Tags)
	faults.Add(err)
	if err == nil && len(given) == 0 {
		faults.Add(fault.Invalidf("tags", "want one at least"))
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	_, err = s.Write(ctx, service.Verb{Name: name, Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		c, err := s.LockCustomer(ctx, tx, "customerId", in.CustomerID)
		if err != nil {
			return "", err
		}
		read := func() ([]*ent.CustomerTag, error) {
			return tx.CustomerTag.Query().Where(customertag.CustomerID(c.ID)).Order(customertag.ByTagKey(), customertag.ByID()).All(ctx)
		}
		before, err := read()
		if err != nil {
			return "", err
		}
		if err := do(ctx, tx, c, before, given); err != nil {
			return "", err
		}
		after, err := read()
		if err != nil {
			return "", err
		}
		had, has := byCustomer(before)[c.ID], byCustomer(after)[c.ID]
		if slices.Equal(had, has) {
			return c.ID, nil
		}
		row := *c
		return c.ID, s.save(ctx, tx, c, &row, map[string]service.Change{"tags": {Old: had, New: has}})
	})
	if err != nil {
		return nil, err
	}
	return s.seen(ctx, in.CustomerID)
}
