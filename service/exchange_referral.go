package service

import (
	"context"
)

// linkMade leaves out whom new customers were recommended by, where that customer is not here yet: ReferredBy
// fills it in when all are.
func (c *chunk) linkMade(ctx context.Context) error {
	var wanted []string
	for _, p := range c.made {
		if p.ReferredByID != nil {
			wanted = append(wanted, *p.ReferredByID)
		}
	}
	here := map[string]bool{}
	err := c.look(ctx, "SELECT id FROM customers WHERE", "id", "", wanted, func(scan func(...any) error) error {
		var one string
		err := scan(&one)
		here[one] = true
		return err
	})
	for _, p := range c.made {
		if p.ReferredByID != nil && !here[*p.ReferredByID] {
			p.ReferredByID = nil
		}
		here[p.ID] = true // the rows are put in in this order
	}
	return err
}

// ReferredBy fills in who recommended customers, where nobody stands yet; pairs are of a customer and that one.
// It gives how many of the latter are not here.
func (i *Import) ReferredBy(ctx context.Context, pairs [][2]string) (unknown int, err error) {
	_, err = i.alone(ctx, 0, func(ctx context.Context, c *chunk) error {
		unknown = 0
		var wanted []string
		for _, pair := range pairs {
			wanted = append(wanted, pair[1])
		}
		here := map[string]bool{}
		err := c.look(ctx, "SELECT id FROM customers WHERE", "id", "", wanted, func(scan func(...any) error) error {
			var one string
			err := scan(&one)
			here[one] = true
			return err
		})
		for _, pair := range pairs {
			if err != nil || c.bulk == nil {
				break
			}
			if !here[pair[1]] {
				unknown++
				continue
			}
			_, err = c.bulk.Exec(ctx, "UPDATE customers SET referred_by_id = ? WHERE id = ? AND referred_by_id IS NULL", pair[1], pair[0])
		}
		return err
	})
	return unknown, err
}
