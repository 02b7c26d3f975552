package lifetime

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// logSum is ln(exp(a) + exp(b)) for a above minus infinity.
func logSum(a, b float64) float64 { return a + softplus(b-a) }

// logProbability is that of n orders in (T, T + t]. Of a customer alive at T they are n if n would have
// come without leaving and all n chances are passed, or if at least n would have come and the n-th chance
// is taken: with N negative binomial as in expected, and m_j = (B)_j/(a+B)_j,
//
//	P(N = n) · m_n + P(N >= n) · m_(n-1) · a/(a+B+n-1)
func (m betaNBD) logProbability(n, x int, tx, T, t float64) float64 {
	if n < 0 || !(t > 0) {
		return none(n)
	}
	logAlive, logGone := 0.0, math.Inf(-1)
	if x+m.first > 0 {
		odds := m.logLeft(x, tx, T)
		logAlive, logGone = -softplus(odds), -softplus(-odds)
	}
	shape, stay, growth := m.r+float64(x), m.b+float64(x+m.first), math.Log1p(t/(m.alpha+T))
	if n == 0 {
		return logSum(logAlive-shape*growth, logGone)
	}
	k := float64(n)
	come := logNegBin(k, shape, growth)
	passed := logRising(stay, k) - logRising(m.a+stay, k)
	taken := logRising(stay, k-1) - logRising(m.a+stay, k-1) + math.Log(m.a/(m.a+stay+k-1))
	return logAlive + logSum(come+passed, logNegBinTail(k, shape, growth, come)+taken)
}

// none is the logarithm of the probability of n orders where none can come.
func none(n int) float64 {
	if n == 0 {
		return 0
	}
	return math.Inf(-1)
}

// logNegBin is ln P(N = n) for N negative binomial with mean shape·(exp(growth) - 1).
func logNegBin(n, shape, growth float64) float64 {
	if n == 0 {
		return -shape * growth
	}
	return logRising(shape, n) - logRising(1, n) - shape*growth + n*math.Log(-math.Expm1(-growth))
}

// logNegBinTail is ln P(N >= n), n >= 1, where at is ln P(N = n): the regularised incomplete beta function,
// or where that is near the smallest double the sum from n on, which then falls fast.
func logNegBinTail(n, shape, growth, at float64) float64 {
	z := -math.Expm1(-growth)
	if tail := mathext.RegIncBeta(n, shape, z); tail > 1e-200 {
		return math.Log(tail)
	}
	sum, term := 1.0, 1.0
	for k := n; term > negligible*sum && k < n+maxTerms; k++ {
		term *= z * (shape + k) / (k + 1)
		sum += term
	}
	return at + math.Log(sum)
}
