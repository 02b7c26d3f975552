package revenue

import (
	"context"
	"strconv"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service"
	"kopeck/service/report"
	"kopeck/store"
)

// The reads of this package, on orders, customers, products and staff, go past the guard. A report sums over the orders of all customers; row
// by row through the guard it would take minutes. Who asks may read all of these rows: the API's field salesReport has the directive
// @scope(name: "costs"), and whoever has that scope (ADMIN, MANAGER, ANALYST) reads all rows by auth/rules.go. SALES and PARTNER never have
// it. The command line asks as the system.

// statement is a query in the making, with its parameters.
type statement struct {
	text strings.Builder
	args []any
}

// add appends a text with its parameters.
func (s *statement) add(text string, args ...any) {
	s.text.WriteString(text)
	s.args = append(s.args, args...)
}

// each runs the query.
func (s *statement) each(ctx context.Context, from store.Reader, scan func(store.ScanFunc) error) error {
	return store.Each(ctx, from, s.text.String(), s.args, scan)
}

// columns are the dimensions of a line l of a product p, of an order o of a customer c.
var columns = map[service.SalesDimension]string{
	service.SalesDimensionProduct:      "coalesce(l.product_id, '')",
	service.SalesDimensionCategory:     "coalesce(p.category, '')",
	service.SalesDimensionStaff:        "coalesce(o.seller_id, c.owner_id, '')",
	service.SalesDimensionCustomerKind: "c.kind",
	service.SalesDimensionPartner:      "coalesce(c.partner_id, '')",
}

// segmentSQL is a customer's segment at the moment of an order, by what was known at another, which both parameters are: [service.Dated.At],
// and none before any was known. Of most customers it has always been the same, so that only those with several (d.segments) have them
// looked at.
const segmentSQL = `coalesce(CASE WHEN d.segments IS NULL THEN c.segment WHEN d.known > ? THEN NULL WHEN d.segments = 1 THEN d.segment ELSE (
	SELECT v.value FROM dated_values v WHERE v.name = 'segment' AND v.subject = o.customer_id AND (v.id = d.first OR v.valid_from <= o.at AND v.recorded_at <= ?)
	ORDER BY CASE WHEN v.id = d.first THEN 1 ELSE 0 END, v.valid_from DESC, v.recorded_at DESC, v.id DESC LIMIT 1) END, '')`

// segmentsSQL joins what segmentSQL reads of a customer: how many segments are dated, one of them, since when any is known, and the
// first that was recorded.
const segmentsSQL = ` LEFT JOIN (SELECT n.subject, n.segments, n.segment, n.known, (SELECT f.id FROM dated_values f WHERE f.name = 'segment' AND f.subject = n.subject ORDER BY f.recorded_at, f.id LIMIT 1) AS first
	FROM (SELECT subject, count(*) AS segments, max(value) AS segment, min(recorded_at) AS known FROM dated_values WHERE name = 'segment' GROUP BY subject) AS n) AS d ON d.subject = o.customer_id`

// addColumn appends the expression of a dimension. Without a column of the moment a part of the calendar is "".
func (q *question) addColumn(s *statement, one service.SalesDimension, moment string) {
	switch {
	case calendar[one] && moment == "":
		s.add("''")
	case calendar[one]:
		place, args := report.PlaceOf(q.spans, moment)
		s.add(place, args...)
	case one == service.SalesDimensionSegment:
		known := service.EndOfTime
		if q.knownAt != nil {
			known = *q.knownAt
		}
		s.add(segmentSQL, known, known)
	default:
		s.add(columns[one])
	}
}

// addColumns appends the expressions of the dimensions as d0, d1 and so on, each followed by a comma.
func (q *question) addColumns(s *statement, moment string) {
	for i, one := range q.by {
		q.addColumn(s, one, moment)
		s.add(" AS d" + strconv.Itoa(i) + ", ")
	}
}

// addFrom appends the tables that the dimensions and the filter are read from, of orders o. The lines of an order that has some are always
// joined if lines is set. Plain orders are read only as known at a moment, so that otherwise the index of the other lines will do.
func (q *question) addFrom(s *statement, lines bool) {
	s.add(" FROM orders o")
	if q.asks(service.SalesDimensionStaff, service.SalesDimensionSegment, service.SalesDimensionCustomerKind, service.SalesDimensionPartner) {
		s.add(" JOIN customers c ON c.id = o.customer_id")
	}
	if q.asks(service.SalesDimensionSegment) {
		s.add(segmentsSQL)
	}
	if lines || q.ofLines() {
		s.add(" LEFT JOIN order_lines l ON l.order_id = o.id")
		if q.knownAt == nil {
			s.add(" AND l.sold_at IS NULL")
		}
	}
	if q.asks(service.SalesDimensionCategory) {
		s.add(" LEFT JOIN products p ON p.id = l.product_id")
	}
}

// addFilter appends the conditions of the filter, each preceded by AND.
func (q *question) addFilter(s *statement) {
	for _, c := range q.only {
		s.add(" AND ")
		q.addColumn(s, c.of, "")
		if len(c.values) == 0 {
			s.add(" IN (NULL)")
			continue
		}
		s.add(" IN ("+store.Placeholders(len(c.values))+")", store.Args(c.values)...)
	}
}

// addFirst appends the condition that no line of the order before a line l is in the same group, so that an order counts once in it; with
// the whole of the report for a group, that none is in the report.
func (q *question) addFirst(s *statement, whole bool) {
	same := make([]string, 0, len(q.by))
	for _, one := range q.by {
		switch {
		case whole:
		case one == service.SalesDimensionProduct:
			same = append(same, "e.product_id = l.product_id")
		case one == service.SalesDimensionCategory:
			same = append(same, earlierColumns[one]+" = coalesce(p.category, '')")
		}
	}
	var matching []any
	for _, c := range q.only {
		switch column := earlierColumns[c.of]; {
		case column == "":
		case len(c.values) == 0:
			same = append(same, column+" IN (NULL)")
		default:
			same = append(same, column+" IN ("+store.Placeholders(len(c.values))+")")
			matching = append(matching, store.Args(c.values)...)
		}
	}
	s.add("coalesce(l.position, 0) = 0")
	if len(same) > 0 {
		s.add(" OR NOT EXISTS (SELECT 1 FROM order_lines e WHERE e.order_id = l.order_id AND e.position < l.position AND "+strings.Join(same, " AND ")+")", matching...)
	}
}

// earlierColumns are the dimensions of an earlier line e of an order. The category is that of the first product from
// an id on, which is the product itself: of some hundred products PostgreSQL would otherwise read all for each line.
var earlierColumns = map[service.SalesDimension]string{
	service.SalesDimensionProduct:  "e.product_id",
	service.SalesDimensionCategory: "coalesce((SELECT r.category FROM products r WHERE r.id >= e.product_id ORDER BY r.id LIMIT 1), '')",
}

// unchangedSQL is the condition that an order was completed, and nothing happened to it after that; changedSQL, that something did. Such an
// order is not plain, and neither it nor its lines are in the indexes of those that are.
const (
	unchangedSQL = "o.status = 'COMPLETED' AND o.refunded = 0"
	changedSQL   = "o.completed_at IS NOT NULL AND NOT o.plain AND (o.refunded <> 0 OR o.status IN ('REFUNDED', 'CANCELLED'))"
)

// moment returns the column of the moment by which a completion is counted.
func (q *question) moment() string {
	if q.basis == service.SalesBasisBooked {
		return "o.completed_at"
	}
	return "o.at"
}

// wholeSQL is the condition that an order is sold, whatever happened to it after its completion.
var wholeSQL = "o.completed_at IS NOT NULL AND o.status IN " + service.SoldStatuses

// wholly reports whether the rows of orders have all that is asked for: by the moment of the order everything that happened to it counts
// together, and without lines nothing is divided.
func (q *question) wholly() bool { return q.basis == service.SalesBasisOrder && !q.ofLines() }

// unchangedStatement sums up orders to which nothing happened by the dimensions, or all orders if their rows have all that is asked for. Where
// lines are asked for it leaves out plain orders, whose lines addLines adds. In its rows n is 1 for the first line of an order in a group and
// b for the first in the report, k is 1 unless the order was given back in full, and u if its cost lacks a rate.
func (q *question) unchangedStatement(tx *store.Tx) *statement {
	s := &statement{}
	s.add("SELECT ")
	for _, name := range q.names() {
		s.add(name + ", ")
	}
	s.add("sum(n * k), sum(n * u), sum(b * k), sum(b * u), sum(total), sum(tax), sum(refunded), sum(refunded_tax), sum(cost), sum(quantity) FROM (SELECT ")
	q.addColumns(s, q.moment())
	condition := unchangedSQL
	switch {
	case q.wholly():
		condition = wholeSQL
		s.add("1 AS n, 1 AS b, o.total, o.tax, o.refunded, o.refunded_tax, o.cost, 0 AS quantity, ")
	case q.ofLines():
		condition += " AND NOT o.plain"
		s.add("CASE WHEN ")
		q.addFirst(s, false)
		s.add(" THEN 1 ELSE 0 END AS n, CASE WHEN ")
		q.addFirst(s, true)
		s.add(" THEN 1 ELSE 0 END AS b, coalesce(l.total, o.total) AS total, coalesce(l.tax, o.tax) AS tax, 0 AS refunded, 0 AS refunded_tax, coalesce(l.cost, o.cost) AS cost, coalesce(l.quantity, 0) AS quantity, ")
	default:
		s.add("1 AS n, 1 AS b, o.total, o.tax, 0 AS refunded, 0 AS refunded_tax, o.cost, 0 AS quantity, ")
	}
	s.add("CASE WHEN o.status = 'COMPLETED' THEN 1 ELSE 0 END AS k, CASE WHEN o.uncosted THEN 1 ELSE 0 END AS u")
	q.addFrom(s, false)
	s.add(" WHERE "+condition+" AND "+q.moment()+" >= ? AND "+q.moment()+" < ?", q.from, q.to)
	q.addFilter(s)
	s.add(store.SeparatePlan(tx) + ") AS r")
	q.addGroups(s)
	return s
}

// names returns the names of the columns of the dimensions.
func (q *question) names() []string {
	names := make([]string, len(q.by))
	for i := range names {
		names[i] = "d" + strconv.Itoa(i)
	}
	return names
}

// addUnchanged adds the sums of unchangedStatement.
func (t *tally) addUnchanged(ctx context.Context, tx *store.Tx) error {
	s := t.unchangedStatement(tx)
	if t.limit > 0 {
		s.add(" LIMIT " + strconv.Itoa(t.limit+1))
	}
	key := make([]string, len(t.by))
	return s.each(ctx, tx, func(scan store.ScanFunc) error {
		var more, whole sums
		var orders, uncosted, ofWhole, uncostedOfWhole *int // NULL of no orders
		var refundedTax money.Amount
		err := scan(append(cellsOf(key), &orders, &uncosted, &ofWhole, &uncostedOfWhole, &more.Sold, &more.Tax, &more.Refunded, &refundedTax, &more.Cost, &more.Quantity)...)
		if err != nil || orders == nil {
			return err
		}
		if more.Sold, err = t.mode.Net(more.Sold, more.Tax); err != nil {
			return err
		}
		if more.Refunded, err = t.mode.Net(more.Refunded, refundedTax); err != nil {
			return err
		}
		if more.Tax, err = more.Tax.Minus(refundedTax); err != nil {
			return err
		}
		more.Orders, more.Uncosted, whole.Orders, whole.Uncosted = *orders, *uncosted, *ofWhole, *uncostedOfWhole
		if t.total, err = t.total.plus(whole); err != nil {
			return err
		}
		named, err := t.named(key)
		if err != nil {
			return err
		}
		return t.add(named, more)
	})
}

// addHappened appends the condition that something happened to a changed order o within the period.
func (q *question) addHappened(s *statement) {
	if q.basis == service.SalesBasisOrder {
		s.add("o.status <> 'CANCELLED' AND o.at >= ? AND o.at < ?", q.from, q.to)
		return
	}
	s.add("(o.completed_at >= ? AND o.completed_at < ? OR o.cancelled_at >= ? AND o.cancelled_at < ? OR o.id IN (SELECT r.order_id FROM refunds r WHERE r.at >= ? AND r.at < ?))",
		q.from, q.to, q.from, q.to, q.from, q.to)
}

// changedRefunds returns the refunds of changed orders to which something happened within the period, by order.
func changedRefunds(ctx context.Context, tx *store.Tx, q *question) (refundsByOrder, error) {
	s := &statement{}
	s.add(`SELECT r.order_id, r.id, r.amount, r.at, r.goods_returned, coalesce(g.line_id, ''), coalesce(g.quantity, 0), coalesce(g.amount, 0)
		FROM refunds r LEFT JOIN refund_lines g ON g.refund_id = r.id JOIN orders o ON o.id = r.order_id WHERE ` + changedSQL + " AND ")
	q.addHappened(s)
	s.add(" ORDER BY r.order_id, r.at, r.recorded_at, r.id, g.position")
	refunds := refundsByOrder{}
	return refunds, s.each(ctx, tx, refunds.scan())
}

// eachChanged gives the changed orders to which something happened within the period, without their refunds. The order is valid until the
// function returns.
func eachChanged(ctx context.Context, tx *store.Tx, q *question, each func(*soldOrder) error) error {
	s := q.ordersStatement()
	s.add(changedSQL + " AND ")
	q.addHappened(s)
	s.add(ordersSorted)
	rows := newOrderRows(q, each)
	if err := s.each(ctx, tx, rows.scan); err != nil {
		return err
	}
	return rows.flush()
}

const ordersSorted = " ORDER BY o.id, l.position"

// ordersStatement begins a query of orders o with their lines, for orderRows; a condition follows.
func (q *question) ordersStatement() *statement {
	s := &statement{}
	s.add("SELECT ")
	q.addColumns(s, "")
	s.add("CASE WHEN 1 = 1")
	q.addFilter(s)
	s.add(` THEN 1 ELSE 0 END, o.id, o.at, o.completed_at, o.cancelled_at, o.status, o.uncosted, o.stated_cost, o.total, o.tax, o.cost,
		coalesce(l.id, ''), coalesce(l.quantity, 0), coalesce(l.total, 0), coalesce(l.tax, 0), coalesce(l.cost, 0)`)
	q.addFrom(s, true)
	s.add(" WHERE ")
	return s
}

// knownOrders returns the ids of the next orders behind an id that were known at the report's moment and to which something happened within
// the period.
func knownOrders(ctx context.Context, tx *store.Tx, q *question, after string) (ids []string, err error) {
	s := &statement{}
	s.add("SELECT o.id FROM orders o WHERE ")
	q.addHappenedBy(s, *q.knownAt)
	s.add(" AND o.id > ? ORDER BY o.id LIMIT ?", after, store.IDsPerStatement)
	return ids, s.each(ctx, tx, func(scan store.ScanFunc) error {
		var id string
		err := scan(&id)
		ids = append(ids, id)
		return err
	})
}

// ordersByID returns orders with their lines, without their refunds.
func ordersByID(ctx context.Context, tx *store.Tx, q *question, ids []string) (orders []*soldOrder, err error) {
	s := q.ordersStatement()
	s.add("o.id IN ("+store.Placeholders(len(ids))+")"+ordersSorted, store.Args(ids)...)
	rows := newOrderRows(q, func(o *soldOrder) error {
		orders = append(orders, o)
		return nil
	})
	if err := s.each(ctx, tx, rows.scan); err != nil {
		return nil, err
	}
	err = rows.flush()
	return orders, err
}

// firstAndLast returns the times of the first and the last event that may be within the period, both zero where there is none.
func firstAndLast(ctx context.Context, tx *store.Tx, q *question) (first, last time.Time, err error) {
	s := &statement{}
	for i, source := range map[service.SalesBasis][][2]string{
		service.SalesBasisOrder:  {{"orders", "at"}},
		service.SalesBasisBooked: {{"orders", "completed_at"}, {"orders", "cancelled_at"}, {"refunds", "at"}},
	}[q.basis] {
		if i > 0 {
			s.add(" UNION ALL ")
		}
		within := source[1] + ") FROM " + source[0] + " WHERE " + source[1] + " >= ? AND " + source[1] + " < ?)"
		s.add("SELECT (SELECT min("+within+", (SELECT max("+within, q.from, q.to, q.from, q.to)
	}
	return first, last, s.each(ctx, tx, func(scan store.ScanFunc) error {
		var low, high store.Time
		err := scan(&low, &high)
		if !high.IsZero() {
			if first.IsZero() || low.Before(first) {
				first = low.Time
			}
			if high.After(last) {
				last = high.Time
			}
		}
		return err
	})
}
