package rates

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// memoized is how many costs of products are remembered while orders are costed.
const memoized = 4096

// orderToCost is an order as far as its cost is concerned.
type orderToCost struct {
	id, customerID   string
	at               time.Time
	total, refunded  money.Amount
	tax, refundedTax money.Amount
	cost             money.Amount // less that of what came back to stock
	uncosted, stated bool
	cancelled        bool
	cancelledAt      *time.Time
	createdAt        time.Time
	completedAt      *time.Time
	open             bool       // placed and not yet completed
	dueAt            *time.Time // nil of one without a due day
	lines            []lineToCost
	refunds          []*books.Refund // in the order in which they were given
}

type lineToCost struct {
	id, productID string
	quantity      money.Decimal
	returned      money.Decimal // of the quantity: what came back to stock
	options       []costing.Chosen
	leadDays      int
	total, tax    money.Amount // of the whole quantity, with what was given back
	statedTax     money.Amount // by an import, which counts while the product has had no tax code
	share         costing.TaxShare
	taxed         bool         // share is that of the tax; it is not where an import gave the tax
	cost          money.Amount // of the whole quantity, with what came back
}

// left returns what the line costs without what came back to stock.
func (l *lineToCost) left() (money.Amount, error) {
	back, err := costing.PartOf(l.cost, l.returned, l.quantity)
	if err != nil {
		return l.cost, err
	}
	return l.cost.Minus(back)
}

// question asks for the cost of one unit of the line's product at a moment.
func (l *lineToCost) question(at, knownAt time.Time) costing.ProductQuestion {
	return costing.ProductQuestion{ProductID: l.productID, Quantity: l.quantity, Chosen: l.options, Promised: true, LeadDays: &l.leadDays, At: at, KnownAt: knownAt}
}

// costedOrder is an order with its cost before and after, and its margin after.
type costedOrder struct {
	before, after orderToCost
	margin        money.Amount
	refunds       costing.RefundTaxes
	unquantified  []costing.Unquantified
}

// changed reports whether the order's cost or tax, those of its lines or refunds, or whether a rate is missing is different.
func (c costedOrder) changed() bool {
	sameCost := func(a, b lineToCost) bool { return a.cost == b.cost && a.tax == b.tax }
	return c.before.cost != c.after.cost || c.taxed() || c.before.uncosted != c.after.uncosted || !slices.EqualFunc(c.before.lines, c.after.lines, sameCost)
}

// CostOrder costs an order whose lines are written: each line is the full cost of one unit at the order's moment, by all
// that is known now, times its quantity, rounded once. It writes the costs and the tax of the lines, and of the order the cost, the tax,
// the margin and whether a rate or a quantity is missing. The transaction holds the rates and the customer; settling is the caller's, once the order is
// completed. It returns what the products are made of, for [Service.BookCapacity].
func (s *Service) CostOrder(ctx context.Context, tx *store.Tx, orderID string) (*costing.Catalogue, error) {
	orders, err := ordersByID(ctx, tx, []string{orderID})
	if err != nil {
		return nil, err
	}
	basis, err := s.basisOf(ctx, tx, orders)
	if err != nil {
		return nil, err
	}
	costed, err := costOrders(costing.NewMemo(basis, memoized), orders, s.knownNow())
	if err != nil {
		return nil, err
	}
	return basis.Catalogue, writeOrderCosts(ctx, tx, costed)
}

// basisOf returns what the full cost of orders is computed from, with the rates of their products alone.
func (s *Service) basisOf(ctx context.Context, tx *store.Tx, orders []orderToCost) (basis costing.Basis, err error) {
	settings := s.Settings()
	basis = costing.Basis{Calendar: settings.Calendar, Load: settings.Load, Currency: s.Currency, Zone: settings.Zone}
	var products, customers []string
	for _, o := range orders {
		customers = append(customers, o.customerID)
		for _, line := range o.lines {
			products = append(products, line.productID)
		}
	}
	if basis.Catalogue, err = s.catalogueOf(ctx, tx, products); err != nil {
		return basis, err
	}
	codes := map[string]bool{}
	for _, productID := range products {
		addCodes(codes, basis.Catalogue, productID)
	}
	dated, err := ratesOfProducts(ctx, tx, slices.Sorted(maps.Keys(codes)))
	if err != nil {
		return basis, err
	}
	basis.Rates = costing.NewRates(dated)
	basis.Taxes, err = s.quote.TaxesOf(ctx, tx, distinct(products), distinct(customers))
	return basis, err
}

// OrderFigures is what an order costs and what of it is tax.
type OrderFigures struct {
	Cost, Tax, RefundedTax money.Amount

	Uncosted bool            // a rate is missing
	Lines    []OrderLineCost // in their order
}

// OrderLineCost is what a line of an order costs and what of it is tax, of the whole quantity.
type OrderLineCost struct {
	ID        string
	Cost, Tax money.Amount
}

// OrderCosts returns what orders cost and what of them is tax by what was known at a moment, less the cost of what had come back to
// stock by the refunds that are given by order, by their ids. An order without lines is not in it.
func (s *Service) OrderCosts(ctx context.Context, from store.Reader, basis costing.Basis, orderIDs []string, refunds map[string][]*books.Refund, knownAt time.Time) (map[string]OrderFigures, error) {
	costs := make(map[string]OrderFigures, len(orderIDs))
	memo := costing.NewMemo(basis, memoized)
	for some := range slices.Chunk(orderIDs, store.IDsPerStatement) {
		orders, err := ordersByID(ctx, from, some)
		if err != nil {
			return nil, err
		}
		for i := range orders {
			if err := orders[i].refundedBy(refunds[orders[i].id]); err != nil {
				return nil, input.DomainError(err)
			}
		}
		costed, err := costOrders(memo, orders, knowledge{knownAt, s.Now()})
		if err != nil {
			return nil, err
		}
		for _, c := range costed {
			figures := OrderFigures{Cost: c.after.cost, Tax: c.after.tax, RefundedTax: c.after.refundedTax, Uncosted: c.after.uncosted}
			for _, line := range c.after.lines {
				figures.Lines = append(figures.Lines, OrderLineCost{line.id, line.cost, line.tax})
			}
			costs[c.after.id] = figures
		}
	}
	return costs, nil
}

// refundedBy sets what was given back of the order, and what of its lines came back to stock, to what refunds say.
func (o *orderToCost) refundedBy(refunds []*books.Refund) error {
	o.refunds, o.refunded = refunds, money.Amount{}
	for _, r := range refunds {
		var err error
		if o.refunded, err = o.refunded.Plus(r.Amount); err != nil {
			return err
		}
	}
	lines, _, err := books.RefundedLines(refunds)
	for n := range o.lines {
		o.lines[n].returned = lines[o.lines[n].id].Returned
	}
	return err
}

// costOrders computes the costs of orders by what was known at a moment. A product that cannot be costed at all is an error; a
// missing rate, or a quantity that cannot be computed, makes the order uncosted. INVALID without a field for a cost that is too large, which
// names the order.
func costOrders(memo *costing.Memo, orders []orderToCost, known knowledge) ([]costedOrder, error) {
	costed := make([]costedOrder, len(orders))
	for i, o := range orders {
		var err error
		if costed[i], err = costOrder(memo, o, known); err != nil {
			return nil, costFault(o, err)
		}
	}
	return costed, nil
}

// costFault returns the fault of an order that cannot be costed.
func costFault(o orderToCost, err error) error {
	if errors.Is(err, money.ErrOverflow) {
		return fault.Invalidf("", "the cost of the order %s of %s is too large", o.id, o.at.UTC().Format(time.RFC3339))
	}
	return input.DomainError(err)
}

func costOrder(memo *costing.Memo, o orderToCost, known knowledge) (costedOrder, error) {
	c := costedOrder{before: o, after: o}
	after := &c.after
	_, ended := o.ended(known) // then it keeps its costs
	after.cost, after.uncosted, after.lines = money.Amount{}, ended && o.uncosted, slices.Clone(o.lines)
	costs, err := o.statedCosts()
	if err != nil {
		return c, err
	}
	for n := range after.lines {
		line := &after.lines[n]
		switch {
		case o.stated:
			line.cost = costs[n]
		case ended:
		default:
			unit, err := memo.Cost(line.question(o.at, known.at))
			if err != nil {
				return c, err
			}
			after.uncosted = after.uncosted || len(unit.Missing)+len(unit.Unquantified) > 0
			c.unquantified = append(c.unquantified, unit.Unquantified...)
			line.cost, _ = costing.BoundedCost(unit.Full, line.quantity)
		}
		left, err := line.left()
		if err != nil {
			return c, err
		}
		if after.cost, err = after.cost.Plus(left); err != nil {
			return c, err
		}
	}
	err = c.tax(memo.Basis(), known)
	return c, err
}

// statedCosts returns the costs of the lines of an order whose cost came with an import. Where the import gave none to the lines, or others,
// the order's cost is divided among them in proportion to their totals; nothing can have come back to stock then (see
// [Service.ReturnGoods]).
func (o *orderToCost) statedCosts() ([]money.Amount, error) {
	if !o.stated {
		return nil, nil
	}
	lines := make([]costing.StatedLine, len(o.lines))
	for n, line := range o.lines {
		left, err := line.left()
		if err != nil {
			return nil, err
		}
		lines[n] = costing.StatedLine{Total: line.total, Cost: line.cost, Left: left}
	}
	return costing.DivideStatedCost(o.cost, lines)
}
