package lifetime

import "math"

const (
	block      = 16    // horizons that expected works on together
	maxTerms   = 4096  // of the series; beyond them the integral is cheaper
	maxLogHead = 600   // the series' first term, exp(-600), is still a normal double
	negligible = 1e-17 // what a sum of doubles does not feel
	wideStep   = 0.2   // of the integral; its error is then about exp(-2π·(π/2)/0.2), under 1e-21
	peakStep   = 0.6   // of the integral, in widths of a peak that is narrower than that
)

// expected fills out[i] with E[orders in (T, T + ts[i]]] of a customer known to be alive; ts ascends
// and has 1 to block horizons.
//
// Given that, the rate is Gamma(r+x, alpha+T) and the leaving probability Beta(a, b+x), so the number N
// of orders that would come if nobody left is negative binomial with shape r+x and z = t/(alpha+T+t),
// and order j of them, counted from 0, is still made with probability (b+x)_j/(a+b+x)_j:
//
//	E = sum over k of P(N = k) · g_k,  g_k = sum over j < k of (b+x)_j/(a+b+x)_j
//
// All terms are positive and nothing is singular, unlike in the hypergeometric form at a = 1 or a+b <= 1.
func (m BGNBD) expected(x int, T float64, ts, out []float64) {
	shape, stay, scale := m.R+float64(x), m.B+float64(x), m.Alpha+T
	last := len(ts) - 1
	// Far horizons would need too many terms, or start the series below the smallest double.
	longest := max(ts[last], 0) / scale
	near := shape*longest < maxTerms/2 && shape*math.Log1p(longest) < maxLogHead
	if near && m.A > 0 && series(shape, m.A, stay, scale, ts, out) {
		return
	}
	for i, t := range ts {
		out[i] = integral(shape, m.A, stay, max(t, 0)/scale)
	}
}

// series is expected's sum. It reports false if maxTerms were not enough.
func series(shape, leave, stay, scale float64, ts, out []float64) bool {
	last := len(ts) - 1
	var z, term, sum [block]float64
	for i, t := range ts {
		t = max(t, 0)
		z[i] = t / (scale + t)
		term[i] = math.Exp(-shape * math.Log1p(t/scale))
	}
	made, g := 1.0, 0.0
	for k := range maxTerms {
		n := float64(k)
		c := (shape + n) / (n + 1)
		g += made
		made *= (stay + n) / (leave + stay + n)
		for i := range z[:len(ts)] {
			term[i] *= c * z[i]
			sum[i] += term[i] * g
		}
		if k%8 != 7 {
			continue
		}
		// The longest horizon converges last; from here its terms fall at least as fast as this
		// geometric series times g + made·i.
		ratio := max(c, 1) * z[last]
		rest := 1 - ratio
		if rest > 0 && term[last]*ratio*(g*rest+made) <= negligible*sum[last]*rest*rest {
			copy(out, sum[:len(ts)])
			return true
		}
	}
	return false
}

// integral is the same expectation as an average over the leaving probability p ~ Beta(leave, stay):
//
//	E = mean of h(p),  h(p) = (1 - (1 + p·s)^-shape)/p,  s = t/(alpha + T)
//
// It takes some hundred nodes whatever the parameters: the trapezoidal rule in u = ln(p/(1-p)), which
// converges exponentially. Where the integrand has become a pure exponential of u, the rest of the
// rule is a geometric series and is added in one step, so that leave near 0 needs no long tail.
func integral(shape, leave, stay, s float64) float64 {
	if leave < 1e-290 { // its reciprocal would not be finite
		return shape * s
	}
	step := min(wideStep, peakStep*math.Sqrt((leave+stay)/leave/stay))
	mode := math.Log(leave) - math.Log(stay)
	top := leave*math.Log(leave/(leave+stay)) + stay*math.Log(stay/(leave+stay))
	node := func(u float64) (w, h float64) {
		down, up := math.Log1p(math.Exp(-u)), math.Log1p(math.Exp(u)) // -ln p, -ln(1-p)
		if u < -700 {
			down = -u
		}
		if u > 700 {
			up = u
		}
		w = math.Exp(-leave*down - stay*up - top)
		p := math.Exp(-down)
		if p*s*shape < negligible {
			return w, shape * s
		}
		return w, -math.Expm1(-shape*math.Log1p(p*s)) / p
	}
	weight, sum := node(mode)
	sum *= weight
	// One side of the mode at a time; a side ends where its nodes are negligible or purely geometric.
	side := func(direction, decay, flat float64) {
		for u := mode + direction*step; ; u += direction * step {
			w, h := node(u)
			if math.Exp(-direction*u)*flat < negligible {
				w /= -math.Expm1(-decay * step)
				weight, sum = weight+w, sum+w*h
				return
			}
			weight, sum = weight+w, sum+w*h
			if w < negligible*weight && w*h < negligible*sum {
				return
			}
		}
	}
	side(-1, leave, max(1, leave+stay, s, s*shape))
	side(+1, stay, max(1, leave, shape))
	return sum / weight
}
