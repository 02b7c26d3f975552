package orders

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/ownfields"
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
	tax                                       money.Amount // that the row's amount has in it
	hasTax                                    bool
	status                                    schema.OrderStatus
	cancelReason, refundReason                string
	own                                       ownfields.Texts // the installation's own fields
}

// signedDecimal is a number that may be negative, as a plain text: money.Decimal would round it.
type signedDecimal struct{ plain string }

// LogLayout is what --map can name of a log of orders, whose records may have several rows.
var LogLayout = layout.Layout[logFields]{Kind: option.Orders, Columns: []layout.Column[logFields]{
	layout.NewColumn("customer", field.Mappable|field.MapKey, field.Identifier, func(r *logFields) *string { return &r.customer }),
	layout.NewColumn("order", field.Mappable, field.Identifier, func(r *logFields) *string { return &r.order }),
	layout.NewColumn("date", field.Mappable|field.MapKey, field.Moment, func(r *logFields) *time.Time { return &r.at }),
	signedColumn("amount", field.Mappable|field.MapKey, func(r *logFields) (*money.Amount, *bool) { return &r.amount, &r.hasAmount }),
	signedColumn("cost", field.Mappable, func(r *logFields) (*money.Amount, *bool) { return &r.cost, &r.hasCost }),
	layout.ColumnOf(field.Currency[logFields](field.Mappable)),
	signedColumn("total", field.Mappable, func(r *logFields) (*money.Amount, *bool) { return &r.total, &r.hasTotal }),
	plainColumn("quantity", func(r *logFields) *signedDecimal { return &r.quantity }),
	plainColumn("price", func(r *logFields) *signedDecimal { return &r.price }),
	layout.NewColumn("sku", field.Mappable, field.Text, func(r *logFields) *string { return &r.sku }),
	layout.NewColumn("title", field.Mappable, field.Text, func(r *logFields) *string { return &r.title }),
	signedColumn("discount", field.Mappable, func(r *logFields) (*money.Amount, *bool) { return &r.discount, &r.hasDiscount }),
	signedColumn("tax", field.Mappable, func(r *logFields) (*money.Amount, *bool) { return &r.tax, &r.hasTax }),
	layout.NewColumn("status", field.Mappable, field.Word[schema.OrderStatus](), func(r *logFields) *schema.OrderStatus { return &r.status }),
	signedColumn("refunded", field.Mappable, func(r *logFields) (*money.Amount, *bool) { return &r.refunded, &r.hasRefunded }),
	layout.NewColumn("refunded_at", field.Mappable, field.Moment, func(r *logFields) *time.Time { return &r.refundedAt }),
	layout.NewColumn("refund_reason", field.Mappable, field.Text, func(r *logFields) *string { return &r.refundReason }),
	layout.NewColumn("completed_at", field.Mappable, field.Moment, func(r *logFields) *time.Time { return &r.completedAt }),
	layout.NewColumn("cancelled_at", field.Mappable, field.Moment, func(r *logFields) *time.Time { return &r.cancelledAt }),
	layout.NewColumn("cancel_reason", field.Mappable, field.Text, func(r *logFields) *string { return &r.cancelReason }),
	layout.NewColumn("due_at", field.Mappable, field.Ahead, func(r *logFields) *time.Time { return &r.dueAt }),
	layout.NewColumn("email", field.Mappable, field.Text, func(r *logFields) *string { return &r.Email }),
	layout.NewColumn("phone", field.Mappable, field.Text, func(r *logFields) *string { return &r.Phone }),
	layout.NewColumn("name", field.Mappable, field.Text, func(r *logFields) *string { return &r.Name }),
}}

// signedColumn holds money that may be negative; a row may be without.
func signedColumn(name string, u field.Uses, at func(*logFields) (*money.Amount, *bool)) layout.Column[logFields] {
	return layout.Column[logFields]{Name: name, Uses: u | field.Numeric, Read: func(v *cell.Values, text string, to *logFields) (err error) {
		amount, has := at(to)
		*amount, err = v.SignedAmount(text)
		*has = err == nil
		return err
	}}
}

// plainColumn holds a number of any number of decimals.
func plainColumn(name string, at func(*logFields) *signedDecimal) layout.Column[logFields] {
	return layout.Column[logFields]{Name: name, Uses: field.Mappable | field.Numeric | field.Filled, Read: func(v *cell.Values, text string, to *logFields) error {
		plain, err := v.Numbers.Plain(cell.Unmarked(text, v.Currency.Code()))
		if err != nil {
			return err
		}
		digits := strings.TrimPrefix(plain, "-")
		if digits == "" || strings.Trim(digits, "0123456789.") != "" || len(plain) > 60 {
			return fmt.Errorf("%q: not a number like %s", option.Short(text), v.Numbers.Name)
		}
		at(to).plain = plain
		return nil
	}}
}

// logRow is a row of a log of orders, as far as it could be read.
type logRow struct {
	layout.RowText
	logFields

	day    string // as in made ids, "" where it could not be read
	fault  layout.Fault
	orphan bool // nothing of it could be read
}

// person is how the log names the customer of a row, "" where that could not be read.
func (r *logRow) person() string { return cmp.Or(r.customer, r.Email, r.Phone) }

// begin fills in what every row has; false if nothing of it can be read.
func (r *logRow) begin(from textfile.Row) bool {
	r.RowText, r.fault, r.orphan = layout.RowText{Line: from.Line, Raw: from.Raw}, layout.Fault(from.Fault), from.Fault != ""
	return !r.orphan
}

func cdnowRow(v *cell.Values, r textfile.Row, out *logRow) {
	switch {
	case !out.begin(r):
		return
	case len(r.Fields) == 5:
		r.Fields = append(r.Fields[:1], r.Fields[2:]...)
	case len(r.Fields) != 4:
		out.fault, out.orphan = "want customer, YYYYMMDD, units and amount, between blanks", true
		return
	}
	at, err := v.Dates.Parse(r.Fields[1])
	out.fault.Of("date", err)
	if err == nil {
		out.customer, out.day = r.Fields[0], v.Dates.DayOf(at)
	}
	if _, err := strconv.ParseUint(r.Fields[2], 10, 32); err != nil {
		out.fault.Of("units", errors.New("want a number that is not negative"))
	}
	out.at, out.hasAmount = at, true
	out.amount, err = v.Amount(r.Fields[3])
	out.fault.Of("amount", err)
}

func csvRow(v *cell.Values, t *table.Table, columns layout.Found[logFields], out *logRow) error {
	r, err := t.Next()
	if err != nil || !out.begin(r) {
		return err
	}
	out.fault = columns.Read(v, r, &out.logFields)
	if !out.at.IsZero() {
		out.day = v.Dates.DayOf(out.at)
	}
	if t.Has("order") {
		if out.order == "" {
			out.order = t.Get(r, "order") // one that is refused still holds its rows together
		}
		if out.order == "" {
			out.fault.Of("order", layout.ErrEmpty)
			out.orphan = true
		}
	} else if out.person() == "" || out.day == "" {
		out.fault = cmp.Or(out.fault, out.incomplete())
		out.orphan = true
	}
	switch {
	case t.Has("price"):
		out.fault.Of("price", out.multiply(v))
		out.fault.Of("discount", out.takeOff())
	case t.Has("amount") && !out.hasAmount:
		out.fault.Of("amount", layout.ErrEmpty)
	}
	if t.Has("cost") && !out.hasCost {
		out.fault.Of("cost", layout.ErrEmpty)
	}
	return nil
}

// incomplete says what an order lacks whose first row this is.
func (r *logRow) incomplete() (f layout.Fault) {
	if r.person() == "" {
		f.Of("customer", layout.ErrEmpty)
	}
	if r.day == "" {
		f.Of("date", cell.ErrNotDate)
	}
	return f
}

// multiply makes the row's amount of quantity and price.
func (r *logRow) multiply(v *cell.Values) error {
	quantity, ok := new(big.Rat).SetString(r.quantity.plain)
	price, ok2 := new(big.Rat).SetString(r.price.plain)
	if !ok || !ok2 {
		return nil // the faults of the two are known
	}
	minor := quantity.Mul(quantity, price)
	minor.Mul(minor, new(big.Rat).SetInt64(v.Currency.MinorPerMajor()))
	if !minor.IsInt() {
		if !v.Round {
			return fmt.Errorf("%s x %s has more decimals than %s; --round rounds them off, row by row", r.quantity.plain, r.price.plain, v.Currency.Code())
		}
		v.Rounded++
	}
	var err error
	if r.amount, err = money.Round(minor); err != nil {
		return errors.New("too large an amount")
	}
	r.hasAmount = true
	return nil
}
