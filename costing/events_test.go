package costing_test

import (
	"reflect"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

var eventsBegin = time.Date(2026, 1, 1, 9, 0, 0, 0, time.UTC)

// figures returns figures in minor units: quantity in whole units, sold, refunded, tax, cost.
func figures(quantity, sold, refunded, tax, cost int64) costing.Figures {
	return costing.Figures{Quantity: money.Whole(quantity), Sold: money.Minor(sold), Refunded: money.Minor(refunded), Tax: money.Minor(tax), Cost: money.Minor(cost)}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return eventsBegin.AddDate(0, 0, n) }
	cancelled := day(9)
	lines := []costing.SoldLine{
		{ID: "window", Quantity: money.Whole(2), Total: money.Minor(240_00), Tax: money.Minor(40_00), Cost: money.Minor(100_01)},
		{ID: "book", Quantity: money.Whole(1), Total: money.Minor(110_00), Tax: money.Minor(10_00), Cost: money.Minor(30_00)},
	}
	done := costing.Event{Kind: costing.Completion, At: day(1), Orders: 1, Lines: []costing.Figures{figures(2, 200_00, 0, 40_00, 100_01), figures(1, 100_00, 0, 10_00, 30_00)}}
	for _, c := range []struct {
		name  string
		order costing.SoldOrder
		mode  costing.TaxMode
		want  []costing.Event
	}{
		{"completed", costing.SoldOrder{CompletedAt: day(1), Lines: lines}, costing.TaxIncluded, []costing.Event{done}},
		{
			"without a rate, tax on top",
			costing.SoldOrder{CompletedAt: day(1), Uncosted: true, Lines: lines},
			costing.TaxOnTop,
			[]costing.Event{{Kind: costing.Completion, At: day(1), Orders: 1, Uncosted: 1, Lines: []costing.Figures{figures(2, 240_00, 0, 40_00, 100_01), figures(1, 110_00, 0, 10_00, 30_00)}}},
		},
		{
			"cancelled after it",
			costing.SoldOrder{CompletedAt: day(1), CancelledAt: &cancelled, Uncosted: true, Lines: lines[:1]},
			costing.TaxIncluded,
			[]costing.Event{
				{Kind: costing.Completion, At: day(1), Orders: 1, Uncosted: 1, Lines: done.Lines[:1]},
				{Kind: costing.Cancellation, At: day(9), Orders: -1, Uncosted: -1, Lines: []costing.Figures{figures(-2, -200_00, 0, -40_00, -100_01)}},
			},
		},
		{
			"a window comes back, then an amount, then the rest",
			costing.SoldOrder{CompletedAt: day(1), GivenBack: true, Lines: lines, Refunds: []costing.SoldRefund{
				{At: day(2), Amount: money.Minor(120_00), GoodsReturned: true, Lines: []costing.SoldRefundLine{{LineID: "window", Quantity: money.Whole(1), Amount: money.Minor(120_00)}}},
				{At: day(3), Amount: money.Minor(23_00)}, // 12.00 of the window that is left, 11.00 of the book
				{At: day(4), Amount: money.Minor(207_00)},
			}},
			costing.TaxIncluded,
			[]costing.Event{
				done,
				{Kind: costing.Refunding, At: day(2), Lines: []costing.Figures{figures(-1, 0, 100_00, -20_00, -50_00), {}}},
				{Kind: costing.Refunding, At: day(3), Lines: []costing.Figures{figures(0, 0, 10_00, -2_00, 0), figures(0, 0, 10_00, -1_00, 0)}},
				{Kind: costing.Refunding, At: day(4), Orders: -1, Lines: []costing.Figures{figures(0, 0, 90_00, -18_00, 0), figures(0, 0, 90_00, -9_00, 0)}},
			},
		},
		{
			"imported without lines as given back",
			costing.SoldOrder{CompletedAt: day(1), GivenBack: true, Lines: []costing.SoldLine{{}}},
			costing.TaxIncluded,
			[]costing.Event{{Kind: costing.Completion, At: day(1), Lines: []costing.Figures{{}}}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := c.order.Events(c.mode)
			if err != nil {
				t.Fatal(err)
			}
			if !reflect.DeepEqual(got, c.want) {
				t.Errorf("%+v\nwant %+v", got, c.want)
			}
		})
	}
}

// drawSoldOrder draws an order with lines and refunds, as the books would have it.
func drawSoldOrder(t *rapid.T) costing.SoldOrder {
	o := costing.SoldOrder{CompletedAt: eventsBegin}
	var left, quantities []int64
	var total, given int64
	for i := range rapid.IntRange(1, 4).Draw(t, "lines") {
		amount, quantity := rapid.Int64Range(0, 10_000).Draw(t, "total"), rapid.Int64Range(1, 5).Draw(t, "quantity")
		tax := money.Minor(rapid.Int64Range(0, amount/5).Draw(t, "tax"))
		o.Lines = append(o.Lines, costing.SoldLine{ID: string(rune('a' + i)), Quantity: money.Whole(quantity), Total: money.Minor(amount), Tax: tax, Cost: money.Minor(rapid.Int64Range(0, 9_000).Draw(t, "cost"))})
		left, quantities, total = append(left, amount), append(quantities, quantity), total+amount
	}
	byAmount := int64(0)
	for i := range rapid.IntRange(0, 6).Draw(t, "refunds") {
		r := costing.SoldRefund{At: eventsBegin.AddDate(0, 0, i)}
		n := rapid.IntRange(0, len(left)-1).Draw(t, "line")
		switch {
		case rapid.Bool().Draw(t, "named") && left[n] > 0 && quantities[n] > 0 && byAmount == 0:
			amount, quantity := rapid.Int64Range(1, left[n]).Draw(t, "amount"), rapid.Int64Range(1, quantities[n]).Draw(t, "units")
			r.Amount, r.GoodsReturned = money.Minor(amount), rapid.Bool().Draw(t, "goods")
			r.Lines = []costing.SoldRefundLine{{LineID: o.Lines[n].ID, Quantity: money.Whole(quantity), Amount: r.Amount}}
			left[n], quantities[n], given = left[n]-amount, quantities[n]-quantity, given+amount
		case total > given:
			amount := rapid.Int64Range(1, total-given).Draw(t, "amount")
			r.Amount, byAmount, given = money.Minor(amount), byAmount+amount, given+amount
		default:
			continue
		}
		o.Refunds = append(o.Refunds, r)
	}
	o.GivenBack = given == total
	return o
}

// TestEventsSumToWhatIsKept: whatever is given back, and in whatever parts, the events of an order sum, line by line, to what the books say is
// kept of it; cancelled, to nothing. Each refund gives back its amount and its tax.
func TestEventsSumToWhatIsKept(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawSoldOrder(t)
		mode := rapid.SampledFrom([]costing.TaxMode{costing.TaxIncluded, costing.TaxOnTop}).Draw(t, "mode")
		events, err := o.Events(mode)
		if err != nil {
			t.Fatal(err)
		}
		taxes := refundTaxes(t, &o)
		sums, orders := make([]costing.Figures, len(o.Lines)), 0
		for i, e := range events {
			orders += e.Orders
			var back, tax int64
			for n, f := range e.Lines {
				if sums[n], err = sums[n].Plus(f); err != nil {
					t.Fatal(err)
				}
				back, tax = back+f.Refunded.Minor(), tax-f.Tax.Minor()
			}
			if i == 0 {
				continue
			}
			r := o.Refunds[i-1]
			net, err := mode.Net(r.Amount, taxes.Refunds[i-1])
			if err != nil || back != net.Minor() || tax != taxes.Refunds[i-1].Minor() {
				t.Fatalf("refund %d gives back %d with a tax of %d, not %d and %d (%v)", i, back, tax, net.Minor(), taxes.Refunds[i-1].Minor(), err)
			}
		}
		if want := map[bool]int{true: 0, false: 1}[o.GivenBack]; orders != want {
			t.Fatalf("%d orders, want %d", orders, want)
		}
		for n, line := range o.Lines {
			kept(t, &o, n, line, sums[n], taxes.ByLine[n], mode)
		}
		cancelled := o.CompletedAt
		o.CancelledAt = &cancelled
		if events, err = o.Events(mode); err != nil {
			t.Fatal(err)
		}
		for n := range o.Lines {
			var sum costing.Figures
			for _, e := range events {
				if sum, err = sum.Plus(e.Lines[n]); err != nil {
					t.Fatal(err)
				}
			}
			if sum != (costing.Figures{}) {
				t.Fatalf("of a cancelled order %+v is left", sum)
			}
		}
	})
}

// refundTaxes returns the taxes of an order's refunds.
func refundTaxes(t *rapid.T, o *costing.SoldOrder) costing.RefundTaxes {
	var lines []costing.TaxedLine
	var given []costing.GivenBack
	for _, line := range o.Lines {
		lines = append(lines, costing.TaxedLine{ID: line.ID, Total: line.Total, Tax: line.Tax})
	}
	for _, r := range o.Refunds {
		one := costing.GivenBack{Amount: r.Amount}
		for _, part := range r.Lines {
			one.Lines = append(one.Lines, costing.GivenLine{LineID: part.LineID, Amount: part.Amount})
		}
		given = append(given, one)
	}
	taxes, err := costing.DivideRefundTaxes(lines, given)
	if err != nil {
		t.Fatal(err)
	}
	return taxes
}

// kept compares the sum of the events of a line with what the books say is left of it.
func kept(t *rapid.T, o *costing.SoldOrder, n int, line costing.SoldLine, sum costing.Figures, refundedTax money.Amount, mode costing.TaxMode) {
	var named, byAmount, units int64
	left := make([]money.Amount, len(o.Lines))
	for i := range o.Lines {
		left[i] = o.Lines[i].Total
	}
	for _, r := range o.Refunds {
		if len(r.Lines) == 0 {
			byAmount += r.Amount.Minor()
		}
		for _, part := range r.Lines {
			for i := range o.Lines {
				if o.Lines[i].ID == part.LineID {
					left[i] = money.Minor(left[i].Minor() - part.Amount.Minor())
				}
			}
			if part.LineID == line.ID {
				named += part.Amount.Minor()
				if r.GoodsReturned {
					units += part.Quantity.Nano()
				}
			}
		}
	}
	shares, err := costing.DivideRefunds(money.Minor(byAmount), left)
	if err != nil {
		t.Fatal(err)
	}
	back, err := costing.PartOf(line.Cost, money.Nano(units), line.Quantity)
	if err != nil {
		t.Fatal(err)
	}
	cost := money.Minor(line.Cost.Minor() - back.Minor())
	sold := costing.Sale{Total: line.Total, Tax: line.Tax, Refunded: money.Minor(named + shares[n].Minor()), RefundedTax: refundedTax}
	margin, err := costing.OrderMargin(false, sold, mode, cost)
	if err != nil {
		t.Fatal(err)
	}
	got, err := sum.Margin()
	if err != nil || got != margin || sum.Cost != cost || sum.Tax.Minor() != line.Tax.Minor()-refundedTax.Minor() || sum.Quantity.Nano() != line.Quantity.Nano()-units {
		t.Fatalf("line %s: %+v with a margin of %d (%v), want %d with a cost of %d", line.ID, sum, got.Minor(), err, margin.Minor(), cost.Minor())
	}
	gross, err := sum.Gross()
	want, err2 := mode.Gross(money.Minor(sold.Total.Minor()-sold.Refunded.Minor()), sum.Tax)
	if err != nil || err2 != nil || gross != want {
		t.Fatalf("line %s: gross %d, want %d", line.ID, gross.Minor(), want.Minor())
	}
}
