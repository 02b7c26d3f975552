package lifetime

import (
	"kopeck/lifetime/numeric"
	"math"
)

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
