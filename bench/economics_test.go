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
	"kopeck/service/app"
)

// manyContacts is the number of contacts that the reports are made of; there are two orders for three contacts and a customer for
// seven. The goal is of 1,500,000 and a second, on PostgreSQL:
//
//	go test ./bench -run '^$' -bench 'Economics/postgres' -benchtime 5x -timeout 1h -args -contacts 1500000
var manyContacts = flag.Int("contacts", 150_000, "the number of contacts that the reports are made of")

var (
	reportsBegin = time.Date(2024, 11, 1, 0, 0, 0, 0, time.UTC)
	reportsEnd   = reportsBegin.AddDate(2, 0, 0)
)

// BenchmarkEconomics makes reports of two years, and of one month of them.
func BenchmarkEconomics(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		s := companyOf(b, url, *manyContacts)
		ctx := auth.System(b.Context())
		last := schema.AttributeLast
		for _, one := range []struct {
			by    string
			from  time.Time
			model *schema.AttributionModel
		}{
			{"KIND CHANNEL", reportsBegin, nil},
			{"STAFF MONTH", reportsBegin, nil},
			{"SEGMENT MONTH", reportsBegin, nil},
			{"SEGMENT STAGE", reportsBegin, nil},
			{"KIND CHANNEL DIRECTION STAFF STAGE SEGMENT MONTH", reportsEnd.AddDate(0, -1, 0), nil},
			{"KIND CHANNEL", reportsEnd.AddDate(0, -1, 0), nil},
			{"KIND CHANNEL", reportsEnd.AddDate(0, -1, 0), &last},
			{"KIND CHANNEL", reportsBegin, &last},
		} {
			var by []service.ContactDimension
			for _, dimension := range strings.Fields(one.by) {
				by = append(by, service.ContactDimension(dimension))
			}
			name := strings.ReplaceAll(one.by, " ", "_") + "/since=" + one.from.Format(time.DateOnly)
			if one.model != nil {
				name += "/" + string(*one.model)
			}
			b.Run(name, func(b *testing.B) {
				for b.Loop() {
					report, err := s.Report.ContactEconomics(ctx, one.from, reportsEnd, by, one.model, nil)
					if err != nil || report.Total.Contacts == 0 {
						b.Fatal(report, err)
					}
				}
			})
		}
		b.Run("staff", func(b *testing.B) {
			for b.Loop() {
				if report, err := s.Report.StaffEconomics(ctx, reportsBegin, reportsEnd); err != nil || len(report.Rows) == 0 {
					b.Fatal(report, err)
				}
			}
		})
	})
}

// companyOf makes a company with a number of contacts, spread over two years in no order.
func companyOf(b *testing.B, url string, contacts int) *app.App {
	b.Helper()
	begun := time.Now()
	made := filled(b, url, tablesOf(contacts))
	b.Logf("%d contacts made in %.0f s", contacts, time.Since(begun).Seconds())
	return made
}

// tablesOf returns the rows of a company with a number of contacts.
func tablesOf(contacts int) []tableOf {
	const people = 100
	customers, orders := max(1, contacts*2/15), contacts*2/3
	dice := rand.New(rand.NewPCG(1, 2))
	pick := func(words string) string {
		all := strings.Fields(words)
		return all[dice.IntN(len(all))]
	}
	moment := func() time.Time {
		return reportsBegin.Add(time.Duration(dice.Int64N(int64(reportsEnd.Sub(reportsBegin))))).Truncate(time.Microsecond)
	}
	const stages = "STRANGER FRIEND CUSTOMER LOYAL FORMER"
	const lines = `[{"kind":"STAFF_TIME","label":"staff time, someone@example.com","quantity":"12","rate":"10","amount":12000,"from":"2020-01-01T00:00:00Z"},` +
		`{"kind":"CHANNEL_FEE","label":"PHONE, contact","quantity":"1","rate":"3.5","amount":350,"from":"2020-01-01T00:00:00Z"}]`
	return []tableOf{
		{"users", "id version created_at updated_at email email_key name role active", rows(people, func(n int) []any {
			email := fmt.Sprintf("user%d@example.com", n)
			return []any{idOf("usr", n), 1, reportsBegin, reportsBegin, email, email, fmt.Sprint("User ", n), "SALES", true}
		})},
		{"customers", "id version created_at updated_at name name_key stage segment acquisition_cost margin repeat_margin contact_cost last_order_at lifetime_value", rows(customers, func(n int) []any {
			var segment any
			if dice.IntN(4) > 0 {
				segment = pick("FAST_CHEAP FAST_QUALITY QUALITY_CHEAP")
			}
			name := fmt.Sprint("customer number ", n)
			return []any{idOf("cus", n), 1, reportsBegin, reportsBegin, name, name, pick(stages), segment, 0, 0, 0, 0, reportsBegin, 0}
		})},
		{"contacts", "id version kind direction channel at minutes subject stage expense cost cost_lines uncosted realised recorded_at customer_id staff_id segment", rows(contacts, func(n int) []any {
			at := moment()
			var segment any
			if dice.IntN(5) > 0 {
				segment = pick("FAST_CHEAP FAST_QUALITY QUALITY_CHEAP")
			}
			return []any{
				idOf("con", n), 1, pick("TARGET_CALL INFO_CALL EMAIL MESSAGE MEETING COMPLAINT"), pick("INBOUND OUTBOUND"), pick("PHONE EMAIL SMS MESSENGER POST VISIT WEB APP"),
				at, int64(dice.IntN(60)) * 1_000_000_000, "about an order", pick(stages), 0, 12350, lines, false, dice.IntN(100_000) - 10_000, at, idOf("cus", dice.IntN(customers)), idOf("usr", dice.IntN(people)), segment,
			}
		})},
		{"orders", "id version created_at updated_at status at day total refunded cost stated_cost uncosted margin unattributed credit_model completed_at customer_id", rows(orders, func(n int) []any {
			at := moment()
			return []any{
				idOf("ord", n), 1, at, at, pick("COMPLETED COMPLETED COMPLETED COMPLETED REFUNDED"), at, at.Unix() / 86400, 100_000, 0, 40_000, true, false, 60_000,
				dice.IntN(2) * 60_000, "LINEAR", at.AddDate(0, 0, 1), idOf("cus", dice.IntN(customers)),
			}
		})},
	}
}
