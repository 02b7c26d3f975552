package sale

import (
	"context"
	"encoding/json"
	"fmt"

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
	create := tx.Refund.Create()
	err := refundFields.Set(create.Mutation(), &RefundRecord{
		ID: r.ID, OrderID: r.OrderID, Amount: r.Amount, Reason: r.Reason, At: r.At, RecordedAt: r.RecordedAt, GoodsReturned: r.GoodsReturned, Actor: r.Actor,
	})
	if err != nil {
		return err
	}
	if err := create.Exec(auth.System(ctx)); err != nil {
		return err
	}
	columns, rows := refundLineFields.Columns(), make([][]any, len(r.Lines))
	for i, part := range r.Lines {
		line := &RefundLineRecord{ID: s.IDs.Make(id.RefundLine), RefundID: r.ID, LineID: part.LineID, Position: i, Quantity: part.Quantity, Amount: part.Amount, Stated: part.Stated}
		for _, column := range columns {
			rows[i] = append(rows[i], column.Value(line))
		}
	}
	return tx.InsertRows(ctx, "refund_lines", store.Names(columns), rows)
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

// movedBy reads what an entry of the audit says of a due date that was moved. No role reads the audit log itself; the caller has moved the
// date, or repeats the request that did.
func (s *Service) movedBy(ctx context.Context, entry string) (done moved, err error) {
	kept, err := s.Client.AuditEntry.Get(auth.System(ctx), entry)
	if err == nil {
		err = json.Unmarshal(kept.Detail, &done)
	}
	if err != nil {
		return done, fmt.Errorf("sale: the date moved by %s: %w", entry, err)
	}
	return done, nil
}
