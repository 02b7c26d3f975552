package files

import (
	"errors"
	"io"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/service/bulk"
	"kopeck/service/field"
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

// orderLayout is the layout of an order's own columns, lineLayout that of its lines' behind them: package sale defines their fields.
var (
	orderLayout = layout[orderRow]{Orders, append(
		columnsWithin(sale.Fields(), func(r *orderRow) *sale.Record { return &r.OrderRecord }),
		of("refunds", own, field.List[refundText](), func(r *orderRow) *[]refundText { return &r.refunds }),
	)}
	lineLayout = layout[orderRow]{Orders, columnsWithin(sale.LineFields(), func(r *orderRow) *sale.LineRecord { return &r.line })}
)

// ownOrders reads orders of Kopeck's own format.
func ownOrders(v *values, t *table) source[bulk.OrderRecord] {
	orderColumns, lineColumns := orderLayout.find(t, own), lineLayout.find(t, own)
	idAt := t.at["id"]
	var waiting *row
	fetch := func() (row, error) {
		if waiting != nil {
			r := *waiting
			waiting = nil
			return r, nil
		}
		return t.next()
	}
	next := func() (*entry[bulk.OrderRecord], error) {
		r, err := fetch()
		if err != nil {
			return nil, err
		}
		e := &entry[bulk.OrderRecord]{rows: []rowText{{r.line, r.raw}}, fault: r.fault}
		if r.fault != "" {
			return e, nil
		}
		var o orderRow
		fault := orderColumns.read(v, r, &o)
		o.check(v, &fault)
		e.value, e.fault, e.key, e.content = o.OrderRecord, string(fault), "id:"+o.ID, r.raw
		first, lines := append([]string{}, r.fields...), map[string]string{}
		for len(e.rows) <= maxRows {
			if line, fault := readLine(v, t, r, lineColumns); fault != "" {
				e.blame(r.line, string(fault))
			} else if line != nil && lines[line.ID] != r.raw { // not the same row again
				e.value.Lines = append(e.value.Lines, *line)
				lines[line.ID] = r.raw
			}
			if r, err = t.next(); errors.Is(err, io.EOF) {
				return e, nil
			} else if err != nil {
				return nil, err
			}
			if r.fault != "" || r.fields[idAt] != first[idAt] {
				waiting = &r
				return e, nil
			}
			e.rows = append(e.rows, rowText{r.line, r.raw})
			for _, c := range orderColumns {
				if r.fields[c.at] != first[c.at] {
					e.blame(r.line, c.name+": the rows of one order differ in it")
				}
			}
		}
		e.fault = "more than 10,000 rows of one order"
		waiting = &r
		return e, nil
	}
	return source[bulk.OrderRecord]{next, func() int64 { return t.passed }, &groupable{t.next, func(r row) string { return t.get(r, "id") }, true}, v}
}

// check checks what must sum up, and completes the order.
func (r *orderRow) check(v *values, f *faults) {
	if r.ID == "" || r.CustomerID == "" {
		f.of("id", errors.New("want the ids of the order and of its customer"))
	}
	var sum money.Amount
	for _, one := range r.refunds {
		amount, err := v.amount(one.Amount)
		f.of("refunds", err)
		if sum, err = sum.Plus(amount); err != nil {
			f.of("refunds", errors.New("too large"))
		}
		record := bulk.RefundRecord{ID: one.ID, Amount: amount, Reason: one.Reason, At: one.At.UTC().Truncate(time.Microsecond), Actor: one.Actor, GoodsReturned: one.GoodsReturned}
		if one.RecordedAt != nil {
			record.RecordedAt = one.RecordedAt.UTC().Truncate(time.Microsecond)
		}
		for _, part := range one.Lines {
			amount, err := v.amount(part.Amount)
			f.of("refunds", err)
			record.Lines = append(record.Lines, bulk.RefundLineRecord{LineID: part.LineID, Quantity: part.Quantity, Amount: amount, Stated: part.Stated})
		}
		r.Refunds = append(r.Refunds, record)
	}
	if sum != r.Refunded {
		f.of("refunded", errors.New("the refunds do not sum to it"))
	}
}

// readLine reads the line of an order's row, nil where the order has none.
func readLine(v *values, t *table, r row, columns found[orderRow]) (*bulk.OrderLineRecord, faults) {
	if t.get(r, "line_id") == "" {
		for _, c := range columns {
			if strings.TrimSpace(r.fields[c.at]) != "" {
				return nil, faults("line_id: empty, where the row has " + c.name + " of a line")
			}
		}
		return nil, ""
	}
	var o orderRow
	f := columns.read(v, r, &o)
	return &o.line, f
}

// orderTexts are the rows of an order in Kopeck's own format.
func orderTexts(v *values, o *bulk.OrderRecord) ([][]string, error) {
	r := orderRow{OrderRecord: *o}
	var err error
	if r.Refunded, err = o.RefundedSum(); err != nil { // a log's order has the refunds alone
		return nil, err
	}
	for _, one := range o.Refunds {
		text := refundText{ID: one.ID, Amount: v.currency.Format(one.Amount), Reason: one.Reason, At: one.At, Actor: one.Actor, GoodsReturned: one.GoodsReturned}
		if !one.RecordedAt.Equal(one.At) || one.At.Before(o.CreatedAt) {
			text.RecordedAt = &one.RecordedAt
		}
		for _, part := range one.Lines {
			text.Lines = append(text.Lines, refundLineText{part.LineID, part.Quantity, v.currency.Format(part.Amount), part.Stated})
		}
		r.refunds = append(r.refunds, text)
	}
	head := orderLayout.texts(v, &r)
	head = head[:len(head):len(head)]
	if len(o.Lines) == 0 {
		return [][]string{append(head, make([]string, len(lineLayout.columns))...)}, nil
	}
	rows := make([][]string, len(o.Lines))
	for n := range o.Lines {
		r.line = o.Lines[n]
		rows[n] = append(head, lineLayout.texts(v, &r)...)
	}
	return rows, nil
}
