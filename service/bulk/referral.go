package bulk

import (
	"context"

	"kopeck/service/customers"
)

// linkMade leaves out who referred new customers where that customer does not exist yet: [Import.ReferredBy]
// fills it in when all do.
func (c *chunk) linkMade(ctx context.Context) error {
	var wanted []string
	for _, p := range c.made {
		if p.ReferredByID != nil {
			wanted = append(wanted, *p.ReferredByID)
		}
	}
	exists, err := c.existing(ctx, "customers", wanted)
	if err != nil {
		return err
	}
	for _, p := range c.made {
		if p.ReferredByID != nil && exists[*p.ReferredByID] == "" {
			p.ReferredByID = nil
		}
		exists[p.ID] = p.ID // the rows are inserted in this order
	}
	return nil
}

// ReferredBy fills in who referred customers, where nobody is recorded; pairs are of a customer and that one.
// It returns how many of the latter do not exist, and how many referrals would have closed a circle and were left out.
func (i *Import) ReferredBy(ctx context.Context, pairs [][2]string) (unknown, circular int, err error) {
	_, err = i.alone(ctx, 0, func(ctx context.Context, c *chunk) error {
		unknown, circular = 0, 0
		if c.bulk == nil {
			return nil
		}
		if err := c.bulk.Lock(ctx, customers.LockReferrals, false); err != nil {
			return err
		}
		var named, wanted []string
		for _, pair := range pairs {
			named = append(named, pair[0], pair[1])
		}
		kept, err := c.answering(ctx, named)
		if err != nil {
			return err
		}
		for _, pair := range pairs {
			wanted = append(wanted, answersFor(kept, pair[1]))
		}
		exists, err := c.existing(ctx, "customers", wanted)
		if err != nil {
			return err
		}
		for _, pair := range pairs {
			themselves := pair[0] == pair[1]
			if pair[0], pair[1] = answersFor(kept, pair[0]), answersFor(kept, pair[1]); pair[0] == pair[1] && !themselves {
				continue // they were merged
			}
			if exists[pair[1]] == "" {
				unknown++
				continue
			}
			circle, err := c.refer(ctx, pair[0], pair[1])
			if err != nil {
				return err
			}
			if circle {
				circular++
			}
		}
		return nil
	})
	return unknown, circular, err
}
