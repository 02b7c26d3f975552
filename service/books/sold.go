package books

import (
	"context"
	"time"

	"kopeck/service/input"
	"kopeck/store"
)

// SoldByThen is the condition that an order o had been completed by a moment, which soldBy gives as its arguments: an
// order may be completed long after, at a moment that is told, which the audit has. What is completed is never cancelled.
const SoldByThen = `o.status IN ('COMPLETED', 'REFUNDED') AND o.created_at <= ? AND o.completed_at <= ?
	AND NOT EXISTS (SELECT 1 FROM audit_entries a WHERE a.subject = o.id AND a.at > ? AND a.action = 'order.complete')`

// customersTogether is how many customers' orders are credited anew, or their journeys read, at a time: what is in memory of
// a report under another model.
const customersTogether = 2000

// SoldBy gives the arguments of [SoldByThen] for a moment.
func SoldBy(at time.Time) []any { return []any{at, at, at} }

// CustomerAfter gives the id of the last of the next customers after one; "" where there are none.
func (s *Service) CustomerAfter(ctx context.Context, tx *store.Tx, low string) (high string, err error) {
	var last *string
	err = store.Each(ctx, tx, "SELECT max(n.id) FROM (SELECT id FROM customers WHERE id > ? ORDER BY id LIMIT ?) AS n", []any{low, customersTogether}, func(scan store.ScanFunc) error {
		return scan(&last)
	})
	return input.OrZero(last), err
}
