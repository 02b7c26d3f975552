package sale

import (
	"context"

	"kopeck/auth"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/books"
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
func (s *Service) createRefund(ctx context.Context, tx *store.Tx, r *books.Refund) error {
	err := tx.Refund.Create().SetID(r.ID).SetOrderID(r.OrderID).SetAmount(r.Amount).SetReason(r.Reason).SetAt(r.At).SetRecordedAt(r.RecordedAt).
		SetGoodsReturned(r.GoodsReturned).SetActor(r.Actor).Exec(auth.System(ctx))
	if err != nil {
		return err
	}
	rows := make([][]any, len(r.Lines))
	for i, part := range r.Lines {
		rows[i] = []any{s.IDs.Make(id.RefundLine), r.ID, part.LineID, i, part.Quantity, part.Amount, part.Stated}
	}
	return tx.InsertRows(ctx, "refund_lines", []string{"id", "refund_id", "line_id", "position", "quantity", "amount", "stated"}, rows)
}

// returnableLines reads the lines of orders, by id. The caller may see the orders.
func returnableLines(ctx context.Context, from store.Reader, orderIDs []string) (map[string]returnableLine, error) {
	lines := map[string]returnableLine{}
	return lines, store.EachByIDs(ctx, from, "SELECT id, quantity, cost FROM order_lines WHERE order_id IN @ids", nil, orderIDs, func(scan store.ScanFunc) error {
		var lineID string
		var line returnableLine
		err := scan(&lineID, &line.quantity, &line.cost)
		lines[lineID] = line
		return err
	})
}

// auditsOf reads the audit of orders, by order, oldest first. No role reads the audit log itself; the caller may see the orders.
func auditsOf(ctx context.Context, from store.Reader, orderIDs []string) (map[string][]auditOf, error) {
	of := map[string][]auditOf{}
	return of, store.EachByIDs(ctx, from, "SELECT subject, action, actor, at, detail FROM audit_entries WHERE subject IN @ids ORDER BY at, id", nil, orderIDs, func(scan store.ScanFunc) error {
		var a auditOf
		err := scan(&a.orderID, &a.action, &a.actor, store.UTC(&a.at), &a.detail)
		of[a.orderID] = append(of[a.orderID], a)
		return err
	})
}
