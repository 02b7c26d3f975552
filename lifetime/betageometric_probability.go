package lifetime

import (
	"kopeck/lifetime/numeric"
	"math"

	"gonum.org/v1/gonum/mathext"
)

// logSum is ln(exp(a) + exp(b)).
func logSum(a, b float64) float64 {
	if math.IsInf(a, -1) {
		return b
	}
	return a + softplus(b-a)
}

// logChances are the logarithms of the probabilities that n chances to leave, n >= 1, are all passed, and that the last of them is taken.
func logChances(leave, stay, n float64) (passed, taken float64) {
	passed = numeric.LogRising(stay, n) - numeric.LogRising(leave+stay, n)
	taken = numeric.LogRising(stay, n-1) - numeric.LogRising(leave+stay, n-1) + math.Log(leave/(leave+stay+n-1))
	return passed, taken
}

// LogProbability is the logarithm of the probability of exactly n order days in the next t units; for a
// new customer of BG/NBD it is FHL 2005 equation (8). Of a customer alive at T they are n if n would have
// come without leaving and all n chances are passed, or if at least n would have come and the n-th chance
// is taken: with N negative binomial as in expected, and m_j = (B)_j/(a+B)_j,
//
//	P(N = n) · m_n + P(N >= n) · m_(n-1) · a/(a+B+n-1)
func (m BetaGeometric[L]) LogProbability(n, x int, tx, T, t float64) float64 {
	if n < 0 || !(t > 0) {
		return none(n)
	}
	logAlive, logGone := 0.0, math.Inf(-1)
	if m.chances(x) > 0 {
		odds := m.logLeft(x, tx, T)
		logAlive, logGone = -softplus(odds), -softplus(-odds)
	}
	shape, stay, growth := m.R+float64(x), m.B+float64(m.chances(x)), math.Log1p(t/(m.Alpha+T))
	if n == 0 {
		return logSum(logAlive-shape*growth, logGone)
	}
	k := float64(n)
	come := logNegBin(k, shape, growth)
	passed, taken := logChances(m.A, stay, k)
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
	return numeric.LogRising(shape, n) - numeric.LogRising(1, n) - shape*growth + n*math.Log(-math.Expm1(-growth))
}

// logNegBinTail is ln P(N >= n), n >= 1, where at is ln P(N = n): the regularised incomplete beta function,
// or where that is near the smallest double the sum from n on, which then falls fast.
func logNegBinTail(n, shape, growth, at float64) float64 {
	z := -math.Expm1(-growth)
	if tail := mathext.RegIncBeta(n, shape, z); tail > 1e-200 {
		return math.Log(tail)
	}
	sum, term := 1.0, 1.0
	for k := n; term > numeric.Negligible*sum && k < n+maxTerms; k++ {
		term *= z * (shape + k) / (k + 1)
		sum += term
	}
	return at + math.Log(sum)
}
