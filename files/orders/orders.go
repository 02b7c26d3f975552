// Package orders reads orders from files: of Kopeck's own format, of any table in which an order may have several rows, and of
// the CDNOW logs ([Open]). It writes them in Kopeck's own format ([Texts]).
//
// It may import the other packages below files, service, service/bulk, service/field, service/ownfields, schema and the domain layer.
package orders

import (
	"slices"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/ownfields"
)

// Open opens the file as one of orders, which have the installation's own fields of some codes.
func Open(core *service.Core, o option.Options, f *layout.File, codes []string) (layout.Source[bulk.OrderRecord], error) {
	if o.Format == option.CDNOW {
		if o.CostShare == nil {
			return layout.Source[bulk.OrderRecord]{}, errNoCost
		}
		v, err := cell.NewValues(core, o)
		if err != nil {
			return layout.Source[bulk.OrderRecord]{}, err
		}
		return cdnow(v, o, f.Scan(0), f.Grouped == nil), nil
	}
	in, err := layout.Open(core, o, f, ordersLayout(codes))
	switch {
	case err != nil:
		return layout.Source[bulk.OrderRecord]{}, err
	case in.Own && (o.CostShare != nil || o.DateFormat != ""):
		return layout.Source[bulk.OrderRecord]{}, option.Errorf("a file of Kopeck's own format needs no --cost-share or --date-format")
	case in.Own:
		return ownOrders(in.Values, in.Table, o, codes), nil
	}
	if err := checkAmounts(in.Has); err != nil {
		return layout.Source[bulk.OrderRecord]{}, err
	}
	switch {
	case in.Has("cost") && o.CostShare != nil:
		return layout.Source[bulk.OrderRecord]{}, option.Errorf("the cost of the goods is given twice: by --map cost=… and by --cost-share")
	case !in.Has("cost") && o.CostShare == nil:
		return layout.Source[bulk.OrderRecord]{}, errNoCost
	}
	return logOf(in.Values, o, in.Table, codes), nil
}

// checkAmounts refuses fields of a log that say in two ways what something costs, or in none.
func checkAmounts(has func(field string) bool) error {
	lines, amount, price, quantity := has("sku") || has("title"), has("amount"), has("price"), has("quantity")
	switch {
	case lines && !amount && !price:
		return option.Errorf("--map: a row with sku or title is a line of its order: map what it costs too, as amount or as quantity and price")
	case !lines && has("total") && (amount || quantity || price):
		return option.Errorf("--map: total is what the whole order costs, amount (or quantity and price) what one row does: map one of them, or with sku or title both")
	case amount && price:
		return option.Errorf("--map: price is multiplied by quantity to an amount: map one of price and amount")
	case price && !quantity, quantity && !price && (!lines || !amount):
		return option.Errorf("--map: price and quantity go together")
	}
	return checkParts(has, amount || price, price)
}

// checkParts refuses fields of a part of what a row costs without those of the whole.
func checkParts(has func(field string) bool, costs, priced bool) error {
	switch {
	case has("tax") && !costs:
		return option.Errorf("--map: tax is what of a row's amount is tax: map amount (or quantity and price) too")
	case has("discount") && !priced:
		return option.Errorf("--map: discount is taken off quantity x price: map these too")
	}
	return nil
}

// ordersLayout is the layout of both formats of orders, to recognise a file by.
func ordersLayout(codes []string) layout.Layout[orderRow] {
	all := layout.Layout[orderRow]{Kind: option.Orders, Columns: slices.Concat(Layout.Columns, LineLayout.Columns, lastLayout.Columns, ownLayout(codes).Columns)}
	for _, c := range LogLayout.Columns { // what is of both formats is of each by itself
		all.Columns = append(all.Columns, layout.Column[orderRow]{Name: c.Name, Uses: c.Uses})
	}
	return all
}

// logOf reads a table as a log of orders.
func logOf(v *cell.Values, o option.Options, t *table.Table, codes []string) layout.Source[bulk.OrderRecord] {
	columns := LogLayout.With(layout.OwnFields(codes, func(r *logFields) *ownfields.Texts { return &r.own })).Find(t, field.Mappable)
	l := &orderLog{Values: v, options: o, codes: codes, table: t, has: t.Has, next: func(r *logRow) error { return csvRow(v, t, columns, r) }}
	key := func(r textfile.Row) string { return t.Get(r, "order") }
	if !t.Has("order") {
		key = func(r textfile.Row) string { return layout.PersonOf(t, r) }
	}
	return layout.Source[bulk.OrderRecord]{
		Next: l.entry, Passed: func() int64 { return t.Passed }, Values: v, Table: t,
		Groups: &textfile.Groupable{Next: t.Next, Key: key, Join: t.Has("order"), Owner: layout.OwnerOf(t)},
	}
}

var errNoCost = option.Errorf("the cost of the goods is not given: map a column to cost, or give --cost-share as a share of the amount (0 if it is not known: all is margin then)")

// cdnow reads the logs of CDNOW: customer, day, units, amount, with or without the sample's own customer number; the first row
// may be a header.
func cdnow(v *cell.Values, o option.Options, scan *textfile.Scanner, first bool) layout.Source[bulk.OrderRecord] {
	l := &orderLog{Values: v, options: o, has: func(string) bool { return false }}
	next := func() (textfile.Row, error) {
		for {
			r, err := scan.Next()
			header := first && err == nil && r.Fault == "" && len(r.Fields) > 0 && strings.Trim(r.Fields[0], "0123456789") != ""
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
	return layout.Source[bulk.OrderRecord]{
		Next: l.entry, Passed: func() int64 { return scan.Passed }, Values: v,
		Groups: &textfile.Groupable{Next: next, Key: func(r textfile.Row) string { return r.Fields[0] }},
	}
}
