package lifetime

import (
	"math"

	"kopeck/lifetime/numeric"
)

// paretoLeft computes how likely a Pareto/NBD customer is to have left.
type paretoLeft struct{ r, alpha, s, beta float64 }

// exact is the exponent from which the logarithm of a number near 1 must come from log1p: below it the
// rounding of 1 times the exponent stays under 1e-12.
const exact = 1e4

// logOdds is the logarithm of the odds that the customer has left, minus infinity where none could have.
// They are, from the derivation in FH 2005,
//
//	s ∫ from t_x to T of ((alpha+T)/(alpha+y))^(r+x) · ((beta+T)/(beta+y))^s dy/(beta+y)
//
// in the variable v = ln((low+y)/(low+t_x)), where low is the smaller of alpha and beta and high the larger.
// There the logarithm of the integrand is concave, and its nearest singularity is π away from the real axis
// for any parameters, so that few Gauss-Legendre nodes suffice. With alpha = beta it is a straight line.
//
// Where byParameter is given it is filled with the derivatives by r, alpha, s and beta.
func (m paretoLeft) logOdds(x, tx, T float64, byParameter *[4]float64) float64 {
	silent := T - tx
	if !(silent > 0) || m.s == 0 {
		if byParameter != nil {
			*byParameter = [4]float64{}
		}
		return math.Inf(-1)
	}
	// The integrand is exp(-steady·v - bending·ln(1 + share·(exp(v) - 1))), 1 at v = 0.
	shape, alpha, beta := m.r+x, m.alpha+tx, m.beta+tx
	low, high, steady, bending := alpha, beta, shape-1, m.s+1
	alphaLow := m.alpha <= m.beta
	if !alphaLow {
		low, high, steady, bending = beta, alpha, m.s, shape
	}
	share, rest := low/high, math.Abs(m.beta-m.alpha)/high
	length := math.Log1p(silent / low)
	if fall := steady + bending*share; fall*length > numeric.Deep {
		length = numeric.Deep / fall // it falls ever faster: what comes later is negligible
	}
	grown := math.Exp(length)
	steepest := steady + bending*share*grown/(rest+share*grown)
	rule, pieces := numeric.Gauss32, 1.0
	switch spread := steepest * length; {
	case length <= 0.8 && spread <= 4:
		rule = numeric.Gauss8
	case length <= 2.5 && spread <= 12:
		rule = numeric.Gauss12
	case length <= 3:
		rule = numeric.Gauss20
	case length > numeric.Panel:
		pieces = math.Ceil(length / numeric.Panel)
	}
	piece := length / pieces
	sum, byV, byBend, byLow, byHigh := 0.0, 0.0, 0.0, 0.0, 0.0 // of the integrand, and times what is to be averaged
	for k := range int(pieces) {
		before := sum
		for _, n := range rule {
			v := (float64(k) + n.At) * piece
			grown := math.Exp(v)
			var bend float64
			if bending < exact {
				bend = math.Log(rest + share*grown)
			} else {
				bend = math.Log1p(share * math.Expm1(v))
			}
			w := n.Weight * math.Exp(-steady*v-bending*bend)
			sum += w
			if byParameter != nil {
				byV += w * v
				byBend += w * bend
				byLow += w / grown
				byHigh += w / (rest + share*grown)
			}
		}
		if sum-before < numeric.Negligible*sum {
			break
		}
	}
	recent, older := math.Log1p(silent/alpha), math.Log1p(silent/beta)
	log := math.Log(m.s*piece*sum) + shape*recent + m.s*older
	if alphaLow {
		log += math.Log(share)
	}
	if byParameter != nil {
		byV, byBend, byLow, byHigh = byV/sum, byBend/sum, byLow/sum/low, byHigh/sum/high
		if !alphaLow {
			byV, byBend, byLow, byHigh = byBend, byV, byHigh, byLow
		}
		// Now they are the means of ln((alpha+y)/(alpha+t_x)), the same of beta, 1/(alpha+y) and 1/(beta+y).
		*byParameter = [4]float64{
			recent - byV,
			shape * (1/(m.alpha+T) - byLow),
			1/m.s + older - byBend,
			m.s*(1/(m.beta+T)-byHigh) - byHigh,
		}
	}
	return log
}
