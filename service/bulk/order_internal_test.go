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
	anOrder, anotherOrder      = "ord_01jd0000000000000000000001", "ord_01jd0000000000000000000002"
	aCustomer, anotherCustomer = "cus_01jd0000000000000000000001", "cus_01jd0000000000000000000002"
	aContact                   = "con_01jd0000000000000000000001"
)

func TestSameOrder(t *testing.T) {
	t.Parallel()
	stored := OrderRecord{
		ID: anOrder, ExternalID: "shop-1", CustomerID: aCustomer, Status: schema.OrderCompleted, At: noon, Day: 20605,
		Total: money.Minor(100), Refunded: money.Minor(20), Cost: money.Minor(60),
	}
	for _, c := range []struct {
		name   string
		change func(o *OrderRecord)
		says   string // why it is rejected; "" if it is the same
	}{
		{"the same", func(*OrderRecord) {}, ""},
		{"another id", func(o *OrderRecord) { o.ID = anotherOrder }, "that of another order"},
		{"another external id", func(o *OrderRecord) { o.ExternalID = "shop-2" }, `with the external id "shop-1", not "shop-2"`},
		{"another customer", func(o *OrderRecord) { o.CustomerID = anotherCustomer }, "of another customer"},
		{"another moment", func(o *OrderRecord) { o.At = noon.Add(time.Second) }, "of 2026-06-01"},
		{"another status", func(o *OrderRecord) { o.Status = "REFUNDED" }, "another status"},
		{"other refunds", func(o *OrderRecord) { o.Refunded = money.Minor(19) }, "other refunds"},
		{"another total", func(o *OrderRecord) { o.Total = money.Minor(99) }, "another total"},
		{"another cost", func(o *OrderRecord) { o.Cost = money.Minor(59) }, "another cost"},
		{"of a log: another moment of the day, status and refunds", func(o *OrderRecord) {
			o.ID, o.At, o.Status, o.Refunded = "", noon.Add(time.Hour), "PLACED", money.Amount{}
		}, ""},
		{"of a log that says the status and the refunds", func(o *OrderRecord) { o.ID, o.StatedStatus, o.Status = "", true, schema.OrderPlaced }, "another status"},
		{"of a log: another day", func(o *OrderRecord) { o.ID, o.Day = "", 20606 }, "of 2026-06-01"},
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
