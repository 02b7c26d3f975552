package rates

import (
	"context"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/input"
	"kopeck/store"
)

// The tax of an order is that of the moment of its completion: until then, of now. While its product has had no tax code, a line has the tax
// that an import gave.

// knowledge is by what orders are costed and taxed: what was known at a moment, service.EndOfTime for all, and the present.
type knowledge struct{ at, now time.Time }

// knownNow is what is known now.
func (s *Service) knownNow() knowledge { return knowledge{service.EndOfTime, s.Now()} }

// taxedAt returns the moment whose tax an order has, by what is known: that of its completion, or before that the present.
func (o *orderToCost) taxedAt(known knowledge) time.Time {
	for _, moment := range []*time.Time{o.completedAt, o.cancelledAt} {
		if moment != nil && !moment.After(known.at) {
			return *moment
		}
	}
	if known.at.Before(known.now) {
		return known.at
	}
	return known.now
}

// sold returns what the order was sold for and what was given back.
func (o *orderToCost) sold() costing.Sale {
	return costing.Sale{Total: o.total, Tax: o.tax, Refunded: o.refunded, RefundedTax: o.refundedTax}
}

// taxed reports whether the order's tax or that of what was given back is different.
func (c costedOrder) taxed() bool {
	if c.before.tax != c.after.tax || c.before.refundedTax != c.after.refundedTax {
		return true
	}
	for i, r := range c.after.refunds {
		if r.Tax != c.refunds.Refunds[i] {
			return true
		}
		for n, part := range r.Lines {
			if part.Tax != c.refunds.Parts[i][n] {
				return true
			}
		}
	}
	return false
}

// ended returns, of an order that is cancelled by what is known, what was known when it was, or when it was recorded if that was later; false
// of any other.
func (o *orderToCost) ended(known knowledge) (knowledge, bool) {
	if !o.cancelled || o.cancelledAt != nil && o.cancelledAt.After(known.at) {
		return known, false
	}
	if o.cancelledAt != nil {
		known.at = *o.cancelledAt
	}
	if o.createdAt.After(known.at) {
		known.at = o.createdAt
	}
	return known, true
}

// endedTax gives the lines of an order that is cancelled the shares by which they were taxed at its end. The taxes stay as they are: a line whose
// tax is another has no share.
func (c *costedOrder) endedTax(basis costing.Basis, known knowledge) error {
	at := c.after.taxedAt(known)
	for n := range c.after.lines {
		line := &c.after.lines[n]
		if !basis.Taxes.Taxed(line.productID, at, known.at) {
			continue
		}
		share := basis.Taxes.ShareOf(basis.Rates, line.productID, c.after.customerID, at, known.at)
		tax, err := costing.LineTax(line.total, share.Applied(), basis.Taxes.ModeOf())
		if err != nil {
			return err
		}
		line.share, line.taxed = share, tax == line.tax
	}
	return nil
}

// tax computes the tax of the order, of its lines and of its refunds, and its margin, by what is known. A code without a rate makes the
// order uncosted. An order that is cancelled keeps its taxes.
func (c *costedOrder) tax(basis costing.Basis, known knowledge) error {
	after := &c.after
	if end, cancelled := after.ended(known); cancelled {
		if err := c.endedTax(basis, end); err != nil {
			return err
		}
		lines := make([]costing.TaxedLine, len(after.lines))
		for n, line := range after.lines {
			lines[n] = costing.TaxedLine{ID: line.id, Total: line.total, Tax: line.tax}
		}
		return c.divideTax(lines, basis.Taxes.ModeOf())
	}
	at := after.taxedAt(known)
	lines := make([]costing.TaxedLine, len(after.lines))
	after.tax = money.Amount{}
	var err error
	for n := range after.lines {
		line := &after.lines[n]
		if line.tax = line.statedTax; basis.Taxes.Taxed(line.productID, at, known.at) {
			share := basis.Taxes.ShareOf(basis.Rates, line.productID, after.customerID, at, known.at)
			line.share, line.taxed = share, true
			after.uncosted = after.uncosted || share.Missing && !share.Exempt
			if line.tax, err = costing.LineTax(line.total, share.Applied(), basis.Taxes.ModeOf()); err != nil {
				return err
			}
		}
		lines[n] = costing.TaxedLine{ID: line.id, Total: line.total, Tax: line.tax}
		if after.tax, err = after.tax.Plus(line.tax); err != nil {
			return err
		}
	}
	return c.divideTax(lines, basis.Taxes.ModeOf())
}

// divideTax computes the tax of the order's refunds, and its margin, from the taxes of its lines; from its own where it has none.
func (c *costedOrder) divideTax(lines []costing.TaxedLine, mode costing.TaxMode) error {
	after := &c.after
	taxed, err := costing.OrderToTax{
		Sale: after.sold(), Cost: after.cost, Cancelled: after.cancelled, Lines: lines, Refunds: books.GivenBack(after.refunds),
	}.Divide(mode)
	c.refunds, c.margin, after.refundedTax = taxed.Refunds, taxed.Margin, taxed.Refunds.Sum
	return err
}

// retaxOrders computes the taxes of orders by what is known, and leaves their costs as they are but of those that lack a rate.
func retaxOrders(memo *costing.Memo, orders []orderToCost, known knowledge) ([]costedOrder, error) {
	costed := make([]costedOrder, len(orders))
	for i, o := range orders {
		var err error
		if o.uncosted {
			costed[i], err = costOrder(memo, o, known)
		} else {
			costed[i] = costedOrder{before: o, after: o}
			costed[i].after.lines = slices.Clone(o.lines)
			err = costed[i].tax(memo.Basis(), known)
		}
		if err != nil {
			return nil, input.DomainError(err)
		}
	}
	return costed, nil
}

// TaxOrder brings the tax of an order and of its refunds, and its margin, in line with what is written of it. The transaction holds the
// rates and the customer; settling is the caller's. An order that was imported without lines has the tax that the import gave.
func (s *Service) TaxOrder(ctx context.Context, tx *store.Tx, orderID string) error {
	orders, err := ordersByID(ctx, tx, []string{orderID})
	if err != nil {
		return err
	}
	if len(orders) == 0 {
		return s.taxWithoutLines(ctx, tx, orderID)
	}
	basis, err := s.basisOf(ctx, tx, orders)
	if err != nil {
		return err
	}
	costed, err := retaxOrders(costing.NewMemo(basis, memoized), orders, s.knownNow())
	if err != nil {
		return err
	}
	return writeOrderCosts(ctx, tx, costed)
}

// taxWithoutLines is TaxOrder for an order without lines.
func (s *Service) taxWithoutLines(ctx context.Context, tx *store.Tx, orderID string) error {
	o, err := orderWithoutLines(ctx, tx, orderID)
	if err != nil {
		return err
	}
	refunds, err := books.RefundsOf(ctx, tx, []string{orderID}, service.EndOfTime)
	if err != nil {
		return err
	}
	c := costedOrder{before: o, after: o}
	c.after.refunds = refunds[orderID]
	if err := c.divideTax(nil, s.Settings().Taxes); err != nil {
		return input.DomainError(err)
	}
	return writeOrderCosts(ctx, tx, []costedOrder{c})
}

// Shares are the shares of tax of some products for some customers, as a transaction has read them. The zero value has none.
type Shares struct {
	taxes *costing.Taxes
	rates *costing.Rates
}

// SharesOf reads the shares of tax of products for customers. The transaction holds the rates and the customers.
func (s *Service) SharesOf(ctx context.Context, tx *store.Tx, productIDs, customerIDs []string) (Shares, error) {
	taxes, err := s.quote.TaxesOf(ctx, tx, distinct(productIDs), distinct(customerIDs))
	if err != nil || !taxes.Any() {
		return Shares{taxes: taxes}, err
	}
	dated, err := ratesOfProducts(ctx, tx, nil)
	return Shares{taxes, costing.NewRates(dated)}, err
}

// Of returns the share of tax of a product for a customer at a moment, by all that is known now; false for a product that has had no tax code
// until then.
func (s Shares) Of(productID, customerID string, at time.Time) (costing.TaxShare, bool) {
	if s.rates == nil {
		return costing.TaxShare{}, false
	}
	return s.taxes.ShareOf(s.rates, productID, customerID, at, service.EndOfTime), s.taxes.Taxed(productID, at, service.EndOfTime)
}

// distinct returns ids sorted, each once.
func distinct(ids []string) []string { return slices.Compact(slices.Sorted(slices.Values(ids))) }

// lineTax is what of a line of an order is tax.
type lineTax struct {
	tax, refunded money.Amount
	share         *costing.TaxShare // nil where an import gave the tax, or an order was cancelled with another
}

// explainTax returns the taxes of the order's lines by what is known.
func (o *orderToCost) explainTax(basis costing.Basis, refunds []*books.Refund, known knowledge) ([]lineTax, error) {
	c := costedOrder{before: *o, after: *o}
	c.after.lines, c.after.refunds = slices.Clone(o.lines), refunds
	err := c.tax(basis, known)
	taxes := make([]lineTax, len(o.lines))
	for n, line := range c.after.lines {
		if err != nil {
			return nil, err
		}
		taxes[n] = lineTax{tax: line.tax, refunded: c.refunds.ByLine[n]}
		if line.taxed {
			taxes[n].share = &line.share
		}
	}
	return taxes, err
}

// addTax adds the tax of a line, what is left without it and, unless the order is cancelled, its margin.
func (f *OrderLineFigures) addTax(mode costing.TaxMode, line *lineToCost, of lineTax, cancelled bool) (err error) {
	f.Tax, f.RefundedTax = of.tax, of.refunded
	if of.share != nil {
		applied := of.share.Applied()
		f.TaxShare, f.TaxBy = &applied, of.share
		if of.share.Code != "" {
			f.TaxCode = &of.share.Code
		}
	}
	if f.Net, err = mode.Net(line.total, f.Tax); err != nil {
		return err
	}
	if f.Gross, err = mode.Gross(line.total, f.Tax); err != nil || cancelled {
		return err
	}
	margin, err := costing.OrderMargin(false, costing.Sale{Total: line.total, Tax: f.Tax, Refunded: f.Refunded, RefundedTax: f.RefundedTax}, mode, f.Cost)
	f.Margin = &margin
	return err
}

// OrderTax is what of an order is tax, as it is shown.
type OrderTax struct {
	Tax, RefundedTax money.Amount
	Margin           money.Amount
}

// OrderTaxes returns the taxes and margins of orders by all that is known now, by their ids: those of the rows, but of an order that is not
// completed yet by the shares of now. The caller may see the orders.
func (s *Service) OrderTaxes(ctx context.Context, orders []*ent.Order) (map[string]OrderTax, error) {
	taxes := make(map[string]OrderTax, len(orders))
	var placed []string
	for _, o := range orders {
		taxes[o.ID] = OrderTax{o.Tax, o.RefundedTax, o.Margin}
		if o.Status == schema.OrderPlaced {
			placed = append(placed, o.ID)
		}
	}
	if len(placed) == 0 {
		return taxes, nil
	}
	return taxes, s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		found, err := ordersByID(ctx, tx, placed)
		if err != nil {
			return err
		}
		basis, err := s.basisOf(ctx, tx, found)
		if err != nil {
			return err
		}
		for _, o := range found {
			c := costedOrder{before: o, after: o}
			c.after.lines = slices.Clone(o.lines)
			if err := c.tax(basis, s.knownNow()); err != nil {
				return input.DomainError(err)
			}
			if !o.cancelled && o.completedAt == nil { // otherwise it has changed since its row was read
				taxes[o.id] = OrderTax{c.after.tax, c.after.refundedTax, c.margin}
			}
		}
		return nil
	})
}
