package sale

import (
	"context"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/store"
)

// createRefund writes a refund. Refunds are part of the books: no role may write them directly. The verb has changed the order,
// for an actor who may write it.
func createRefund(ctx context.Context, tx *store.Tx, r *ent.Refund) error {
	return tx.Refund.Create().SetID(r.ID).SetOrderID(r.OrderID).SetAmount(r.Amount).SetReason(r.Reason).SetAt(r.At).SetActor(r.Actor).
		Exec(auth.System(ctx))
}
