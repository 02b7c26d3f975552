package lifetime

import (
	"math"

	"kopeck/lifetime/numeric"
)

// FitBGNBD fits the model by maximum likelihood (FHL 2005, equation 6). The parameters are in the
// sample's unit. Errors: one that wraps ErrStats for an impossible row, *Unidentified where the data
// does not support four parameters, ErrStopped. A fit that did not converge is not an error: see the Report.
//
// Where dropout is not identified, the model is the limit without it: A = 0, B = 1.
func FitBGNBD(s Sample, o Options) (BGNBDFit, error) {
	return fitBetaGeometric[afterRepeats](s, o)
}

// FitMBGNBD fits the model by maximum likelihood (Batislam et al. 2007), as FitBGNBD does.
func FitMBGNBD(s Sample, o Options) (MBGNBDFit, error) {
	return fitBetaGeometric[afterAll](s, o)
}

func fitBetaGeometric[L leaving](s Sample, o Options) (CountFit[BetaGeometric[L]], error) {
	return family[BetaGeometric[L]]{
		likelihood: func(d counts) numeric.Likelihood { return d.betaGeometric(float64(BetaGeometric[L]{}.first())) },
		model: func(u Unit, scale float64, p [4]float64) BetaGeometric[L] {
			return BetaGeometric[L]{Unit: u, R: p[0], Alpha: scale * p[1], A: p[2], B: p[3]}
		},
		nobodyLeaves: [2]float64{0, 1},
	}.fit(s, o)
}

// FitMBGCNBD fits the model by maximum likelihood for each K from 1 on, and chooses the K of the greatest. As in the paper, K is
// at most 12; beyond 4 the search stops where the likelihood has fallen twice. The sample's Gaps decide between them and are part of
// LogLikelihood, which compares with MBG/NBD's. With K = 1 it is FitMBGNBD's fit.
//
// Errors as FitBGNBD, and *Unidentified where the gaps are not all known.
func FitMBGCNBD(s Sample, o Options) (MBGCNBDFit, error) {
	var best MBGCNBDFit
	var before MBGCNBD // the model of one phase fewer
	fallen := 0
	for k := 1; k <= MaxPhases && (k <= 4 || fallen < 2); k++ {
		fit, err := fitPhases(k, before, s, o)
		if err != nil {
			return MBGCNBDFit{}, err
		}
		before = fit.Model
		if k == 1 || fit.LogLikelihood > best.LogLikelihood {
			fit.Iterations += best.Iterations
			best, fallen = fit, 0
		} else {
			best.Iterations += fit.Iterations
			fallen++
		}
	}
	best.describe()
	return best, nil
}

// fitPhases fits the model of k phases; before is the model of one phase fewer, from which the search starts, or zero.
func fitPhases(k int, before MBGCNBD, s Sample, o Options) (MBGCNBDFit, error) {
	return family[MBGCNBD]{
		phases: k,
		likelihood: func(d counts) numeric.Likelihood {
			l := d.betaGeometric(1)
			if before.A > 0 { // the phases pass the faster the more there are
				alpha := before.Alpha / d.scale * float64(k-1) / float64(k)
				l.Starts[1] = []float64{math.Log(before.R), math.Log(alpha), math.Log(before.A), math.Log(before.B)}
				l.Starts = l.Starts[:2]
			}
			return l
		},
		model: func(u Unit, scale float64, p [4]float64) MBGCNBD {
			return MBGCNBD{Unit: u, K: k, R: p[0], Alpha: scale * p[1], A: p[2], B: p[3]}
		},
		nobodyLeaves: [2]float64{0, 1},
	}.fit(s, o)
}

// betaGeometric is the likelihood of BG/NBD with first = 0, of MBG/NBD and MBG/CNBD-k with first = 1.
func (d counts) betaGeometric(first float64) numeric.Likelihood {
	rate := math.Log(d.phases * d.repeats / d.customers)
	start := func(r, a, b float64) []float64 {
		return []float64{math.Log(r), math.Log(r) - rate, math.Log(a), math.Log(b)}
	}
	return numeric.Likelihood{
		Customers: d.customers,
		Starts:    [][]float64{start(0.25, 0.8, 2.5), start(1, 0.3, 0.7), start(2, 0.2, 4), start(0.5, 2, 2)},
		At: func(theta, grad []float64) float64 {
			return d.betaGeometricAt(first, math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2]), math.Exp(theta[3]), grad)
		},
	}
}

// betaGeometricAt is the log-likelihood and its derivatives by the logarithms of the parameters.
func (d counts) betaGeometricAt(first, r, alpha, a, b float64, grad []float64) float64 {
	ll := d.nbdAt(r, alpha, grad)
	byR, byAlpha, byA, byB := grad[0]/r, grad[1]/alpha, 0.0, 0.0
	for _, c := range d.byX {
		chances := c.at + first
		ll += c.weight * (numeric.LogRising(b, chances) - numeric.LogRising(a+b, chances))
		both := numeric.DigammaRising(a+b, chances)
		byA -= c.weight * both
		byB += c.weight * (numeric.DigammaRising(b, chances) - both)
	}
	lastX, logOdds := -1.0, 0.0
	for _, row := range d.rows {
		passed := row.x + first - 1 // chances before the last
		if passed < 0 {
			continue
		}
		if row.x != lastX {
			lastX, logOdds = row.x, math.Log(a/(b+passed))
		}
		last := alpha + row.tx
		silent := row.T - row.tx
		longer := math.Log1p(silent / last) // by log1p because r multiplies it, see margins.at
		odds := logOdds + (r+d.phases*row.x)*longer
		if d.phases > 1 {
			logS, sByR, sByAlpha := d.silence(row, r, alpha)
			ll += row.weight * logS
			odds -= logS
			stayed := row.weight / (1 + math.Exp(odds))
			byR += stayed * sByR
			byAlpha += stayed * sByAlpha
		}
		ll += row.weight * softplus(odds)
		left := row.weight / (1 + math.Exp(-odds)) // weight times P(left at t_x)
		byR += left * longer
		byAlpha -= left * (r + d.phases*row.x) * silent / (last * (last + silent))
		byA += left / a
		byB -= left / (b + passed)
	}
	grad[0], grad[1], grad[2], grad[3] = byR*r, byAlpha*alpha, byA*a, byB*b
	return ll
}
