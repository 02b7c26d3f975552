package files

import (
	"slices"
	"strings"

	"kopeck/service/app"
	"kopeck/service/bulk"
)

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
	}
	if err := checkAmounts(in.has); err != nil {
		return source[bulk.OrderRecord]{}, err
	}
	switch {
	case in.has("cost") && o.CostShare != nil:
		return source[bulk.OrderRecord]{}, optionsError("the cost of the goods is given twice: by --map cost=… and by --cost-share")
	case !in.has("cost") && o.CostShare == nil:
		return source[bulk.OrderRecord]{}, errNoCost
	}
	return logOf(in.values, o, in.table), nil
}

// checkAmounts refuses fields of a log that say in two ways what something costs, or in none.
func checkAmounts(has func(field string) bool) error {
	lines, amount, price, quantity := has("sku") || has("title"), has("amount"), has("price"), has("quantity")
	switch {
	case lines && !amount && !price:
		return optionsError("--map: a row with sku or title is a line of its order: map what it costs too, as amount or as quantity and price")
	case !lines && has("total") && (amount || quantity || price):
		return optionsError("--map: total is what the whole order costs, amount (or quantity and price) what one row does: map one of them, or with sku or title both")
	case amount && price:
		return optionsError("--map: price is multiplied by quantity to an amount: map one of price and amount")
	case price && !quantity, quantity && !price && (!lines || !amount):
		return optionsError("--map: price and quantity go together")
	case has("discount") && !price:
		return optionsError("--map: discount is taken off quantity x price: map these too")
	}
	return nil
}

// ordersLayout is the layout of both formats of orders, to recognise a file by.
func ordersLayout() layout[orderRow] {
	all := layout[orderRow]{Orders, slices.Concat(orderLayout.columns, lineLayout.columns, taxLayout.columns)}
	for _, c := range logLayout.columns { // what is of both formats is of each by itself
		all.columns = append(all.columns, column[orderRow]{name: c.name, uses: c.uses})
	}
	return all
}

// logOf reads a table as a log of orders.
func logOf(v *values, o Options, t *table) source[bulk.OrderRecord] {
	columns := logLayout.find(t, mappable)
	l := &orderLog{values: v, options: o, has: t.has, next: func(r *logRow) error { return csvRow(v, t, columns, r) }}
	key := func(r row) string { return t.get(r, "order") }
	if !t.has("order") {
		key = t.person
	}
	return source[bulk.OrderRecord]{l.entry, func() int64 { return t.passed }, &groupable{t.next, key, t.has("order")}, v}
}

var errNoCost = optionsError("the cost of the goods is not given: map a column to cost, or give --cost-share as a share of the amount (0 if it is not known: all is margin then)")

// cdnow reads the logs of CDNOW: customer, day, units, amount, with or without the sample's own customer number; the first row
// may be a header.
func cdnow(v *values, o Options, scan *scanner, first bool) source[bulk.OrderRecord] {
	l := &orderLog{values: v, options: o, has: func(string) bool { return false }}
	next := func() (row, error) {
		for {
			r, err := scan.next()
			header := first && err == nil && r.fault == "" && len(r.fields) > 0 && strings.Trim(r.fields[0], "0123456789") != ""
			if first = false; !header {
				return r, err
			}
		}
	}
	l.next = func(to *logRow) error {
		r, err := next()
		if err == nil {
			cdnowRow(v, r, to)
		}
		return err
	}
	return source[bulk.OrderRecord]{l.entry, func() int64 { return scan.passed }, &groupable{next: next, key: func(r row) string { return r.fields[0] }}, v}
}
