package revenue

import (
	"cmp"
	"context"
	"math/big"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/report"
	"kopeck/store"
)

// Query is what a sales report is asked.
type Query struct {
	From, To *time.Time // nil: no bound
	By       []service.SalesDimension
	Basis    service.SalesBasis
	Filter   *service.SalesFilter
	KnownAt  *time.Time // nil: now
}

// SalesReport is what was sold and what is left of it, by some dimensions.
type SalesReport struct {
	From, To       *time.Time
	By             []service.SalesDimension
	Basis          service.SalesBasis
	KnownAt        *time.Time        // nil: now
	Rows           []*SalesReportRow // by key
	Total          *SalesReportRow   // without a key
	UncostedOrders []*ent.Order      // the earliest

	names []map[string]named // of each dimension; nil of one without
}

// SalesReportRow is the sales that agree in every dimension. Key and Labels have a text for each of the dimensions: the value itself, and
// what people read for it.
type SalesReportRow struct {
	Key, Labels []string
	Orders      int
	Quantity    *money.Decimal // nil unless PRODUCT is a dimension
	Uncosted    int

	Sold, Refunded, Revenue  money.Amount // without tax
	Tax, Gross, Cost, Margin money.Amount
	MarginShare              *money.Decimal // Margin / Revenue with six places; nil where that is no Decimal
}

// SalesReport sums up what was sold, on one snapshot of the database: see [costing.SoldOrder.Events] for what the completion, a refund and
// the cancellation of an order contribute, and the API for the moments by which they are counted. Without dimensions there is one row, also
// where there are no orders. With knownAt everything is as it was known at that moment.
//
// Faults: INVALID on knownAt for the future, on to where it lies before from, on by for a dimension that is unknown or named twice, for two
// parts of the calendar and for too many days, on filter for too many values, and without a field for sums too large; LIMIT_EXCEEDED for more
// than 50,000 rows, unless the system asks.
func (s *Service) SalesReport(ctx context.Context, in Query) (*SalesReport, error) {
	q, err := s.newQuestion(ctx, in)
	if err != nil {
		return nil, err
	}
	var r *SalesReport
	err = s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		if err := tx.PlanReport(ctx); err != nil {
			return err
		}
		r = &SalesReport{From: in.From, To: in.To, By: in.By, Basis: in.Basis, KnownAt: q.knownAt, UncostedOrders: []*ent.Order{}}
		if err := q.findSpans(ctx, tx, s.Settings().Zone); err != nil {
			return err
		}
		t := &tally{question: q, groups: map[string]*group{}, limit: report.RowLimit(ctx)}
		if err := s.sum(ctx, tx, t); err != nil {
			return err
		}
		r.names = make([]map[string]named, len(in.By))
		for i, one := range in.By {
			if namesSQL[one] == "" {
				continue
			}
			if r.names[i], err = namesOf(ctx, tx, one); err != nil {
				return err
			}
		}
		if t.total.Uncosted != 0 && q.knownAt == nil {
			if r.UncostedOrders, err = s.uncostedOrders(ctx, tx, q); err != nil {
				return err
			}
		}
		return r.fill(t)
	})
	if err != nil {
		return nil, report.TooLarge(err)
	}
	return r, nil
}

// sum adds all sales that are asked for.
func (s *Service) sum(ctx context.Context, tx *store.Tx, t *tally) error {
	if len(t.by) == 0 {
		if err := t.add([]string{}, sums{}); err != nil {
			return err
		}
	}
	if slices.ContainsFunc(t.by, func(one service.SalesDimension) bool { return calendar[one] }) && len(t.spans) == 0 {
		return nil // nothing ever happened
	}
	if t.knownAt != nil {
		return s.addKnown(ctx, tx, t)
	}
	if t.ofLines() {
		if err := t.addLines(ctx, tx); err != nil {
			return err
		}
	}
	if err := t.addUnchanged(ctx, tx); err != nil || t.wholly() {
		return err
	}
	return t.addChanged(ctx, tx)
}

// fill makes the rows of the groups that have a figure, and their total.
func (r *SalesReport) fill(t *tally) error {
	r.Rows = []*SalesReportRow{}
	total := t.total
	for _, g := range t.groups {
		var err error
		if total.Figures, err = total.Figures.Plus(g.Figures); err != nil {
			return err
		}
		ofProducts := slices.Contains(t.by, service.SalesDimensionProduct)
		if !ofProducts {
			g.Quantity = money.Decimal{} // of different products, and not shown
		}
		if g.sums == (sums{}) && len(t.by) > 0 {
			continue
		}
		row, err := newRow(g.key, g.sums)
		if err != nil {
			return err
		}
		if ofProducts {
			row.Quantity = &g.Quantity
		}
		row.Labels = r.labels(g.key)
		r.Rows = append(r.Rows, row)
	}
	slices.SortFunc(r.Rows, func(a, b *SalesReportRow) int { return slices.Compare(a.Key, b.Key) })
	var err error
	r.Total, err = newRow([]string{}, total)
	return err
}

// labels returns what people read for a key.
func (r *SalesReport) labels(key []string) []string {
	labels := slices.Clone(key)
	for i, names := range r.names {
		one, known := names[key[i]]
		switch {
		case !known:
		case one.sku != "":
			labels[i] = one.sku + ", " + one.name
		default:
			labels[i] = one.name
		}
	}
	return labels
}

// newRow adds to sums what follows from them.
func newRow(key []string, of sums) (*SalesReportRow, error) {
	row := &SalesReportRow{Key: key, Labels: key, Orders: of.Orders, Uncosted: of.Uncosted, Sold: of.Sold, Refunded: of.Refunded, Tax: of.Tax, Cost: of.Cost}
	var err1, err2, err3 error
	row.Revenue, err1 = of.Revenue()
	row.Gross, err2 = of.Gross()
	row.Margin, err3 = of.Margin()
	if err := cmp.Or(err1, err2, err3); err != nil || row.Revenue.IsZero() {
		return row, err
	}
	if share, err := money.DecimalOf(new(big.Rat).Quo(row.Margin.Rat(), row.Revenue.Rat()), 6); err == nil {
		row.MarginShare = &share
	}
	return row, nil
}
