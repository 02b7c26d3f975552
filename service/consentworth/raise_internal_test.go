package consentworth

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"kopeck/consentlog"
	"kopeck/money"
)

// TestRaiseHoldsTheTruth: in simulated worlds, where what a month of each level earns is known, the interval holds the true difference 77 to 83 % of
// the time. What permissions earn is skewed, differs from one to the other, and so do their times.
func TestRaiseHoldsTheTruth(t *testing.T) {
	t.Parallel()
	const worlds = 4000
	for _, permissions := range []int{minRaised, 300} {
		random := rand.New(rand.NewPCG(1, uint64(permissions)))
		held := 0
		for range worlds {
			var all []*permission
			for range permissions {
				person := math.Exp(0.5 * random.NormFloat64()) // mean exp(1/8)
				begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
				raised := begin.Add(time.Duration((1 + 4*random.Float64()) * float64(month)))
				end := raised.Add(time.Duration((1 + 4*random.Float64()) * float64(month)))
				p := &permission{channel: "EMAIL", purpose: "MARKETING"}
				for _, one := range []struct {
					from, to time.Time
					level    string
					rate     float64
				}{{begin, raised, "BRAND_TRUST", 10_000}, {raised, end, "PERSONAL", 15_000}} {
					active := one.to.Sub(one.from)
					months := float64(active) / float64(month)
					net := 0.0
					for left := months; left > 0; left-- { // each month an order or none
						if random.Float64() < 0.3*min(left, 1) {
							net += one.rate / 0.3 * person * random.ExpFloat64()
						}
					}
					s := &span{Span: consentlog.Span{Level: one.level, From: one.from, To: one.to, EndedBy: consentlog.Raised}, of: p, active: active}
					s.sums.realised = money.Minor(int64(net))
					p.spans = append(p.spans, s)
				}
				all = append(all, p)
			}
			rows, err := raises(all)
			if err != nil || len(rows) != 1 || rows[0].Low == nil {
				t.Fatal(rows, err)
			}
			truth := 5_000 * math.Exp(0.125)
			if float64(rows[0].Low.Minor()) <= truth && truth <= float64(rows[0].High.Minor()) {
				held++
			}
		}
		if share := float64(held) / worlds; share < 0.77 || share > 0.83 {
			t.Errorf("of %d permissions the interval holds the truth %.3f of the time", permissions, share)
		}
	}
}
