package needs

import (
	"context"
	"time"

	"kopeck/service"
	"kopeck/store"
)

// The reads of this file go past the guard. Of some customers they are of those whom the viewer sees, with all of their orders; of all customers they
// are for walletReport, which the directive @scope(name: "costs") closes to everybody but ADMIN, MANAGER and ANALYST, who read all rows by
// auth/rules.go. The products that serve needs, and in what shares, are no secret of anybody's who sees needs.

// soldSince are the lines of the orders that were completed, placed after a moment and until another; those of an order follow each other.
const soldSince = `SELECT o.id, o.customer_id, o.at, o.total, o.refunded, l.product_id, l.total FROM orders o JOIN order_lines l ON l.order_id = o.id
	WHERE o.at > ? AND o.at <= ? AND o.status IN `

// spent returns what customers, by their ids, or all customers for nil, bought of us for needs after a moment and until another.
func (s *Service) spent(ctx context.Context, from store.Reader, customerIDs []string, after, until time.Time) (spend, error) {
	of, err := s.serving(ctx, from)
	if err != nil || len(of.dated) == 0 {
		return spend{}, err
	}
	all := spend{}
	var open *soldOrder
	scan := func(scan store.ScanFunc) error {
		var o soldOrder
		var line soldLine
		if err := scan(&o.id, &o.customerID, store.UTC(&o.at), &o.total, &o.refunded, &line.productID, &line.total); err != nil {
			return err
		}
		if open == nil || open.id != o.id {
			if open != nil {
				if err := all.add(open, of); err != nil {
					return err
				}
			}
			open = &o
		}
		open.lines = append(open.lines, line)
		return nil
	}
	query, args := soldSince+service.SoldStatuses, []any{after, until}
	if customerIDs == nil {
		err = store.Each(ctx, from, query+" ORDER BY o.id, l.position", args, scan)
	} else {
		err = store.EachByIDs(ctx, from, query+" AND o.customer_id IN @ids ORDER BY o.id, l.position", args, customerIDs, scan)
	}
	if err == nil && open != nil {
		err = all.add(open, of)
	}
	return all, err
}
