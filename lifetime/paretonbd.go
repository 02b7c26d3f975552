package lifetime

import (
	"fmt"
	"kopeck/lifetime/numeric"
	"math"
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
