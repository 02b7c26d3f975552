package bench

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/revenue"
)

// manyOrders is the number of orders that sales reports are made of, half of them with two lines; there are three contacts for two of them,
// and of one in twenty something was given back. The goal is of 1,000,000 and a second, on PostgreSQL:
//
//	go test ./bench -run '^$' -bench 'SalesReport/postgres' -benchtime 5x -timeout 1h -args -orders 1000000
var manyOrders = flag.Int("orders", 100_000, "the number of orders that sales reports are made of")

// BenchmarkSalesReport makes reports of two years, and of one month of them.
func BenchmarkSalesReport(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		begun := time.Now()
		s := filled(b, url, salesOf(*manyOrders))
		b.Logf("%d orders made in %.0f s", *manyOrders, time.Since(begun).Seconds())
		ctx := auth.System(b.Context())
		month := reportsEnd.AddDate(0, -1, 0)
		for _, one := range []struct {
			by    string
			basis service.SalesBasis
			from  *time.Time
		}{
			{"", service.SalesBasisOrder, nil},
			{"MONTH", service.SalesBasisOrder, nil},
			{"MONTH", service.SalesBasisBooked, nil},
			{"STAFF MONTH", service.SalesBasisOrder, nil},
			{"SEGMENT", service.SalesBasisOrder, nil},
			{"PRODUCT", service.SalesBasisOrder, nil},
			{"PRODUCT MONTH", service.SalesBasisOrder, nil},
			{"PRODUCT MONTH", service.SalesBasisBooked, nil},
			{"CATEGORY MONTH", service.SalesBasisOrder, nil},
			{"PRODUCT DAY", service.SalesBasisBooked, &month},
		} {
			var by []service.SalesDimension
			for _, dimension := range strings.Fields(one.by) {
				by = append(by, service.SalesDimension(dimension))
			}
			name := strings.ReplaceAll(one.by, " ", "_") + "/" + string(one.basis)
			if one.from != nil {
				name += "/since=" + one.from.Format(time.DateOnly)
			}
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					r, err := s.Revenue.SalesReport(ctx, revenue.Query{From: one.from, By: by, Basis: one.basis})
					if err != nil || r.Total.Orders == 0 {
						b.Fatal(r, err)
					}
				}
			})
		}
	})
}

// salesOf returns the rows of a company with a number of orders of 200 products.
func salesOf(orders int) []tableOf {
	const people, products = 100, 200
	tables := tablesOf(orders * 3 / 2)
	dice := rand.New(rand.NewPCG(3, 4))
	customers := max(1, orders*3/2*2/15)
	var lines, refunds [][]any
	const priceLines = `[{"kind":"LIST","label":"list price","amount":60000},{"kind":"RULE","label":"autumn","amount":-10000,"rule":"prl_01jd0000000000000000000001"}]`
	tables[len(tables)-1] = tableOf{"products", "id version created_at updated_at sku name name_key kind active category", rows(products, func(n int) []any {
		name := fmt.Sprint("product ", n)
		return []any{idOf("prd", n), 1, reportsBegin, reportsBegin, name, name, name, "GOOD", true, fmt.Sprint("category ", n%20)}
	})}
	return append(tables,
		tableOf{"orders", "id version created_at updated_at status at day total refunded tax refunded_tax cost stated_cost uncosted margin unattributed credit_model completed_at customer_id seller_id plain", rows(orders, func(n int) []any {
			at := reportsBegin.Add(time.Duration(dice.Int64N(int64(reportsEnd.Sub(reportsBegin))))).Truncate(time.Microsecond)
			refunded := 0
			var sold, booked any // of a plain order
			if n%20 != 0 {
				sold, booked = at, at.AddDate(0, 0, 1)
			}
			var first any // of a later line, the product of the first
			for position := range 1 + n%2 {
				product := idOf("prd", dice.IntN(products))
				lines = append(lines, []any{idOf("orl", 2*n+position), idOf("ord", n), position, product, int64(1e9), 60_000, 60_000, 10_000, 30_000, priceLines, "[]", 14, sold, booked, product == first, first})
				if sold != nil {
					first = product
				}
			}
			count := 1 + n%2
			if n%20 == 0 {
				refunded = 12_000
				refunds = append(refunds, []any{idOf("rfd", n), idOf("ord", n), refunded, 2_000, "torn", at.AddDate(0, 0, 9), at.AddDate(0, 0, 9), false, "system"})
			}
			margin := count*20_000 - refunded*5/6
			return []any{
				idOf("ord", n), 1, at, at, string(schema.OrderCompleted), at, at.Unix() / 86400, count * 60_000, refunded, count * 10_000, refunded / 6, count * 30_000, false, false, margin, margin,
				"LINEAR", at.AddDate(0, 0, 1), idOf("cus", dice.IntN(customers)), idOf("usr", dice.IntN(people)), sold != nil,
			}
		})},
		tableOf{"order_lines", "id order_id position product_id quantity unit total tax cost price_lines options lead_days sold_at booked_at repeats first_product_id", func(yield func([]any) bool) {
			for _, line := range lines {
				if !yield(line) {
					return
				}
			}
		}},
		tableOf{"refunds", "id order_id amount tax reason at recorded_at goods_returned actor", func(yield func([]any) bool) {
			for _, refund := range refunds {
				if !yield(refund) {
					return
				}
			}
		}},
	)
}
