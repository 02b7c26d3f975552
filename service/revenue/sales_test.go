package revenue_test

import (
	"context"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"time"

	"entgo.io/ent/dialect"
	"pgregory.net/rapid"

	"github.com/99designs/gqlgen/graphql"

	"kopeck/apptest"
	"kopeck/costing"
	"kopeck/dbtest"
	"kopeck/ent/order"
	"kopeck/ent/orderline"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/schema/migrations"
	"kopeck/service"
	"kopeck/service/revenue"
	"kopeck/store"
)

// TestShop asks for reports of a small company whose figures can be computed by hand: see apptest.NewShop.
func TestShop(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, url string) {
		s := apptest.NewShop(t, url)
		november := apptest.Day(time.November, 1)
		for _, c := range []struct {
			name string
			ask  revenue.Query
			want []string
		}{
			{
				"by month of the order, with the refund of November",
				revenue.Query{Basis: service.SalesBasisOrder, By: []service.SalesDimension{service.SalesDimensionMonth}},
				[]string{"2026-09: 1 - 50000-0 0 20000 0", "2026-10: 2 - 250000-10000 0 110000 0", ": 3 - 300000-10000 0 130000 0"},
			},
			{
				"as booked",
				revenue.Query{Basis: service.SalesBasisBooked, By: []service.SalesDimension{service.SalesDimensionMonth}},
				[]string{"2026-09: 1 - 50000-0 0 20000 0", "2026-10: 2 - 250000-0 0 110000 0", "2026-11: 0 - 0-10000 0 0 0", ": 3 - 300000-10000 0 130000 0"},
			},
			{
				"before the price of cloth was corrected",
				revenue.Query{Basis: service.SalesBasisBooked, By: []service.SalesDimension{service.SalesDimensionQuarter}, KnownAt: ptr(apptest.Day(time.November, 10))},
				[]string{"2026-Q3: 1 - 50000-0 0 20000 0", "2026-Q4: 2 - 250000-10000 0 100000 0", ": 3 - 300000-10000 0 120000 0"},
			},
			{
				"before the refund",
				revenue.Query{Basis: service.SalesBasisOrder, By: []service.SalesDimension{service.SalesDimensionYear}, KnownAt: ptr(apptest.Day(time.October, 21))},
				[]string{"2026: 3 - 300000-0 0 120000 0", ": 3 - 300000-0 0 120000 0"},
			},
			{
				"by product and segment",
				revenue.Query{Basis: service.SalesBasisOrder, By: []service.SalesDimension{service.SalesDimensionProduct, service.SalesDimensionSegment}},
				[]string{s.Curtain + "/: 2 3 150000-10000 0 64000 0", s.Curtain + "/QUALITY_CHEAP: 1 3 150000-0 0 66000 0", ": 3 - 300000-10000 0 130000 0"},
			},
			{
				"of November, as booked",
				revenue.Query{Basis: service.SalesBasisBooked, From: &november},
				[]string{": 0 - 0-10000 0 0 0", ": 0 - 0-10000 0 0 0"},
			},
			{
				"of November, by the order",
				revenue.Query{Basis: service.SalesBasisOrder, From: &november, By: []service.SalesDimension{service.SalesDimensionStaff}},
				[]string{": 0 - 0-0 0 0 0"},
			},
			{
				"of nobody's segment",
				revenue.Query{Basis: service.SalesBasisOrder, Filter: &service.SalesFilter{Segments: graphql.OmittableOf([]schema.Segment{})}},
				[]string{": 0 - 0-0 0 0 0", ": 0 - 0-0 0 0 0"},
			},
		} {
			t.Run(c.name, func(t *testing.T) {
				r, err := s.Revenue.SalesReport(s.System(), c.ask)
				if err != nil {
					t.Fatal(err)
				}
				if got := rowsOf(r); !slices.Equal(got, c.want) {
					t.Errorf("%q\nwant\n%q", got, c.want)
				}
			})
		}
	})
}

// TestCancelledAfterCompletion: under the order's moment it has never been; as booked it stays in its month and is taken off in that of its
// cancellation.
func TestCancelledAfterCompletion(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		sell := func(products ...string) string {
			who, err := w.Client.Customer.Get(w.System(), c.customers[0])
			w.Must(err)
			var tokens []string
			for _, product := range products {
				p, err := w.Quote.Price(w.System(), who, product, money.Whole(1), nil, nil, nil)
				w.Must(err)
				token, err := w.Quote.PriceToken(p)
				w.Must(err)
				tokens = append(tokens, token)
			}
			o, err := w.Sale.PlaceOrder(w.As(schema.RoleManager), service.PlaceOrderInput{CustomerID: who.ID, PriceTokens: tokens})
			w.Must(err)
			_, err = w.Sale.CompleteOrder(w.System(), service.CompleteOrderInput{ID: o.ID})
			w.Must(err)
			return o.ID
		}
		twice := sell(c.coat, c.coat, c.hat) // June
		gone := sell(c.coat)
		w.Clock.Advance(40 * 24 * time.Hour) // July
		_, err := w.Sale.CancelOrder(w.System(), service.CancelOrderInput{ID: gone, Reason: "never fetched"})
		w.Must(err)
		line, err := w.Client.OrderLine.Query().Where(orderline.OrderID(twice), orderline.Position(0)).Only(w.System())
		w.Must(err)
		_, err = w.Sale.RefundOrder(w.System(), service.RefundOrderInput{ID: twice, Reason: "torn", GoodsReturned: ptr(true), Lines: []*service.RefundLineInput{{LineID: line.ID}}})
		w.Must(err)
		by := []service.SalesDimension{service.SalesDimensionMonth, service.SalesDimensionProduct}
		products := strings.NewReplacer(c.coat, "COAT", c.hat, "HAT")
		shown := func(q revenue.Query) (all []string) {
			for _, row := range c.ask(q) {
				all = append(all, products.Replace(row))
			}
			return all
		}
		// A coat is 999.99 with 166.66 of tax (166.665, to even), and costs 200.00; a hat is 99.95 and costs 16.66 (16.665, to even).
		for _, one := range []struct {
			basis service.SalesBasis
			want  []string
		}{
			{service.SalesBasisOrder, []string{"2026-06/COAT: 1 1 166666-83333 16666 20000 0", "2026-06/HAT: 1 1 9995-0 0 1666 0", ": 1 - 176661-83333 16666 21666 0"}},
			{service.SalesBasisBooked, []string{
				"2026-06/COAT: 2 3 249999-0 49998 60000 0", "2026-06/HAT: 1 1 9995-0 0 1666 0", "2026-07/COAT: -1 -2 -83333-83333 -33332 -40000 0", ": 1 - 176661-83333 16666 21666 0",
			}},
		} {
			got := shown(revenue.Query{Basis: one.basis, By: by})
			slices.Sort(got)
			slices.Sort(one.want)
			if !slices.Equal(got, one.want) {
				t.Errorf("%s\n%q\nwant\n%q", one.basis, got, one.want)
			}
		}
		file(t, c)
	})
}

// file compares a report as a file with what is expected.
func file(t *testing.T, c *company) {
	t.Helper()
	r, err := c.Revenue.SalesReport(c.System(), revenue.Query{Basis: service.SalesBasisOrder, By: []service.SalesDimension{service.SalesDimensionProduct, service.SalesDimensionStaff}})
	c.Must(err)
	text, err := r.Sheet(c.Currency).CSV()
	c.Must(err)
	seller := r.Rows[0].Key[1]
	want := "product,sku,product_name,staff,staff_name,orders,quantity,sold,refunded,revenue,tax,gross,cost,margin,margin_share,uncosted,currency\n" +
		c.coat + ",COAT,COAT," + seller + ",MANAGER,1,1,1666.66,833.33,833.33,166.66,999.99,200.00,633.33,0.759999,0,RUB\n" +
		c.hat + ",'=HAT,'=HAT," + seller + ",MANAGER,1,1,99.95,0.00,99.95,0.00,99.95,16.66,83.29,0.833317,0,RUB\n"
	got, sorted := strings.Split(text, "\n"), strings.Split(want, "\n")
	slices.Sort(got)
	slices.Sort(sorted)
	if !slices.Equal(got, sorted) {
		t.Errorf("%s\nwant\n%s", text, want)
	}
	if labels := r.Rows[0].Labels; !strings.Contains(labels[0], ", ") || labels[1] != "MANAGER" {
		t.Errorf("labels %q", labels)
	}
}

// TestUncosted: orders whose cost lacks a rate are counted and named.
func TestUncosted(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		for n := range 2 {
			c.Insert("orders", map[string]any{
				"id": c.IDs.Make("ord"), "created_at": c.Now(), "updated_at": c.Now(), "customer_id": c.customers[0], "status": "COMPLETED", "at": c.Now(), "day": c.Settings().Day(c.Now()),
				"total": 100, "refunded": 0, "tax": 0, "cost": 0, "margin": 100, "unattributed": 100, "stated_cost": false, "uncosted": n == 0, "completed_at": c.Now(),
			})
		}
		for _, basis := range service.AllSalesBasis {
			r, err := c.Revenue.SalesReport(c.System(), revenue.Query{Basis: basis})
			c.Must(err)
			if r.Total.Orders != 2 || r.Total.Uncosted != 1 || len(r.UncostedOrders) != 1 || !r.UncostedOrders[0].Uncosted {
				t.Errorf("%s: %+v, %v", basis, r.Total, r.UncostedOrders)
			}
		}
	})
}

func TestRefused(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		from, to := c.Now(), c.Now().Add(-time.Microsecond)
		later, long := c.Now().AddDate(0, 0, 1), make([]string, 101)
		rapid.Check(t, func(t *rapid.T) { c.imported(t) })
		old := c.Now().AddDate(-5, 0, 0)
		c.Transaction(func(ctx context.Context, tx *store.Tx) error {
			_, err := tx.Exec(ctx, "UPDATE orders SET at = ? WHERE id = (SELECT min(id) FROM orders)", old)
			return err
		})
		for name, one := range map[string]struct {
			ask  revenue.Query
			want string
		}{
			"ends before it begins":         {revenue.Query{From: &from, To: &to}, "INVALID to"},
			"no such dimension":             {revenue.Query{By: []service.SalesDimension{"WEATHER"}}, "INVALID by"},
			"a dimension twice":             {revenue.Query{By: []service.SalesDimension{"STAFF", "STAFF"}}, "INVALID by"},
			"two parts of the calendar":     {revenue.Query{By: []service.SalesDimension{"YEAR", "MONTH"}}, "INVALID by"},
			"no such basis":                 {revenue.Query{Basis: "GUESSED"}, "INVALID basis"},
			"known in the future":           {revenue.Query{KnownAt: &later}, "INVALID knownAt"},
			"a product that is no id":       {revenue.Query{Filter: &service.SalesFilter{ProductIds: graphql.OmittableOf([]string{"x"})}}, "INVALID filter"},
			"a customer as a product":       {revenue.Query{Filter: &service.SalesFilter{ProductIds: graphql.OmittableOf([]string{w.IDs.Make("cus")})}}, "INVALID filter"},
			"a product as a partner":        {revenue.Query{Filter: &service.SalesFilter{PartnerIds: graphql.OmittableOf([]string{w.IDs.Make("prd")})}}, "INVALID filter"},
			"a seller that is no id":        {revenue.Query{Filter: &service.SalesFilter{StaffIds: graphql.OmittableOf([]string{"x"})}}, "INVALID filter"},
			"no list of products":           {revenue.Query{Filter: &service.SalesFilter{ProductIds: graphql.OmittableOf[[]string](nil)}}, "INVALID filter.productIds"},
			"too many products":             {revenue.Query{Filter: &service.SalesFilter{ProductIds: graphql.OmittableOf(long)}}, "INVALID filter"},
			"a value with a NUL":            {revenue.Query{Filter: &service.SalesFilter{Categories: graphql.OmittableOf([]string{"a\x00b"})}}, "INVALID filter"},
			"more days than there are rows": {revenue.Query{By: []service.SalesDimension{"DAY"}}, "INVALID by"},
		} {
			if one.ask.Basis == "" {
				one.ask.Basis = service.SalesBasisOrder
			}
			if _, err := c.Revenue.SalesReport(c.System(), one.ask); apptest.Faults(err) != one.want {
				t.Errorf("%s: %v, want %s", name, err, one.want)
			}
		}
	})
}

// TestMigration runs the statements of the migration that fill in who placed orders and divide the stated costs of their lines.
func TestMigration(t *testing.T) {
	apptest.Each(t, func(t *testing.T, w *apptest.World) {
		c := newCompany(t, w)
		rapid.Check(t, func(t *rapid.T) { c.place(t) })
		sellers := func() (all []string) {
			rows, err := c.Client.Order.Query().Order(order.ByID()).All(c.System())
			c.Must(err)
			for _, o := range rows {
				all = append(all, fmt.Sprint(o.ID, *o.SellerID))
			}
			return all
		}
		want := sellers()
		c.migrate(t, "UPDATE orders SET seller_id = NULL", "-- who of the staff placed an order, as the audit has it\n")
		if got := sellers(); !slices.Equal(got, want) {
			t.Errorf("%q, want %q", got, want)
		}
		rapid.Check(t, func(t *rapid.T) { c.uneven(t) })
		costs := map[string][]money.Amount{}
		rows, err := c.Client.Order.Query().Where(order.StatedCost(true)).WithCustomer().All(c.System())
		c.Must(err)
		for _, o := range rows {
			costs[o.ID], err = costing.DivideStatedCost(o.Cost, c.stated(o.ID))
			c.Must(err)
		}
		c.migrate(t, "", "where theirs do not sum to it\n")
		for id, want := range costs {
			var sum, due, total int64
			same := true
			for n, line := range c.stated(id) {
				same = same && line.Cost == want[n]
				sum, due, total = sum+line.Cost.Minor(), due+want[n].Minor(), total+line.Total.Minor()
			}
			// Where cost x total does not fit into an int64, the statement divides by coarser weights.
			if sum != due || !same && float64(due)*float64(total) < 9e18 {
				t.Fatalf("%+v, want %+v", c.stated(id), want)
			}
		}
	})
}

// uneven writes an order whose cost came with an import, with lines whose costs do not sum to it.
func (c *company) uneven(t *rapid.T) {
	id, at := c.IDs.Make("ord"), c.Now()
	most := rapid.SampledFrom([]int64{3, 1000, 1e13}).Draw(t, "most")
	cost := rapid.Int64Range(0, most).Draw(t, "cost")
	c.Insert("orders", map[string]any{
		"id": id, "created_at": at, "updated_at": at, "customer_id": c.customers[0], "status": "COMPLETED", "at": at, "day": c.Settings().Day(at),
		"total": 0, "refunded": 0, "tax": 0, "cost": cost, "margin": -cost, "unattributed": 0, "stated_cost": true, "uncosted": false, "completed_at": at,
	})
	for n := range rapid.IntRange(1, 4).Draw(t, "lines") {
		total := rapid.Int64Range(0, most).Draw(t, "total")
		c.Insert("order_lines", map[string]any{
			"id": c.IDs.Make("orl"), "order_id": id, "position": n, "product_id": c.hat, "quantity": money.Whole(1).Nano(), "unit": total, "total": total, "cost": rapid.Int64Range(0, 1).Draw(t, "given"),
			"price_lines": "[]", "options": "[]", "lead_days": 0,
		})
	}
}

// stated returns the lines of an order as their costs are divided by.
func (c *company) stated(orderID string) (all []costing.StatedLine) {
	lines, err := c.Client.OrderLine.Query().Where(orderline.OrderID(orderID)).Order(orderline.ByPosition()).All(c.System())
	c.Must(err)
	for _, line := range lines {
		all = append(all, costing.StatedLine{Total: line.Total, Cost: line.Cost, Left: line.Cost})
	}
	return all
}

// migrate runs a statement, and then that of the migration which follows a comment.
func (c *company) migrate(t *testing.T, first, comment string) {
	t.Helper()
	from := migrations.SQLite()
	if c.Store.Dialect() == dialect.Postgres {
		from = migrations.Postgres()
	}
	files, err := fs.Glob(from, "*_sales_reports.sql")
	c.Must(err)
	text, err := fs.ReadFile(from, files[0])
	c.Must(err)
	_, statement, found := strings.Cut(string(text), comment)
	if !found {
		t.Fatal("the migration has another text")
	}
	statement, _, _ = strings.Cut(statement, ";")
	c.Transaction(func(ctx context.Context, tx *store.Tx) error {
		if first != "" {
			if _, err := tx.Exec(ctx, first); err != nil {
				return err
			}
		}
		_, err := tx.Exec(ctx, statement)
		return err
	})
}
