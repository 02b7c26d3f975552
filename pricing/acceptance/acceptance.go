// Package acceptance fits how the acceptance of prices falls with their gap to what customers expected: a logistic regression on the logarithm
// of the price named over the price expected,
//
//	P(accepted) = 1 / (1 + exp(-(a + b·gap))),  gap = ln(named / expected),
//
// by the penalised likelihood of Firth (1993), "Bias reduction of maximum likelihood estimates", Biometrika 80, formula 5, which Heinze and
// Schemper (2002), "A solution to the problem of separation in logistic regression", Statistics in Medicine 21, apply to it: it exists also
// where every price below some gap was accepted and every one above it refused, and its bias in small samples is of a lower order.
//
// A curve is what was observed, not what would follow: customers who are named a higher price may differ from others.
package acceptance

import (
	"errors"
	"fmt"
	"math"
)

// MinOfEach is how many prices must have been accepted, and how many refused, for a curve: ten for the slope, as Peduzzi et al. (1996), "A
// simulation study of the number of events per variable in logistic regression analysis", Journal of Clinical Epidemiology 49, found.
const MinOfEach = 10

// Level is the probability with which the bounds of a curve are meant to hold.
const Level = 0.8

// deviations is how many standard errors the bounds are away, for Level.
const deviations = 1.2815515655446004

// ErrSameGap is that all prices have the same gap, so that nothing can be said of others.
var ErrSameGap = errors.New("all prices have the same gap")

// TooFewError is that too few prices were accepted or refused for a curve.
type TooFewError struct{ Accepted, Refused int }

// Error says how many there are.
func (e TooFewError) Error() string {
	return fmt.Sprintf("too few: %d accepted and %d not; a curve needs at least %d of each", e.Accepted, e.Refused, MinOfEach)
}

// Decision is what a customer decided on a price.
type Decision struct {
	Gap      float64 // ln(named / expected)
	Accepted bool
}

// Curve is how acceptance falls with the gap, as it was fitted. Gaps beyond those that were met are not known.
type Curve struct {
	Intercept, Slope float64 // a and b
	Met              [2]float64
	Decisions        int

	variance [3]float64 // of a, of a with b, of b
}

// maxSteps is how many steps of Newton's method are made; some six suffice.
const maxSteps = 100

// Fit fits a curve. A [TooFewError] or [ErrSameGap] where the decisions allow none.
func Fit(decisions []Decision) (*Curve, error) {
	c := &Curve{Decisions: len(decisions), Met: [2]float64{math.Inf(1), math.Inf(-1)}}
	accepted, mean := 0, 0.0
	for _, d := range decisions {
		if d.Accepted {
			accepted++
		}
		c.Met[0], c.Met[1] = min(c.Met[0], d.Gap), max(c.Met[1], d.Gap)
		mean += d.Gap / float64(len(decisions))
	}
	if refused := len(decisions) - accepted; min(accepted, refused) < MinOfEach {
		return nil, TooFewError{accepted, refused}
	}
	if c.Met[0] == c.Met[1] {
		return nil, ErrSameGap
	}
	scale := 0.0
	for _, d := range decisions {
		scale = max(scale, math.Abs(d.Gap-mean))
	}
	x := make([]float64, len(decisions)) // from -1 to 1: the equations are well conditioned, and the penalty is the same
	for i, d := range decisions {
		x[i] = (d.Gap - mean) / scale
	}
	a, b, v := maximise(x, decisions)
	c.Slope = b / scale
	c.Intercept = a - c.Slope*mean
	covariance := v[1]/scale - mean*v[2]/scale/scale
	c.variance = [3]float64{v[0] - 2*mean*v[1]/scale + mean*mean*v[2]/scale/scale, covariance, v[2] / scale / scale}
	return c, nil
}

// maximise finds the maximum of the penalised likelihood by Newton's method with halved steps, and the inverse of the information there.
func maximise(x []float64, decisions []Decision) (a, b float64, inverse [3]float64) {
	at := penalised(0, 0, x, decisions)
	for range maxSteps {
		da := at.inverse[0]*at.score[0] + at.inverse[1]*at.score[1]
		db := at.inverse[1]*at.score[0] + at.inverse[2]*at.score[1]
		if longest := max(math.Abs(da), math.Abs(db)); longest > 5 {
			da, db = da*5/longest, db*5/longest
		}
		next := penalised(a+da, b+db, x, decisions)
		for range 30 {
			if next.likelihood >= at.likelihood-1e-12 {
				break
			}
			da, db = da/2, db/2
			next = penalised(a+da, b+db, x, decisions)
		}
		a, b, at = a+da, b+db, next
		if math.Abs(da)+math.Abs(db) < 1e-10 {
			break
		}
	}
	return a, b, at.inverse
}

// point is the penalised likelihood at a place, its modified score and the inverse of the information.
type point struct {
	likelihood float64
	score      [2]float64
	inverse    [3]float64
}

func penalised(a, b float64, x []float64, decisions []Decision) point {
	var p point
	var information [3]float64
	probabilities := make([]float64, len(x))
	for i, d := range decisions {
		eta := a + b*x[i]
		probabilities[i] = logistic(eta)
		if d.Accepted {
			p.likelihood -= math.Log1p(math.Exp(-eta))
		} else {
			p.likelihood -= eta + math.Log1p(math.Exp(-eta))
		}
		w := probabilities[i] * (1 - probabilities[i])
		information[0] += w
		information[1] += w * x[i]
		information[2] += w * x[i] * x[i]
	}
	determinant := information[0]*information[2] - information[1]*information[1]
	p.likelihood += math.Log(determinant) / 2
	p.inverse = [3]float64{information[2] / determinant, -information[1] / determinant, information[0] / determinant}
	for i, d := range decisions {
		w := probabilities[i] * (1 - probabilities[i])
		leverage := w * (p.inverse[0] + 2*p.inverse[1]*x[i] + p.inverse[2]*x[i]*x[i])
		residual := leverage*(0.5-probabilities[i]) - probabilities[i]
		if d.Accepted {
			residual++
		}
		p.score[0] += residual
		p.score[1] += residual * x[i]
	}
	return p
}

func logistic(eta float64) float64 { return 1 / (1 + math.Exp(-eta)) }

// At returns the probability that a price with a gap is accepted, and its bounds by [Level]: those of a + b·gap by its variance.
func (c *Curve) At(gap float64) (probability, low, high float64) {
	eta := c.Intercept + c.Slope*gap
	half := deviations * math.Sqrt(max(0, c.variance[0]+2*gap*c.variance[1]+gap*gap*c.variance[2]))
	return logistic(eta), logistic(eta - half), logistic(eta + half)
}

// SlopeBounds returns the bounds of the slope by [Level].
func (c *Curve) SlopeBounds() (low, high float64) {
	half := deviations * math.Sqrt(c.variance[2])
	return c.Slope - half, c.Slope + half
}
