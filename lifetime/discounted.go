package lifetime

import (
	"math"

	"kopeck/lifetime/numeric"
)

// DiscountedPurchases is the number of order days expected from now on without end, each discounted
// continuously at a rate per unit above 0: the DERT of Fader, Hardie and Lee, "RFM and CLV: Using
// Iso-Value Curves for Customer Base Analysis" (2005), whose confluent hypergeometric function
// is discounting's integral here, with u = ln((beta + T + t)/(beta + T)).
func (m ParetoNBD) DiscountedPurchases(x int, tx, T, rate float64) float64 {
	if !(rate > 0) {
		return math.NaN()
	}
	scale := m.Beta + T
	return m.PAlive(x, tx, T) * (m.R + float64(x)) / (m.Alpha + T) * scale * discounting(m.S-1, rate*scale)
}

// DiscountedPurchases is the number of order days expected from now on without end, each discounted
// continuously at a rate per unit above 0. Given the leaving probability p, orders come and stay at
// the rate r+x over alpha+T times (1 + p·s)^-(r+x+1) at the time s·(alpha+T) from now, the derivative of
// integral's h; its discounted sum is discounting's integral with u = ln(1 + p·s), of which the mean over p
// is taken. It costs some ten thousand exponentials.
func (m BetaGeometric[L]) DiscountedPurchases(x int, tx, T, rate float64) float64 {
	if !(rate > 0) {
		return math.NaN()
	}
	shape, stay, z := m.R+float64(x), m.B+float64(m.chances(x)), rate*(m.Alpha+T)
	flat := (1 + shape) / z
	return m.PAlive(x, tx, T) * numeric.BetaMean(m.A, stay, flat, 1+shape, func(p float64) float64 {
		if p*flat < numeric.Negligible {
			return shape / z
		}
		return shape / p * discounting(shape, z/p)
	})
}

// discounting is the integral of exp(-steady·u - z·(exp(u) - 1)) over u from 0 to infinity, for
// steady >= -1 and z > 0. The exponent is concave and the integrand entire, so Gauss-Legendre pieces do
// until one of them adds nothing.
func discounting(steady, z float64) float64 {
	piece := numeric.Panel
	if fall := steady + z; fall*piece > numeric.Deep {
		piece = numeric.Deep / fall // it falls ever faster: what comes later is negligible
	}
	sum := 0.0
	for k := 0.0; ; k++ {
		before := sum
		for _, n := range numeric.Gauss32 {
			u := (k + n.At) * piece
			sum += n.Weight * math.Exp(-steady*u-z*math.Expm1(u))
		}
		if !(sum-before >= numeric.Negligible*sum) {
			return sum * piece
		}
	}
}
