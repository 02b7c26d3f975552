package revenue_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/ent/orderline"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/books"
	"kopeck/service/revenue"
	"kopeck/store"
)

// sell sells one of each product, to one customer in one order, and returns the order's id.
func (c *company) sell(products ...string) string {
	who, err := c.Client.Customer.Get(c.System(), c.customers[0])
	c.Must(err)
	var tokens []string
	for _, product := range products {
		p, err := c.Quote.Price(c.System(), who, product, money.Whole(1), nil, nil, nil)
		c.Must(err)
		token, err := c.Quote.PriceToken(p)
		c.Must(err)
		tokens = append(tokens, token)
	}
	o, err := c.Sale.PlaceOrder(c.As(schema.RoleManager), service.PlaceOrderInput{CustomerID: who.ID, PriceTokens: tokens})
	c.Must(err)
	_, err = c.Sale.CompleteOrder(c.System(), service.CompleteOrderInput{ID: o.ID})
	c.Must(err)
	return o.ID
}

// TestLinesOfOneCategory: an order counts once in each group, whichever of its lines are in it: by the second line, by a later one, by several,
// and by a line of which something was given back.
func TestLinesOfOneCategory(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		w.Clock.Advance(6 * 24 * time.Hour) // thread has a rate
		c.sell(c.coat, c.lace)              // twice of outer, by two products
		c.sell(c.coat, c.hat, c.lace)       // the third line repeats the category of the first
		c.sell(c.hat, c.coat, c.coat)       // the third line repeats the second
		c.sell(c.hat, c.coat)
		torn := c.sell(c.coat, c.coat, c.hat)
		line, err := w.Client.OrderLine.Query().Where(orderline.OrderID(torn), orderline.Position(1)).Only(w.System())
		w.Must(err)
		w.Clock.Advance(40 * 24 * time.Hour)
		_, err = w.Sale.RefundOrder(w.System(), service.RefundOrderInput{ID: torn, Reason: "torn", GoodsReturned: ptr(true), Lines: []*service.RefundLineInput{{LineID: line.ID}}})
		w.Must(err)
		products := strings.NewReplacer(c.coat, "COAT", c.hat, "HAT", c.lace, "LACE")
		// A coat is 833.33 without its tax of 166.66, and costs 200.00; lace is sold at its cost of 10.00, with 2.00; a hat is 99.95 and costs 16.66.
		for _, one := range []struct {
			name string
			ask  revenue.Query
			want []string
		}{
			{
				"by category",
				revenue.Query{By: []service.SalesDimension{"CATEGORY"}, Basis: service.SalesBasisOrder},
				[]string{": 4 - 39980-0 0 6664 0", "outer: 5 - 585331-83333 100396 122000 0", ": 5 - 625311-83333 100396 128664 0"},
			},
			{
				"by category and month, as booked",
				revenue.Query{By: []service.SalesDimension{"CATEGORY", "MONTH"}, Basis: service.SalesBasisBooked},
				[]string{"/2026-06: 4 - 39980-0 0 6664 0", "outer/2026-06: 5 - 585331-0 117062 142000 0", "outer/2026-07: 0 - 0-83333 -16666 -20000 0", ": 5 - 625311-83333 100396 128664 0"},
			},
			{
				"by product",
				revenue.Query{By: []service.SalesDimension{"PRODUCT"}, Basis: service.SalesBasisOrder},
				[]string{"COAT: 5 6 583331-83333 99996 120000 0", "HAT: 4 4 39980-0 0 6664 0", "LACE: 2 2 2000-0 400 2000 0", ": 5 - 625311-83333 100396 128664 0"},
			},
			{
				"of some products",
				revenue.Query{Basis: service.SalesBasisOrder, Filter: &service.SalesFilter{ProductIds: graphql.OmittableOf([]string{c.coat, c.lace})}},
				[]string{": 5 - 585331-83333 100396 122000 0", ": 5 - 585331-83333 100396 122000 0"},
			},
			{
				"of no category, by category",
				revenue.Query{By: []service.SalesDimension{"CATEGORY"}, Basis: service.SalesBasisBooked, Filter: &service.SalesFilter{Categories: graphql.OmittableOf([]string{""})}},
				[]string{": 4 - 39980-0 0 6664 0", ": 4 - 39980-0 0 6664 0"},
			},
			{
				"of a category, by product",
				revenue.Query{By: []service.SalesDimension{"PRODUCT"}, Basis: service.SalesBasisBooked, Filter: &service.SalesFilter{Categories: graphql.OmittableOf([]string{"outer"})}},
				[]string{"COAT: 5 6 583331-83333 99996 120000 0", "LACE: 2 2 2000-0 400 2000 0", ": 5 - 585331-83333 100396 122000 0"},
			},
		} {
			t.Run(one.name, func(t *testing.T) {
				var got []string
				for _, row := range c.ask(one.ask) {
					got = append(got, products.Replace(row))
				}
				slices.Sort(got)
				slices.Sort(one.want)
				if !slices.Equal(got, one.want) {
					t.Errorf("%q\nwant\n%q", got, one.want)
				}
				if brute := c.reference(one.ask); !slices.Equal(c.ask(one.ask), brute) {
					t.Errorf("by the rule alone %q", brute)
				}
			})
		}
	})
}

// TestNothingButZeros: what takes itself back has no row. As booked, the cancellation of an order for two hats and an order for one at the same
// price leave nothing but one hat less: by product that is a row, and otherwise, where no quantity is shown, it is none.
func TestNothingButZeros(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		before := c.Now()
		w.Clock.Advance(40 * 24 * time.Hour)
		now := c.Now()
		gone := c.stateOrder(before, &now, 2)
		sold := c.stateOrder(now, nil, 1)
		c.Transaction(func(ctx context.Context, tx *store.Tx) error { return books.MarkPlain(ctx, tx, []string{gone, sold}) })
		const total = ": 0 - 0-0 0 0 0"
		for _, one := range []struct {
			by   []service.SalesDimension
			want []string
		}{
			{nil, []string{total, total}},
			{[]service.SalesDimension{"MONTH"}, []string{total}},
			{[]service.SalesDimension{"CATEGORY"}, []string{total}},
			{[]service.SalesDimension{"SEGMENT", "CUSTOMER_KIND"}, []string{total}},
			{[]service.SalesDimension{"PRODUCT"}, []string{c.hat + ": 0 -1 0-0 0 0 0", total}},
			{[]service.SalesDimension{"MONTH", "PRODUCT"}, []string{"2026-07/" + c.hat + ": 0 -1 0-0 0 0 0", total}},
		} {
			if got := c.ask(revenue.Query{By: one.by, Basis: service.SalesBasisBooked, From: &now}); !slices.Equal(got, one.want) {
				t.Errorf("by %s\n%q\nwant\n%q", one.by, got, one.want)
			}
		}
	})
}

// stateOrder writes an order for hats that was completed at a moment, and cancelled at another unless that is nil, with a price and a cost that
// do not depend on their number.
func (c *company) stateOrder(at time.Time, cancelled *time.Time, hats int64) string {
	id := c.IDs.Make("ord")
	row := map[string]any{
		"id": id, "created_at": at, "updated_at": at, "customer_id": c.customers[0], "status": "COMPLETED", "at": at, "day": c.Settings().Day(at),
		"total": 100, "refunded": 0, "tax": 0, "cost": 40, "margin": 60, "unattributed": 60, "stated_cost": true, "uncosted": false, "completed_at": at,
	}
	if cancelled != nil {
		row["status"], row["cancelled_at"], row["margin"], row["unattributed"] = "CANCELLED", *cancelled, 0, 0
	}
	c.Insert("orders", row)
	c.Insert("order_lines", map[string]any{
		"id": c.IDs.Make("orl"), "order_id": id, "position": 0, "product_id": c.hat, "quantity": money.Whole(hats).Nano(), "unit": 100 / hats, "total": 100, "cost": 40,
		"price_lines": "[]", "options": "[]", "lead_days": 0,
	})
	return id
}
