package files

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/bulk"
	"kopeck/service/field"
)

// logFields are what a row of a log of orders may give. A text that is "" and a time that is zero is not given.
type logFields struct {
	bulk.Person

	order, customer                           string
	at, completedAt, cancelledAt, refundedAt  time.Time
	dueAt                                     time.Time
	amount, total, cost, refunded             money.Amount
	hasAmount, hasTotal, hasCost, hasRefunded bool
	quantity, price                           signedDecimal
	sku, title                                string
	discount                                  money.Amount // of the row, off quantity x price
	hasDiscount                               bool
	status                                    schema.OrderStatus
	cancelReason, refundReason                string
}

// signedDecimal is a number that may be negative, as a plain text: money.Decimal would round it.
type signedDecimal struct{ plain string }

// logLayout is what --map can name of a log of orders, whose records may have several rows.
var logLayout = layout[logFields]{Orders, []column[logFields]{
	of("customer", mappable|mapKey, field.Identifier, func(r *logFields) *string { return &r.customer }),
	of("order", mappable, field.Identifier, func(r *logFields) *string { return &r.order }),
	of("date", mappable|mapKey, field.Moment, func(r *logFields) *time.Time { return &r.at }),
	signedColumn("amount", mappable|mapKey, func(r *logFields) (*money.Amount, *bool) { return &r.amount, &r.hasAmount }),
	signedColumn("cost", mappable, func(r *logFields) (*money.Amount, *bool) { return &r.cost, &r.hasCost }),
	columnOf(field.Currency[logFields](mappable)),
	signedColumn("total", mappable, func(r *logFields) (*money.Amount, *bool) { return &r.total, &r.hasTotal }),
	plainColumn("quantity", func(r *logFields) *signedDecimal { return &r.quantity }),
	plainColumn("price", func(r *logFields) *signedDecimal { return &r.price }),
	of("sku", mappable, field.Text, func(r *logFields) *string { return &r.sku }),
	of("title", mappable, field.Text, func(r *logFields) *string { return &r.title }),
	signedColumn("discount", mappable, func(r *logFields) (*money.Amount, *bool) { return &r.discount, &r.hasDiscount }),
	of("status", mappable, field.Word[schema.OrderStatus](), func(r *logFields) *schema.OrderStatus { return &r.status }),
	signedColumn("refunded", mappable, func(r *logFields) (*money.Amount, *bool) { return &r.refunded, &r.hasRefunded }),
	of("refunded_at", mappable, field.Moment, func(r *logFields) *time.Time { return &r.refundedAt }),
	of("refund_reason", mappable, field.Text, func(r *logFields) *string { return &r.refundReason }),
	of("completed_at", mappable, field.Moment, func(r *logFields) *time.Time { return &r.completedAt }),
	of("cancelled_at", mappable, field.Moment, func(r *logFields) *time.Time { return &r.cancelledAt }),
	of("cancel_reason", mappable, field.Text, func(r *logFields) *string { return &r.cancelReason }),
	of("due_at", mappable, field.Ahead, func(r *logFields) *time.Time { return &r.dueAt }),
	of("email", mappable, field.Text, func(r *logFields) *string { return &r.Email }),
	of("phone", mappable, field.Text, func(r *logFields) *string { return &r.Phone }),
	of("name", mappable, field.Text, func(r *logFields) *string { return &r.Name }),
}}

// signedColumn holds money that may be negative; a row may be without.
func signedColumn(name string, u uses, at func(*logFields) (*money.Amount, *bool)) column[logFields] {
	return column[logFields]{name: name, uses: u | numeric, read: func(v *values, text string, to *logFields) (err error) {
		amount, has := at(to)
		*amount, err = v.signedAmount(text)
		*has = err == nil
		return err
	}}
}

// plainColumn holds a number of any number of decimals.
func plainColumn(name string, at func(*logFields) *signedDecimal) column[logFields] {
	return column[logFields]{name: name, uses: mappable | numeric | filled, read: func(v *values, text string, to *logFields) error {
		plain, err := v.numbers.plain(unmarked(text, v.currency.Code()))
		if err != nil {
			return err
		}
		digits := strings.TrimPrefix(plain, "-")
		if digits == "" || strings.Trim(digits, "0123456789.") != "" || len(plain) > 60 {
			return fmt.Errorf("%q: not a number like %s", cut(text), v.numbers.name)
		}
		at(to).plain = plain
		return nil
	}}
}

// logRow is a row of a log of orders, as far as it could be read.
type logRow struct {
	rowText
	logFields

	day    string // as in made ids, "" where it could not be read
	fault  faults
	orphan bool // nothing of it could be read
}

// person is how the log names the customer of a row, "" where that could not be read.
func (r *logRow) person() string { return cmp.Or(r.customer, r.Email, r.Phone) }

// begin fills in what every row has; false if nothing of it can be read.
func (r *logRow) begin(from row) bool {
	r.rowText, r.fault, r.orphan = rowText{from.line, from.raw}, faults(from.fault), from.fault != ""
	return !r.orphan
}

func cdnowRow(v *values, r row, out *logRow) {
	switch {
	case !out.begin(r):
		return
	case len(r.fields) == 5:
		r.fields = append(r.fields[:1], r.fields[2:]...)
	case len(r.fields) != 4:
		out.fault, out.orphan = "want customer, YYYYMMDD, units and amount, between blanks", true
		return
	}
	at, err := v.dates.parse(r.fields[1])
	out.fault.of("date", err)
	if err == nil {
		out.customer, out.day = r.fields[0], v.dates.dayOf(at)
	}
	if _, err := strconv.ParseUint(r.fields[2], 10, 32); err != nil {
		out.fault.of("units", errors.New("want a number that is not negative"))
	}
	out.at, out.hasAmount = at, true
	out.amount, err = v.amount(r.fields[3])
	out.fault.of("amount", err)
}

func csvRow(v *values, t *table, columns found[logFields], out *logRow) error {
	r, err := t.next()
	if err != nil || !out.begin(r) {
		return err
	}
	out.fault = columns.read(v, r, &out.logFields)
	if !out.at.IsZero() {
		out.day = v.dates.dayOf(out.at)
	}
	if t.has("order") {
		if out.order == "" {
			out.order = t.get(r, "order") // one that is refused still holds its rows together
		}
		if out.order == "" {
			out.fault.of("order", errEmpty)
			out.orphan = true
		}
	} else if out.person() == "" || out.day == "" {
		out.fault = cmp.Or(out.fault, out.incomplete())
		out.orphan = true
	}
	switch {
	case t.has("price"):
		out.fault.of("price", out.multiply(v))
		out.fault.of("discount", out.takeOff())
	case t.has("amount") && !out.hasAmount:
		out.fault.of("amount", errEmpty)
	}
	if t.has("cost") && !out.hasCost {
		out.fault.of("cost", errEmpty)
	}
	return nil
}

// incomplete says what an order lacks whose first row this is.
func (r *logRow) incomplete() (f faults) {
	if r.person() == "" {
		f.of("customer", errEmpty)
	}
	if r.day == "" {
		f.of("date", errNotDate)
	}
	return f
}

// multiply makes the row's amount of quantity and price.
func (r *logRow) multiply(v *values) error {
	quantity, ok := new(big.Rat).SetString(r.quantity.plain)
	price, ok2 := new(big.Rat).SetString(r.price.plain)
	if !ok || !ok2 {
		return nil // the faults of the two are known
	}
	minor := quantity.Mul(quantity, price)
	minor.Mul(minor, new(big.Rat).SetInt64(v.currency.MinorPerMajor()))
	if !minor.IsInt() {
		if !v.round {
			return fmt.Errorf("%s x %s has more decimals than %s; --round rounds them off, row by row", r.quantity.plain, r.price.plain, v.currency.Code())
		}
		v.rounded++
	}
	var err error
	if r.amount, err = money.Round(minor); err != nil {
		return errors.New("too large an amount")
	}
	r.hasAmount = true
	return nil
}
