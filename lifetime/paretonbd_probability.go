package lifetime

import (
	"kopeck/lifetime/numeric"
	"math"
)

// LogProbability is the logarithm of the probability of exactly n order days in the next t units. Of a
// customer alive at T they all come and the customer stays, or they come until the customer leaves, y from
// now: with N(y) negative binomial of shape r + x and scale alpha + T, and B = beta + T,
//
//	P(N(t) = n) · (B/(B+t))^s + ∫ from 0 to t of P(N(y) = n) · s·B^s/(B+y)^(s+1) dy
//
// which for a new customer is Fader and Hardie, "Deriving an Expression for P(X(t) = x) Under the
// Pareto/NBD Model" (2006), before its hypergeometric functions. The integral is in the variable of
// paretoLeft.logOdds.
func (m ParetoNBD) LogProbability(n, x int, tx, T, t float64) float64 {
	if n < 0 || !(t > 0) {
		return none(n)
	}
	odds := m.logLeft(float64(x), tx, T)
	k, shape, alpha, beta := float64(n), m.R+float64(x), m.Alpha+T, m.Beta+T
	p := logNegBin(k, shape, math.Log1p(t/alpha)) - m.S*math.Log1p(t/beta)
	if m.S > 0 {
		low, high, steady, bending := alpha, beta, shape+k-1, m.S+1
		scale := math.Log(alpha / beta)
		if beta < alpha {
			low, high, steady, bending = beta, alpha, m.S, shape+k
			scale = k * math.Log(beta/alpha)
		}
		share := low / high
		scale += math.Log(m.S) + numeric.LogRising(shape, k) - numeric.LogRising(1, k)
		p = logSum(p, scale+numeric.LogConcave(math.Log1p(t/low), func(v float64) float64 {
			e := math.Expm1(v)
			f := -steady*v - bending*math.Log1p(share*e)
			if k > 0 {
				f += k * math.Log(e)
			}
			return f
		}, func(v float64) float64 {
			e := math.Expm1(v)
			return k*(1+1/e) - steady - bending*share*(1+e)/(1+share*e)
		}))
	}
	p -= softplus(odds)
	if n == 0 {
		p = logSum(p, -softplus(-odds)) // gone already
	}
	return p
}
