package sale_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/apptest"
	"kopeck/ent"
	"kopeck/ent/orderline"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// sold places and completes an order of coats, one line for each quantity, and returns it with its lines.
func (s *shop) sold(quantities ...int64) (*ent.Order, []*ent.OrderLine) {
	s.t.Helper()
	in := service.PlaceOrderInput{CustomerID: s.customer.ID}
	for _, quantity := range quantities {
		in.PriceTokens = append(in.PriceTokens, s.token(quantity))
	}
	o, err := s.Sale.PlaceOrder(s.As(schema.RoleAdmin), in)
	s.Must(err)
	o, err = s.complete(o.ID)
	s.Must(err)
	lines, err := s.Client.OrderLine.Query().Where(orderline.OrderID(o.ID)).Order(orderline.ByPosition()).All(s.As(schema.RoleAdmin))
	s.Must(err)
	return o, lines
}

// giveBack refunds lines of an order.
func (s *shop) giveBack(orderID string, goods bool, at *time.Time, lines ...*service.RefundLineInput) (*ent.Order, error) {
	return s.Sale.RefundOrder(s.As(schema.RoleAdmin), service.RefundOrderInput{ID: orderID, Lines: lines, GoodsReturned: &goods, At: at, Reason: "torn"})
}

func part(line *ent.OrderLine, quantity string) *service.RefundLineInput {
	exact := money.Exact(quantity)
	return &service.RefundLineInput{LineID: line.ID, Quantity: &exact}
}

// fatal is a test that can fail: of the package testing or of rapid.
type fatal interface {
	Fatalf(format string, args ...any)
}

// lawful fails if a law is broken, or if the lines of an order do not sum to its figures.
func (s *shop) lawful(t fatal, orderID string) {
	s.explained(t, orderID)
	if found, err := s.Check.Laws(s.System()); err != nil || len(found) > 0 {
		t.Fatalf("%v, %v", found, err)
	}
}

// explained fails if the lines of an order do not sum to its figures.
func (s *shop) explained(t fatal, orderID string) {
	o, err := s.Client.Order.Get(s.System(), orderID)
	if err != nil {
		t.Fatalf("%v", err)
	}
	figures, err := s.Rates.OrderLines(s.System(), []string{orderID})
	if err != nil {
		t.Fatalf("%v", err)
	}
	var cost, refunded, margin money.Amount
	for _, f := range figures {
		var lines money.Amount
		for _, line := range f.CostLines {
			lines, _ = lines.Plus(line.Amount)
		}
		if lines != f.Cost {
			t.Fatalf("the cost lines sum to %v, the cost is %v", lines, f.Cost)
		}
		cost, _ = cost.Plus(f.Cost)
		refunded, _ = refunded.Plus(f.Refunded)
		if f.Margin != nil {
			margin, _ = margin.Plus(*f.Margin)
		}
	}
	if cost != o.Cost || refunded != o.Refunded || margin != o.Margin {
		t.Fatalf("the lines sum to cost %v, refunded %v, margin %v; the order has %v, %v, %v", cost, refunded, margin, o.Cost, o.Refunded, o.Margin)
	}
}

// TestRefundByLine gives back an order of two lines, of three coats at 999.99 that cost 200 each, and of one.
func TestRefundByLine(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, lines := s.sold(3, 1)
		before := o.CompletedAt.Add(-time.Second)
		other, _ := s.sold(1)
		for _, c := range []struct {
			name               string
			do                 func() (*ent.Order, error)
			want               string
			refunded, cost     int64
			margin             int64
			status             schema.OrderStatus
			statusWithoutFault bool
		}{
			{name: "more than there is", do: func() (*ent.Order, error) { return s.giveBack(o.ID, false, nil, part(lines[0], "3.000000001")) }, want: "INVALID lines.0.quantity", cost: 80000, margin: 319996},
			{name: "nothing", do: func() (*ent.Order, error) { return s.giveBack(o.ID, false, nil, part(lines[0], "0")) }, want: "INVALID lines.0.quantity", cost: 80000, margin: 319996},
			{name: "a line twice", do: func() (*ent.Order, error) {
				return s.giveBack(o.ID, false, nil, part(lines[0], "1"), part(lines[0], "1"))
			}, want: "INVALID lines.1.lineId", cost: 80000, margin: 319996},
			{name: "no lines", do: func() (*ent.Order, error) {
				return s.Sale.RefundOrder(s.As(schema.RoleAdmin), service.RefundOrderInput{ID: o.ID, Lines: []*service.RefundLineInput{}, Reason: "x"})
			}, want: "INVALID lines", cost: 80000, margin: 319996},
			{name: "another order's line", do: func() (*ent.Order, error) { return s.giveBack(other.ID, false, nil, part(lines[0], "1")) }, want: "INVALID lines.0.lineId", cost: 80000, margin: 319996},
			{name: "before the completion", do: func() (*ent.Order, error) { return s.giveBack(o.ID, false, &before, part(lines[0], "1")) }, want: "INVALID at", cost: 80000, margin: 319996},
			{name: "goods of an amount", do: func() (*ent.Order, error) {
				yes := true
				return s.Sale.RefundOrder(s.As(schema.RoleAdmin), service.RefundOrderInput{ID: o.ID, Amount: roubles("1"), GoodsReturned: &yes, Reason: "x"})
			}, want: "INVALID goodsReturned", cost: 80000, margin: 319996},
			{name: "one of three, with its goods", do: func() (*ent.Order, error) { return s.giveBack(o.ID, true, nil, part(lines[0], "1")) }, refunded: 99999, cost: 60000, margin: 239997},
			{name: "one of three, without", do: func() (*ent.Order, error) { return s.giveBack(o.ID, false, nil, part(lines[0], "1")) }, refunded: 199998, cost: 60000, margin: 139998},
			{name: "two of the one that is left", do: func() (*ent.Order, error) { return s.giveBack(o.ID, false, nil, part(lines[0], "2")) }, want: "INVALID lines.0.quantity", refunded: 199998, cost: 60000, margin: 139998},
			{name: "an amount", do: func() (*ent.Order, error) { return s.refund(o.ID, roubles("0.01")) }, refunded: 199999, cost: 60000, margin: 139997},
			{name: "all that is left, with the goods", do: func() (*ent.Order, error) {
				yes := true
				return s.Sale.RefundOrder(s.As(schema.RoleAdmin), service.RefundOrderInput{ID: o.ID, GoodsReturned: &yes, Reason: "x"})
			}, refunded: 399996, cost: 20000, margin: -20000, status: schema.OrderRefunded},
		} {
			_, err := c.do()
			if got := apptest.Faults(err); got != c.want {
				t.Fatalf("%s: %v, want %q", c.name, err, c.want)
			}
			now, err := s.Client.Order.Get(s.System(), o.ID)
			s.Must(err)
			if c.status == "" {
				c.status = schema.OrderCompleted
			}
			if now.Refunded != money.Minor(c.refunded) || now.Cost != money.Minor(c.cost) || now.Margin != money.Minor(c.margin) || now.Status != c.status {
				t.Fatalf("%s: refunded %v, cost %v, margin %v, %s", c.name, now.Refunded, now.Cost, now.Margin, now.Status)
			}
			s.lawful(t, o.ID)
		}
	})
}

// TestCancelledAfterCompletion cancels a completed order: it has no margin, no credits and no order day any more; one of which money was
// given back is not cancelled.
func TestCancelledAfterCompletion(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		o, _ := s.sold(1)
		recorded := s.Now()
		s.Clock.Advance(time.Hour)
		cancelled, err := s.cancel(o.ID)
		if err != nil || cancelled.Status != schema.OrderCancelled || !cancelled.Margin.IsZero() || !cancelled.Unattributed.IsZero() {
			t.Fatalf("%v, %v", cancelled, err)
		}
		c, err := s.Client.Customer.Get(s.System(), s.customer.ID)
		if err != nil || c.OrderDays != 0 || !c.Margin.IsZero() || c.Stage != schema.Stranger {
			t.Errorf("%v, %v: %d order days, margin %v, %s", c, err, c.OrderDays, c.Margin, c.Stage)
		}
		known, err := s.Report.EarningsKnownAt(s.System(), []*ent.Customer{c}, recorded)
		if err != nil || known[c.ID].Margin != money.Minor(79999) {
			t.Errorf("%+v, %v: as it was known before, the margin was 799.99", known[c.ID], err)
		}
		s.lawful(t, o.ID)
		again, _ := s.sold(1)
		if _, err := s.refund(again.ID, roubles("1")); err != nil {
			t.Fatal(err)
		}
		if _, err := s.cancel(again.ID); apptest.Faults(err) != "WRONG_STATE id" {
			t.Error(err)
		}
	})
}

// TestOrderOfRefunds gives lines back in random parts, at random moments, and corrects the rate of the cloth between; whatever the order in
// which this is recorded, the order, its lines, its credits and its customer end the same.
func TestOrderOfRefunds(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		last := ""
		rapid.Check(t, func(r *rapid.T) {
			type fact struct {
				line     int // -1: a rate
				quantity int64
				goods    bool
				stated   bool
				rate     int
			}
			quantities := []int64{rapid.Int64Range(1, 7).Draw(r, "first"), rapid.Int64Range(1, 7).Draw(r, "second")}
			var facts []fact
			for line, left := range quantities {
				for left > 0 && rapid.IntRange(0, 3).Draw(r, "more") > 0 {
					n := rapid.Int64Range(1, left).Draw(r, "quantity")
					left -= n
					facts = append(facts, fact{line: line, quantity: n, goods: rapid.Bool().Draw(r, "goods"), stated: rapid.Bool().Draw(r, "stated")})
				}
			}
			facts = append(facts, fact{line: -1, rate: rapid.IntRange(1, 300).Draw(r, "rate")})
			order := rapid.Permutation(facts).Draw(r, "order")
			var ends []string
			for _, recorded := range [][]fact{facts, order} {
				o, lines := s.sold(quantities...)
				for i, f := range recorded {
					if f.line < 0 {
						correction := true
						_, err := s.Rates.SetRate(s.System(), service.SetRateInput{
							Subject: schema.RateMaterial, Code: "cloth", Amount: money.Exact(fmt.Sprint(f.rate)), Unit: "m", ValidFrom: apptest.Start.AddDate(-1, 0, 0), Correction: &correction,
						})
						s.Must(err)
						continue
					}
					s.Clock.Advance(time.Duration(i+1) * time.Minute)
					at := o.CompletedAt.Add(time.Duration(i) * time.Second) // long before it is recorded
					line := part(lines[f.line], fmt.Sprint(f.quantity))
					if f.stated {
						line.Amount = roubles(money.Exact(fmt.Sprintf("%d.07", f.quantity)))
					}
					if _, err := s.giveBack(o.ID, f.goods, &at, line); err != nil {
						r.Fatalf("%v", err)
					}
				}
				last = o.ID
				s.explained(r, o.ID)
				ends = append(ends, strings.Join(s.Rows("SELECT status, total, refunded, cost, margin, unattributed FROM orders WHERE id = ?", o.ID), "\n")+
					"\n"+strings.Join(s.Rows("SELECT quantity, returned, total, cost FROM order_lines WHERE order_id = ? ORDER BY position", o.ID), "\n"))
			}
			if ends[0] != ends[1] {
				r.Fatalf("recorded in another order:\n%s\nwant\n%s", ends[1], ends[0])
			}
		})
		s.lawful(t, last)
	})
}
