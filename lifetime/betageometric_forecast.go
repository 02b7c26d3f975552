package lifetime

import (
	"math"

	"kopeck/lifetime/numeric"

	"gonum.org/v1/gonum/mathext"
)

const (
	block      = 16   // horizons that expected works on together
	maxTerms   = 4096 // of the series; beyond them the integral is cheaper
	maxLogHead = 600  // the series' first term, exp(-600), is still a normal double
)

// ExpectedPurchases is the number of order days expected in the next t units, 0 for t <= 0: FHL 2005 equation (10)
// and the formula of Batislam et al. 2007, computed without their hypergeometric functions: see expected.
func (m BetaGeometric[L]) ExpectedPurchases(x int, tx, T, t float64) float64 {
	ts, out := [1]float64{t}, [1]float64{}
	m.expected(x, T, ts[:], out[:])
	return m.PAlive(x, tx, T) * out[0]
}

// ExpectedNew is the number of repeat order days expected of a customer in the t units after their
// first order, for BG/NBD FHL 2005 equation (9). For MBG/NBD the customers who leave at once are included.
func (m BetaGeometric[L]) ExpectedNew(t float64) float64 { return m.ExpectedPurchases(0, 0, 0, t) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
// The months share one pass, so twelve cost little more than one.
func (m BetaGeometric[L]) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	blocks := newMonthBlocks(cumulative, m.Unit)
	for part, ends := blocks.next(); len(part) > 0; part, ends = blocks.next() {
		m.expected(x, T, ends, part)
	}
	multiply(cumulative, m.PAlive(x, tx, T))
}

// expected fills out[i] with E[orders in (T, T + ts[i]]] of a customer known to be alive; ts ascends
// and has 1 to block horizons.
//
// Given that, the rate is Gamma(r+x, alpha+T) and the leaving probability Beta(a, B) with B = b + x + first,
// so the number N of orders that would come if nobody left is negative binomial with shape r+x and
// z = t/(alpha+T+t), and order j of them, counted from 0, is still made with probability (B)_j/(a+B)_j:
//
//	E = sum over k of P(N = k) · g_k,  g_k = sum over j < k of (B)_j/(a+B)_j
//
// All terms are positive and nothing is singular, unlike in the hypergeometric form at a = 1 or a+b <= 1.
func (m BetaGeometric[L]) expected(x int, T float64, ts, out []float64) {
	shape, stay, scale := m.R+float64(x), m.B+float64(m.chances(x)), m.Alpha+T
	last := len(ts) - 1
	// Far horizons would need too many terms, or start the series below the smallest double.
	longest := max(ts[last], 0) / scale
	near := shape*longest < maxTerms/2 && shape*math.Log1p(longest) < maxLogHead
	if near && m.A > 0 && series(shape, m.A, stay, scale, 1, 0, ts, out) {
		return
	}
	for i, t := range ts {
		out[i] = integral(shape, m.A, stay, max(t, 0)/scale)
	}
}

// series is expected's sum, of orders that take k phases each of which j have passed: k = 1 and j = 0 here, see MBGCNBD.expected. The
// horizons share one pass. It reports false if maxTerms were not enough.
func series(shape, leave, stay, scale float64, k, j int, ts, out []float64) bool {
	last := len(ts) - 1
	var z, term, sum [block]float64
	for i, t := range ts {
		t = max(t, 0)
		z[i] = t / (scale + t)
		term[i] = math.Exp(-shape * math.Log1p(t/scale))
	}
	made, g, orders := 1.0, 0.0, 0.0
	for phase := range maxTerms {
		n := float64(phase)
		c := (shape + n) / (n + 1)
		if j++; j == k { // with phase n+1 another order would have been made
			g += made
			made *= (stay + orders) / (leave + stay + orders)
			orders, j = orders+1, 0
		}
		for i := range z[:len(ts)] {
			term[i] *= c * z[i]
			sum[i] += term[i] * g
		}
		if phase%8 != 7 {
			continue
		}
		// The longest horizon converges last; from here its terms fall at least as fast as this
		// geometric series times g + made·i.
		ratio := max(c, 1) * z[last]
		rest := 1 - ratio
		if rest > 0 && term[last]*ratio*(g*rest+made) <= numeric.Negligible*sum[last]*rest*rest {
			copy(out, sum[:len(ts)])
			return true
		}
	}
	return false
}

// integral is the same expectation as an average over the leaving probability p:
//
//	E = mean of h(p),  h(p) = (1 - (1 + p·s)^-shape)/p,  s = t/(alpha + T)
func integral(shape, leave, stay, s float64) float64 {
	return numeric.BetaMean(leave, stay, max(s, s*shape), shape, func(p float64) float64 {
		if p*s*shape < numeric.Negligible {
			return shape * s
		}
		return -math.Expm1(-shape*math.Log1p(p*s)) / p
	})
}

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
