package lifetime

import (
	"errors"
	"fmt"
	"math"
)

// ErrParameters is wrapped by every error about parameters outside a model's range.
var ErrParameters = errors.New("lifetime: parameters out of range")

// BGNBD is the BG/NBD model (FHL 2005). While alive a customer orders as a Poisson process whose rate
// is Gamma(R, Alpha) over customers, Alpha in Unit; after each repeat order they leave with a
// probability that is Beta(A, B) over customers. A = 0 is the exact limit in which nobody leaves.
//
// The methods take x >= 0 and times in Unit with 0 <= t_x <= T; they allocate nothing. For those and
// valid parameters every result is finite.
type BGNBD struct {
	Unit           Unit
	R, Alpha, A, B float64
}

// Validate refuses parameters outside R, Alpha, B > 0 and A >= 0, and a missing unit, with ErrParameters.
func (m BGNBD) Validate() error {
	positive := m.R > 0 && m.Alpha > 0 && m.A >= 0 && m.B > 0
	if !m.Unit.Valid() || !positive || !finite(m.R+m.Alpha+m.A+m.B) {
		return fmt.Errorf("%w: BG/NBD %+v", ErrParameters, m)
	}
	return nil
}

// To is the same model in another unit; every prediction stays the same.
func (m BGNBD) To(u Unit) BGNBD {
	m.Alpha *= m.Unit.Days() / u.Days()
	m.Unit = u
	return m
}

// LogLikelihood of one customer's history, FHL 2005 equation (6) in logarithms. It depends on the
// unit: x orders in weeks have x ln 7 more than in days.
func (m BGNBD) LogLikelihood(x int, tx, T float64) float64 {
	n := float64(x)
	ll := logRising(m.R, n) - m.R*math.Log1p(T/m.Alpha) - n*math.Log(m.Alpha+T)
	if x == 0 {
		return ll
	}
	return ll + logRising(m.B, n) - logRising(m.A+m.B, n) + softplus(m.logLeft(x, tx, T))
}

// logLeft is the logarithm of the odds that a customer with x >= 1 left at t_x.
func (m BGNBD) logLeft(x int, tx, T float64) float64 {
	return math.Log(m.A/(m.B+float64(x-1))) + (m.R+float64(x))*math.Log1p((T-tx)/(m.Alpha+tx))
}

// softplus is ln(1 + exp(d)) without overflow.
func softplus(d float64) float64 {
	if d > 0 {
		return d + math.Log1p(math.Exp(-d))
	}
	return math.Log1p(math.Exp(d))
}

// PAlive is the probability that the customer has not left. It is 1 at x = 0 by construction, since
// this model lets nobody leave before a second order: see OneTimeBuyer.
func (m BGNBD) PAlive(x int, tx, T float64) float64 {
	if x == 0 {
		return 1
	}
	return 1 / (1 + math.Exp(m.logLeft(x, tx, T)))
}

// ExpectedPurchases is the number of order days expected in the next t units, FHL 2005 equation (10),
// computed without its hypergeometric function: see expected. It is 0 for t <= 0.
func (m BGNBD) ExpectedPurchases(x int, tx, T, t float64) float64 {
	ts, out := [1]float64{t}, [1]float64{}
	m.expected(x, T, ts[:], out[:])
	return m.PAlive(x, tx, T) * out[0]
}

// ExpectedNew is the number of repeat order days expected of a customer in the t units after their
// first order, FHL 2005 equation (9).
func (m BGNBD) ExpectedNew(t float64) float64 { return m.ExpectedPurchases(0, 0, 0, t) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
// The months share one pass, so twelve cost little more than one.
func (m BGNBD) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	alive, month := m.PAlive(x, tx, T), DaysPerMonth/m.Unit.Days()
	var ts [block]float64
	for first := 0; first < len(cumulative); first += block {
		part := cumulative[first:min(first+block, len(cumulative))]
		for i := range part {
			ts[i] = float64(first+i+1) * month
		}
		m.expected(x, T, ts[:len(part)], part)
		for i := range part {
			part[i] *= alive
		}
	}
}
