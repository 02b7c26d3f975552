package demo

import (
	"context"
	"time"

	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/store"
)

// agreePrices writes the prices that companies agreed in the past, before orders are priced by them, and makes the manager agree
// two more by the verb: one of them below the floor, with a reason.
func (c *company) agreePrices(ctx context.Context) error {
	r := c.draws("agreements", 0)
	manager := c.staff["manager@erker.example"]
	var rows [][]any
	var firms []*person
	for _, p := range c.people {
		if p.firm && len(p.orders) > 1 {
			firms = append(firms, p)
		}
	}
	for i, p := range firms {
		if i%4 != 0 {
			continue
		}
		sku := [...]string{"ROL-DAY", "BLI-ALU", "COR-ALU", "CUR-BLACKOUT"}[r.IntN(4)]
		from := c.atWork(r, p.created.AddDate(0, 0, 5))
		if !from.Before(c.end()) {
			continue
		}
		unit := c.major(articleOf(sku).list * int64(90+r.IntN(6)) / 100)
		var to any
		if until := from.AddDate(1, 0, 0); r.Float64() < 0.5 {
			to = until
		}
		rows = append(rows, []any{drawID(r, id.Agreement, from), int64(1), unit.Minor(), money.Whole(int64(r.IntN(3)) * 5).Nano(), from, to, manager.ID, from, p.id, productID(sku)})
	}
	columns := []string{"id", "version", "unit", "minimum_quantity", "valid_from", "valid_to", "agreed_by", "recorded_at", "customer_id", "product_id"}
	err := c.store.Bulk(ctx, func(ctx context.Context, b *store.Bulk) error {
		return copyRows(ctx, b, "price_agreements", columns, rows)
	})
	if err != nil || len(firms) < 8 {
		return err
	}
	c.clock.to(c.today.Add(-30 * time.Hour))
	for i, in := range []service.AgreePriceInput{
		{ProductID: productID("CUR-COTTON"), Unit: c.moneyInput(c.major(3290)), MinimumQuantity: pointer(money.Exact("10"))},
		{ProductID: productID("BLI-ALU"), Unit: c.moneyInput(c.major(990)), MinimumQuantity: pointer(money.Exact("30")), OverrideFloorReason: pointer("образцовый этаж: покажем другим гостиницам сети")},
	} {
		in.ID, in.CustomerID = pointer(drawID(r, id.Agreement, c.clock.at)), firms[len(firms)-2-i].id
		if _, err := c.service.Quote.AgreePrice(c.as(ctx, manager), in); err != nil {
			return err
		}
	}
	return nil
}
