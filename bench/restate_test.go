package bench

import (
	"flag"
	"fmt"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service"
)

// restatedOrders is the number of orders that a recipe and a rate cover: each of one line, half of them open with what they have booked. The goal
// is that a recipe of 100,000 orders takes the time that a rate does:
//
//	go test ./bench -run '^$' -bench Restate -benchtime 3x -timeout 1h -args -restated 100000
var restatedOrders = flag.Int("restated", 10_000, "the number of orders that a recipe and a rate cover")

// BenchmarkRestate sets a recipe, and corrects a rate, for the past that restates many orders. A recipe also books anew what the open ones take
// of a resource.
func BenchmarkRestate(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		ordersOfRecipe := *restatedOrders
		now := time.Now().UTC().Truncate(time.Microsecond)
		at, due := now.AddDate(0, 0, -20), now.AddDate(0, 0, 20)
		today := int(now.Unix() / 86400)
		s := filled(b, url, []tableOf{
			{"customers", "id version created_at updated_at name name_key stage acquisition_cost margin repeat_margin contact_cost last_order_at lifetime_value", rows(ordersOfRecipe/5, func(n int) []any {
				name := fmt.Sprint("customer number ", n)
				return []any{idOf("cus", n), 1, at, at, name, name, "CUSTOMER", 0, 0, 0, 0, at, 0}
			})},
		})
		ctx := auth.System(b.Context())
		capacity, long := money.Exact("100000"), now.AddDate(-1, 0, 0)
		if _, err := s.Rates.SetRate(ctx, service.SetRateInput{Subject: schema.RateResource, Code: "loom", Unit: "hour", Amount: "600", ValidFrom: long, CapacityPerDay: &capacity}); err != nil {
			b.Fatal(err)
		}
		loom := "loom"
		product, err := s.Catalogue.CreateProduct(ctx, service.CreateProductInput{Sku: "rug", Name: "Rug", Components: []*service.ComponentInput{{Resource: &loom, Quantity: "1"}}})
		if err != nil {
			b.Fatal(err)
		}
		fill(b, s.Store, []tableOf{
			{"orders", "id version created_at updated_at status at day due_at total refunded cost stated_cost uncosted margin unattributed credit_model completed_at customer_id", rows(ordersOfRecipe, func(n int) []any {
				status, model, completed := "PLACED", any(nil), any(nil)
				if n%2 == 0 {
					status, model, completed = "COMPLETED", "LINEAR", at
				}
				return []any{idOf("ord", n), 1, at, at, status, at, at.Unix() / 86400, due, 100_000, 0, 60_000, false, false, 40_000, 40_000 * ((n + 1) % 2), model, completed, idOf("cus", n/5)}
			})},
			{"order_lines", "id order_id position product_id quantity unit total cost price_lines options lead_days", rows(ordersOfRecipe, func(n int) []any {
				return []any{idOf("orl", n), idOf("ord", n), 0, product.ID, int64(1e9), 100_000, 100_000, 60_000, "[]", "[]", 14}
			})},
			{"bookings", "id order_id resource day units booked_at", rows(ordersOfRecipe/2, func(n int) []any {
				return []any{idOf("bkg", n), idOf("ord", 2*n+1), loom, today + n%20, int64(1e9), at}
			})},
		})
		reason, n := "measured", 0
		b.Run("recipe", func(b *testing.B) {
			for b.Loop() {
				n++
				in := service.SetRecipeInput{
					ProductID: product.ID, ValidFrom: &long, Reason: &reason, Components: []*service.ComponentInput{{Resource: &loom, Quantity: money.Exact(fmt.Sprint(n + 1))}},
				}
				set, err := s.Catalogue.SetRecipe(ctx, in)
				if err != nil || *set.OrdersRestated != ordersOfRecipe {
					b.Fatal(set, err)
				}
			}
		})
		b.Run("rate", func(b *testing.B) {
			corrects := true
			for b.Loop() {
				n++
				in := service.SetRateInput{
					Subject: schema.RateResource, Code: loom, Unit: "hour", Amount: money.Exact(fmt.Sprint(600 + n)), ValidFrom: long, CapacityPerDay: &capacity, Correction: &corrects,
				}
				if _, err := s.Rates.SetRate(ctx, in); err != nil {
					b.Fatal(err)
				}
			}
		})
	})
}
