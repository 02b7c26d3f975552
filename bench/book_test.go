package bench

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"kopeck/auth"
)

// The size of the price book of BenchmarkReload.
const (
	productsOfBook   = 50_000
	componentsOfBook = 4 // of each product
	agreementsOfBook = 100_000
	materialsOfBook  = 1_000
	customersOfBook  = 10_000
)

// BenchmarkReload reads the price book from the database, as every change of it does while the present one is still in use,
// and reports the memory that it takes. The goals are 2 s and 200 MB.
func BenchmarkReload(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		before := heap()
		s := filled(b, url, tablesOfBook())
		for b.Loop() {
			if err := s.Reload(auth.System(b.Context())); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(heap()-before)/1e6, "MB")
		runtime.KeepAlive(s)
	})
}

// heap returns the bytes in use.
func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// tablesOfBook returns the rows of the price book.
func tablesOfBook() []tableOf {
	since := time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC)
	return []tableOf{
		{"users", "id version created_at updated_at email email_key name role active", rows(1, func(n int) []any {
			return []any{idOf("usr", n), 1, since, since, "manager@example.com", "manager@example.com", "A manager", "MANAGER", true}
		})},
		{"customers", "id version created_at updated_at name name_key stage acquisition_cost margin repeat_margin contact_cost last_order_at lifetime_value", rows(customersOfBook, func(n int) []any {
			name := fmt.Sprint("customer number ", n)
			return []any{idOf("cus", n), 1, since, since, name, name, "CUSTOMER", 0, 0, 0, 0, since, 0}
		})},
		{"rates", "id subject code unit amount currency_code valid_from recorded_at", rows(materialsOfBook, func(n int) []any {
			return []any{idOf("rat", n), "MATERIAL", fmt.Sprint("material number ", n), "m", int64(n+1) * 1_000_000_000, "RUB", since, since}
		})},
		{"products", "id version created_at updated_at sku name name_key kind active standard_lead_days", rows(productsOfBook, func(n int) []any {
			name := fmt.Sprint("product number ", n)
			return []any{idOf("prd", n), 1, since, since, fmt.Sprintf("SKU-%06d", n), name, name, "GOOD", true, 14}
		})},
		{"recipes", "id valid_from recorded_at recorded_by product_id", rows(productsOfBook, func(n int) []any {
			return []any{idOf("rcp", n), since, since, "system", idOf("prd", n)}
		})},
		{"components", "id position material quantity product_id recipe_id", rows(productsOfBook*componentsOfBook, func(n int) []any {
			return []any{idOf("cmp", n), n % componentsOfBook, fmt.Sprint("material number ", (n*7+n/componentsOfBook)%materialsOfBook), int64(n%5+1) * 500_000_000, idOf("prd", n/componentsOfBook), idOf("rcp", n/componentsOfBook)}
		})},
		{"list_prices", "id markup minimum_margin valid_from recorded_at product_id", rows(productsOfBook, func(n int) []any {
			return []any{idOf("lpr", n), 350_000_000, 100_000_000, since, since, idOf("prd", n)}
		})},
		{"price_agreements", "id version unit minimum_quantity valid_from agreed_by recorded_at customer_id product_id", rows(agreementsOfBook, func(n int) []any {
			return []any{idOf("agr", n), 1, 100_000, 0, since, idOf("usr", 0), since, idOf("cus", n%customersOfBook), idOf("prd", n%productsOfBook)}
		})},
	}
}
