package acceptance_test

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"kopeck/pricing/acceptance"
)

// drawn draws decisions by a true curve. Gaps are spread around a tenth.
func drawn(r *rand.Rand, n int, a, b float64) []acceptance.Decision {
	decisions := make([]acceptance.Decision, n)
	for i := range decisions {
		gap := 0.1 + 0.15*r.NormFloat64()
		decisions[i] = acceptance.Decision{Gap: gap, Accepted: r.Float64() < 1/(1+math.Exp(-(a+b*gap)))}
	}
	return decisions
}

// TestBoundsHoldAsOftenAsTheySay draws decisions by known curves and counts how often the bounds hold the true probability and slope.
func TestBoundsHoldAsOftenAsTheySay(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 20261129))
	for _, n := range []int{40, 150, 600} {
		for _, truth := range [][2]float64{{0.5, -8}, {1, -3}, {-0.5, -5}, {0.3, 0}} {
			held, slopes, fits := 0, 0, 0
			gaps := []float64{-0.1, 0, 0.1, 0.25}
			for range 1000 {
				c, err := acceptance.Fit(drawn(r, n, truth[0], truth[1]))
				if err != nil {
					continue
				}
				fits++
				for _, gap := range gaps {
					want := 1 / (1 + math.Exp(-(truth[0] + truth[1]*gap)))
					if p, low, high := c.At(gap); low <= want && want <= high {
						held++
					} else if p < low || p > high {
						t.Fatalf("%g is not between %g and %g", p, low, high)
					}
				}
				if low, high := c.SlopeBounds(); low <= truth[1] && truth[1] <= high {
					slopes++
				}
			}
			share, slope := float64(held)/float64(fits*len(gaps)), float64(slopes)/float64(fits)
			t.Logf("%d decisions by %v: of %d fits the bounds of probabilities held %.3f, of the slope %.3f", n, truth, fits, share, slope)
			if share < 0.76 || share > 0.87 || slope < 0.76 || slope > 0.87 {
				t.Errorf("%d decisions by %v: the bounds of probabilities held %.3f, of the slope %.3f; want about %g", n, truth, share, slope, acceptance.Level)
			}
		}
	}
}

// TestFitIsTheMaximum compares with the score equations of Firth, formula 5, and with a table of two gaps, where Firth's estimate is that of
// maximum likelihood with a half added to each cell.
func TestFitIsTheMaximum(t *testing.T) {
	t.Parallel()
	var decisions []acceptance.Decision
	add := func(gap float64, accepted, refused int) {
		for range accepted {
			decisions = append(decisions, acceptance.Decision{Gap: gap, Accepted: true})
		}
		for range refused {
			decisions = append(decisions, acceptance.Decision{Gap: gap})
		}
	}
	add(0, 14, 3)
	add(0.2, 6, 11)
	c, err := acceptance.Fit(decisions)
	if err != nil {
		t.Fatal(err)
	}
	low, high := math.Log(14.5/3.5), math.Log(6.5/11.5)
	if math.Abs(c.Intercept-low) > 1e-8 || math.Abs(c.Slope-(high-low)/0.2) > 1e-8 {
		t.Errorf("a %.10f and b %.10f, want %.10f and %.10f", c.Intercept, c.Slope, low, (high-low)/0.2)
	}
	if c.Met != [2]float64{0, 0.2} || c.Decisions != 34 {
		t.Errorf("%+v", c)
	}
}

// TestSeparated: where every low price was accepted and every high one refused there is a finite curve.
func TestSeparated(t *testing.T) {
	t.Parallel()
	var decisions []acceptance.Decision
	for i := range 20 {
		decisions = append(decisions, acceptance.Decision{Gap: -0.3 + 0.01*float64(i), Accepted: true}, acceptance.Decision{Gap: 0.1 + 0.01*float64(i)})
	}
	c, err := acceptance.Fit(decisions)
	if err != nil {
		t.Fatal(err)
	}
	if p, low, high := c.At(0.2); !(c.Slope < -5 && c.Slope > -200 && p < 0.1 && low < p && p < high && high < 0.5) {
		t.Errorf("slope %g; at 0.2 %g from %g to %g", c.Slope, p, low, high)
	}
}

func TestNoCurve(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var few acceptance.TooFewError
	if _, err := acceptance.Fit(drawn(r, 19, 0, 0)); !errors.As(err, &few) || few.Accepted+few.Refused != 19 {
		t.Errorf("of 19: %v", err)
	}
	if _, err := acceptance.Fit(nil); !errors.As(err, &few) {
		t.Errorf("of none: %v", err)
	}
	same := make([]acceptance.Decision, 40)
	for i := range same {
		same[i] = acceptance.Decision{Gap: 0.1, Accepted: i < 20}
	}
	if _, err := acceptance.Fit(same); !errors.Is(err, acceptance.ErrSameGap) {
		t.Errorf("of one gap: %v", err)
	}
}
