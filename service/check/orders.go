package check

import (
	"context"
	"fmt"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

var (
	lineCost       = &rule{lawExplained, "the line's cost is %s, by the recipe and rates known now it is %s"}
	orderUncosted  = &rule{lawExplained, "the order cannot be costed by the recipes and rates known now: %v"}
	orderBooked    = &rule{lawStates, "%s of %s is booked, by the recipes known now the order needs %s"}
	orderCancelled = &rule{lawStates, "the order is cancelled and still takes capacity on %s"}
	taxOf          = &rule{lawBooks, "the tax is %s, by the shares known now it is %s"}
	orderCosts     = &rule{lawBooks, "the order's cost is %s, those of its lines less what came back to stock sum to %s"}
	orderReturned  = &rule{lawBooks, "%s of the line came back to stock, by the refunds it is %s"}
	refundLines    = &rule{lawBooks, "the refund's amount is %s, its lines sum to %s"}
	refundOver     = &rule{lawBooks, "more was given back of the line than its quantity or its total"}
	refundShare    = &rule{lawBooks, "the parts of the line that are given back without an amount sum to %s, their share of its total is %s"}
)

// checkOrders compares the costs and taxes of orders' lines with what the recipe and rates give now, and the refunds of orders with their lines, what
// came back to stock and what the order costs without it.
func (s *Service) checkOrders(ctx context.Context, tx *store.Tx, f *findings) error {
	err := s.rates.WrongOrderCosts(ctx, tx, func(lineID string, stored, computed money.Amount) {
		f.add(lineCost, lineID, s.Currency.Format(stored), s.Currency.Format(computed))
	}, func(orderID string, err error) { f.add(orderUncosted, orderID, err) })
	if err != nil {
		return fmt.Errorf("check: costs of orders: %w", err)
	}
	err = s.rates.WrongBookings(ctx, tx, func(orderID, resource string, booked, needed money.Decimal) {
		f.add(orderBooked, orderID, booked, resource, needed)
	})
	if err != nil {
		return fmt.Errorf("check: bookings of orders: %w", err)
	}
	err = eachCancelledBooking(ctx, tx, func(orderID string, cancelledAt time.Time, last int) {
		if last >= s.Settings().Day(cancelledAt) { // the work of the days before was done
			f.add(orderCancelled, orderID, schema.Date(last))
		}
	})
	if err != nil {
		return fmt.Errorf("check: bookings of cancelled orders: %w", err)
	}
	err = s.rates.WrongOrderTaxes(ctx, tx, func(id string, stored, computed money.Amount) {
		f.add(taxOf, id, s.Currency.Format(stored), s.Currency.Format(computed))
	})
	if err != nil {
		return fmt.Errorf("check: taxes of orders: %w", err)
	}
	return eachOrderLines(ctx, tx, func(orders []orderWithLines, refunds map[string][]*books.Refund) error {
		for _, o := range orders {
			if err := s.checkRefunds(f, o, refunds[o.id]); err != nil {
				return err
			}
		}
		return nil
	})
}

// checkRefunds checks the lines of an order's refunds.
func (s *Service) checkRefunds(f *findings, o orderWithLines, refunds []*books.Refund) error {
	for _, r := range refunds {
		var sum money.Amount
		for _, part := range r.Lines {
			var err error
			if sum, err = sum.Plus(part.Amount); err != nil {
				return err
			}
		}
		if len(r.Lines) > 0 && sum != r.Amount {
			f.add(refundLines, r.ID, s.Currency.Format(r.Amount), s.Currency.Format(sum))
		}
	}
	given, _, err := books.RefundedLines(refunds)
	if err != nil {
		return err
	}
	var left money.Amount
	for _, line := range o.lines {
		of := given[line.id]
		if of.Returned != line.returned {
			f.add(orderReturned, line.id, line.returned, of.Returned)
		}
		if of.Quantity.Compare(line.quantity) > 0 || of.Amount.Compare(line.total) > 0 {
			f.add(refundOver, line.id)
		}
		if want, err := costing.PartOf(line.total, of.Shared, line.quantity); err != nil || want != of.SharedSum {
			f.add(refundShare, line.id, s.Currency.Format(of.SharedSum), s.Currency.Format(want))
		}
		back, err := costing.PartOf(line.cost, line.returned, line.quantity)
		if err != nil {
			return input.DomainError(err)
		}
		if left, err = left.Plus(line.cost); err != nil {
			return err
		}
		if left, err = left.Minus(back); err != nil {
			return err
		}
	}
	if left != o.cost && (!o.stated || o.returnedAny()) { // an import may give no costs to the lines
		f.add(orderCosts, o.id, s.Currency.Format(o.cost), s.Currency.Format(left))
	}
	return nil
}

// returnedAny reports whether anything of an order came back to stock.
func (o orderWithLines) returnedAny() bool {
	for _, line := range o.lines {
		if !line.returned.IsZero() {
			return true
		}
	}
	return false
}
