package lifetime_test

import (
	"fmt"
	"math"
	"testing"

	"kopeck/lifetime"
)

// Figures printed in the BTYD vignette and its manual.
func TestParetoNBDPublished(t *testing.T) {
	t.Parallel()
	check := func(what string, got, want, tolerance float64) {
		t.Helper()
		if math.Abs(got-want) > tolerance {
			t.Errorf("%s = %.9g, published %.9g", what, got, want)
		}
	}
	// The CDNOW sample over 39 weeks. The vignette's own estimates, not printed in full, differ from the fourth
	// digit on.
	m := lifetime.ParetoNBD{Unit: lifetime.Week, R: 0.5532770468531801, Alpha: 10.57768346330232, S: 0.6062399891278253, Beta: 11.668735288854963}
	check("E[X(52)]", m.ExpectedNew(52), 1.473434, 1e-3)
	check("E[Y(52)] of customer 1516", m.ExpectedPurchases(26, 30+6./7, 31, 52), 25.45647, 5e-3)
	check("P(alive) of customer 1516", m.PAlive(26, 30+6./7, 31), 0.997874, 1e-6)
	for x, want := range map[int]float64{10: 0.7062289, 15: 0.1442396, 20: 0.02250658, 25: 0.00309267} {
		t.Run(fmt.Sprintf("%d orders", x), func(t *testing.T) {
			check("E[Y(52)] of one who ordered often and stopped", m.ExpectedPurchases(x, 20, 39, 52), want, 5e-4)
		})
	}

	// The same customers over 78 weeks, by the manual of BTYD.
	m = lifetime.ParetoNBD{Unit: lifetime.Week, R: 0.5629966, Alpha: 12.559037, S: 0.4081095, Beta: 10.5148048}
	check("discounted by 0.0027, x = 7", m.DiscountedPurchases(7, 35, 77.86, 0.0027), 1.8641833280713296, 1e-12)
	check("discounted by 15 % a year, x = 7", m.DiscountedPurchases(7, 35, 77.86, math.Log(1.15)/52), 1.8705849951154145, 1e-12)
	for i, want := range []float64{
		2.19915544970496, 2.843534406065733, 2.867128391206165, 2.445410078607359, 1.840501924477494,
		1.262416471743856, 0.8096181194538384, 0.4948036193754493, 0.2920247015697986, 0.1679275085660533,
	} {
		check("discounted by 0.0027", m.DiscountedPurchases(i+1, 30, 77.86, 0.0027), want, 1e-12)
	}
}
