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
	gammaGamma := lifetime.GammaGamma{P: 6, Q: 4, Gamma: 5_000}
	for name, c := range map[string]struct {
		margins   lifetime.MarginModel
		of        Earnings
		low, high float64
	}{
		"the own mean, of all order days":        {nil, regular, 10_000, 10_000},
		"of one order day":                       {nil, once, 9_000, 9_000},
		"without what was given back in full":    {nil, refunded, 303_688, 303_688},
		"between the own repeat mean and theirs": {gammaGamma, regular, 10_000, 11_000},
		"the mean of all without a repeat order": {gammaGamma, once, 10_000, 10_000},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := (&Model{margins: c.margins}).OrderMargin(c.of)
			if err != nil || got < c.low-1e-6 || got > c.high+1e-6 {
				t.Errorf("%v, %v; want %v to %v", got, err, c.low, c.high)
			}
		})
	}
}
