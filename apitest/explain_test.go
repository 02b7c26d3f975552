package apitest

import (
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

// askLines asks everything that an order says of itself.
const askLines = `query($id: ID!, $at: Time!) { node(id: $id) { ... on Order { status total { amount } refunded { amount } cost { amount } costStated margin { amount }
	lines { id leadDays quantity unit { amount } total { amount } options { code name value } measurements { code name value }
		priceLines { kind label amount { amount } rule { name } } agreement { overrideFloorReason }
		priceThen { unit { amount } rejected { rule { name } reason } rejectedAgreements { reason } }
		costLines { kind label unitQuantity quantity quantityUnit rate rateUnit rateValidFrom rateRecordedAt unitAmount { amount } amount { amount } }
		cost { amount } refunded { amount } refundedQuantity returnedQuantity margin { amount } costKnownAt(at: $at) { cost { amount } margin { amount } } }
	refunds { amount { amount } at recordedAt reason by goodsReturned lines { line { id } quantity amount { amount } cost { amount } } }
	history { kind at recordedAt by reason due dueBefore refund { reason } cost { before { amount } after { amount } rates { amount } } } } } }`

// TestOrderExplainsItself sells two coats, corrects what cloth had cost, and takes one coat back: the order says all of it, each role what it
// may see.
func TestOrderExplainsItself(t *testing.T) {
	t.Parallel()
	Each(t, func(t *testing.T, w *World) {
		w.Clock.Set(time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
		s := openShop(w)
		s.admin.Must(createPriceRule, Vars{"in": Vars{"name": "Many", "condition": "quantity > 100.0", "amount": roubles("-7.00")}})
		order := s.order("2", nil)
		s.admin.Must(completeOrder, Vars{"in": Vars{"id": order}})
		w.Clock.Advance(time.Hour)
		known := w.Clock.Now()
		w.Clock.Advance(time.Hour)
		s.rate("MATERIAL", "cloth", "110.005", Vars{"correction": true})
		w.Clock.Advance(time.Hour)
		ask := func(c *Client) *Result { return c.Must(askLines, Vars{"id": order, "at": known}) }
		line := ask(s.admin).Text("node.lines.0.id")
		s.admin.Refused("INVALID lines.0.quantity", refundOrder, Vars{"in": Vars{"id": order, "lines": []Vars{{"lineId": line, "quantity": "2.1"}}, "reason": "r"}})
		s.admin.Refused("INVALID lines.0.amount.amount", refundOrder, Vars{"in": Vars{"id": order, "lines": []Vars{{"lineId": line, "quantity": "2", "amount": roubles("1999.99")}}, "reason": "r"}})
		s.admin.Refused("INVALID lines.0.quantity", refundOrder, Vars{"in": Vars{"id": order, "lines": []Vars{{"lineId": line, "amount": roubles("5.00")}}, "reason": "an amount without a quantity"}})
		s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "lines": []Vars{{"lineId": line, "quantity": "1"}}, "goodsReturned": true, "at": w.Clock.Now().Add(-time.Minute), "reason": "Too long"}})

		r := ask(s.admin)
		for path, want := range map[string]string{
			"node.cost.amount": "420.01", "node.margin.amount": "579.98", "node.costStated": "false", // 2 x 420.01: a unit takes 2 x 110.005 of cloth and 200 of the loom
			"node.lines.0.cost.amount": "420.01", "node.lines.0.margin.amount": "579.98", "node.lines.0.refunded.amount": "999.99",
			"node.lines.0.refundedQuantity": "1", "node.lines.0.returnedQuantity": "1", "node.lines.0.leadDays": "0",
			"node.lines.0.costLines.0.kind": "MATERIAL", "node.lines.0.costLines.0.unitQuantity": "2", "node.lines.0.costLines.0.quantity": "4", "node.lines.0.costLines.0.rate": "110.005",
			"node.lines.0.costLines.0.unitAmount.amount": "220.01", "node.lines.0.costLines.0.amount.amount": "440.02", "node.lines.0.costLines.0.rateRecordedAt": "2026-11-20T11:00:00Z",
			"node.lines.0.costLines.1.kind": "RESOURCE", "node.lines.0.costLines.1.amount.amount": "400.00",
			"node.lines.0.costLines.2.kind": "RETURNED", "node.lines.0.costLines.2.amount.amount": "-420.01",
			"node.lines.0.costKnownAt.cost.amount": "800.00", "node.lines.0.costKnownAt.margin.amount": "1199.98",
			"node.lines.0.priceLines.0.kind": "LIST", "node.lines.0.priceThen.unit.amount": "999.99", "node.lines.0.priceThen.rejected.0.rule.name": "Many",
			"node.refunds.0.amount.amount": "999.99", "node.refunds.0.goodsReturned": "true", "node.refunds.0.at": "2026-11-20T11:59:00Z", "node.refunds.0.recordedAt": "2026-11-20T12:00:00Z",
			"node.refunds.0.lines.0.quantity": "1", "node.refunds.0.lines.0.cost.amount": "420.01", "node.refunds.0.lines.0.line.id": line,
			"node.history.0.kind": "PLACED", "node.history.1.kind": "COMPLETED", "node.history.2.kind": "COST_RESTATED", "node.history.3.kind": "REFUNDED", "node.history.3.reason": "Too long",
			"node.history.2.cost.before.amount": "800.00", "node.history.2.cost.after.amount": "840.02", "node.history.2.cost.rates.0.amount": "110.005",
		} {
			if got := r.Text(path); got != want {
				t.Errorf("%s is %s, want %s", path, got, want)
			}
		}
		sales := ask(w.As(schema.RoleSales))
		for _, hidden := range []string{"420.01", "579.98", "110.005", "COST_RESTATED", "Many"} {
			if strings.Contains(sales.Body, hidden) {
				t.Errorf("SALES reads %s: %s", hidden, sales.Body)
			}
		}
		if sales.Len("node.lines.0.costLines") != 0 || sales.Len("node.history") != 3 || sales.Text("node.refunds.0.reason") != "Too long" {
			t.Errorf("SALES reads %s", sales.Body)
		}
		for range 2 { // each refund has its own lines, however many there are
			s.admin.Must(refundOrder, Vars{"in": Vars{"id": order, "lines": []Vars{{"lineId": line, "quantity": "0.5"}}, "reason": "A stain"}})
		}
		if r = ask(s.admin); r.Len("node.refunds") != 3 || r.Len("node.refunds.0.lines") != 1 || r.Len("node.refunds.1.lines") != 1 || r.Len("node.refunds.2.lines") != 1 {
			t.Errorf("got the refunds %v, want three with one line each", r.Get("node.refunds"))
		}
	})
}
