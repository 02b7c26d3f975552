package value

import (
	"testing"

	"kopeck/lifetime"
	"kopeck/money"
)

func TestOrderMargin(t *testing.T) {
	t.Parallel()
	regular := Earnings{OrderDays: 5, Margin: money.Minor(50_000), RepeatMargin: money.Minor(44_000)}
	once := Earnings{OrderDays: 1, Margin: money.Minor(9_000)}
	refunded := Earnings{OrderDays: 1, Margin: money.Minor(303_688 - 867_681), RefundedMargin: money.Minor(-867_681)}
	recent := Earnings{OrderDays: 4, LastDay: 990, Margin: money.Minor(40_000), Recent: "700:9000,905:3000,990:5000"}
	lastPeriod := lifetime.SimpleRate{Of: lifetime.KindLastPeriod, Unit: lifetime.Day, Rate: 0.01, Period: 100}
	gammaGamma := lifetime.GammaGamma{P: 6, Q: 4, Gamma: 5_000}
	for name, c := range map[string]struct {
		counts    lifetime.CountModel
		margins   lifetime.MarginModel
		of        Earnings
		day       int
		low, high float64
	}{
		"the own mean, of all order days":        {nil, nil, regular, 0, 10_000, 10_000},
		"of one order day":                       {nil, nil, once, 0, 9_000, 9_000},
		"without what was given back in full":    {nil, nil, refunded, 0, 303_688, 303_688},
		"between the own repeat mean and theirs": {nil, gammaGamma, regular, 0, 10_000, 11_000},
		"the mean of all without a repeat order": {nil, gammaGamma, once, 0, 10_000, 10_000},

		"of two order days in the last period": {lastPeriod, nil, recent, 1004, 4_000, 4_000},
		"of one":                               {lastPeriod, nil, recent, 1005, 5_000, 5_000},
		"of all without one in it":             {lastPeriod, nil, recent, 1090, 10_000, 10_000},
		"by the margin model":                  {lastPeriod, gammaGamma, once, 0, 10_000, 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := (&Model{Counts: c.counts, margins: c.margins}).OrderMargin(c.of, c.day)
			if err != nil || got < c.low-1e-6 || got > c.high+1e-6 {
				t.Errorf("%v, %v; want %v to %v", got, err, c.low, c.high)
			}
		})
	}
}
