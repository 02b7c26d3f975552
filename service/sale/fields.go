package sale

import (
	"slices"
	"time"

	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/field"
)

// headFields and lastFields define each field of an order once, lineFields each field of its lines, and refundFields and refundLineFields those of its
// refunds. Placing, importing, comparing, copying and exporting follow from them, and from the first two the header and the rows of files,
// in which an order has a row for each of its lines. They are in the order of the columns of files: add a new field at the end of what files
// have: lastFields are the columns of the order that stand behind those of its lines.
var (
	headFields = field.Fields[Record]{
		field.Of("id", "id", field.Own|field.OwnKey, field.Text, func(r *Record) *string { return &r.ID }),
		field.Of("external_id", "external_id", field.Own|field.Nullable, field.Text, func(r *Record) *string { return &r.ExternalID }),
		field.Of("customer_id", "customer_id", field.Own|field.OwnKey, field.Text, func(r *Record) *string { return &r.CustomerID }),
		field.Of("customer_external_id", "", field.Own, field.Text, func(r *Record) *string { return &r.CustomerExternalID }).From("c.external_id"),
		field.Of("status", "status", field.Own|field.OwnKey|field.Filled, field.Word[schema.OrderStatus](), func(r *Record) *schema.OrderStatus { return &r.Status }),
		field.Of("at", "at", field.Own|field.OwnKey|field.Filled, field.Moment, func(r *Record) *time.Time { return &r.At }),
		field.Of("total", "total", field.Own|field.OwnKey|field.Filled, field.Amount, func(r *Record) *money.Amount { return &r.Total }),
		field.Currency[Record](field.Own),
		field.Of("refunded", "refunded", field.Own|field.OwnKey|field.Filled, field.Amount, func(r *Record) *money.Amount { return &r.Refunded }),
		field.Of("cost", "cost", field.Own|field.OwnKey|field.Filled, field.Amount, func(r *Record) *money.Amount { return &r.Cost }),
		field.Of("stated_cost", "stated_cost", field.Own, field.Truth, func(r *Record) *bool { return &r.StatedCost }),
		field.Of("uncosted", "uncosted", field.Own, field.Truth, func(r *Record) *bool { return &r.Uncosted }),
		field.Of("credit_model", "credit_model", field.Own|field.Nullable, field.Word[schema.AttributionModel](), func(r *Record) *schema.AttributionModel { return &r.CreditModel }),
		field.Of("created_at", "created_at", field.Own, field.Stamp, func(r *Record) *time.Time { return &r.CreatedAt }),
		field.Of("due_at", "due_at", field.Own|field.Nullable, field.Stamp, func(r *Record) *time.Time { return &r.DueAt }),
		field.Of("completed_at", "completed_at", field.Own|field.Nullable, field.Stamp, func(r *Record) *time.Time { return &r.CompletedAt }),
		field.Of("cancelled_at", "cancelled_at", field.Own|field.Nullable, field.Stamp, func(r *Record) *time.Time { return &r.CancelledAt }),
		field.Of("cancel_reason", "cancel_reason", field.Own|field.Nullable, field.Text, func(r *Record) *string { return &r.CancelReason }),
		// What files do not have.
		field.Of("", "updated_at", 0, field.Stamp, func(r *Record) *time.Time { return &r.UpdatedAt }),
		field.Of("", "day", 0, field.Days, func(r *Record) *int { return &r.Day }),
		field.Of("", "refunded_tax", 0, field.Amount, func(r *Record) *money.Amount { return &r.RefundedTax }),
		field.Of("", "margin", 0, field.Amount, func(r *Record) *money.Amount { return &r.Margin }),
		field.Of("", "unattributed", 0, field.Amount, func(r *Record) *money.Amount { return &r.Unattributed }),
		field.Of("", "credit_fit", field.Nullable, field.Text, func(r *Record) *string { return &r.CreditFit }),
		field.Of("", "plain", 0, field.Truth, func(r *Record) *bool { return &r.Plain }),
	}
	lastFields = field.Fields[Record]{
		statedTax(),
		field.Of("seller", "", field.Own, field.Text, func(r *Record) *string { return &r.Seller }).From("u.email"),
		// What files do not have.
		field.Of("", "seller_id", field.Nullable, field.Text, func(r *Record) *string { return &r.SellerID }),
	}
	lineFields = field.Fields[LineRecord]{
		field.Of("line_id", "id", field.Own, field.Text, func(l *LineRecord) *string { return &l.ID }),
		field.Of("sku", "", field.Own, field.Text, func(l *LineRecord) *string { return &l.SKU }).From("p.sku"),
		field.Of("quantity", "quantity", field.Own|field.Filled, field.Decimal, func(l *LineRecord) *money.Decimal { return &l.Quantity }),
		field.Of("unit", "unit", field.Own|field.Filled, field.Amount, func(l *LineRecord) *money.Amount { return &l.Unit }),
		field.Of("line_total", "total", field.Own|field.Filled, field.Amount, func(l *LineRecord) *money.Amount { return &l.Total }),
		field.Of("line_cost", "cost", field.Own|field.Filled, field.Amount, func(l *LineRecord) *money.Amount { return &l.Cost }),
		field.Of("lead_days", "lead_days", field.Own|field.Filled, field.Days, func(l *LineRecord) *int { return &l.LeadDays }),
		field.Of("price_lines", "price_lines", field.Own, field.List[pricing.Line](), func(l *LineRecord) *[]pricing.Line { return &l.PriceLines }),
		field.Of("options", "options", field.Own, field.List[pricing.Option](), func(l *LineRecord) *[]pricing.Option { return &l.Options }),
		field.Of("line_tax", "tax", field.Own, field.Amount, func(l *LineRecord) *money.Amount { return &l.Tax }),
		// What files do not have.
		field.Of("", "order_id", 0, field.Text, func(l *LineRecord) *string { return &l.OrderID }),
		field.Of("", "position", 0, field.Count, func(l *LineRecord) *int { return &l.Position }),
		field.Of("", "product_id", 0, field.Text, func(l *LineRecord) *string { return &l.ProductID }),
		field.Of("", "priced_at", field.Nullable, field.Stamp, func(l *LineRecord) *time.Time { return &l.PricedAt }),
		field.Of("", "returned", 0, field.Decimal, func(l *LineRecord) *money.Decimal { return &l.Returned }),
		field.Of("", "sold_at", field.Nullable, field.Stamp, func(l *LineRecord) *time.Time { return &l.SoldAt }),
		field.Of("", "booked_at", field.Nullable, field.Stamp, func(l *LineRecord) *time.Time { return &l.BookedAt }),
		field.Of("", "repeats", 0, field.Truth, func(l *LineRecord) *bool { return &l.Repeats }),
		field.Of("", "first_product_id", field.Nullable, field.Text, func(l *LineRecord) *string { return &l.FirstProductID }),
		field.Of("", "stated_tax", 0, field.Amount, func(l *LineRecord) *money.Amount { return &l.StatedTax }),
	}
	refundFields = field.Fields[RefundRecord]{
		field.Of("", "id", 0, field.Text, func(r *RefundRecord) *string { return &r.ID }),
		field.Of("", "order_id", 0, field.Text, func(r *RefundRecord) *string { return &r.OrderID }),
		field.Of("", "amount", 0, field.Amount, func(r *RefundRecord) *money.Amount { return &r.Amount }),
		field.Of("", "tax", 0, field.Amount, func(r *RefundRecord) *money.Amount { return &r.Tax }),
		field.Of("", "reason", 0, field.Text, func(r *RefundRecord) *string { return &r.Reason }),
		field.Of("", "at", 0, field.Stamp, func(r *RefundRecord) *time.Time { return &r.At }),
		field.Of("", "recorded_at", 0, field.Stamp, func(r *RefundRecord) *time.Time { return &r.RecordedAt }),
		field.Of("", "actor", 0, field.Text, func(r *RefundRecord) *string { return &r.Actor }),
		field.Of("", "goods_returned", 0, field.Truth, func(r *RefundRecord) *bool { return &r.GoodsReturned }),
	}
	refundLineFields = field.Fields[RefundLineRecord]{
		field.Of("", "id", 0, field.Text, func(l *RefundLineRecord) *string { return &l.ID }),
		field.Of("", "refund_id", 0, field.Text, func(l *RefundLineRecord) *string { return &l.RefundID }),
		field.Of("", "line_id", 0, field.Text, func(l *RefundLineRecord) *string { return &l.LineID }),
		field.Of("", "position", 0, field.Count, func(l *RefundLineRecord) *int { return &l.Position }),
		field.Of("", "quantity", 0, field.Decimal, func(l *RefundLineRecord) *money.Decimal { return &l.Quantity }),
		field.Of("", "amount", 0, field.Amount, func(l *RefundLineRecord) *money.Amount { return &l.Amount }),
		field.Of("", "tax", 0, field.Amount, func(l *RefundLineRecord) *money.Amount { return &l.Tax }),
		field.Of("", "stated", 0, field.Truth, func(l *RefundLineRecord) *bool { return &l.Stated }),
	}
)

var fields = slices.Concat(headFields, lastFields)

// Fields are all fields of orders.
func Fields() field.Fields[Record] { return fields }

// HeadFields are the fields of orders whose columns of files stand before those of the lines.
func HeadFields() field.Fields[Record] { return headFields }

// LastFields are the fields of orders whose columns of files stand behind those of the lines.
func LastFields() field.Fields[Record] { return lastFields }

// statedTax is the tax of an order, which files of earlier releases do not have.
func statedTax() *field.Field[Record] {
	f := field.Of("tax", "tax", field.Own, field.Amount, func(r *Record) *money.Amount { return &r.Tax })
	read := f.Read
	f.Read = func(form *field.Form, text string, to *Record) error {
		to.StatedTax = true
		return read(form, text, to)
	}
	return f
}

// LineFields are all fields of the lines of orders.
func LineFields() field.Fields[LineRecord] { return lineFields }

// RefundFields are all fields of refunds. Files have them in one column, as a list.
func RefundFields() field.Fields[RefundRecord] { return refundFields }

// RefundLineFields are all fields of the lines of refunds, which files have within them.
func RefundLineFields() field.Fields[RefundLineRecord] { return refundLineFields }
