package books

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/store"
)

// Refund is money that was given back for an order.
type Refund struct {
	ID, OrderID    string
	Amount, Tax    money.Amount // the tax follows that of the order
	At, RecordedAt time.Time
	Reason, Actor  string
	GoodsReturned  bool
	Lines          []*RefundLine // none if it names an amount
}

// RefundLine is the part of a refund that is of one line of the order.
type RefundLine struct {
	ID       string // "" of one that is not written yet
	LineID   string
	Quantity money.Decimal
	Amount   money.Amount
	Tax      money.Amount
	Stated   bool // the amount was given; otherwise it is the quantity's share of the line's total
}

// RefundedLine is what refunds that name a line gave back of it.
type RefundedLine struct {
	Amount    money.Amount  // of all
	Quantity  money.Decimal // of all
	Returned  money.Decimal // of those whose goods came back to stock
	Shared    money.Decimal // of those whose amount is a share of the line's total
	SharedSum money.Amount  // the amounts of these
}

// RefundedLines sums up refunds by the lines that they name, and those that name an amount. Error: money.ErrOverflow.
func RefundedLines(refunds []*Refund) (lines map[string]RefundedLine, byAmount money.Amount, err error) {
	lines = map[string]RefundedLine{}
	for _, r := range refunds {
		if len(r.Lines) == 0 {
			if byAmount, err = byAmount.Plus(r.Amount); err != nil {
				return nil, byAmount, err
			}
		}
		for _, part := range r.Lines {
			sum := lines[part.LineID]
			if sum.Amount, err = sum.Amount.Plus(part.Amount); err != nil {
				return nil, byAmount, err
			}
			sum.Quantity = plus(sum.Quantity, part.Quantity)
			if r.GoodsReturned {
				sum.Returned = plus(sum.Returned, part.Quantity)
			}
			if !part.Stated {
				sum.Shared = plus(sum.Shared, part.Quantity)
				if sum.SharedSum, err = sum.SharedSum.Plus(part.Amount); err != nil {
					return nil, byAmount, err
				}
			}
			lines[part.LineID] = sum
		}
	}
	return lines, byAmount, nil
}

// GivenBack returns refunds as far as their tax is concerned, in their order.
func GivenBack(refunds []*Refund) []costing.GivenBack {
	all := make([]costing.GivenBack, len(refunds))
	for i, r := range refunds {
		all[i].Amount = r.Amount
		for _, part := range r.Lines {
			all[i].Lines = append(all[i].Lines, costing.GivenLine{LineID: part.LineID, Amount: part.Amount})
		}
	}
	return all
}

// plus adds quantities of one line, whose sum is at most the line's.
func plus(a, b money.Decimal) money.Decimal { return money.Nano(a.Nano() + b.Nano()) }

// RefundsOf returns the refunds of orders that had been recorded by a moment, by order, each order's by the time at which they were given.
// The caller may see the orders.
func RefundsOf(ctx context.Context, from store.Reader, orderIDs []string, recordedBy time.Time) (map[string][]*Refund, error) {
	of := map[string][]*Refund{}
	return of, eachRefund(ctx, from, orderIDs, recordedBy, func(r *Refund, part *RefundLine) {
		known := of[r.OrderID]
		if n := len(known); n == 0 || known[n-1].ID != r.ID {
			of[r.OrderID] = append(known, r)
		}
		if part != nil {
			last := of[r.OrderID][len(of[r.OrderID])-1]
			last.Lines = append(last.Lines, part)
		}
	})
}
