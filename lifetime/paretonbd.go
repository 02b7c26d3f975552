package lifetime

import (
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// ParetoNBD is the Pareto/NBD model (Schmittlein, Morrison and Colombo 1987, "SMC 1987"; Fader and
// Hardie, "A Note on Deriving the Pareto/NBD Model", 2005, "FH 2005" below). While alive a customer orders
// as a Poisson process whose rate is Gamma(R, Alpha) over customers, and leaves at a time of its own, at a
// rate that is Gamma(S, Beta) over customers; Alpha and Beta are in Unit. S = 0 is the exact limit in which
// nobody leaves.
//
// The methods are those of CountModel.
type ParetoNBD struct {
	Unit              Unit
	R, Alpha, S, Beta float64
}

var _ CountModel = ParetoNBD{}

// Kind is KindParetoNBD.
func (m ParetoNBD) Kind() Kind { return KindParetoNBD }

// TimeUnit is the unit of Alpha and Beta.
func (m ParetoNBD) TimeUnit() Unit { return m.Unit }

// Parameters are r, alpha, s and beta.
func (m ParetoNBD) Parameters() []Parameter {
	return []Parameter{{"r", m.R}, {"alpha", m.Alpha}, {"s", m.S}, {"beta", m.Beta}}
}

// Validate refuses parameters outside R, Alpha, Beta > 0 and S >= 0, and a missing unit, with ErrParameters.
func (m ParetoNBD) Validate() error {
	positive := m.R > 0 && m.Alpha > 0 && m.S >= 0 && m.Beta > 0
	if !m.Unit.Valid() || !positive || !numeric.Finite(m.R+m.Alpha+m.S+m.Beta) {
		return fmt.Errorf("%w: Pareto/NBD %+v", ErrParameters, m)
	}
	return nil
}

// To is the same model in another unit; every prediction stays the same.
func (m ParetoNBD) To(u Unit) ParetoNBD {
	factor := m.Unit.Days() / u.Days()
	m.Unit, m.Alpha, m.Beta = u, m.Alpha*factor, m.Beta*factor
	return m
}

// LogLikelihood of one customer's history: that of FH 2005 in logarithms, with the integral of its derivation
// in place of the two hypergeometric functions, see paretoLeft.
func (m ParetoNBD) LogLikelihood(x int, tx, T float64) float64 {
	n := float64(x)
	return numeric.LogRising(m.R, n) - m.R*math.Log1p(T/m.Alpha) - n*math.Log(m.Alpha+T) - m.S*math.Log1p(T/m.Beta) +
		softplus(m.logLeft(n, tx, T))
}

func (m ParetoNBD) logLeft(n, tx, T float64) float64 {
	left := paretoLeft{r: m.R, alpha: m.Alpha, s: m.S, beta: m.Beta}
	return left.logOdds(n, tx, T, nil)
}

// PAlive is the probability that the customer has not left: SMC 1987 equations (11) to (13), in one form
// for all parameters.
func (m ParetoNBD) PAlive(x int, tx, T float64) float64 {
	return 1 / (1 + math.Exp(m.logLeft(float64(x), tx, T)))
}

// ExpectedPurchases is the number of order days expected in the next t units, 0 for t <= 0: SMC 1987
// equation (22).
func (m ParetoNBD) ExpectedPurchases(x int, tx, T, t float64) float64 {
	if !(t > 0) {
		return 0
	}
	return m.PAlive(x, tx, T) * (m.R + float64(x)) * m.lifetime(T, t) / (m.Alpha + T)
}

// lifetime is the time that a customer alive at T is expected to stay within the next t units:
// (beta + T)/(s - 1) · (1 - ((beta + T)/(beta + T + t))^(s-1)), without its singularity at s = 1.
func (m ParetoNBD) lifetime(T, t float64) float64 {
	scale := m.Beta + T
	growth := math.Log1p(t / scale)
	over := m.S - 1
	if over == 0 {
		return scale * growth
	}
	return scale * (-math.Expm1(-over*growth) / over)
}

// ExpectedNew is the number of repeat order days expected of a customer in the t units after their
// first order: SMC 1987 equation (17).
func (m ParetoNBD) ExpectedNew(t float64) float64 { return m.ExpectedPurchases(0, 0, 0, t) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
func (m ParetoNBD) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	rate := m.PAlive(x, tx, T) * (m.R + float64(x)) / (m.Alpha + T)
	month := DaysPerMonth / m.Unit.Days()
	for i := range cumulative {
		cumulative[i] = rate * m.lifetime(T, float64(i+1)*month)
	}
}

// Caveats are sentences for the notes on this model's figures, for any history of the customer.
func (m ParetoNBD) Caveats(int) []string {
	if m.S == 0 {
		return []string{string(NoDropout)}
	}
	return nil
}

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
