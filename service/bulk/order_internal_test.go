package bulk

import (
	"strings"
	"testing"
	"time"

	"kopeck/money"
	"kopeck/schema"
	"kopeck/store"
)

var noon = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

const (
	anOrder, anotherOrder            = "ord_01jd0000000000000000000001", "ord_01jd0000000000000000000002"
	aCustomer, anotherCustomer       = "cus_01jd0000000000000000000001", "cus_01jd0000000000000000000002"
	aLine, aRefund, aContact         = "orl_01jd0000000000000000000001", "rfd_01jd0000000000000000000001", "con_01jd0000000000000000000001"
	largest                    int64 = 1<<63 - 1
)

// sold is an order of one line of 100 and a refund of 20, which can be imported.
func sold() OrderRecord {
	return OrderRecord{
		ID: anOrder, ExternalID: "shop-1", CustomerID: aCustomer, Status: schema.OrderCompleted, At: noon, CompletedAt: noon, Total: money.Minor(100), Cost: money.Minor(60),
		Lines:   []OrderLineRecord{{ID: aLine, SKU: "door", Quantity: money.Whole(1), Unit: money.Minor(100), Total: money.Minor(100), Cost: money.Minor(60)}},
		Refunds: []RefundRecord{{ID: aRefund, Amount: money.Minor(20), At: noon}},
	}
}

func TestCheckOrder(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(o *OrderRecord)
		says   string // the fault; "" for none
	}{
		{"as it should be", func(*OrderRecord) {}, ""},
		{"total under the lines", func(o *OrderRecord) { o.Total = money.Minor(99) }, "the lines' totals"},
		{"cost under the lines", func(o *OrderRecord) { o.Cost = money.Minor(59) }, "the lines' costs"},
		{"stated cost", func(o *OrderRecord) { o.Cost, o.StatedCost = money.Minor(59), true }, ""},
		{"negative cost", func(o *OrderRecord) { o.Cost = money.Minor(-1) }, "must not be negative"},
		{"overflow", func(o *OrderRecord) { o.Total, o.Cost = money.Minor(largest), money.Minor(-largest) }, "too large"},
		{"refunds over the total", func(o *OrderRecord) { o.Refunds[0].Amount = money.Minor(101) }, "exceed the order's total"},
		{"no refund", func(o *OrderRecord) { o.Refunds[0].Amount = money.Amount{} }, "must be greater than 0"},
		{"a refund's id", func(o *OrderRecord) { o.Refunds[0].ID = aLine }, "id of another type"},
		{"completed without a time", func(o *OrderRecord) { o.CompletedAt = time.Time{} }, "completed, and no other"},
		{"placed with a time", func(o *OrderRecord) { o.Status = schema.OrderPlaced }, "completed, and no other"},
		{"an id of a contact", func(o *OrderRecord) { o.ID = aContact }, "id of another type"},
		{"a line's quantity", func(o *OrderRecord) { o.Lines[0].Quantity = money.Decimal{} }, "must be greater than 0"},
		{"a line without a product", func(o *OrderRecord) { o.Lines[0].SKU = " " }, "must not be empty"},
		{"a line without an id", func(o *OrderRecord) { o.Lines[0].ID = "" }, "not an id"},
		{"a long external id", func(o *OrderRecord) { o.ExternalID = strings.Repeat("x", 201) }, "201 characters"},
		{"an order of a log", func(o *OrderRecord) { o.ID, o.Lines, o.Refunds = "", nil, nil }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			o := sold()
			c.change(&o)
			err := o.check()
			if (err == nil) != (c.says == "") || err != nil && !strings.Contains(reason(err), c.says) {
				t.Errorf("%v, want %q in it", err, c.says)
			}
		})
	}
}

func TestSameOrder(t *testing.T) {
	t.Parallel()
	stored := storedOrder{anOrder, "shop-1", aCustomer, "COMPLETED", noon, 20605, money.Minor(100), money.Minor(20), money.Minor(60)}
	for _, c := range []struct {
		name   string
		change func(o *storedOrder)
		says   string // why it is rejected; "" if it is the same
	}{
		{"the same", func(*storedOrder) {}, ""},
		{"another id", func(o *storedOrder) { o.id = anotherOrder }, "that of another order"},
		{"another external id", func(o *storedOrder) { o.externalID = "shop-2" }, `with the external id "shop-1", not "shop-2"`},
		{"another customer", func(o *storedOrder) { o.customerID = anotherCustomer }, "of another customer"},
		{"another moment", func(o *storedOrder) { o.at = noon.Add(time.Second) }, "of 2026-06-01"},
		{"another status", func(o *storedOrder) { o.status = "REFUNDED" }, "another status"},
		{"other refunds", func(o *storedOrder) { o.refunded = money.Minor(19) }, "other refunds"},
		{"another total", func(o *storedOrder) { o.total = money.Minor(99) }, "another total"},
		{"another cost", func(o *storedOrder) { o.cost = money.Minor(59) }, "another cost"},
		{"of a log: another moment of the day, status and refunds", func(o *storedOrder) {
			o.id, o.at, o.status, o.refunded = "", noon.Add(time.Hour), "PLACED", money.Amount{}
		}, ""},
		{"of a log: another day", func(o *storedOrder) { o.id, o.day = "", 20606 }, "of 2026-06-01"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			given := stored
			c.change(&given)
			v := sameOrder(&stored, &given)
			if want := map[bool]Outcome{true: Present, false: Rejected}[c.says == ""]; v.Outcome != want || !strings.Contains(v.Reason, c.says) {
				t.Errorf("%+v, want %q in it", v, c.says)
			}
		})
	}
}

// Orders of one customer go to one connection, so that two do not wait for each other.
func TestOrdersByCustomer(t *testing.T) {
	t.Parallel()
	orders := make([]OrderRecord, 200)
	for n := range orders {
		orders[n].CustomerExternalID = string(rune('a' + n%20))
	}
	parts := (&Import{sessions: make([]*store.Session, 2)}).byCustomer(orders)
	seen, part := 0, map[string]int{}
	for n, indexes := range parts {
		for _, at := range indexes {
			customer := orders[at].CustomerExternalID
			if before, ok := part[customer]; ok && before != n {
				t.Errorf("orders of %s are in two parts", customer)
			}
			part[customer] = n
			seen++
		}
	}
	if seen != len(orders) {
		t.Errorf("%d of %d orders are in the parts", seen, len(orders))
	}
}
