package revenue

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/lifetime"
	"kopeck/money"
	"kopeck/store"
)

// refundsByOrder are refunds by their orders' ids, in the order in which they were given.
type refundsByOrder map[string][]costing.SoldRefund

// scan returns a function that scans a refund with one of its lines.
func (of refundsByOrder) scan() func(store.ScanFunc) error {
	last := ""
	return func(scan store.ScanFunc) error {
		var orderID, id string
		var r costing.SoldRefund
		var part costing.SoldRefundLine
		if err := scan(&orderID, &id, &r.Amount, store.UTC(&r.At), &r.GoodsReturned, &part.LineID, &part.Quantity, &part.Amount); err != nil {
			return err
		}
		if id != last {
			of[orderID], last = append(of[orderID], r), id
		}
		if part.LineID != "" {
			refunds := of[orderID]
			refunds[len(refunds)-1].Lines = append(refunds[len(refunds)-1].Lines, part)
		}
		return nil
	}
}

// orderRows puts the lines of orders together.
type orderRows struct {
	*question

	each func(*soldOrder) error
	last *soldOrder
}

func newOrderRows(q *question, each func(*soldOrder) error) *orderRows {
	return &orderRows{question: q, each: each}
}

// scan scans a line with its order.
func (rows *orderRows) scan(scan store.ScanFunc) error {
	var o soldOrder
	var line costing.SoldLine
	var status string
	var cancelled *time.Time
	var total, tax, cost money.Amount
	var matches int
	values := make([]string, len(rows.by))
	cells := make([]any, 0, len(values)+16)
	for i := range values {
		cells = append(cells, &values[i])
	}
	err := scan(append(cells, &matches, &o.id, store.UTC(&o.at), store.UTC(&o.CompletedAt), &cancelled, &status, &o.Uncosted, &o.stated, &total, &tax, &cost,
		&line.ID, &line.Quantity, &line.Total, &line.Tax, &line.Cost)...)
	if err != nil {
		return err
	}
	if line.ID == "" {
		line.Total, line.Tax, line.Cost = total, tax, cost
	}
	if rows.last == nil || rows.last.id != o.id {
		if err := rows.flush(); err != nil {
			return err
		}
		rows.last = &o
		o.GivenBack = status == string(lifetime.OrderRefunded)
		if status == string(lifetime.OrderCancelled) {
			o.CancelledAt = &o.CompletedAt
			if cancelled != nil {
				at := cancelled.UTC()
				o.CancelledAt = &at
			}
		}
	}
	last := rows.last
	last.Lines, last.values, last.matches = append(last.Lines, line), append(last.values, values), append(last.matches, matches == 1)
	return nil
}

// flush gives the last order.
func (rows *orderRows) flush() error {
	last := rows.last
	if rows.last = nil; last == nil {
		return nil
	}
	return rows.each(last)
}

// addChanged adds the orders to which something happened after their completion.
func (t *tally) addChanged(ctx context.Context, tx *store.Tx) error {
	refunds, err := changedRefunds(ctx, tx, t.question)
	if err != nil {
		return err
	}
	return eachChanged(ctx, tx, t.question, func(o *soldOrder) error {
		o.Refunds = refunds[o.id]
		return t.addOrder(o)
	})
}
