package orders

import (
	"cmp"
	"errors"
	"io"
	"maps"
	"slices"
	"strconv"
	"time"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/bulk"
	"kopeck/service/ownfields"
)

// orderLog makes orders of a log's rows.
type orderLog struct {
	*cell.Values
	options  option.Options
	codes    []string                // of the installation's own fields
	table    *table.Table            // nil for CDNOW
	has      func(field string) bool // whether the log has a field
	next     func(r *logRow) error   // fills in the next row
	row      logRow                  // that was read last
	ordinals layout.Ordinals
	open     *openOrder // whose rows are not all read yet
	current  openOrder  // what open points to
	ready    []*layout.Entry[bulk.OrderRecord]
	ended    error
}

// openOrder is an order that is being put together.
type openOrder struct {
	*layout.Entry[bulk.OrderRecord]

	day     string // of its rows, but for those that give something back
	first   logFields
	total   *money.Amount // that its rows give for the whole of it
	status  schema.OrderStatus
	refunds []bulk.RefundRecord
	given   *money.Amount // back, as its rows give it for the whole of it
	sold    bool          // a row sells something
	lines   []logLine     // what its rows sell, where the log says it
}

// maxRows is how many rows an order has at most.
const maxRows = 10_000

func (l *orderLog) entry() (*layout.Entry[bulk.OrderRecord], error) {
	for len(l.ready) == 0 {
		if l.ended != nil {
			return nil, l.ended
		}
		l.row = logRow{}
		if err := l.next(&l.row); err != nil {
			if l.ended = err; errors.Is(err, io.EOF) {
				l.close()
			}
			continue
		}
		l.take(&l.row)
	}
	e := l.ready[0]
	l.ready = l.ready[1:]
	return e, nil
}

// take adds a row to its order. One of which nothing can be read is an entry of its own, and does not divide an order.
func (l *orderLog) take(r *logRow) {
	if r.orphan {
		l.ready = append(l.ready, &layout.Entry[bulk.OrderRecord]{Rows: []layout.RowText{r.RowText}, Fault: string(r.fault)})
		return
	}
	if l.open != nil && r.order != "" && l.open.Key == r.order {
		l.open.Rows = append(l.open.Rows, r.RowText)
		l.join(r)
		return
	}
	l.close()
	r.fault = cmp.Or(r.fault, r.incomplete())
	e := &layout.Entry[bulk.OrderRecord]{Rows: []layout.RowText{r.RowText}, Key: r.order, Owner: r.person(), Fault: string(r.fault)}
	e.Value = bulk.OrderRecord{ExternalID: r.order, CustomerExternalID: r.customer, Person: r.Person, At: r.at}
	l.current = openOrder{Entry: e, day: r.day, first: r.logFields}
	l.open = &l.current
	if e.Fault != "" {
		e.Bad = r.Line
	} else {
		l.add(r)
	}
	if r.order != "" {
		return
	}
	if r.day != "" {
		pair := r.person() + ":" + r.day
		e.Key, e.Apart = layout.MadeID(pair, l.ordinals.Next(pair)), true
		e.Value.ExternalID = e.Key
	}
	l.close()
}

// join adds a row to the open order as one more of its rows.
func (l *orderLog) join(r *logRow) {
	o := l.open
	gives := l.givesBack(r)
	switch {
	case o.Fault != "":
	case r.fault != "":
		o.Blame(r.Line, string(r.fault))
	case differ(r.customer, o.first.customer) || differ(r.Email, o.first.Email):
		o.Blame(r.Line, "customer: the rows of one order are of different customers")
	case differ(r.day, o.day) && !gives && o.sold && r.amount.Sign() >= 0:
		o.Blame(r.Line, "date: the rows of one order are of different days")
	default:
		if !gives && !o.sold && r.day != "" { // the rows before gave something back
			o.day, o.Value.At = r.day, r.at
		}
		l.add(r)
	}
	if len(o.Rows) > maxRows {
		o.Blame(r.Line, "more than 10,000 rows of one order")
		l.close() // its other rows are a repeated order, and rejected as such
	}
}

// differ reports whether two rows of an order say different things; one that says nothing, as later rows often do, says the same.
func differ(a, b string) bool { return a != b && a != "" && b != "" }

// givesBack reports whether a row is a refund: one with a negative amount, if those are refunds.
func (l *orderLog) givesBack(r *logRow) bool {
	return r.hasAmount && r.amount.Sign() < 0 && l.options.Negative == option.NegativeRefund
}

const notNegative = "must not be negative: if the row gives something back, --negative refund counts it as a refund of its order, and --where leaves such rows out"

// add adds what a row says of the open order.
func (l *orderLog) add(r *logRow) {
	o := l.open
	gives := l.givesBack(r)
	if r.hasAmount && r.amount.Sign() < 0 && !gives || r.hasTotal && r.total.Sign() < 0 {
		o.Blame(r.Line, "amount: "+notNegative)
		return
	}
	if fault := r.wrongTax(gives); fault != "" {
		o.Blame(r.Line, fault)
		return
	}
	if r.cost.Sign() < 0 && !gives {
		o.Blame(r.Line, "cost: must not be negative")
		return
	}
	var err, err2, err3 error
	switch back, _ := r.amount.Neg(); {
	case gives:
		o.refunds = append(o.refunds, bulk.RefundRecord{Amount: back, At: firstTime(r.refundedAt, r.at), Reason: r.refundReason})
	default:
		o.sold = true
		o.Value.Total, err = o.Value.Total.Plus(r.amount)
		o.Value.Tax, err3 = o.Value.Tax.Plus(r.tax)
		if l.hasLines() {
			if fault := l.addLine(r); fault != "" {
				o.Blame(r.Line, fault)
			}
		}
	}
	if o.Value.Cost, err2 = o.Value.Cost.Plus(r.cost); err != nil || err2 != nil || err3 != nil {
		o.Blame(r.Line, "amount: the order's total is too large")
	}
	o.once("total", r.Line, r.hasTotal, r.total, &o.total)
	o.once("refunded", r.Line, r.hasRefunded, r.refunded, &o.given)
	switch {
	case o.status == "":
		o.status = r.status
	case r.status != "" && r.status != o.status:
		o.Blame(r.Line, "status: the rows of one order have different ones")
	}
	o.addOwn(r)
	first := &o.first
	first.completedAt, first.cancelledAt = firstTime(first.completedAt, r.completedAt), firstTime(first.cancelledAt, r.cancelledAt)
	first.refundedAt, first.dueAt = firstTime(first.refundedAt, r.refundedAt), firstTime(first.dueAt, r.dueAt)
	first.cancelReason, first.refundReason = firstText(first.cancelReason, r.cancelReason), firstText(first.refundReason, r.refundReason)
	o.Value.Person = bulk.Person{Email: firstText(o.Value.Person.Email, r.Email), Phone: firstText(o.Value.Person.Phone, r.Phone), Name: firstText(o.Value.Person.Name, r.Name)}
}

// addOwn adds what a row has in the installation's own fields.
func (o *openOrder) addOwn(r *logRow) {
	for _, code := range slices.Sorted(maps.Keys(r.own)) {
		text := r.own[code]
		if before := o.Value.OwnFields[code]; before != nil && *before != *text {
			o.Blame(r.Line, ownfields.Column(code)+": the rows of one order have different ones")
		}
		if o.Value.OwnFields == nil {
			o.Value.OwnFields = ownfields.Texts{}
		}
		o.Value.OwnFields[code] = text
	}
}

// wrongTax says what is wrong with the tax of a row, "" for nothing. That of a row that gives something back follows from its order's.
func (r *logRow) wrongTax(gives bool) string {
	switch {
	case gives:
	case r.tax.Sign() < 0:
		return "tax: must not be negative"
	case r.tax.Compare(r.amount) > 0:
		return "tax: more than the amount that it is in"
	}
	return ""
}

// once notes an amount of the whole order, which its rows give once or give alike.
func (o *openOrder) once(field string, line int64, has bool, amount money.Amount, to **money.Amount) {
	switch {
	case !has:
	case amount.Sign() < 0:
		o.Blame(line, field+": must not be negative")
	case *to == nil:
		*to = &amount
	case **to != amount:
		o.Blame(line, field+": the rows of one order have different ones; what each row has of it is an amount")
	}
}

func firstTime(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return a
}

func firstText(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func (l *orderLog) close() {
	if l.open != nil {
		l.finish(l.open)
		l.open = nil
	}
}

// finish completes an order whose rows are all read.
func (l *orderLog) finish(o *openOrder) {
	order := &o.Value
	if o.Fault == "" {
		if fault := l.complete(o); fault != "" {
			o.Blame(0, fault)
		}
	}
	back := ""
	for _, one := range order.Refunds {
		back += "\x00" + strconv.FormatInt(one.Amount.Minor(), 36)
	}
	if l.table != nil {
		layout.ClearOwnFields(l.options, l.table, l.codes, &order.OwnFields)
	}
	for _, code := range l.codes {
		if text := order.OwnFields[code]; text != nil {
			back += "\x00" + code + "=" + *text
		}
	}
	o.Content = order.CustomerExternalID + "\x00" + order.Person.Email + "\x00" + l.Dates.DayOf(order.At) + "\x00" + strconv.FormatInt(order.Total.Minor(), 36) + "\x00" +
		strconv.FormatInt(order.Cost.Minor(), 36) + "\x00" + string(order.Status) + back
	if !o.Apart && o.Key != "" {
		o.Key = "order:" + o.Key
	}
	l.ready = append(l.ready, o.Entry)
}

// complete fills in what follows from the rows, and returns what is wrong with the whole.
func (l *orderLog) complete(o *openOrder) (fault string) {
	order := &o.Value
	switch {
	case l.has("total") && o.total == nil:
		return "total: empty"
	case l.has("status") && o.status == "":
		return "status: empty"
	case !o.sold:
		return "amount: the row gives something back, and the file has no order of its id that it is of"
	case o.total != nil:
		order.Total = *o.total
	}
	if fault := l.balance(o); fault != "" {
		return fault
	}
	if l.options.CostShare != nil {
		var err error
		if order.Cost, err = share(order.Total, *l.options.CostShare); err != nil {
			return "cost: too large"
		}
	}
	if order.Cost.Sign() < 0 {
		return "cost: the rows sum to a negative amount"
	}
	order.StatedCost, order.DueAt = true, o.first.dueAt
	order.StatedStatus = l.has("status") || l.has("refunded") || l.options.Negative == option.NegativeRefund
	if fault := o.refund(); fault != "" {
		return fault
	}
	if fault := l.makeLines(o); fault != "" {
		return fault
	}
	return o.settle()
}

// refund makes the order's refunds.
func (o *openOrder) refund() (fault string) {
	order := &o.Value
	if o.given != nil && !o.given.IsZero() {
		if len(o.refunds) > 0 {
			return "refunded: the order has rows that give something back, too: map one or the other"
		}
		o.refunds = []bulk.RefundRecord{{Amount: *o.given, At: firstTime(o.first.refundedAt, order.At)}}
	}
	if o.status == schema.OrderRefunded && len(o.refunds) == 0 && !order.Total.IsZero() {
		o.refunds = []bulk.RefundRecord{{Amount: order.Total, At: firstTime(o.first.refundedAt, order.At)}}
	}
	var sum money.Amount
	for n := range o.refunds {
		one := &o.refunds[n]
		one.Actor, one.Reason = "system", firstText(one.Reason, firstText(o.first.refundReason, "imported"))
		var err error
		if sum, err = sum.Plus(one.Amount); err != nil || sum.Compare(order.Total) > 0 {
			return "refunded: more than the order's total"
		}
	}
	order.Refunds = o.refunds
	switch {
	case len(o.refunds) > 0 && (o.status == schema.OrderPlaced || o.status == schema.OrderCancelled):
		return "refunded: an order that was not completed has no refunds; was it REFUNDED?"
	case o.status == schema.OrderRefunded && sum != order.Total:
		return "status: a refunded order is one that is given back in full; COMPLETED with what was given back in refunded is one that is not"
	case sum == order.Total && len(o.refunds) > 0:
		o.status = schema.OrderRefunded
	}
	return ""
}

// settle fills in the status and its moments.
func (o *openOrder) settle() (fault string) {
	order := &o.Value
	if order.Status = o.status; order.Status == "" {
		order.Status = schema.OrderCompleted
	}
	switch order.Status {
	case schema.OrderCompleted, schema.OrderRefunded:
		order.CompletedAt = firstTime(o.first.completedAt, order.At)
	case schema.OrderCancelled:
		order.CancelledAt, order.CancelReason = firstTime(o.first.cancelledAt, order.At), firstText(o.first.cancelReason, "imported")
	}
	return ""
}
