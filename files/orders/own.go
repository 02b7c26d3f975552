package orders

import (
	"errors"
	"io"
	"slices"
	"strings"
	"time"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/money"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/ownfields"
	"kopeck/service/sale"
)

// orderRow is an order and one of its lines as a row has them: an order has a row for each of its lines, with its
// own columns repeated; one without lines has one row.
type orderRow struct {
	bulk.OrderRecord

	line    bulk.OrderLineRecord
	refunds []refundText
}

// refundText is a refund in the column of refunds.
type refundText struct {
	ID     string    `json:"id"`
	Amount string    `json:"amount"` // with the currency's decimals
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`

	RecordedAt    *time.Time       `json:"recordedAt,omitempty"` // nil: at once
	GoodsReturned bool             `json:"goodsReturned,omitempty"`
	Lines         []refundLineText `json:"lines,omitempty"`
}

// refundLineText is a line of a refund in the column of refunds.
type refundLineText struct {
	LineID   string        `json:"line"`
	Quantity money.Decimal `json:"quantity"`
	Amount   string        `json:"amount"`
	Stated   bool          `json:"stated,omitempty"`
}

// Layout is the layout of an order's own columns, LineLayout that of its lines' behind them, and lastLayout that of later columns of the
// order, which stand at the end. Package sale defines their fields.
var (
	Layout = layout.Layout[orderRow]{Kind: option.Orders, Columns: append(
		layout.Within(sale.HeadFields(), orderOf),
		layout.NewColumn("refunds", field.Own, field.List[refundText](), func(r *orderRow) *[]refundText { return &r.refunds }),
	)}
	LineLayout = layout.Layout[orderRow]{Kind: option.Orders, Columns: layout.Within(sale.LineFields(), func(r *orderRow) *sale.LineRecord { return &r.line })}
	lastLayout = layout.Layout[orderRow]{Kind: option.Orders, Columns: layout.Within(sale.LastFields(), orderOf)}
)

func orderOf(r *orderRow) *sale.Record { return &r.OrderRecord }

// ownLayout is the layout of columns of the installation's own fields, by their codes.
func ownLayout(codes []string) layout.Layout[orderRow] {
	return layout.Layout[orderRow]{Kind: option.Orders, Columns: layout.OwnFields(codes, func(r *orderRow) *ownfields.Texts { return &r.OwnFields })}
}

// Names are the columns of orders in Kopeck's own format, with those of the installation's own fields of some codes.
func Names(codes []string) []string {
	return slices.Concat(Layout.Names(field.Own), LineLayout.Names(field.Own), lastLayout.Names(field.Own), ownLayout(codes).Names(field.Own))
}

// ownOrders reads orders of Kopeck's own format.
func ownOrders(v *cell.Values, t *table.Table, o option.Options, codes []string) layout.Source[bulk.OrderRecord] {
	orderColumns := slices.Concat(Layout.Find(t, field.Own), lastLayout.Find(t, field.Own), ownLayout(codes).Find(t, field.Own))
	lineColumns := LineLayout.Find(t, field.Own)
	idAt := t.At["id"]
	var waiting *textfile.Row
	fetch := func() (textfile.Row, error) {
		if waiting != nil {
			r := *waiting
			waiting = nil
			return r, nil
		}
		return t.Next()
	}
	next := func() (*layout.Entry[bulk.OrderRecord], error) {
		r, err := fetch()
		if err != nil {
			return nil, err
		}
		e := &layout.Entry[bulk.OrderRecord]{Rows: []layout.RowText{{Line: r.Line, Raw: r.Raw}}, Fault: r.Fault}
		if r.Fault != "" {
			return e, nil
		}
		var row orderRow
		fault := orderColumns.Read(v, r, &row)
		row.check(v, &fault)
		layout.ClearOwnFields(o, t, codes, &row.OwnFields)
		e.Value, e.Fault, e.Key, e.Content = row.OrderRecord, string(fault), "id:"+row.ID, r.Raw
		first, lines := append([]string{}, r.Fields...), map[string]string{}
		for len(e.Rows) <= maxRows {
			if line, fault := readLine(v, t, r, lineColumns); fault != "" {
				e.Blame(r.Line, string(fault))
			} else if line != nil && lines[line.ID] != r.Raw { // not the same row again
				e.Value.Lines = append(e.Value.Lines, *line)
				lines[line.ID] = r.Raw
			}
			if r, err = t.Next(); errors.Is(err, io.EOF) {
				return e, nil
			} else if err != nil {
				return nil, err
			}
			if r.Fault != "" || r.Fields[idAt] != first[idAt] {
				waiting = &r
				return e, nil
			}
			e.Rows = append(e.Rows, layout.RowText{Line: r.Line, Raw: r.Raw})
			for _, c := range orderColumns {
				if r.Fields[c.At] != first[c.At] {
					e.Blame(r.Line, c.Name+": the rows of one order differ in it")
				}
			}
		}
		e.Fault = "more than 10,000 rows of one order"
		waiting = &r
		return e, nil
	}
	return layout.Source[bulk.OrderRecord]{
		Next: next, Passed: func() int64 { return t.Passed }, Values: v, Table: t,
		Groups: &textfile.Groupable{Next: t.Next, Key: func(r textfile.Row) string { return t.Get(r, "id") }, Join: true},
	}
}

// check checks what must sum up, and completes the order.
func (r *orderRow) check(v *cell.Values, f *layout.Fault) {
	if r.ID == "" || r.CustomerID == "" {
		f.Of("id", errors.New("want the ids of the order and of its customer"))
	}
	var sum money.Amount
	listed := cell.OwnValues(v.Currency) // in a list numbers are as Kopeck has written them
	for _, one := range r.refunds {
		amount, err := listed.Amount(one.Amount)
		f.Of("refunds", err)
		if sum, err = sum.Plus(amount); err != nil {
			f.Of("refunds", errors.New("too large"))
		}
		record := bulk.RefundRecord{ID: one.ID, Amount: amount, Reason: one.Reason, At: one.At.UTC().Truncate(time.Microsecond), Actor: one.Actor, GoodsReturned: one.GoodsReturned}
		if one.RecordedAt != nil {
			record.RecordedAt = one.RecordedAt.UTC().Truncate(time.Microsecond)
		}
		for _, part := range one.Lines {
			amount, err := listed.Amount(part.Amount)
			f.Of("refunds", err)
			record.Lines = append(record.Lines, bulk.RefundLineRecord{LineID: part.LineID, Quantity: part.Quantity, Amount: amount, Stated: part.Stated})
		}
		r.Refunds = append(r.Refunds, record)
	}
	if sum != r.Refunded {
		f.Of("refunded", errors.New("the refunds do not sum to it"))
	}
}

// readLine reads the line of an order's row, nil where the order has none.
func readLine(v *cell.Values, t *table.Table, r textfile.Row, columns layout.Found[orderRow]) (*bulk.OrderLineRecord, layout.Fault) {
	if t.Get(r, "line_id") == "" {
		for _, c := range columns {
			if strings.TrimSpace(r.Fields[c.At]) != "" {
				return nil, layout.Fault("line_id: empty, where the row has " + c.Name + " of a line")
			}
		}
		return nil, ""
	}
	var o orderRow
	f := columns.Read(v, r, &o)
	return &o.line, f
}

// Texts are the rows of an order in Kopeck's own format, with the installation's own fields of some codes.
func Texts(v *cell.Values, o *bulk.OrderRecord, codes []string) ([][]string, error) {
	r := orderRow{OrderRecord: *o}
	var err error
	if r.Refunded, err = o.RefundedSum(); err != nil { // a log's order has the refunds alone
		return nil, err
	}
	for _, one := range o.Refunds {
		text := refundText{ID: one.ID, Amount: v.Currency.Format(one.Amount), Reason: one.Reason, At: one.At, Actor: one.Actor, GoodsReturned: one.GoodsReturned}
		if !one.RecordedAt.Equal(one.At) || one.At.Before(o.CreatedAt) {
			text.RecordedAt = &one.RecordedAt
		}
		for _, part := range one.Lines {
			text.Lines = append(text.Lines, refundLineText{part.LineID, part.Quantity, v.Currency.Format(part.Amount), part.Stated})
		}
		r.refunds = append(r.refunds, text)
	}
	head := Layout.Texts(v, &r)
	last := slices.Concat(lastLayout.Texts(v, &r), ownLayout(codes).Texts(v, &r))
	if len(o.Lines) == 0 {
		return [][]string{slices.Concat(head, make([]string, len(LineLayout.Columns)), last)}, nil
	}
	rows := make([][]string, len(o.Lines))
	for n := range o.Lines {
		r.line = o.Lines[n]
		rows[n] = slices.Concat(head, LineLayout.Texts(v, &r), last)
	}
	return rows, nil
}
