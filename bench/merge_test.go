package bench

import (
	"fmt"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/service"
)

// The two customers of BenchmarkMerge have so many contacts and orders together.
const (
	contactsMerged = 1000
	ordersMerged   = 200
)

// BenchmarkMerge merges two customers with 1,000 contacts and 200 orders, of five years, and undoes it: one operation is both. The company
// has 10,000 customers. The issue asks for less than a second for the merge.
func BenchmarkMerge(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		now := time.Now().UTC().Truncate(24 * time.Hour)
		at := now.AddDate(-5, 0, 0)
		s := filled(b, url, []tableOf{
			{"customers", "id version created_at updated_at name name_key stage acquisition_cost margin repeat_margin contact_cost last_order_at lifetime_value", rows(10_000, func(n int) []any {
				name := fmt.Sprint("customer number ", n)
				return []any{idOf("cus", n), 1, at, at, name, name, "STRANGER", 0, 0, 0, 0, time.Unix(0, 0).UTC(), 0}
			})},
			{"contacts", "id version kind direction channel at minutes subject stage expense cost cost_lines uncosted realised recorded_at customer_id", rows(contactsMerged, func(n int) []any {
				then := at.Add(time.Duration(n) * 43 * time.Hour)
				return []any{idOf("con", n), 1, "INFO_CALL", "INBOUND", "PHONE", then, 0, "about an order", "STRANGER", 0, 0, "[]", false, 0, then, idOf("cus", n%2)}
			})},
			{"orders", "id version created_at updated_at status at day total refunded cost stated_cost uncosted margin unattributed credit_model completed_at customer_id", rows(ordersMerged, func(n int) []any {
				then := at.Add(time.Duration(n) * 215 * time.Hour)
				return []any{idOf("ord", n), 1, then, then, "COMPLETED", then, then.Unix() / 86400, 100_000, 0, 40_000, true, false, 60_000, 60_000, "LINEAR", then, idOf("cus", n%2)}
			})},
		})
		ctx := auth.System(b.Context())
		var merging time.Duration
		for b.Loop() {
			began := time.Now()
			m, err := s.Merging.MergeCustomers(ctx, service.MergeCustomersInput{KeepID: idOf("cus", 0), MergeID: idOf("cus", 1)})
			if err != nil {
				b.Fatal(err)
			}
			merging += time.Since(began)
			if _, _, err := s.Merging.UndoMerge(ctx, service.UndoMergeInput{ID: m.ID}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(merging.Seconds()/float64(b.N), "s/merge")
	})
}
