package sale

import (
	"strings"
	"testing"
	"time"

	"kopeck/money"
	"kopeck/schema"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	anOrder, aCustomer             = "ord_01jd0000000000000000000001", "cus_01jd0000000000000000000001"
	aLine, aRefund, aContact       = "orl_01jd0000000000000000000001", "rfd_01jd0000000000000000000001", "con_01jd0000000000000000000001"
	largest                  int64 = 1<<63 - 1
)

// sold is an order of one line of 100 and a refund of 20, which can be imported.
func sold() Record {
	return Record{
		ID: anOrder, ExternalID: "shop-1", CustomerID: aCustomer, Status: schema.OrderCompleted, At: noon, CompletedAt: noon, Total: money.Minor(100), Cost: money.Minor(60),
		Lines:   []LineRecord{{ID: aLine, SKU: "door", Quantity: money.Whole(1), Unit: money.Minor(100), Total: money.Minor(100), Cost: money.Minor(60)}},
		Refunds: []RefundRecord{{ID: aRefund, Amount: money.Minor(20), At: noon}},
	}
}

func TestCheckOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(o *Record)
		says   string // the fault; "" for none
	}{
		{"as it should be", func(*Record) {}, ""},
		{"total under the lines", func(o *Record) { o.Total = money.Minor(99) }, "the lines' totals"},
		{"cost under the lines", func(o *Record) { o.Cost = money.Minor(59) }, "the lines' costs"},
		{"stated cost", func(o *Record) { o.Cost, o.StatedCost = money.Minor(59), true }, ""},
		{"negative cost", func(o *Record) { o.Cost = money.Minor(-1) }, "must not be negative"},
		{"overflow", func(o *Record) { o.Total, o.Cost = money.Minor(largest), money.Minor(-largest) }, "too large"},
		{"refunds over the total", func(o *Record) { o.Refunds[0].Amount = money.Minor(101) }, "exceed the order's total"},
		{"no refund", func(o *Record) { o.Refunds[0].Amount = money.Amount{} }, "must be greater than 0"},
		{"a refund's id", func(o *Record) { o.Refunds[0].ID = aLine }, "id of another type"},
		{"completed without a time", func(o *Record) { o.CompletedAt = time.Time{} }, "completed, and no other"},
		{"placed with a time", func(o *Record) { o.Status = schema.OrderPlaced }, "completed, and no other"},
		{"an id of a contact", func(o *Record) { o.ID = aContact }, "id of another type"},
		{"a line's quantity", func(o *Record) { o.Lines[0].Quantity = money.Decimal{} }, "must be greater than 0"},
		{"a line without a product", func(o *Record) { o.Lines[0].SKU = " " }, "must not be empty"},
		{"a line without an id", func(o *Record) { o.Lines[0].ID = "" }, "not an id"},
		{"a long external id", func(o *Record) { o.ExternalID = strings.Repeat("x", 201) }, "201 characters"},
		{"an order of a log", func(o *Record) { o.ID, o.Lines, o.Refunds = "", nil, nil }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := sold()
			c.change(&o)
			err := o.Check()
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %q in it", err, c.says)
			}
		})
	}
}
