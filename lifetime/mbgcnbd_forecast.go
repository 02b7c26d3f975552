package lifetime

import (
	"math"
	"math/cmplx"

	"kopeck/lifetime/numeric"
)

// expected fills out[i] with E[orders in (T, T + ts[i]]] of a customer known to be alive, of whose phases since the last order the
// shares are known; ts ascends and has 1 to block horizons.
//
// Given that j phases have passed, the rate of phases is Gamma(r+Kx+j, alpha+T) and the leaving probability Beta(a, B)
// with B = b + x + 1, so the number N of phases that would come if nobody left is negative binomial, and order i of
// those they make, counted from 0, is still made with probability (B)_i/(a+B)_i:
//
//	E = sum over N of P(N) · g((N+j)/K rounded down),  g(n) = sum over i < n of (B)_i/(a+B)_i
//
// All terms are positive. Where they would be too many it is the mean of overPhases over the leaving probability.
func (m MBGCNBD) expected(x int, T float64, share *[MaxPhases]float64, ts, out []float64) {
	if m.K == 1 {
		m.single().expected(x, T, ts, out)
		return
	}
	shape, stay, scale := m.shape(x), m.B+float64(x+1), m.Alpha+T
	most, near := shape+float64(m.K-1), len(ts)
	for ; near > 0; near-- {
		if s := max(ts[near-1], 0) / scale; most*s < maxTerms/2 && most*math.Log1p(s) < maxLogHead {
			break
		}
	}
	for i := near; i < len(ts); i++ {
		out[i] = m.byPhases(shape, stay, max(ts[i], 0)/scale, share)
	}
	for near > 0 && !m.bySeries(shape, stay, scale, share, ts[:near], out[:near]) {
		near-- // too many terms for the longest
		out[near] = m.byPhases(shape, stay, max(ts[near], 0)/scale, share)
	}
}

// bySeries is expected where a series has few enough terms; else it reports false.
func (m MBGCNBD) bySeries(shape, stay, scale float64, share *[MaxPhases]float64, ts, out []float64) bool {
	clear(out)
	var part [block]float64
	for j := range m.K {
		if share[j] == 0 {
			continue
		}
		if !series(shape+float64(j), m.A, stay, scale, m.K, j, ts, part[:]) {
			return false
		}
		for i := range out {
			out[i] += share[j] * part[i]
		}
	}
	return true
}

// byPhases is expected for a horizon of s times alpha + T, as a mean over the leaving probability. It loses digits where less
// than an order is expected, which is no far horizon.
func (m MBGCNBD) byPhases(shape, stay, s float64, share *[MaxPhases]float64) float64 {
	most := shape + float64(m.K-1)
	return numeric.BetaMean(m.A, stay, max(1, s, s*most), most, func(p float64) float64 { return overPhases(p, shape, s, m.K, share) })
}

// overPhases is the same expectation given the leaving probability p: over the j phases that have passed with their
// shares, the mean of
//
//	(1 - (1-p)^M)/p,  M = (N+j)/k rounded down.
//
// With z = (1-p)^(1/k) and the k-th roots of unity ω, and G(v) = (1 + s·(1-v))^-(shape+j), the mean of v^N,
//
//	E[(1-p)^M] = sum over the ω of c(ω)·(zω)^j·G(zω),  c(ω) = 1/k · (1 - z^-k)/(1 - 1/(zω))
//
// which the discrete Fourier transform of M's remainders gives. The term of ω = 1 is near 1 and taken apart by expm1.
func overPhases(p, shape, s float64, k int, share *[MaxPhases]float64) float64 {
	n := float64(k)
	var logZ float64
	switch {
	case p*max(n, s*(shape+n)) < numeric.Negligible:
		p = 0 // the limit
	case p < 0.5:
		logZ = math.Log1p(-p) / n
	default:
		logZ = math.Log(max(1-p, numeric.Negligible)) / n // nearer to 1 nothing changes
	}
	z, sum := math.Exp(logZ), 0.0
	for j := range k {
		if share[j] == 0 {
			continue
		}
		r := shape + float64(j)
		var h float64
		if p == 0 {
			h = float64(j)/n - (n-1)/(2*n) + r*s/n
		} else {
			less := 0.0 // 1 - c(1)·z^j
			for c := range k {
				less -= math.Expm1(float64(j-c)*logZ) / n
			}
			h = (less - (1-less)*math.Expm1(-r*math.Log1p(-s*math.Expm1(logZ)))) / p
		}
		for l := 1; l < k; l++ {
			omega := cmplx.Rect(1, 2*math.Pi*float64(l)/n)
			v := complex(z, 0) * omega
			g := cmplx.Exp(complex(-r, 0)*cmplx.Log(1+complex(s, 0)*(1-v)) + complex(float64(j), 0)*cmplx.Log(v))
			h += real(g / (complex(n*math.Exp(n*logZ), 0) * (1 - 1/v)))
		}
		sum += share[j] * h
	}
	return sum
}

// LogProbability is the logarithm of the probability of exactly n order days in the next t units. Of a customer who
// is alive and of whose phases j have passed, they are n if so many would have come without leaving and all n chances
// are passed, or if at least n would have come and the n-th chance is taken, as in BetaGeometric.LogProbability; n orders
// take nK-j to nK-j+K-1 phases.
func (m MBGCNBD) LogProbability(n, x int, tx, T, t float64) float64 {
	if m.K == 1 {
		return m.single().LogProbability(n, x, tx, T, t)
	}
	if n < 0 || !(t > 0) {
		return none(n)
	}
	share, silent := m.phases(x, tx, T)
	odds := m.logLeft(x, tx, T) - silent
	logAlive, logGone := -softplus(odds), -softplus(-odds)
	stay, growth, k := m.B+float64(x+1), math.Log1p(t/(m.Alpha+T)), float64(n)
	passed, taken := 0.0, math.Inf(-1)
	if n > 0 {
		passed, taken = logChances(m.A, stay, k)
	}
	all := math.Inf(-1)
	for j := range m.K {
		if share[j] == 0 {
			continue
		}
		shape, least := m.shape(x)+float64(j), n*m.K-j
		come := math.Inf(-1)
		for phases := max(least, 0); phases < least+m.K; phases++ {
			come = logSum(come, logNegBin(float64(phases), shape, growth))
		}
		part := come + passed
		if n > 0 {
			at := logNegBin(float64(least), shape, growth)
			part = logSum(part, logNegBinTail(float64(least), shape, growth, at)+taken)
		}
		all = logSum(all, math.Log(share[j])+part)
	}
	all += logAlive
	if n == 0 {
		all = logSum(all, logGone)
	}
	return all
}

// DiscountedPurchases is the number of order days expected from now on without end, each discounted continuously at a
// rate per unit above 0. Given the rate λ of phases, one that comes after n phases is worth φ^n today, φ = λ/(λ+rate), so
// that, given also the leaving probability p and that j phases have passed, all are worth φ^(K-j)/(1 - (1-p)·φ^K). The
// mean over λ ~ Gamma(r+Kx, alpha+t_x) given that fewer than K phases have passed since t_x, and over p, is taken. It
// costs some ten thousand exponentials.
func (m MBGCNBD) DiscountedPurchases(x int, tx, T, rate float64) float64 {
	if m.K == 1 {
		return m.single().DiscountedPurchases(x, tx, T, rate)
	}
	if !(rate > 0) {
		return math.NaN()
	}
	share, silent := m.phases(x, tx, T)
	alive := m.alive(x, tx, T, silent)
	stay, k, sum := m.B+float64(x+1), float64(m.K), 0.0
	for j := range m.K {
		if share[j] == 0 {
			continue
		}
		sum += share[j] * gammaMean(m.shape(x)+float64(j), m.Alpha+T, func(lambda float64) float64 {
			later := math.Log1p(rate / lambda) // -ln φ
			once := -math.Expm1(-k * later)    // 1 - φ^K
			return math.Exp(-(k-float64(j))*later) * numeric.BetaMean(m.A, stay, 1/once, 1, func(p float64) float64 {
				return 1 / (p*(1-once) + once)
			})
		})
	}
	return alive * sum
}

// gammaMean is the mean of h(λ) over λ ~ Gamma(shape, scale), scale being the rate parameter, for smooth h > 0 that
// grows no faster than a power of λ: the trapezoidal rule in u = ln(λ·scale/shape), as in betaMean.
func gammaMean(shape, scale float64, h func(lambda float64) float64) float64 {
	step := min(numeric.WideStep, numeric.PeakStep/math.Sqrt(shape))
	mode := math.Log(shape) - math.Log(scale)
	node := func(u float64) float64 {
		w := math.Exp(shape * (u - math.Expm1(u)))
		if w == 0 {
			return 0
		}
		return w * h(math.Exp(u+mode))
	}
	sum := node(0)
	for _, direction := range [2]float64{-1, 1} {
		for i := 1.0; ; i++ {
			value := node(direction * i * step)
			sum += value
			if value <= numeric.Negligible*sum {
				break
			}
		}
	}
	// The weights sum to the integral exp(shape)·Γ(shape)/shape^shape over the step.
	if shape >= numeric.Asymptotic {
		return sum * step * math.Sqrt(shape/(2*math.Pi)) * math.Exp(-numeric.Stirling(shape))
	}
	lg, _ := math.Lgamma(shape)
	return sum * step * math.Exp(shape*(math.Log(shape)-1)-lg)
}
