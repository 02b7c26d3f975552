package sale

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/service"
	"kopeck/store"
)

// twins returns the orders that have an external id. It bypasses the guard because an id that only a hidden order has must be distinguished
// from that; whoever uses it tells the actor of no order that they may not see.
func twins(ctx context.Context, tx *store.Tx, externalID string) ([]service.Twin, error) {
	var all []service.Twin
	err := store.Each(ctx, tx, "SELECT id, external_twin FROM orders WHERE external_id = ?", []any{externalID}, func(scan store.ScanFunc) error {
		var one service.Twin
		err := scan(&one.ID, &one.Number)
		all = append(all, one)
		return err
	})
	return all, err
}

// createRefund writes a refund. Refunds are part of the books: no role may write them directly. The verb has changed the order,
// for an actor who may write it.
func createRefund(ctx context.Context, tx *store.Tx, r *ent.Refund) error {
	return tx.Refund.Create().SetID(r.ID).SetOrderID(r.OrderID).SetAmount(r.Amount).SetReason(r.Reason).SetAt(r.At).SetActor(r.Actor).
		Exec(auth.System(ctx))
}
