package rates

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// LockRates is held shared by what reads rates to cost something, and alone by what sets one: so no rate is missed
// by what is recorded beside it.
var LockRates = store.LockOn("rates", "")

// RateColumns begins a query that [ScanRate] scans; a condition follows.
const RateColumns = "SELECT id, subject, code, unit, amount, valid_from, recorded_at, capacity_per_day, fixed_share FROM rates "

// orderToCost is an order as far as its cost is concerned.
type orderToCost struct {
	ID, customerID        string
	at                    time.Time
	total, refunded, Cost money.Amount
	uncosted              bool
	lines                 []lineToCost
}

type lineToCost struct {
	id, productID string
	quantity      money.Decimal
	options       []costing.Chosen
	leadDays      int
	cost          money.Amount
}

// costedOrder is what an order's cost was and is to be.
type costedOrder struct {
	before, After orderToCost
	margin        money.Amount
}

// HoldRates keeps rates from being set until the transaction's end. A verb that costs something takes it before it holds
// a customer (lockCustomer): setRate, which waits for all who share it, then changes customers, and nobody waits in a circle.
func (s *Service) HoldRates(ctx context.Context, tx *store.Tx) error {
	return tx.Lock(ctx, LockRates, true)
}

// RatesFor reads the rates of some codes, of whatever subject, as they are in the context's transaction, and keeps
// others from being set until its end.
func (s *Service) RatesFor(ctx context.Context, tx *store.Tx, codes []string) (*costing.Rates, error) {
	if err := s.HoldRates(ctx, tx); err != nil {
		return nil, err
	}
	var rates []costing.Rate
	err := store.EachByIDs(ctx, tx, RateColumns+"WHERE code IN @ids", nil, codes, func(scan store.ScanFunc) error {
		r, err := ScanRate(scan)
		rates = append(rates, r)
		return err
	})
	return costing.NewRates(rates), err
}

// ScanRate scans a rate.
func ScanRate(scan store.ScanFunc) (r costing.Rate, err error) {
	err = scan(&r.ID, &r.Subject, &r.Code, &r.Unit, &r.Amount, &r.ValidFrom, &r.RecordedAt, &r.CapacityPerDay, &r.FixedShare)
	r.ValidFrom, r.RecordedAt = r.ValidFrom.UTC(), r.RecordedAt.UTC()
	return r, err
}

// CostOrder costs an order whose lines are written: each line is the full cost of one unit at the order's moment, by all
// that is known now, times its quantity, rounded once. It writes the lines' costs and the order's cost, margin
// and whether a rate is missing. The customer is held; settling is the caller's, once the order is completed.
func (s *Service) CostOrder(ctx context.Context, tx *store.Tx, orderID string) error {
	orders, err := s.OrdersToCost(ctx, tx, "o.id = ?", orderID)
	if err != nil {
		return err
	}
	settings := s.Settings()
	basis := costing.Basis{Catalogue: s.quote.PriceBook().Basis().Catalogue, Calendar: settings.Calendar, Load: settings.Load, Currency: s.Currency, Zone: settings.Zone}
	codes := map[string]bool{}
	for _, o := range orders {
		for _, line := range o.lines {
			codesOf(basis.Catalogue, line.productID, codes)
		}
	}
	if basis.Rates, err = s.ratesToMake(ctx, tx, codes); err != nil {
		return err
	}
	costed, err := Recost(basis, orders, service.EndOfTime)
	if err != nil {
		return err
	}
	return s.writeOrderCosts(ctx, tx, costed)
}

// ratesToMake reads the rates of materials and resources of some codes, and those of all overheads.
func (s *Service) ratesToMake(ctx context.Context, tx *store.Tx, codes map[string]bool) (*costing.Rates, error) {
	if err := s.HoldRates(ctx, tx); err != nil {
		return nil, err
	}
	var rates []costing.Rate
	add := func(scan store.ScanFunc) error {
		r, err := ScanRate(scan)
		rates = append(rates, r)
		return err
	}
	if err := store.Each(ctx, tx, RateColumns+"WHERE subject = 'OVERHEAD'", nil, add); err != nil {
		return nil, err
	}
	err := store.EachByIDs(ctx, tx, RateColumns+"WHERE subject IN ('MATERIAL', 'RESOURCE') AND code IN @ids", nil, slices.Sorted(maps.Keys(codes)), add)
	return costing.NewRates(rates), err
}

// codesOf adds the codes of all materials and resources that a product and its options are made of in the end.
func codesOf(catalogue *costing.Catalogue, productID string, codes map[string]bool) {
	walkComponents(catalogue, productID, map[string]bool{}, func(c costing.Component) {
		if code := c.Material + c.Resource; code != "" {
			codes[code] = true
		}
	})
}

// walkComponents visits the components of a product, its options and its parts.
func walkComponents(catalogue *costing.Catalogue, productID string, seen map[string]bool, visit func(costing.Component)) {
	p, _ := catalogue.Product(productID)
	if seen[productID] {
		return
	}
	seen[productID] = true
	lists := [][]costing.Component{p.Components}
	for _, option := range p.Options {
		lists = append(lists, option.Components)
	}
	for _, components := range lists {
		for _, c := range components {
			visit(c)
			if c.PartID != "" {
				walkComponents(catalogue, c.PartID, seen, visit)
			}
		}
	}
}

// OrdersToCost reads orders with their lines, by a condition on orders o.
func (s *Service) OrdersToCost(ctx context.Context, db store.Reader, condition string, args ...any) ([]orderToCost, error) {
	var orders []orderToCost
	err := store.Each(ctx, db, `SELECT o.id, o.customer_id, o.at, o.total, o.refunded, o.cost, o.uncosted, l.id, l.product_id, l.quantity, l.options, l.lead_days, l.cost
		FROM orders o JOIN order_lines l ON l.order_id = o.id WHERE `+condition+` ORDER BY o.id, l.position`, args, func(scan store.ScanFunc) error {
		var o orderToCost
		var line lineToCost
		var options []byte
		if err := scan(&o.ID, &o.customerID, &o.at, &o.total, &o.refunded, &o.Cost, &o.uncosted, &line.id, &line.productID, &line.quantity, &options, &line.leadDays, &line.cost); err != nil {
			return err
		}
		if err := json.Unmarshal(options, &line.options); err != nil {
			return fmt.Errorf("service: options of %s: %w", line.id, err)
		}
		if n := len(orders); n == 0 || orders[n-1].ID != o.ID {
			o.at = o.at.UTC()
			orders = append(orders, o)
		}
		last := &orders[len(orders)-1]
		last.lines = append(last.lines, line)
		return nil
	})
	return orders, err
}

// moved tells whether anything is different.
func (c costedOrder) moved() bool {
	return c.before.Cost != c.After.Cost || c.before.uncosted != c.After.uncosted || !slices.EqualFunc(c.before.lines, c.After.lines, func(a, b lineToCost) bool { return a.cost == b.cost })
}

// Recost costs orders anew, by what was known at a moment. A product that cannot be costed at all is an error; a missing rate makes the order uncosted.
func Recost(basis costing.Basis, orders []orderToCost, knownAt time.Time) ([]costedOrder, error) {
	memo := costing.NewMemo(basis, 4096)
	costed := make([]costedOrder, len(orders))
	for i, o := range orders {
		c := costedOrder{before: o, After: o}
		c.After.Cost, c.After.uncosted, c.After.lines = money.Amount{}, false, slices.Clone(o.lines)
		for n := range c.After.lines {
			line := &c.After.lines[n]
			unit, err := memo.Cost(costing.ProductQuestion{ProductID: line.productID, Quantity: line.quantity, Chosen: line.options, LeadDays: &line.leadDays, At: o.at, KnownAt: knownAt})
			if err != nil {
				return nil, input.DomainError(err)
			}
			c.After.uncosted = c.After.uncosted || len(unit.Missing) > 0
			if line.cost, err = money.Round(new(big.Rat).Mul(unit.Full.Rat(), line.quantity.Rat())); err != nil {
				return nil, input.DomainError(err)
			}
			if c.After.Cost, err = c.After.Cost.Plus(line.cost); err != nil {
				return nil, input.DomainError(err)
			}
		}
		left, err := o.total.Minus(o.refunded)
		if err == nil {
			c.margin, err = left.Minus(c.After.Cost)
		}
		if err != nil {
			return nil, input.DomainError(err)
		}
		costed[i] = c
	}
	return costed, nil
}

// writeOrderCosts writes the costs of orders and their lines, and the orders' margins.
func (s *Service) writeOrderCosts(ctx context.Context, tx *store.Tx, costed []costedOrder) error {
	var orders, lines [][]any
	for _, c := range costed {
		orders = append(orders, []any{c.After.ID, c.After.Cost, c.After.uncosted, c.margin})
		for n, line := range c.After.lines {
			if line.cost != c.before.lines[n].cost {
				lines = append(lines, []any{line.id, line.cost})
			}
		}
	}
	if err := tx.UpdateRows(ctx, "order_lines", "cost = v.column2", []store.ColumnType{store.IntColumn}, lines); err != nil {
		return err
	}
	return tx.UpdateRows(ctx, "orders", "cost = v.column2, uncosted = v.column3, margin = v.column4", []store.ColumnType{store.IntColumn, store.BoolColumn, store.IntColumn}, orders)
}
