package lifetime_test

import (
	"fmt"
	"math"
	"testing"

	"kopeck/lifetime"
)

// Figures printed in FHL 2005, Hardie's note 004 and the BTYD vignette.
func TestBGNBDPublished(t *testing.T) {
	t.Parallel()
	// The note's curve was made from the unrounded estimates on the published table.
	table := lifetime.BGNBD{
		Unit: lifetime.Week, R: 0.2425929072044658, Alpha: 4.413531561205423, A: 0.7928861480987732, B: 2.4257534364936384,
	}
	for horizon, want := range map[float64]float64{
		1. / 7: 0.0078, 1: 0.0532, 3: 0.1506, 31 + 6./7: 1.0405, 32: 1.0437, 78: 1.8576,
	} {
		t.Run(fmt.Sprintf("%g weeks", horizon), func(t *testing.T) {
			if got := table.ExpectedNew(horizon); math.Abs(got-want) > 5e-4 {
				t.Errorf("E[X(%g)] = %g, published %g", horizon, got, want)
			}
		})
	}
	paper := lifetime.BGNBD{Unit: lifetime.Week, R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}
	if got := paper.ExpectedPurchases(2, 30.43, 38.86, 39); math.Abs(got-1.226) > 5e-4 {
		t.Errorf("E[Y(39)] of customer 1 = %g, published 1.226", got)
	}
	// The vignette's own estimates, which it does not print in full, differ from the fifth digit on.
	if got := table.ExpectedPurchases(26, 30+6./7, 31, 52); math.Abs(got-25.75659) > 2e-3 {
		t.Errorf("E[Y(52)] of customer 1516 = %g, published 25.75659", got)
	}
	if got := table.PAlive(26, 30+6./7, 31); math.Abs(got-0.9688523) > 1e-5 {
		t.Errorf("P(alive) of customer 1516 = %g, published 0.9688523", got)
	}
	if got := math.Exp(paper.LogProbability(0, 0, 0, 0, 39)); math.Abs(got-0.5737864) > 5e-8 {
		t.Errorf("P(X(39) = 0) = %g, published 0.5737864", got)
	}
}
