package bench

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"kopeck/auth"
	"kopeck/schema"
	"kopeck/service"
)

// baseTable is customers with their statistics, who order at random weeks, and some of whom leave. Whole weeks and margins in
// hundreds of roubles make few distinct histories. There are no orders.
func baseTable(n int) tableOf {
	today, at := int(time.Now().Unix()/86400), time.Now().UTC()
	dice := rand.New(rand.NewPCG(1, 2))
	return tableOf{"customers", "id version created_at updated_at name name_key stage order_days first_order_day last_order_day margin repeat_margin acquisition_cost contact_cost last_order_at lifetime_value", rows(n, func(n int) []any {
		age, x, recency := 7*(4+dice.IntN(100)), 0, 0
		rate, leaving := dice.ExpFloat64()/40, dice.Float64()/2
		for dice.Float64() > leaving {
			next := recency + 7*int(math.Ceil(dice.ExpFloat64()/rate/7))
			if next > age || x > 50 {
				break
			}
			x, recency = x+1, next
		}
		margin, name := int64(1+dice.IntN(40))*10_000, fmt.Sprintf("Customer %08d", n)
		return []any{
			idOf("cus", n), 1, at, at, name, name, "CUSTOMER", x + 1, today - age, today - age + recency,
			margin * int64(x+1), margin * int64(x), 0, 0, at.AddDate(0, 0, recency-age), 0,
		}
	})}
}

// BenchmarkBase measures a million customers: a fit by their statistics, the values by which lists are ordered, and
// the reports on all of them. The goals are a minute for the values, and on PostgreSQL 10 s for a fit of ten million.
func BenchmarkBase(b *testing.B) {
	eachDatabase(b, func(b *testing.B, url string) {
		s, ctx := filled(b, url, []tableOf{baseTable(1_000_000)}), auth.System(b.Context())
		kind, no := schema.BGNBD, false
		for _, step := range []struct {
			name string
			does func(ctx context.Context) error
		}{
			{"fit", func(ctx context.Context) error {
				_, err := s.Value.Fit(ctx, service.FitLifetimeModelInput{Kind: &kind, Activate: &no})
				return err
			}},
			{"values", s.Value.RefreshLifetimeValues},
			{"customerBase", func(ctx context.Context) error {
				_, err := s.Report.CustomerBase(ctx, []service.BaseDimension{service.BaseDimensionSegment}, nil, nil)
				return err
			}},
			{"valueAtRisk", func(ctx context.Context) error {
				_, err := s.Report.ValueAtRisk(ctx, nil, nil)
				return err
			}},
			{"expectedMonths", func(ctx context.Context) error {
				_, err := s.Report.ExpectedMonths(ctx, nil, nil)
				return err
			}},
		} {
			b.Run(step.name, func(b *testing.B) {
				for b.Loop() {
					if err := step.does(ctx); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	})
}
