package sale

import (
	"time"

	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service/ownfields"
)

// Record is an order as a verb makes it or a file gives it, with its lines and refunds. Empty texts and zero times are absent.
type Record struct {
	ID                             string // in Kopeck's own format; "" in other logs, whose orders are distinguished by external id
	ExternalID                     string
	CustomerID, CustomerExternalID string // of a file at least one, or the person's e-mail or phone
	Person                         Person
	Status                         schema.OrderStatus
	StatedStatus                   bool // a log says the status and the refunds; without it they are not compared with an order that exists
	At                             time.Time
	Total, Cost, Tax               money.Amount // the tax is that of the lines, with what was given back
	StatedTax                      bool         // the file says the tax, which counts while the products have had no tax code
	StatedCost, Uncosted           bool
	CreditModel                    schema.AttributionModel
	CreatedAt                      time.Time // absent in a file: now
	DueAt                          time.Time
	CompletedAt                    time.Time
	CancelledAt                    time.Time
	CancelReason                   string
	Refunds                        []RefundRecord
	Lines                          []LineRecord
	Seller                         string          // the e-mail of the user who sold it; one who does not exist is created, inactive
	OwnFields                      ownfields.Texts // what it has in the installation's own fields

	// What the table has beside that.
	Day          int          // the calendar day of At
	Refunded     money.Amount // the sum of the refunds
	RefundedTax  money.Amount
	Margin       money.Amount
	Unattributed money.Amount
	CreditFit    string
	SellerID     string
	UpdatedAt    time.Time
	Plain        bool // completed, with lines, a known cost and no refund: reports sum up the lines by themselves
}

// MarkPlain marks an order that is to be written as plain, with its lines, if it is: see books.MarkPlain. The lines have their products.
func (o *Record) MarkPlain() {
	o.Plain = o.Status == schema.OrderCompleted && !o.CompletedAt.IsZero() && o.Refunded.IsZero() && !o.Uncosted && len(o.Lines) > 0
	seen := make(map[string]bool, len(o.Lines)) // by product
	for n := range o.Lines {
		line := &o.Lines[n]
		line.SoldAt, line.BookedAt, line.Repeats, line.FirstProductID = time.Time{}, time.Time{}, false, ""
		if o.Plain {
			line.SoldAt, line.BookedAt, line.Repeats = o.At, o.CompletedAt, seen[line.ProductID]
		}
		if o.Plain && n > 0 {
			line.FirstProductID = o.Lines[0].ProductID
		}
		seen[line.ProductID] = true
	}
}

// Person is what the file of an order or a contact says of its customer beside ids. One who is new gets all of it; one who exists
// and has no id in the file is found by it.
type Person struct{ Email, Phone, Name string }

// RefundRecord is a refund of an order.
type RefundRecord struct {
	ID            string
	OrderID       string
	Amount        money.Amount
	Tax           money.Amount // it follows the tax of the order
	Reason        string
	At            time.Time
	RecordedAt    time.Time // absent in a file: at once, or when the order was recorded
	Actor         string
	GoodsReturned bool
	Lines         []RefundLineRecord // none of a refund that names an amount
}

// RefundLineRecord is the part of a refund that is of one line of its order.
type RefundLineRecord struct {
	ID, RefundID string
	LineID       string
	Position     int // among the refund's lines, from 0
	Quantity     money.Decimal
	Amount       money.Amount
	Tax          money.Amount
	Stated       bool // otherwise it is the quantity's share of the line's total
}

// LineRecord is a line of an order.
type LineRecord struct {
	ID         string
	OrderID    string
	Position   int    // among the order's lines, from 0
	SKU        string // of the product; a file's that does not exist is created, inactive
	Title      string // the name of a product that is created; "": the SKU
	ProductID  string
	Quantity   money.Decimal
	Unit       money.Amount
	Total      money.Amount
	Tax        money.Amount
	Cost       money.Amount
	PriceLines []pricing.Line
	Options    []pricing.Option
	LeadDays   int
	PricedAt   time.Time     // the moment of the price; absent of a line that is imported: the rules of another database do not price it again
	Returned   money.Decimal // what came back to stock, by the order's refunds
	StatedTax  money.Amount  // that of the file, which counts while the product has had no tax code
	SoldAt     time.Time     // of a plain order, its moment
	BookedAt   time.Time     // of a plain order, when it was completed
	Repeats    bool          // of a plain order, that a line before it has the same product

	FirstProductID string // of a line after the first of a plain order, the product of the first
}
