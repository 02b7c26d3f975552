package rates

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent/order"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// What the tax of orders rests on may be recorded late: a rate of a code, the code of a product, that a customer is exempt. It restates the
// orders that were completed in its time, with their refunds. An order that is not completed yet has the tax of whenever it is asked for.

// restateTaxes restates the orders with a product of a code whose rate was set.
func (s *Service) restateTaxes(ctx context.Context, tx *store.Tx, added coverages) (int, error) {
	_, basis, err := s.readProducts(ctx, tx)
	if err != nil {
		return 0, err
	}
	work := orderRestating{added: added, memo: costing.NewMemo(basis, memoized), madeOf: map[string]map[string]bool{}, customers: map[string]bool{}, taxes: true}
	for _, productID := range basis.Taxes.Products() {
		work.madeOf[productID] = map[string]bool{}
		for _, code := range basis.Taxes.Codes(productID) {
			work.madeOf[productID][code] = true
		}
	}
	concerned := work.concerns()
	for _, of := range concerned {
		of.completed = true
	}
	err = s.restateConcerned(ctx, tx, &work, concerned, "a tax was set for the past")
	return work.changed, err
}

// RestateTaxCode restates the orders with a product whose tax code was set from a moment on: until the next code, since what the end of
// a code means depends on whether there was one before. The terms are written, and the transaction holds the rates alone.
func (s *Service) RestateTaxCode(ctx context.Context, tx *store.Tx, productID string, code *string, from time.Time) (int, error) {
	_, basis, err := s.readProducts(ctx, tx)
	if err != nil {
		return 0, err
	}
	work := orderRestating{memo: costing.NewMemo(basis, memoized), customers: map[string]bool{}, taxes: true, cause: map[string]any{"taxCode": map[string]any{"product": productID, "code": code, "from": from}}}
	until, some := basis.Taxes.NextCode(productID, from)
	if !some {
		until = service.EndOfTime
	}
	concerned := map[span]*concern{{from, until}: {products: map[string]bool{productID: true}, completed: true}}
	err = s.restateConcerned(ctx, tx, &work, concerned, "a tax code was set for the past")
	return work.changed, err
}

// PlacedExempt reports whether a customer, who is exempt from tax, has open orders that were placed without a tax which is part of their
// prices otherwise: once the exemption ends, less is left of the same prices. The transaction holds the rates and the customer.
func (s *Service) PlacedExempt(ctx context.Context, tx *store.Tx, customerID string) (bool, error) {
	if s.Settings().Taxes == costing.TaxOnTop {
		return false, nil
	}
	open, err := tx.Order.Query().Where(order.CustomerID(customerID), order.StatusEQ(schema.OrderPlaced)).IDs(ctx)
	if err != nil || len(open) == 0 {
		return false, err
	}
	orders, err := ordersByID(ctx, tx, open)
	if err != nil {
		return false, err
	}
	basis, err := s.basisOf(ctx, tx, orders)
	if err != nil {
		return false, err
	}
	now := s.Now()
	for _, o := range orders {
		for _, line := range o.lines {
			share := basis.Taxes.ShareOf(basis.Rates, line.productID, "", now, now)
			tax, err := costing.LineTax(line.total, share.Share, basis.Taxes.ModeOf())
			if err != nil {
				return false, input.DomainError(err)
			}
			if line.tax.IsZero() && !tax.IsZero() {
				return true, nil
			}
		}
	}
	return false, nil
}

// RestateExemption restates the orders of a customer that were completed from a moment on, since when they are exempt from tax for a reason, or no longer.
// What says so is written, and the transaction holds the rates and the customer.
func (s *Service) RestateExemption(ctx context.Context, tx *store.Tx, customerID string, reason *string, from time.Time) error {
	customerOf, err := ordersCompletedSince(ctx, tx, customerID, from)
	if err != nil || len(customerOf) == 0 {
		return err
	}
	orders, err := ordersByID(ctx, tx, slices.Sorted(maps.Keys(customerOf)))
	if err != nil {
		return err
	}
	basis, err := s.basisOf(ctx, tx, orders)
	if err != nil {
		return err
	}
	work := orderRestating{memo: costing.NewMemo(basis, memoized), customers: map[string]bool{}, taxes: true, cause: map[string]any{"exemption": map[string]any{"reason": reason, "from": from}}}
	err = s.restateAll(ctx, tx, &work, customerOf, "an exemption from tax was set for the past")
	return err
}
