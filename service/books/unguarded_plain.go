package books

import (
	"context"
	"slices"

	"kopeck/store"
)

// PlainSQL is the condition that an order o is plain: it is completed, nothing was given back of it, no rate of its cost is missing, and it
// has lines. Reports sum up the lines of plain orders, nearly all of them, without reading the orders.
const PlainSQL = `o.status = 'COMPLETED' AND o.completed_at IS NOT NULL AND o.refunded = 0 AND NOT o.uncosted AND EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id)`

// MarkPlain marks those of some orders that are plain, with the moments that their lines are counted by, and takes the mark off those that no
// longer are. Whatever changes the status of an order, what was given back of it, or whether a rate is missing, calls it. It follows from
// what the caller wrote, so that it does not depend on who asks.
func MarkPlain(ctx context.Context, tx *store.Tx, orderIDs []string) error {
	for some := range slices.Chunk(orderIDs, store.IDsPerStatement) {
		among, args := " IN ("+store.Placeholders(len(some))+")", store.Args(some)
		const plain = "id IN (SELECT o.id FROM orders o WHERE " + PlainSQL + " AND o.id = orders.id)"
		if _, err := tx.Exec(ctx, "UPDATE orders SET plain = NOT plain WHERE id"+among+" AND plain <> ("+plain+")", args...); err != nil {
			return err
		}
		const repeats = "EXISTS (SELECT 1 FROM order_lines e WHERE e.order_id = o.id AND e.position < order_lines.position AND e.product_id = order_lines.product_id)"
		const ofPlain = "FROM orders o WHERE o.id = order_lines.order_id AND o.plain"
		const first = "(SELECT e.product_id FROM orders o JOIN order_lines e ON e.order_id = o.id AND e.position = 0 WHERE o.id = order_lines.order_id AND o.plain AND order_lines.position > 0)"
		_, err := tx.Exec(ctx, "UPDATE order_lines SET sold_at = (SELECT o.at "+ofPlain+"), booked_at = (SELECT o.completed_at "+ofPlain+"), repeats = EXISTS (SELECT 1 "+ofPlain+" AND "+repeats+"), first_product_id = "+first+
			" WHERE order_id"+among+" AND (sold_at IS NOT NULL) <> EXISTS (SELECT 1 "+ofPlain+")", args...)
		if err != nil {
			return err
		}
	}
	return nil
}
