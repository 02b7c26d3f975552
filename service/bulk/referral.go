package bulk

import (
	"context"

	"kopeck/store"
)

// referredUnless fills in who recommended a customer, unless that one was recommended by the customer, directly or through
// others: a chain of recommendations has no circle, so that each margin in it counts once.
const referredUnless = `UPDATE customers SET referred_by_id = ? WHERE id = ? AND referred_by_id IS NULL AND id NOT IN (
	WITH RECURSIVE up (id) AS (SELECT id FROM customers WHERE id = ? UNION SELECT c.referred_by_id FROM customers c JOIN up ON c.id = up.id WHERE c.referred_by_id IS NOT NULL)
	SELECT id FROM up)`

// lockReferrals is taken by who fills in who recommended customers: two who do so at once could close a circle.
var lockReferrals = store.LockOn("referrals", "")

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
	err := c.look(ctx, "SELECT id FROM customers WHERE", "id", "", wanted, func(scan store.ScanFunc) error {
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
// It gives how many of the latter are not here, and how many recommendations went round in a circle and were left out.
func (i *Import) ReferredBy(ctx context.Context, pairs [][2]string) (unknown, circular int, err error) {
	_, err = i.alone(ctx, 0, func(ctx context.Context, c *chunk) error {
		unknown, circular = 0, 0
		if c.bulk != nil {
			if err := c.bulk.Lock(ctx, lockReferrals, false); err != nil {
				return err
			}
		}
		var wanted []string
		for _, pair := range pairs {
			wanted = append(wanted, pair[1])
		}
		here := map[string]bool{}
		err := c.look(ctx, "SELECT id FROM customers WHERE", "id", "", wanted, func(scan store.ScanFunc) error {
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
			var changed int64
			if changed, err = c.bulk.Exec(ctx, referredUnless, pair[1], pair[0], pair[1]); err != nil || changed > 0 {
				continue
			}
			if err = c.each(ctx, "SELECT 1 FROM customers WHERE id = ? AND referred_by_id IS NULL", []any{pair[0]}, func(func(...any) error) error {
				circular++
				return nil
			}); err != nil {
				return err
			}
		}
		return err
	})
	return unknown, circular, err
}
