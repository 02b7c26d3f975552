package revenue

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"kopeck/service"
	"kopeck/store"
)

// The lines of plain orders (books.PlainSQL) are summed up without the orders: they have the moments by which they are counted. An order
// counts once in each group that it has lines in: in a group there are as many orders as lines, less those that are repeated, before which the
// order has another of the group. A line has a mark if an earlier one has its product, and knows the product of the first line: of the second
// line of an order that says whether it is repeated in any group. Of the later ones a statement of its own says it, where there are some.

// lineMoment returns the column of the moment by which a line l of a plain order is counted.
func (q *question) lineMoment() string {
	if q.basis == service.SalesBasisBooked {
		return "l.booked_at"
	}
	return "l.sold_at"
}

// addLinesFrom appends the tables that the dimensions and the filter of lines l of plain orders are read from, and the condition that they
// are in the report.
func (q *question) addLinesFrom(s *statement) {
	s.add(" FROM order_lines l")
	if q.asks(service.SalesDimensionStaff, service.SalesDimensionSegment, service.SalesDimensionCustomerKind, service.SalesDimensionPartner) {
		s.add(" JOIN orders o ON o.id = l.order_id JOIN customers c ON c.id = o.customer_id")
	}
	if q.asks(service.SalesDimensionSegment) {
		s.add(segmentsSQL)
	}
	if q.asks(service.SalesDimensionCategory) {
		s.add(" JOIN products p ON p.id = l.product_id LEFT JOIN products f ON f.id = l.first_product_id")
	}
	s.add(" WHERE l.sold_at IS NOT NULL AND "+q.lineMoment()+" >= ? AND "+q.lineMoment()+" < ?", q.from, q.to)
	q.addFilter(s)
}

// linesStatement sums up the lines of plain orders by the dimensions. In its rows again is 1 for a line that is repeated in its group, where
// the line itself says so, out for one that is repeated in the report, and later for one of which nothing but repeatedStatement says either.
func (q *question) linesStatement(tx *store.Tx) *statement {
	s := &statement{}
	s.add("SELECT ")
	for _, name := range q.names() {
		s.add(name + ", ")
	}
	s.add("count(*), sum(again), sum(out), sum(later), sum(first), sum(total), sum(tax), sum(cost), sum(quantity) FROM (SELECT ")
	q.addColumns(s, q.lineMoment())
	if q.byProduct() {
		s.add("CASE WHEN l.repeats THEN 1 ELSE 0 END AS again, ")
	} else {
		q.addSecond(s, false)
		s.add(" AS again, ")
	}
	if q.filtersLines() {
		q.addSecond(s, true)
		s.add(" AS out, ")
	} else {
		s.add("0 AS out, ")
	}
	s.add("CASE WHEN l.position > 1 THEN 1 ELSE 0 END AS later, CASE WHEN l.position = 0 THEN 1 ELSE 0 END AS first, l.total, l.tax, l.cost, l.quantity")
	q.addLinesFrom(s)
	s.add(store.SeparatePlan(tx) + ") AS r")
	q.addGroups(s)
	return s
}

// byProduct reports whether the report is by product. Then repeated lines are marked: a group has lines of one product.
func (q *question) byProduct() bool { return slices.Contains(q.by, service.SalesDimensionProduct) }

// addSecond appends 1 for a second line of an order of which the first is in the same group, or in the report at all, and 0 for others.
func (q *question) addSecond(s *statement, whole bool) {
	s.add("CASE WHEN l.position = 1")
	q.addSame(s, whole, "l.first_product_id", "coalesce(f.category, '')")
	s.add(" THEN 1 ELSE 0 END")
}

// addSame appends the conditions, each preceded by AND, that an earlier line of the order of a line l, by the expressions of the earlier one's
// product and category, is in the same group, or in the report at all. That it is of the same order says the rest.
func (q *question) addSame(s *statement, whole bool, product, category string) {
	for _, one := range q.by {
		switch {
		case whole:
		case one == service.SalesDimensionProduct:
			s.add(" AND " + product + " = l.product_id")
		case one == service.SalesDimensionCategory:
			s.add(" AND " + category + " = coalesce(p.category, '')")
		}
	}
	for _, c := range q.only {
		column := map[service.SalesDimension]string{service.SalesDimensionProduct: product, service.SalesDimensionCategory: category}[c.of]
		switch {
		case column == "":
		case len(c.values) == 0:
			s.add(" AND " + column + " IN (NULL)")
		default:
			s.add(" AND "+column+" IN ("+store.Placeholders(len(c.values))+")", store.Args(c.values)...)
		}
	}
}

// addGroups appends that rows with the names of the dimensions are grouped by them.
func (q *question) addGroups(s *statement) {
	if len(q.by) > 0 {
		s.add(" GROUP BY " + strings.Join(q.names(), ", "))
	}
}

// repeatedStatement counts, of the lines after the second ones of their orders, those that are repeated, by the dimensions, or, of the whole
// report as one group, in all.
func (q *question) repeatedStatement(tx *store.Tx, whole bool) *statement {
	s := &statement{}
	s.add("SELECT ")
	if !whole {
		for _, name := range q.names() {
			s.add(name + ", ")
		}
	}
	s.add("count(*) FROM (SELECT ")
	q.addColumns(s, q.lineMoment())
	s.add("1")
	q.addLinesFrom(s)
	s.add(" AND l.position > 1 AND EXISTS (SELECT 1 FROM order_lines e LEFT JOIN products x ON x.id = e.product_id WHERE e.order_id = l.order_id AND e.position < l.position")
	q.addSame(s, whole, "e.product_id", "coalesce(x.category, '')")
	s.add(")" + store.SeparatePlan(tx) + ") AS r")
	if !whole {
		q.addGroups(s)
	}
	return s
}

// addLines adds the lines of plain orders.
func (t *tally) addLines(ctx context.Context, tx *store.Tx) error {
	s := t.linesStatement(tx)
	if t.limit > 0 {
		s.add(" LIMIT " + strconv.Itoa(t.limit+1))
	}
	later := 0 // lines that do not say themselves whether they are repeated
	key := make([]string, len(t.by))
	err := s.each(ctx, tx, func(scan store.ScanFunc) error {
		var more sums
		var again, out, unsaid, first int
		err := scan(append(cellsOf(key), &more.Orders, store.OrZero(&again), store.OrZero(&out), store.OrZero(&unsaid), store.OrZero(&first), &more.Sold, &more.Tax, &more.Cost, &more.Quantity)...)
		if err != nil || more.Orders == 0 {
			return err
		}
		if more.Sold, err = t.mode.Net(more.Sold, more.Tax); err != nil {
			return err
		}
		if t.filtersLines() {
			t.total.Orders += more.Orders - out
		} else {
			t.total.Orders += first
		}
		more.Orders -= again
		later += unsaid
		named, err := t.named(key)
		if err != nil {
			return err
		}
		return t.add(named, more)
	})
	if err != nil || later == 0 {
		return err
	}
	if !t.byProduct() {
		if err := t.addRepeated(ctx, tx); err != nil {
			return err
		}
	}
	if !t.filtersLines() {
		return nil
	}
	return t.repeatedStatement(tx, true).each(ctx, tx, func(scan store.ScanFunc) error {
		var repeated int
		err := scan(&repeated)
		t.total.Orders -= repeated
		return err
	})
}

// addRepeated takes the repeated lines after the second ones off the orders of their groups.
func (t *tally) addRepeated(ctx context.Context, tx *store.Tx) error {
	key := make([]string, len(t.by))
	return t.repeatedStatement(tx, false).each(ctx, tx, func(scan store.ScanFunc) error {
		var repeated int
		if err := scan(append(cellsOf(key), &repeated)...); err != nil || repeated == 0 {
			return err
		}
		named, err := t.named(key)
		if err != nil {
			return err
		}
		return t.add(named, sums{Orders: -repeated})
	})
}

// cellsOf returns where the dimensions of a row are scanned to.
func cellsOf(key []string) []any {
	cells := make([]any, len(key), len(key)+10)
	for i := range key {
		cells[i] = &key[i]
	}
	return cells
}
