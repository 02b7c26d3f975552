package report

import (
	"math"
	"math/rand/v2"
	"testing"

	"kopeck/ent"
	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
	"kopeck/money"
	"kopeck/service/value"
)

// TestExpectedMonthsCover draws whole bases of customers with a past and a future, and counts how often a month's orders are within
// their bounds: it should be 80 times in a hundred. Margins follow the orders here, each of which earns the same.
func TestExpectedMonthsCover(t *testing.T) {
	t.Parallel()
	const bases, customers, months, today = 150, 250, 6, 20_000
	rng := rand.New(rand.NewPCG(3, 4))
	gamma := func(shape int) float64 {
		sum := 0.0
		for range shape {
			sum += rng.ExpFloat64()
		}
		return sum
	}
	for _, counts := range []lifetime.CountModel{
		lifetime.BGNBD{Unit: lifetime.Day, R: 2, Alpha: 60, A: 1, B: 4},
		lifetime.MBGCNBD{Unit: lifetime.Day, K: 3, R: 2, Alpha: 20, A: 1, B: 4},
	} {
		p := counts.Parameters()
		phases := 1
		if regular, ok := counts.(lifetime.MBGCNBD); ok {
			phases = regular.K
		}
		within, earned := 0, 0
		for range bases {
			f := newForecast(&value.Model{Counts: counts}, today, months)
			came := make([]float64, months)
			all := make([]*baseCustomer, customers)
			for i := range all {
				rate, stays := gamma(int(p[0].Value))/p[1].Value, gamma(4)
				leaving := 1 - stays/(stays+gamma(1))
				age := 30 + rng.IntN(600)
				days, last := 1, 0
				gone := phases > 1 && rng.Float64() < leaving // MBG models: after the first order too
				for at := 0.0; !gone; gone = rng.Float64() < leaving {
					at += gamma(phases) / rate
					month := int((at - float64(age)) / lifetime.DaysPerMonth)
					if at > float64(age) && month >= months {
						break
					}
					if day := int(math.Ceil(at)); at > float64(age) {
						came[month]++
					} else if day > last {
						days, last = days+1, day
					}
				}
				all[i] = &baseCustomer{Customer: ent.Customer{
					OrderDays: days, FirstOrderDay: today - age, LastOrderDay: today - age + last,
					Margin: money.Minor(int64(days) * 1000), RepeatMargin: money.Minor(int64(days-1) * 1000),
				}}
				if err := f.expect(all[i]); err != nil {
					t.Fatal(err)
				}
			}
			for _, c := range all {
				if err := f.vary(c); err != nil {
					t.Fatal(err)
				}
			}
			for i := range months {
				if math.Abs(came[i]-f.Orders[i]) <= backtest.StandardNormal*math.Sqrt(f.OrdersVary[i]) {
					within++
				}
				if math.Abs(1000*came[i]-f.Margins[i]) <= backtest.StandardNormal*math.Sqrt(f.MarginsVary[i]) {
					earned++
				}
			}
		}
		orders, margins := float64(within)/(bases*months), float64(earned)/(bases*months)
		t.Logf("%s: %.3f of the orders, %.3f of the margins", counts.Kind().Name(), orders, margins)
		if orders < 0.77 || orders > 0.83 || margins < 0.77 || margins > 0.83 {
			t.Errorf("%s: not 77 to 83 in a hundred", counts.Kind().Name())
		}
	}
}
