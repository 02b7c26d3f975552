package rates

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// OrderLineFigures is what a line of an order cost and left over, by what is or was known.
type OrderLineFigures struct {
	KnownAt   time.Time // service.EndOfTime for now
	Refunded  money.Amount
	Tax       money.Amount // of the line's total
	Net       money.Amount // the line's total without tax
	Gross     money.Amount // the line's total with tax
	Cost      money.Amount
	CostLines []*costing.OrderCostLine // they sum to Cost
	Margin    *money.Amount            // nil of an order that is cancelled
	Recipe    *costing.Recipe          // that holds for the order's moment; nil for none

	RefundedTax money.Amount
	TaxBy       *costing.TaxShare // the share with its rate; nil where TaxShare is
	TaxCode     *string           // nil without tax, and where an import gave the tax
	TaxShare    *money.Decimal    // that applies; nil where an import gave the tax, or an order was cancelled with another

	RefundedQuantity money.Decimal // by refunds that name the line
	ReturnedQuantity money.Decimal // of that: what came back to stock
	RefundedByAmount money.Amount  // of Refunded: the line's part of refunds that name an amount of the order
}

// unitPiece is what a quantity of a product is counted in.
const unitPiece = "piece"

// OrderLines explains the lines of orders by all that is known now, by the lines' ids: the costs of an order's lines sum to its cost, and
// their margins to its margin. The caller may see the orders.
func (s *Service) OrderLines(ctx context.Context, orderIDs []string) (map[string]*OrderLineFigures, error) {
	return s.OrderLinesKnownAt(ctx, orderIDs, service.EndOfTime)
}

// OrderLinesKnownAt explains the lines of orders by what was known at a moment. Lines of orders that had not been recorded by then are not
// in it.
func (s *Service) OrderLinesKnownAt(ctx context.Context, orderIDs []string, knownAt time.Time) (map[string]*OrderLineFigures, error) {
	figures := map[string]*OrderLineFigures{}
	ids := slices.Compact(slices.Sorted(slices.Values(orderIDs)))
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		clear(figures)
		orders, err := ordersByID(ctx, tx, ids)
		if err != nil {
			return err
		}
		basis, err := s.basisOf(ctx, tx, orders)
		if err != nil {
			return err
		}
		refunds, err := books.RefundsOf(ctx, tx, ids, knownAt)
		if err != nil {
			return err
		}
		memo := costing.NewMemo(basis, memoized)
		for _, o := range orders {
			if o.createdAt.After(knownAt) {
				continue
			}
			if err := o.explain(memo, refunds[o.id], knowledge{knownAt, s.Now()}, figures); err != nil {
				return input.DomainError(err)
			}
			o.addRecipes(basis.Catalogue, knownAt, figures)
		}
		return nil
	})
	return figures, err
}

// addRecipes adds to the figures of an order's lines what their products are made of.
func (o *orderToCost) addRecipes(catalogue *costing.Catalogue, knownAt time.Time, to map[string]*OrderLineFigures) {
	for _, line := range o.lines {
		if r, ok := catalogue.Recipe(line.productID, o.at, knownAt); ok && to[line.id] != nil {
			to[line.id].Recipe = &r
		}
	}
}

// explain adds the figures of an order's lines.
func (o *orderToCost) explain(memo *costing.Memo, refunds []*books.Refund, known knowledge, to map[string]*OrderLineFigures) error {
	knownAt, currency := known.at, memo.Basis().Currency
	named, byAmount, err := books.RefundedLines(refunds)
	if err != nil {
		return err
	}
	stated, err := o.statedCosts()
	if err != nil {
		return err
	}
	left := make([]money.Amount, len(o.lines)) // of each line's total, after the refunds that name it
	for n, line := range o.lines {
		if left[n], err = line.total.Minus(named[line.id].Amount); err != nil {
			return err
		}
	}
	shares, err := costing.DivideRefunds(byAmount, left)
	if err != nil {
		return err
	}
	cancelled := o.cancelledAt != nil && !o.cancelledAt.After(knownAt)
	taxes, err := o.explainTax(memo.Basis(), refunds, known)
	if err != nil {
		return err
	}
	for n := range o.lines {
		line := &o.lines[n]
		f := &OrderLineFigures{KnownAt: knownAt, RefundedQuantity: named[line.id].Quantity, ReturnedQuantity: named[line.id].Returned}
		if o.stated {
			f.Cost, f.CostLines = stated[n], []*costing.OrderCostLine{costing.StatedCost("came with the import", stated[n], currency)}
		} else if err := o.costLine(memo, line, known, currency, f); err != nil {
			return err
		}
		if err := f.returnGoods(line.quantity); err != nil {
			return err
		}
		f.RefundedByAmount = shares[n]
		if f.Refunded, err = named[line.id].Amount.Plus(shares[n]); err != nil {
			return err
		}
		if err := f.addTax(memo.Basis().Taxes.ModeOf(), line, taxes[n], cancelled); err != nil {
			return err
		}
		to[line.id] = f
	}
	return nil
}

// costLine sets the full cost of a line with its cost lines. What is asked of the present, or of an order that was cancelled by then, is what
// the books say: where rates and recipes do not give it, as of one that was cancelled before they were recorded, the one line says so.
func (o *orderToCost) costLine(memo *costing.Memo, line *lineToCost, known knowledge, currency money.Currency, f *OrderLineFigures) error {
	end, ended := o.ended(known)
	booked := ended || !known.at.Before(service.EndOfTime)
	unit, err := memo.Cost(line.question(o.at, end.at))
	if err == nil {
		f.Cost, f.CostLines, err = costing.OrderLineCost(unit, line.quantity)
	}
	switch {
	case !booked:
		return err
	case err == nil && f.Cost == line.cost:
		return nil
	case ended:
		f.CostLines = []*costing.OrderCostLine{costing.StatedCost("as it was when the order was cancelled", line.cost, currency)}
	default:
		f.CostLines = []*costing.OrderCostLine{costing.StatedCost("as it is in the books", line.cost, currency)}
	}
	f.Cost = line.cost
	return nil
}

// returnGoods takes off the cost what came back to stock of a quantity.
func (f *OrderLineFigures) returnGoods(quantity money.Decimal) error {
	if f.ReturnedQuantity.IsZero() {
		return nil
	}
	back, err := costing.ReturnedCost(f.Cost, f.ReturnedQuantity, quantity, unitPiece)
	if err != nil {
		return err
	}
	f.CostLines = append(f.CostLines, back)
	f.Cost, err = f.Cost.Plus(back.Amount)
	return err
}

// WrongOrderCosts costs all orders whose cost follows from rates once more, by all that is known now, and gives each line whose cost is
// another to a function, and each order that cannot be costed to another. A product that nothing is recorded of is left out: an import gave
// the costs of its lines.
func (s *Service) WrongOrderCosts(ctx context.Context, tx *store.Tx, each func(lineID string, stored, computed money.Amount), failed func(orderID string, err error)) error {
	_, basis, err := s.readProducts(ctx, tx)
	if err != nil {
		return err
	}
	memo, made := costing.NewMemo(basis, memoized), map[string]bool{} // whether anything is recorded that a product is made of
	return eachOrder(ctx, tx, restatableOrders, func(orders []orderToCost) error {
		for _, o := range orders {
			c, err := costOrder(memo, o, s.knownNow())
			if err != nil {
				failed(o.id, err)
				continue
			}
			for n, line := range c.after.lines {
				if _, known := made[line.productID]; !known {
					codes := map[string]bool{}
					addCodes(codes, basis.Catalogue, line.productID)
					made[line.productID] = len(codes) > 0
				}
				if before := c.before.lines[n].cost; before != line.cost && made[line.productID] {
					each(line.id, before, line.cost)
				}
			}
		}
		return nil
	})
}

// WrongOrderTaxes computes the taxes of all orders that have been completed once more, by all that is known now, and gives each line, order,
// refund and line of a refund whose tax is another to a function.
func (s *Service) WrongOrderTaxes(ctx context.Context, tx *store.Tx, each func(id string, stored, computed money.Amount)) error {
	_, basis, err := s.readProducts(ctx, tx)
	if err != nil {
		return err
	}
	return eachOrder(ctx, tx, completedOrders, func(orders []orderToCost) error {
		for _, o := range orders {
			c := costedOrder{before: o, after: o}
			c.after.lines = slices.Clone(o.lines)
			if c.tax(basis, s.knownNow()) == nil { // otherwise more is given back than there is, which other rules find
				c.eachWrongTax(each)
			}
		}
		return nil
	})
}

// eachWrongTax gives what has another tax than was stored of it to a function.
func (c *costedOrder) eachWrongTax(each func(id string, stored, computed money.Amount)) {
	compare := func(id string, stored, computed money.Amount) {
		if stored != computed {
			each(id, stored, computed)
		}
	}
	compare(c.after.id, c.before.tax, c.after.tax)
	compare(c.after.id, c.before.refundedTax, c.after.refundedTax)
	for n, line := range c.after.lines {
		compare(line.id, c.before.lines[n].tax, line.tax)
	}
	for i, r := range c.after.refunds {
		compare(r.ID, r.Tax, c.refunds.Refunds[i])
		for n, part := range r.Lines {
			compare(part.ID, part.Tax, c.refunds.Parts[i][n])
		}
	}
}

// ReturnGoods takes off an order's cost that of goods that came back to stock: of each line, by its id, a quantity. It writes the lines and
// returns what is left of the cost; the order is the caller's to write. The transaction holds the customer.
func (s *Service) ReturnGoods(ctx context.Context, tx *store.Tx, orderID string, returned map[string]money.Decimal) (money.Amount, error) {
	orders, err := ordersByID(ctx, tx, []string{orderID})
	if err != nil || len(orders) == 0 {
		return money.Amount{}, err
	}
	o := orders[0]
	stated, err := o.statedCosts()
	if err != nil {
		return money.Amount{}, input.DomainError(err)
	}
	var cost money.Amount
	for n := range o.lines {
		line := &o.lines[n]
		if o.stated {
			line.cost = stated[n] // from now on the lines have their costs: what comes back is a part of them
		}
		line.returned = money.Nano(line.returned.Nano() + returned[line.id].Nano())
		left, err := line.left()
		if err != nil {
			return cost, input.DomainError(err)
		}
		if cost, err = cost.Plus(left); err != nil {
			return cost, input.DomainError(err)
		}
	}
	return cost, writeReturned(ctx, tx, o.lines)
}
