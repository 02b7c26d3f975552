package sale

import (
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/books"
)

// AsRefunds returns the refunds of the order as the books have them.
func (o *Record) AsRefunds() []*books.Refund {
	refunds := make([]*books.Refund, len(o.Refunds))
	for i, r := range o.Refunds {
		refunds[i] = &books.Refund{ID: r.ID, Amount: r.Amount, At: r.At, RecordedAt: r.RecordedAt, GoodsReturned: r.GoodsReturned}
		for _, part := range r.Lines {
			refunds[i].Lines = append(refunds[i].Lines, &books.RefundLine{LineID: part.LineID, Quantity: part.Quantity, Amount: part.Amount, Stated: part.Stated})
		}
	}
	return refunds
}

// checkTax checks the tax that a file says: it is not more than the total, and that of the lines.
func (o *Record) checkTax() error {
	if !o.StatedTax {
		return nil
	}
	if o.Tax.Sign() < 0 || o.Tax.Compare(o.Total) > 0 {
		return fault.Invalidf("tax", "want 0 or more, and at most the total")
	}
	var sum money.Amount
	for _, line := range o.Lines {
		if line.Tax.Sign() < 0 || line.Tax.Compare(line.Total) > 0 {
			return fault.Invalidf("tax", "want 0 or more, and at most the total, of each line")
		}
		var err error
		if sum, err = sum.Plus(line.Tax); err != nil {
			return fault.Invalidf("tax", "the amount is too large")
		}
	}
	if len(o.Lines) > 0 && sum != o.Tax {
		return fault.Invalidf("tax", "the lines' taxes do not sum to the order's")
	}
	return nil
}
