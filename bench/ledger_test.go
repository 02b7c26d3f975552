package bench

import (
	"fmt"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/app"
)

// customersOfLedger is the number of customers with whom contacts are recorded in turn, so that none gets many.
const customersOfLedger = 5_000

// BenchmarkRecordContact records late contacts of customers who have had seven: of some who ordered nothing, and of some with a
// completed order, whose margin is split between all contacts before it each time. The difference of the two is what it takes to
// recompute one order's credits; the goal is 5 ms.
func BenchmarkRecordContact(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		now := time.Now().UTC().Truncate(time.Microsecond)
		s := companyWithOrders(b, url, now)
		for _, orders := range []int{0, 1} {
			b.Run(fmt.Sprintf("orders=%d", orders), func(b *testing.B) {
				ctx := auth.System(b.Context())
				at := now.AddDate(0, 0, -12)
				n := 0
				for b.Loop() {
					n = (n + 1) % (customersOfLedger / 2)
					_, err := s.Contacts.RecordContact(ctx, service.RecordContactInput{
						CustomerID: idOf("cus", 2*n+orders), Kind: schema.InfoCall, Direction: schema.Inbound, Channel: schema.ByPhone, At: &at,
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}

// companyWithOrders makes customers with seven contacts of some two weeks ago each; every second has an order after them.
func companyWithOrders(b *testing.B, url string, now time.Time) *app.App {
	b.Helper()
	at := now.AddDate(0, 0, -20)
	return filled(b, url, []tableOf{
		{"customers", "id version created_at updated_at name name_key stage acquisition_cost margin repeat_margin contact_cost last_order_at lifetime_value", rows(customersOfLedger, func(n int) []any {
			name := fmt.Sprint("customer number ", n)
			return []any{idOf("cus", n), 1, at, at, name, name, "CUSTOMER", 0, 0, 0, 0, at, 0}
		})},
		{"contacts", "id version kind direction channel at minutes subject stage expense cost cost_lines uncosted realised recorded_at customer_id", rows(7*customersOfLedger, func(n int) []any {
			then := at.Add(time.Duration(n) * time.Second)
			return []any{idOf("con", n), 1, "INFO_CALL", "INBOUND", "PHONE", then, 0, "about an order", "CUSTOMER", 0, 0, "[]", false, 0, then, idOf("cus", n/7)}
		})},
		{"orders", "id version created_at updated_at status at day total refunded cost stated_cost uncosted margin unattributed credit_model completed_at customer_id", rows(customersOfLedger/2, func(n int) []any {
			then := now.AddDate(0, 0, -2)
			return []any{idOf("ord", n), 1, then, then, "COMPLETED", then, then.Unix() / 86400, 100_000, 0, 40_000, true, false, 60_000, 60_000, "LINEAR", then, idOf("cus", 2*n+1)}
		})},
	})
}
