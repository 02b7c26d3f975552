package files

import (
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/app"
	"kopeck/service/bulk"
)

// logLayout is what --map can name of a log of orders. [csvRow] reads it: what a row of a log means depends on which of its
// columns there are.
var logLayout = layout[struct{}]{Orders, []column[struct{}]{
	{name: "customer", uses: mappable | mapKey},
	{name: "order", uses: mappable},
	{name: "date", uses: mappable | mapKey},
	{name: "amount", uses: mappable | mapKey | numeric},
	{name: "cost", uses: mappable | numeric},
	{name: "currency", uses: mappable},
}}

// openOrders opens the file as one of orders.
func openOrders(s *app.App, o Options, f *file) (source[bulk.OrderRecord], error) {
	if o.Format == CDNOW {
		if o.CostShare == nil {
			return source[bulk.OrderRecord]{}, errNoCost
		}
		v, err := newValues(s, o)
		if err != nil {
			return source[bulk.OrderRecord]{}, err
		}
		return cdnow(v, o, f.scan(0), f.grouped == nil), nil
	}
	in, err := openLayout(s, o, f, ordersLayout())
	switch {
	case err != nil:
		return source[bulk.OrderRecord]{}, err
	case in.own && (o.CostShare != nil || o.DateFormat != ""):
		return source[bulk.OrderRecord]{}, optionsError("a file of Kopeck's own format needs no --cost-share or --date-format")
	case in.own:
		return ownOrders(in.values, in.table), nil
	case in.has("cost") && o.CostShare != nil:
		return source[bulk.OrderRecord]{}, optionsError("the cost of the goods is given twice: by --map cost=… and by --cost-share")
	case !in.has("cost") && o.CostShare == nil:
		return source[bulk.OrderRecord]{}, errNoCost
	}
	return logOf(in.values, o, in.table), nil
}

// ordersLayout is the layout of both formats of orders, to recognise a file by.
func ordersLayout() layout[orderRow] {
	all := layout[orderRow]{Orders, slices.Concat(orderLayout.columns, lineLayout.columns)}
	for _, c := range logLayout.columns {
		all.columns = append(all.columns, column[orderRow]{name: c.name, uses: c.uses})
	}
	return all
}

// logOf reads a table as a log of orders.
func logOf(v *values, o Options, t *table) source[bulk.OrderRecord] {
	l := &orderLog{values: v, costShare: o.CostShare, next: func() (logRow, error) { return csvRow(v, t) }}
	by := "order"
	if !t.has(by) {
		by = "customer"
	}
	return source[bulk.OrderRecord]{l.entry, func() int64 { return t.passed }, &groupable{t.next, func(r row) string { return t.get(r, by) }, t.has("order")}, v}
}

var errNoCost = optionsError("the cost of the goods is not given: map a column to cost, or give --cost-share as a share of the amount (0 if it is not known: all is margin then)")

// cdnow reads the logs of CDNOW: customer, day, units, amount, with or without the sample's own customer number; the first row
// may be a header.
func cdnow(v *values, o Options, scan *scanner, first bool) source[bulk.OrderRecord] {
	l := &orderLog{values: v, costShare: o.CostShare}
	next := func() (row, error) {
		for {
			r, err := scan.next()
			header := first && err == nil && r.fault == "" && len(r.fields) > 0 && strings.Trim(r.fields[0], "0123456789") != ""
			if first = false; !header {
				return r, err
			}
		}
	}
	l.next = func() (logRow, error) {
		r, err := next()
		if err != nil {
			return logRow{}, err
		}
		return cdnowRow(v, r), nil
	}
	return source[bulk.OrderRecord]{l.entry, func() int64 { return scan.passed }, &groupable{next: next, key: func(r row) string { return r.fields[0] }}, v}
}

// logRow is a row of a log of orders, as far as it could be read.
type logRow struct {
	rowText

	order    string // "" where the log has no order ids
	customer string // "" where it could not be read
	day      string // as in made ids, "" where it could not be read
	record   bulk.OrderRecord
	fault    faults
	orphan   bool // nothing of it could be read
}

func cdnowRow(v *values, r row) logRow {
	out := logRow{rowText: rowText{r.line, r.raw}, fault: faults(r.fault), orphan: r.fault != ""}
	switch {
	case r.fault != "":
		return out
	case len(r.fields) == 5:
		r.fields = append(r.fields[:1], r.fields[2:]...)
	case len(r.fields) != 4:
		out.fault, out.orphan = "want customer, YYYYMMDD, units and amount, between blanks", true
		return out
	}
	at, err := v.dates.parse(r.fields[1])
	out.fault.of("date", err)
	if err == nil {
		out.customer, out.day = r.fields[0], v.dates.dayOf(at)
	}
	if _, err := strconv.ParseUint(r.fields[2], 10, 32); err != nil {
		out.fault.of("units", errors.New("want a number that is not negative"))
	}
	total, err := v.amount(r.fields[3])
	out.fault.of("amount", err)
	out.record = bulk.OrderRecord{CustomerExternalID: r.fields[0], At: at, Total: total}
	return out
}

func csvRow(v *values, t *table) (logRow, error) {
	r, err := t.next()
	if err != nil {
		return logRow{}, err
	}
	out := logRow{rowText: rowText{r.line, r.raw}, fault: faults(r.fault), orphan: r.fault != ""}
	if out.orphan {
		return out, nil
	}
	customer := t.get(r, "customer")
	switch {
	case customer == "":
		out.fault.of("customer", errEmpty)
	case isRounded(customer):
		out.fault.of("customer", errRounded)
	}
	at, err := v.dates.parse(t.get(r, "date"))
	out.fault.of("date", err)
	if t.has("order") {
		if out.order = t.get(r, "order"); out.order == "" {
			out.fault.of("order", errEmpty)
			out.orphan = true
		} else if isRounded(out.order) {
			out.fault.of("order", errRounded)
		}
	} else if customer == "" || err != nil {
		out.orphan = true
	}
	if err == nil {
		out.customer, out.day = customer, v.dates.dayOf(at)
	}
	total, err := v.amount(t.get(r, "amount"))
	out.fault.of("amount", err)
	var cost money.Amount
	if t.has("cost") {
		cost, err = v.amount(t.get(r, "cost"))
		out.fault.of("cost", err)
	}
	out.fault.of("currency", v.code(t.get(r, "currency")))
	out.record = bulk.OrderRecord{ExternalID: out.order, CustomerExternalID: customer, At: at, Total: total, Cost: cost}
	return out, nil
}

// orderLog makes orders of a log's rows.
type orderLog struct {
	*values
	costShare *money.Decimal
	next      func() (logRow, error)
	ordinals  ordinals
	open      *entry[bulk.OrderRecord] // whose rows are not all read yet
	ready     []*entry[bulk.OrderRecord]
	ended     error
}

// mostRows is how many rows an order has at most.
const mostRows = 10_000

func (l *orderLog) entry() (*entry[bulk.OrderRecord], error) {
	for len(l.ready) == 0 {
		if l.ended != nil {
			return nil, l.ended
		}
		r, err := l.next()
		if err != nil {
			if l.ended = err; errors.Is(err, io.EOF) {
				l.close()
			}
			continue
		}
		l.take(r)
	}
	e := l.ready[0]
	l.ready = l.ready[1:]
	return e, nil
}

// take adds a row to its order. One of which nothing can be read is an entry of its own, and does not divide an order.
func (l *orderLog) take(r logRow) {
	if r.orphan {
		l.ready = append(l.ready, &entry[bulk.OrderRecord]{rows: []rowText{r.rowText}, fault: string(r.fault)})
		return
	}
	if l.open != nil && r.order != "" && l.open.key == r.order {
		l.join(r)
		return
	}
	l.close()
	e := &entry[bulk.OrderRecord]{rows: []rowText{r.rowText}, value: r.record, key: r.order, fault: string(r.fault)}
	if r.order == "" {
		if r.day != "" {
			pair := r.customer + ":" + r.day
			e.key, e.apart = made(pair, l.ordinals.next(pair)), true
			e.value.ExternalID = e.key
		}
		l.finish(e)
		return
	}
	if e.fault != "" {
		e.bad = r.line
	}
	l.open = e
}

// join adds a row to the open order as one more of its lines.
func (l *orderLog) join(r logRow) {
	e := l.open
	e.rows = append(e.rows, r.rowText)
	var err, err2 error
	e.value.Total, err = e.value.Total.Plus(r.record.Total)
	e.value.Cost, err2 = e.value.Cost.Plus(r.record.Cost)
	switch {
	case e.fault != "" && len(e.rows) <= mostRows:
		return
	case e.fault != "":
		l.close()
		return
	case r.fault != "":
		e.fault = string(r.fault)
	case err != nil || err2 != nil:
		e.fault = "amount: the order's total is too large"
	case r.record.CustomerExternalID != e.value.CustomerExternalID:
		e.fault = "customer: the rows of one order are of different customers"
	case r.day != l.dates.dayOf(e.value.At):
		e.fault = "date: the rows of one order are of different days"
	case len(e.rows) > mostRows:
		e.fault = "more than 10,000 rows of one order"
	default:
		return
	}
	e.bad = r.line
	if len(e.rows) > mostRows {
		l.close() // its other rows are a repeated order, and rejected as such
	}
}

func (l *orderLog) close() {
	if l.open != nil {
		l.finish(l.open)
		l.open = nil
	}
}

// finish completes an order whose rows are all read.
func (l *orderLog) finish(e *entry[bulk.OrderRecord]) {
	o := &e.value
	if e.fault == "" && l.costShare != nil {
		cost, err := share(o.Total, *l.costShare)
		if err != nil {
			e.fault = "cost: too large"
		}
		o.Cost = cost
	}
	o.Status, o.StatedCost, o.CompletedAt = schema.OrderCompleted, true, o.At
	e.content = o.CustomerExternalID + "\x00" + l.dates.dayOf(o.At) + "\x00" + strconv.FormatInt(o.Total.Minor(), 36) + "\x00" + strconv.FormatInt(o.Cost.Minor(), 36)
	if !e.apart && e.key != "" {
		e.key = "order:" + e.key
	}
	l.ready = append(l.ready, e)
}
