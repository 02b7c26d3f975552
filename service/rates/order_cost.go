package rates

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// memoized is how many costs of products are remembered while orders are costed.
const memoized = 4096

// orderToCost is an order as far as its cost is concerned.
type orderToCost struct {
	id, customerID        string
	at                    time.Time
	total, refunded, cost money.Amount
	uncosted, cancelled   bool
	lines                 []lineToCost
}

type lineToCost struct {
	id, productID string
	quantity      money.Decimal
	options       []costing.Chosen
	leadDays      int
	cost          money.Amount // of the whole quantity
}

// question asks for the cost of one unit of the line's product at a moment.
func (l *lineToCost) question(at, knownAt time.Time) costing.ProductQuestion {
	return costing.ProductQuestion{ProductID: l.productID, Quantity: l.quantity, Chosen: l.options, Promised: true, LeadDays: &l.leadDays, At: at, KnownAt: knownAt}
}

// costedOrder is an order with its cost before and after, and its margin after.
type costedOrder struct {
	before, after orderToCost
	margin        money.Amount
	unmeasured    string // a measurement that its recipes need and it lacks; "" for none
}

// changed reports whether the order's cost, one of its lines' costs, or whether a rate is missing is different.
func (c costedOrder) changed() bool {
	sameCost := func(a, b lineToCost) bool { return a.cost == b.cost }
	return c.before.cost != c.after.cost || c.before.uncosted != c.after.uncosted || !slices.EqualFunc(c.before.lines, c.after.lines, sameCost)
}

// CostOrder costs an order whose lines are written: each line is the full cost of one unit at the order's moment, by all
// that is known now, times its quantity, rounded once. It writes the costs of the lines, and of the order the cost, the margin
// and whether a rate is missing. The transaction holds the rates and the customer; settling is the caller's, once the order is
// completed.
func (s *Service) CostOrder(ctx context.Context, tx *store.Tx, orderID string) error {
	orders, err := ordersByID(ctx, tx, []string{orderID})
	if err != nil {
		return err
	}
	settings := s.Settings()
	basis := costing.Basis{Calendar: settings.Calendar, Load: settings.Load, Currency: s.Currency, Zone: settings.Zone}
	var products []string
	for _, o := range orders {
		for _, line := range o.lines {
			products = append(products, line.productID)
		}
	}
	if basis.Catalogue, err = s.catalogueOf(ctx, tx, products); err != nil {
		return err
	}
	codes := map[string]bool{}
	for _, productID := range products {
		addCodes(codes, basis.Catalogue, productID)
	}
	dated, err := ratesOfProducts(ctx, tx, slices.Sorted(maps.Keys(codes)))
	if err != nil {
		return err
	}
	basis.Rates = costing.NewRates(dated)
	costed, err := costOrders(costing.NewMemo(basis, memoized), orders, service.EndOfTime)
	if err != nil {
		return err
	}
	return writeOrderCosts(ctx, tx, costed)
}

// OrderCosts returns what orders cost by what was known at a moment, by their ids. An order without lines is not in it.
func (s *Service) OrderCosts(ctx context.Context, from store.Reader, basis costing.Basis, orderIDs []string, knownAt time.Time) (map[string]money.Amount, error) {
	costs := make(map[string]money.Amount, len(orderIDs))
	memo := costing.NewMemo(basis, memoized)
	for some := range slices.Chunk(orderIDs, store.IDsPerStatement) {
		orders, err := ordersByID(ctx, from, some)
		if err != nil {
			return nil, err
		}
		costed, err := costOrders(memo, orders, knownAt)
		if err != nil {
			return nil, err
		}
		for _, c := range costed {
			costs[c.after.id] = c.after.cost
		}
	}
	return costs, nil
}

// EachCost gives what each order costs, as it is stored and as it is computed by all that is known now, by id; without those that were
// imported with their cost and those that were cancelled. The basis has been read in the transaction.
func (s *Service) EachCost(ctx context.Context, tx *store.Tx, basis costing.Basis, each func(orderID string, stored, computed money.Amount)) error {
	memo := costing.NewMemo(basis, memoized)
	for after := ""; ; {
		some, err := restatableAfter(ctx, tx, after, store.IDsPerStatement)
		if err != nil || len(some) == 0 {
			return err
		}
		orders, err := ordersByID(ctx, tx, some)
		if err != nil {
			return err
		}
		costed, err := costOrders(memo, orders, service.EndOfTime)
		if err != nil {
			return err
		}
		for _, c := range costed {
			each(c.before.id, c.before.cost, c.after.cost)
		}
		after = some[len(some)-1]
	}
}

// costOrders computes the costs of orders by what was known at a moment. A product that cannot be costed at all is an error; a
// missing rate makes the order uncosted.
func costOrders(memo *costing.Memo, orders []orderToCost, knownAt time.Time) ([]costedOrder, error) {
	costed := make([]costedOrder, len(orders))
	for i, o := range orders {
		var err error
		if costed[i], err = costOrder(memo, o, knownAt); err != nil {
			return nil, input.DomainError(err)
		}
	}
	return costed, nil
}

func costOrder(memo *costing.Memo, o orderToCost, knownAt time.Time) (costedOrder, error) {
	c := costedOrder{before: o, after: o}
	after := &c.after
	after.cost, after.uncosted, after.lines = money.Amount{}, false, slices.Clone(o.lines)
	for n := range after.lines {
		line := &after.lines[n]
		unit, err := memo.Cost(line.question(o.at, knownAt))
		if err != nil {
			return c, err
		}
		after.uncosted = after.uncosted || len(unit.Missing) > 0
		for _, key := range unit.Missing {
			if key.Subject == costing.SubjectMeasurement {
				c.unmeasured = key.Code
			}
		}
		if line.cost, err = costing.LineCost(unit.Full, line.quantity); err != nil {
			return c, err
		}
		if after.cost, err = after.cost.Plus(line.cost); err != nil {
			return c, err
		}
	}
	var err error
	c.margin, err = costing.OrderMargin(o.cancelled, o.total, o.refunded, after.cost)
	return c, err
}
