package sale

import (
	"context"
	"strconv"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/orderline"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// refundRequest is a checked request to give money back.
type refundRequest struct {
	at     time.Time
	reason string
	amount *money.Amount // nil: what the lines say or, without lines, all that is left
	lines  []lineRequest
	goods  bool // came back to stock
}

// lineRequest is a line of a request; nil is all that is left of it.
type lineRequest struct {
	lineID   string
	quantity *money.Decimal
	amount   *money.Amount
}

// RefundOrder gives money back for a completed order: an amount, lines by quantity, or all that is left by default. The cost of goods that
// came back to stock is taken off the order's cost. With nothing left the order is REFUNDED, and the capacity that it takes from today on is
// free. Faults: INVALID, also on at for a moment before the completion, on amount and lines for more than is left, and on goodsReturned for an
// amount; WRONG_STATE unless the order is COMPLETED; NOT_FOUND; VERSION_CONFLICT.
func (s *Service) RefundOrder(ctx context.Context, in service.RefundOrderInput) (*ent.Order, error) {
	request, err := s.checkRefund(in)
	if err != nil {
		return nil, err
	}
	return s.changeOrder(ctx, service.Verb{Name: "refundOrder", Key: in.IdempotencyKey, Body: in}, in.ID, in.ExpectedVersion, func(ctx context.Context, tx *store.Tx, o *ent.Order) error {
		switch {
		case o.Status != schema.OrderCompleted:
			return wrongOrder(o, "refunded")
		case request.at.Before(*o.CompletedAt) && in.At != nil:
			return fault.Invalidf("at", "before the order was completed, at %s", o.CompletedAt.Format(time.RFC3339))
		}
		r := &books.Refund{ID: s.IDs.Make(id.Refund), OrderID: o.ID, At: request.at, RecordedAt: s.Now(), Reason: request.reason, GoodsReturned: request.goods}
		if err := s.divideRefund(ctx, tx, o, request, r); err != nil {
			return err
		}
		return s.refund(ctx, tx, o, r)
	})
}

// checkRefund checks an input by itself.
func (s *Service) checkRefund(in service.RefundOrderInput) (*refundRequest, error) {
	var faults fault.List
	request := &refundRequest{goods: in.GoodsReturned != nil && *in.GoodsReturned}
	faults.Add(id.Check("id", id.Order, in.ID))
	var err error
	request.reason, err = input.Text("reason", in.Reason, 2000)
	faults.Add(err)
	request.at, err = s.PastMoment("at", in.At)
	faults.Add(err)
	given, err := s.Amount("amount", in.Amount)
	faults.Add(err)
	if err == nil && in.Amount != nil {
		request.amount = &given
		if given.IsZero() {
			faults.Add(fault.New(fault.Invalid, "", "want more than 0").At("amount", "amount"))
		}
	}
	switch {
	case in.Lines != nil && in.Amount != nil:
		faults.Add(fault.Invalidf("amount", "give either an amount or lines, which may have amounts"))
	case in.Lines != nil && len(in.Lines) == 0:
		faults.Add(fault.Invalidf("lines", "want at least one line"))
	case request.goods && in.Amount != nil:
		faults.Add(fault.Invalidf("goodsReturned", "name the lines of which the goods came back"))
	}
	seen := map[string]bool{}
	for i, line := range in.Lines {
		place := strconv.Itoa(i)
		one := lineRequest{lineID: line.LineID}
		err := id.Check("lineId", id.OrderLine, line.LineID)
		if err == nil && seen[line.LineID] {
			err = fault.Invalidf("lineId", "the line is named twice")
		}
		addAt(&faults, err, place)
		seen[line.LineID] = true
		if line.Quantity != nil {
			quantity, err := input.Quantity("quantity", line.Quantity)
			addAt(&faults, err, place)
			one.quantity = &quantity
		}
		if line.Amount != nil {
			amount, err := s.Amount("amount", line.Amount)
			if err == nil && line.Quantity == nil {
				err = fault.Invalidf("quantity", "an amount is for a quantity: say how much of the line it gives back")
			}
			addAt(&faults, err, place)
			one.amount = &amount
		}
		request.lines = append(request.lines, one)
	}
	return request, faults.Or()
}

// addAt adds a fault of a line of the input.
func addAt(faults *fault.List, err error, place string) {
	if f := fault.Of(err); f != nil {
		err = f.At("lines", place)
	}
	faults.Add(err)
}

// divideRefund sets what is given back of an order and of its lines.
func (s *Service) divideRefund(ctx context.Context, tx *store.Tx, o *ent.Order, request *refundRequest, r *books.Refund) error {
	left, err := o.Total.Minus(o.Refunded)
	if err != nil {
		return err
	}
	tooMuch := fault.New(fault.Invalid, "", "%s %s of this order can be refunded", s.Currency.Format(left), s.Currency.Code())
	if request.lines == nil && !request.goods {
		r.Amount = left
		if request.amount != nil {
			r.Amount = *request.amount
		}
		if r.Amount.Compare(left) > 0 || r.Amount.IsZero() {
			return tooMuch.At("amount", "amount")
		}
		return nil
	}
	lines, err := tx.OrderLine.Query().Where(orderline.OrderID(o.ID)).Order(orderline.ByPosition()).All(ctx)
	if err != nil {
		return err
	}
	if len(lines) == 0 {
		return fault.New(fault.WrongState, "id", "the order was imported without lines: refund an amount, or cancel the order if all of it came back")
	}
	before, err := books.RefundsOf(ctx, tx, []string{o.ID}, service.EndOfTime)
	if err != nil {
		return err
	}
	given, _, err := books.RefundedLines(before[o.ID])
	if err != nil {
		return err
	}
	if request.lines == nil {
		r.Lines, err = allThatIsLeft(lines, given, left)
	} else {
		r.Lines, err = s.partsOf(lines, given, request.lines)
	}
	if err != nil {
		return err
	}
	for _, part := range r.Lines {
		if r.Amount, err = r.Amount.Plus(part.Amount); err != nil {
			return err
		}
	}
	if r.Amount.Compare(left) > 0 || r.Amount.IsZero() {
		tooMuch.Path = []string{"lines"}
		return tooMuch
	}
	return nil
}

// partsOf returns the parts of a refund by the lines that a request names.
func (s *Service) partsOf(lines []*ent.OrderLine, given map[string]books.RefundedLine, requests []lineRequest) ([]*books.RefundLine, error) {
	byID := make(map[string]*ent.OrderLine, len(lines))
	for _, line := range lines {
		byID[line.ID] = line
	}
	var faults fault.List
	parts := make([]*books.RefundLine, len(requests))
	for i, request := range requests {
		line := byID[request.lineID]
		if line == nil {
			addAt(&faults, fault.Invalidf("lineId", "not a line of this order"), strconv.Itoa(i))
			continue
		}
		part, err := s.partOf(line, given[line.ID], request)
		if fault.Of(err) == nil && err != nil {
			return nil, err
		}
		addAt(&faults, err, strconv.Itoa(i))
		parts[i] = part
	}
	return parts, faults.Or()
}

// partOf returns the part of a refund that a request names of a line, of which something may have been given back before. Without an amount
// it is the quantity's share of the line's total; all such parts of a line sum to its total.
func (s *Service) partOf(line *ent.OrderLine, before books.RefundedLine, request lineRequest) (*books.RefundLine, error) {
	quantityLeft := money.Nano(line.Quantity.Nano() - before.Quantity.Nano())
	amountLeft, err := line.Total.Minus(before.Amount)
	if err != nil {
		return nil, err
	}
	part := &books.RefundLine{LineID: line.ID, Quantity: quantityLeft, Stated: request.amount != nil}
	if request.quantity != nil {
		part.Quantity = *request.quantity
	}
	if part.Quantity.Compare(quantityLeft) > 0 || part.Quantity.IsZero() {
		return nil, fault.Invalidf("quantity", "%s of %s of this line are left to be refunded", quantityLeft, line.Quantity)
	}
	if request.amount != nil {
		part.Amount = *request.amount
	} else if part.Amount, err = shareOf(line, before, part.Quantity); err != nil {
		return nil, err
	}
	switch {
	case part.Amount.Compare(amountLeft) <= 0:
		return part, nil
	case part.Stated:
		return nil, fault.New(fault.Invalid, "", "%s %s of this line is left", s.Currency.Format(amountLeft), s.Currency.Code()).At("amount", "amount")
	}
	return nil, fault.Invalidf("quantity", "its share of the line's total is %s %s, of which %s is left: state an amount", s.Currency.Format(part.Amount), s.Currency.Code(), s.Currency.Format(amountLeft))
}

// shareOf returns the share of a line's total that belongs to one more part of its quantity.
func shareOf(line *ent.OrderLine, before books.RefundedLine, quantity money.Decimal) (money.Amount, error) {
	all, err := costing.PartOf(line.Total, money.Nano(before.Shared.Nano()+quantity.Nano()), line.Quantity)
	if err != nil {
		return all, err
	}
	return all.Minus(before.SharedSum)
}

// allThatIsLeft returns the parts of a refund of what is left of an order, in quantity of every line and in money of the order: that is
// divided by what is left of each line.
func allThatIsLeft(lines []*ent.OrderLine, given map[string]books.RefundedLine, left money.Amount) ([]*books.RefundLine, error) {
	var err error
	amounts := make([]money.Amount, len(lines))
	for i, line := range lines {
		if amounts[i], err = line.Total.Minus(given[line.ID].Amount); err != nil {
			return nil, err
		}
	}
	if amounts, err = costing.DivideRefunds(left, amounts); err != nil {
		return nil, err
	}
	var parts []*books.RefundLine
	for i, line := range lines {
		before := given[line.ID]
		part := &books.RefundLine{LineID: line.ID, Quantity: money.Nano(line.Quantity.Nano() - before.Quantity.Nano()), Amount: amounts[i]}
		share, err := shareOf(line, before, part.Quantity)
		if err != nil {
			return nil, err
		}
		part.Stated = share != part.Amount
		if !part.Quantity.IsZero() || !part.Amount.IsZero() {
			parts = append(parts, part)
		}
	}
	return parts, nil
}

// refund writes a refund with the amounts of the order that follow from it.
func (s *Service) refund(ctx context.Context, tx *store.Tx, o *ent.Order, r *books.Refund) error {
	refunded, err := o.Refunded.Plus(r.Amount)
	if err != nil {
		return input.DomainError(err)
	}
	cost := o.Cost
	if r.GoodsReturned {
		returned := map[string]money.Decimal{}
		for _, part := range r.Lines {
			returned[part.LineID] = part.Quantity
		}
		if cost, err = s.rates.ReturnGoods(ctx, tx, o.ID, returned); err != nil {
			return err
		}
	}
	status := o.Status
	if refunded == o.Total {
		status = schema.OrderRefunded
	}
	if err := tx.Order.UpdateOne(o).SetRefunded(refunded).SetCost(cost).SetStatus(status).SetUpdatedAt(s.Now()).AddVersion(1).Exec(ctx); err != nil {
		return err
	}
	if status == schema.OrderRefunded {
		if err := s.rates.FreeCapacity(ctx, tx, o.ID, s.Now()); err != nil {
			return err
		}
	}
	actor, _ := auth.From(ctx)
	r.Actor = actor.Name
	if err := s.createRefund(ctx, tx, r); err != nil {
		return err
	}
	if err := s.rates.TaxOrder(ctx, tx, o.ID); err != nil { // and the margin, without the tax
		return err
	}
	return s.Audit(ctx, tx, "order.refund", o.ID, map[string]any{"refund": r.ID, "amount": r.Amount, "at": r.At, "reason": r.Reason, "lines": len(r.Lines), "goodsReturned": r.GoodsReturned})
}

// RefundParts returns the lines of orders' refunds with the costs that came back with the goods, by refund. The caller may see the orders.
func (s *Service) RefundParts(ctx context.Context, orderIDs []string) (map[string][]*RefundedPart, error) {
	refunds, err := books.RefundsOf(ctx, s.Store, orderIDs, service.EndOfTime)
	if err != nil {
		return nil, err
	}
	lines, err := returnableLines(ctx, s.Store, orderIDs)
	if err != nil {
		return nil, err
	}
	parts := map[string][]*RefundedPart{}
	returned := map[string]int64{} // of each line's quantity so far
	for _, orderID := range orderIDs {
		for _, r := range refunds[orderID] {
			for _, one := range r.Lines {
				part := &RefundedPart{LineID: one.LineID, Quantity: one.Quantity, Amount: one.Amount, Tax: one.Tax}
				if line, known := lines[one.LineID]; r.GoodsReturned && known {
					if part.Cost, err = line.costOf(money.Nano(returned[one.LineID]), one.Quantity); err != nil {
						return nil, input.DomainError(err)
					}
					returned[one.LineID] += one.Quantity.Nano()
				}
				parts[r.ID] = append(parts[r.ID], part)
			}
		}
	}
	return parts, nil
}

// returnableLine is a line as far as goods come back of it.
type returnableLine struct {
	quantity money.Decimal
	cost     money.Amount
}

// costOf returns the cost that comes back with one more part of the quantity, after others.
func (l returnableLine) costOf(before, quantity money.Decimal) (money.Amount, error) {
	first, err := costing.PartOf(l.cost, before, l.quantity)
	if err != nil {
		return first, err
	}
	both, err := costing.PartOf(l.cost, money.Nano(before.Nano()+quantity.Nano()), l.quantity)
	if err != nil {
		return both, err
	}
	return both.Minus(first)
}
