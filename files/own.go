package files

import (
	"errors"
	"io"
	"strconv"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/bulk"
)

// The headers of Kopeck's own format. An order has a row for each of its lines, the order's own columns repeated; one
// without lines has one row. A column is never taken away or moved: a new one stands at the end, and a file without it
// is read as before.
var (
	orderFields = []string{
		"id", "external_id", "customer_id", "customer_external_id", "status", "at", "total", "currency", "refunded", "cost", "stated_cost", "uncosted",
		"credit_model", "created_at", "due_at", "completed_at", "cancelled_at", "cancel_reason", "refunds",
		"line_id", "sku", "quantity", "unit", "line_total", "line_cost", "lead_days", "price_lines", "options",
	}
	customerFields = []string{
		"id", "external_id", "name", "kind", "email", "phone", "stage", "stage_overruled", "stage_overruled_at", "segment", "owner", "referred_by_id", "partner_id", "partner",
		"acquisition_cost", "currency", "acquired_at", "measurements", "created_at", "departed_at", "deleted_at",
		"wallet",
	}
	contactFields = []string{
		"id", "external_id", "customer_id", "customer_external_id", "kind", "direction", "channel", "at", "minutes", "staff", "subject", "notes", "about_id", "purpose",
		"stage", "expense", "cost", "currency", "uncosted", "cost_lines", "recorded_at",
		"segment",
	}
	rateFields = []string{
		"id", "subject", "code", "unit", "amount", "currency", "valid_from", "capacity", "fixed_share", "correction", "recorded_at",
	}
)

// How many columns files of customers and of contacts had at first.
const (
	firstCustomerFields = 21
	firstContactFields  = 21
)

// lineFields is where an order's columns end and a line's begin.
const lineFields = 19

// refundText is a refund in the column of refunds.
type refundText struct {
	ID     string    `json:"id"`
	Amount string    `json:"amount"` // with the currency's decimals
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
	Actor  string    `json:"actor"`
}

// ownOrders reads orders of Kopeck's own format.
func ownOrders(v *values, t *table) source[bulk.OrderRecord] {
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
		e := &entry[bulk.OrderRecord]{rows: []told{{r.line, r.raw}}, fault: r.fault}
		if r.fault != "" {
			return e, nil
		}
		o, f := ownOrder(v, t, r)
		e.value, e.fault, e.key, e.content = o, string(f), "id:"+o.ID, r.raw
		head := append([]string{}, r.fields[:lineFields]...)
		for len(e.rows) <= mostRows {
			line, lineFault := ownLine(v, t, r)
			if lineFault != "" && e.fault == "" {
				e.fault, e.bad = string(lineFault), r.line
			}
			if line != nil {
				e.value.Lines = append(e.value.Lines, *line)
			}
			if r, err = t.next(); errors.Is(err, io.EOF) {
				return e, nil
			} else if err != nil {
				return nil, err
			}
			if r.fault != "" || r.fields[0] != head[0] {
				waiting = &r
				return e, nil
			}
			e.rows = append(e.rows, told{r.line, r.raw})
			for n := range head {
				if e.fault == "" && r.fields[n] != head[n] {
					e.fault, e.bad = orderFields[n]+": the rows of one order differ in it", r.line
				}
			}
		}
		e.fault = "more than 10,000 rows of one order"
		waiting = &r
		return e, nil
	}
	return source[bulk.OrderRecord]{next, func() int64 { return t.passed }}
}

func ownOrder(v *values, t *table, r row) (bulk.OrderRecord, faults) {
	var f faults
	get := func(field string) string { return t.get(r, field) }
	o := bulk.OrderRecord{
		ID: get("id"), ExternalID: get("external_id"), CustomerID: get("customer_id"), CustomerExternalID: get("customer_external_id"), CancelReason: get("cancel_reason"),
	}
	if o.ID == "" || o.CustomerID == "" {
		f.of("id", "want the ids of the order and of its customer")
	}
	var fault string
	o.Status, fault = word[schema.OrderStatus](get("status"))
	f.of("status", fault)
	o.At, fault = v.dates.parse(get("at"))
	f.of("at", fault)
	o.Total, fault = v.amount(get("total"))
	f.of("total", fault)
	f.of("currency", v.code(get("currency")))
	refunded, fault := v.amount(get("refunded"))
	f.of("refunded", fault)
	o.Cost, fault = v.amount(get("cost"))
	f.of("cost", fault)
	o.StatedCost, fault = truth(get("stated_cost"))
	f.of("stated_cost", fault)
	o.Uncosted, fault = truth(get("uncosted"))
	f.of("uncosted", fault)
	if text := get("credit_model"); text != "" {
		o.CreditModel, fault = word[schema.AttributionModel](text)
		f.of("credit_model", fault)
	}
	for _, at := range []struct {
		field string
		to    *time.Time
	}{{"created_at", &o.CreatedAt}, {"due_at", &o.DueAt}, {"completed_at", &o.CompletedAt}, {"cancelled_at", &o.CancelledAt}} {
		*at.to, fault = moment(get(at.field))
		f.of(at.field, fault)
	}
	var refunds []refundText
	f.of("refunds", list(get("refunds"), &refunds))
	var sum money.Amount
	for _, one := range refunds {
		amount, fault := v.amount(one.Amount)
		f.of("refunds", fault)
		var err error
		if sum, err = sum.Plus(amount); err != nil {
			f.of("refunds", "too large")
		}
		o.Refunds = append(o.Refunds, bulk.RefundRecord{ID: one.ID, Amount: amount, Reason: one.Reason, At: one.At.UTC().Truncate(time.Microsecond), Actor: one.Actor})
	}
	if f == "" && sum != refunded {
		f.of("refunded", "the refunds do not sum to it")
	}
	return o, f
}

// ownLine reads the line of an order's row, nil where the order has none.
func ownLine(v *values, t *table, r row) (*bulk.OrderLineRecord, faults) {
	var f faults
	get := func(field string) string { return t.get(r, field) }
	if get("line_id") == "" {
		return nil, ""
	}
	l := &bulk.OrderLineRecord{ID: get("line_id"), SKU: get("sku")}
	var fault string
	l.Quantity, fault = v.decimal(get("quantity"))
	f.of("quantity", fault)
	l.Unit, fault = v.amount(get("unit"))
	f.of("unit", fault)
	l.Total, fault = v.amount(get("line_total"))
	f.of("line_total", fault)
	l.Cost, fault = v.amount(get("line_cost"))
	f.of("line_cost", fault)
	days, err := strconv.ParseUint(get("lead_days"), 10, 16)
	if err != nil {
		f.of("lead_days", "want a number of days")
	}
	l.LeadDays = int(days)
	f.of("price_lines", list(get("price_lines"), &l.PriceLines))
	f.of("options", list(get("options"), &l.Options))
	return l, f
}
