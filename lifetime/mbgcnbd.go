package lifetime

import (
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// MaxPhases is the largest K of MBGCNBD: orders that come twelve times as regularly as a Poisson process's.
const MaxPhases = 12

// MBGCNBD is the MBG/CNBD-k model of Reutterer, Platzer and Schroeder, "Leveraging purchase regularity for predicting
// customer behavior the easy way" (2020), for customers who order at regular times. It is MBG/NBD but for the time
// between two orders, which is Erlang of K phases: K steps of a Poisson process whose rate is Gamma(R, Alpha) over
// customers, Alpha in Unit, so that an alive customer with the rate λ orders every K/λ, the more regularly the greater
// K. K = 1 is MBG/NBD. A = 0 is the exact limit in which nobody leaves.
//
// The expectations are exact, where the paper approximates them: see expected.
//
// The methods are those of CountModel.
type MBGCNBD struct {
	Unit           Unit
	K              int // 1 to MaxPhases
	R, Alpha, A, B float64
}

var _ CountModel = MBGCNBD{}

// single is the model of one phase with the same parameters, which also has what leaving is in both.
func (m MBGCNBD) single() MBGNBD {
	return MBGNBD{Unit: m.Unit, R: m.R, Alpha: m.Alpha, A: m.A, B: m.B}
}

// Kind is KindMBGCNBD.
func (m MBGCNBD) Kind() Kind { return KindMBGCNBD }

// TimeUnit is the unit of Alpha.
func (m MBGCNBD) TimeUnit() Unit { return m.Unit }

// Parameters are r, alpha, a, b and k, which is a whole number and has no standard error.
func (m MBGCNBD) Parameters() []Parameter {
	return append(m.single().Parameters(), Parameter{"k", float64(m.K)})
}

// Validate refuses parameters outside R, Alpha, B > 0, A >= 0 and K of 1 to MaxPhases, and a missing unit, with
// ErrParameters.
func (m MBGCNBD) Validate() error {
	if !m.single().valid() || m.K < 1 || m.K > MaxPhases {
		return fmt.Errorf("%w: MBG/CNBD-k %+v", ErrParameters, m)
	}
	return nil
}

// To is the same model in another unit; every prediction stays the same.
func (m MBGCNBD) To(u Unit) MBGCNBD {
	m.Alpha *= m.Unit.Days() / u.Days()
	m.Unit = u
	return m
}

// shape is that of the rate of a customer's phases after x repeat orders.
func (m MBGCNBD) shape(x int) float64 { return m.R + float64(m.K*x) }

// LogLikelihood of one customer's history, without the factor that depends on each of the times between the orders,
// their product to the power of K - 1: that is the same for all parameters but K. The rate's probability of K·x phases
// by t_x, times that of having stayed so far, times S plus the odds of having left at the last order, S being the sum
// of what phases has.
func (m MBGCNBD) LogLikelihood(x int, tx, T float64) float64 {
	n, shape := float64(x), m.shape(x)
	_, silent := m.phases(x, tx, T)
	logGamma, _ := math.Lgamma(float64(m.K))
	ll := numeric.LogRising(m.R, shape-m.R) - m.R*math.Log1p(T/m.Alpha) - (shape-m.R)*math.Log(m.Alpha+T) - n*logGamma
	ll += numeric.LogRising(m.B, n+1) - numeric.LogRising(m.A+m.B, n+1)
	return ll + silent + softplus(m.logLeft(x, tx, T)-silent)
}

// logLeft is the logarithm of the odds that the customer left at t_x, against having stayed and begun no phase since.
func (m MBGCNBD) logLeft(x int, tx, T float64) float64 {
	return math.Log(m.A/(m.B+float64(x))) + m.shape(x)*math.Log1p((T-tx)/(m.Alpha+tx))
}

// phases returns the probabilities that 0 to K-1 phases have passed since the last order of a customer who is alive, in
// proportion to (r+Kx)_j/j! · ((T-t_x)/(alpha+T))^j, and the logarithm of the sum S of these, which begin with 1.
func (m MBGCNBD) phases(x int, tx, T float64) (share [MaxPhases]float64, logSum float64) {
	const large = 1e250
	shape, y := m.shape(x), (T-tx)/(m.Alpha+T)
	sum, shift := 1.0, 0.0
	share[0] = 1
	last := 1.0
	for j := 1; j < min(m.K, len(share)); j++ {
		last *= y * (shape + float64(j-1)) / float64(j)
		share[j] = last
		if sum += last; sum > large { // the shape is extremely large
			for i := range share {
				share[i] /= large
			}
			last, sum, shift = last/large, sum/large, shift+math.Log(large)
		}
	}
	for j := range share {
		share[j] /= sum
	}
	return share, math.Log(sum) + shift
}

// PAlive is the probability that the customer has not left.
func (m MBGCNBD) PAlive(x int, tx, T float64) float64 {
	_, silent := m.phases(x, tx, T)
	return m.alive(x, tx, T, silent)
}

// alive is PAlive by the logarithm of S.
func (m MBGCNBD) alive(x int, tx, T, silent float64) float64 {
	return 1 / (1 + math.Exp(m.logLeft(x, tx, T)-silent))
}

// ExpectedPurchases is the number of order days expected in the next t units, 0 for t <= 0.
func (m MBGCNBD) ExpectedPurchases(x int, tx, T, t float64) float64 {
	share, silent := m.phases(x, tx, T)
	ts, out := [1]float64{t}, [1]float64{}
	m.expected(x, T, &share, ts[:], out[:])
	return m.alive(x, tx, T, silent) * out[0]
}

// ExpectedNew is the number of repeat order days expected of a customer in the t units after their first order, those
// who leave at once among them.
func (m MBGCNBD) ExpectedNew(t float64) float64 { return m.ExpectedPurchases(0, 0, 0, t) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
func (m MBGCNBD) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	share, silent := m.phases(x, tx, T)
	blocks := newMonthBlocks(cumulative, m.Unit)
	for part, ends := blocks.next(); len(part) > 0; part, ends = blocks.next() {
		m.expected(x, T, &share, ends, part)
	}
	multiply(cumulative, m.alive(x, tx, T, silent))
}

// Caveats are sentences for the notes on this model's figures, for any history of the customer.
func (m MBGCNBD) Caveats(int) []string { return m.single().Caveats(0) }
