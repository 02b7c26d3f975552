package lifetime

import (
	"kopeck/lifetime/numeric"
	"math"
)

// FitParetoNBD fits the model by maximum likelihood (FH 2005), as FitBGNBD does. Where dropout
// is not identified, the model is the limit without it: S = 0, Beta = 1.
func FitParetoNBD(s Sample, o Options) (ParetoNBDFit, error) {
	return family[ParetoNBD]{
		likelihood: counts.paretoNBD,
		model: func(u Unit, scale float64, p [4]float64) ParetoNBD {
			m := ParetoNBD{Unit: u, R: p[0], Alpha: scale * p[1], S: p[2], Beta: scale * p[3]}
			if m.S == 0 {
				m.Beta = 1
			}
			return m
		},
		nobodyLeaves: [2]float64{0, 1},
	}.fit(s, o)
}

func (d counts) paretoNBD() numeric.Likelihood {
	rate := math.Log(d.repeats / d.customers)
	start := func(r, s, beta float64) []float64 {
		return []float64{math.Log(r), math.Log(r) - rate, math.Log(s), math.Log(beta)}
	}
	return numeric.Likelihood{
		Customers: d.customers,
		Starts:    [][]float64{start(0.5, 0.5, 0.3), start(1, 0.3, 1), start(2, 2, 2), start(0.3, 1, 5)},
		At: func(theta, grad []float64) float64 {
			return d.paretoNBDAt(paretoLeft{math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2]), math.Exp(theta[3])}, grad)
		},
	}
}

// paretoNBDAt is the log-likelihood and its derivatives by the logarithms of the parameters.
func (d counts) paretoNBDAt(m paretoLeft, grad []float64) float64 {
	ll := d.nbdAt(m.r, m.alpha, grad)
	byR, byAlpha, byS, byBeta := grad[0]/m.r, grad[1]/m.alpha, 0.0, 0.0
	for _, c := range d.byT {
		past := math.Log1p(c.at / m.beta)
		ll -= c.weight * m.s * past
		byS -= c.weight * past
		byBeta += c.weight * m.s * c.at / m.beta / (m.beta + c.at)
	}
	var by [4]float64
	for _, row := range d.rows {
		odds := m.logOdds(row.x, row.tx, row.T, &by)
		ll += row.weight * softplus(odds)
		left := row.weight / (1 + math.Exp(-odds)) // weight times P(left)
		byR += left * by[0]
		byAlpha += left * by[1]
		byS += left * by[2]
		byBeta += left * by[3]
	}
	grad[0], grad[1], grad[2], grad[3] = byR*m.r, byAlpha*m.alpha, byS*m.s, byBeta*m.beta
	return ll
}
