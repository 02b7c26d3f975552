package lifetime

import (
	"errors"
	"fmt"
)

// ErrParameters is wrapped by every error about parameters outside a model's range.
var ErrParameters = errors.New("lifetime: parameters out of range")

// BGNBD is the BG/NBD model (FHL 2005). While alive a customer orders as a Poisson process whose rate
// is Gamma(R, Alpha) over customers, Alpha in Unit; after each repeat order they leave with a
// probability that is Beta(A, B) over customers. A = 0 is the exact limit in which nobody leaves.
//
// The methods are those of CountModel.
type BGNBD struct {
	Unit           Unit
	R, Alpha, A, B float64
}

var _ CountModel = BGNBD{}

func (m BGNBD) core() betaNBD {
	return betaNBD{unit: m.Unit, r: m.R, alpha: m.Alpha, a: m.A, b: m.B, first: 0}
}

// Kind is KindBGNBD.
func (m BGNBD) Kind() Kind { return KindBGNBD }

// TimeUnit is the unit of Alpha.
func (m BGNBD) TimeUnit() Unit { return m.Unit }

// Parameters are r, alpha, a and b.
func (m BGNBD) Parameters() []Parameter { return m.core().parameters() }

// Validate refuses parameters outside R, Alpha, B > 0 and A >= 0, and a missing unit, with ErrParameters.
func (m BGNBD) Validate() error {
	if !m.core().valid() {
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
func (m BGNBD) LogLikelihood(x int, tx, T float64) float64 { return m.core().logLikelihood(x, tx, T) }

// PAlive is the probability that the customer has not left. It is 1 at x = 0 by construction, since
// this model lets nobody leave before a second order: see OneTimeBuyer.
func (m BGNBD) PAlive(x int, tx, T float64) float64 { return m.core().alive(x, tx, T) }

// ExpectedPurchases is the number of order days expected in the next t units, FHL 2005 equation (10),
// computed without its hypergeometric function: see betaNBD.expected. It is 0 for t <= 0.
func (m BGNBD) ExpectedPurchases(x int, tx, T, t float64) float64 {
	return m.core().purchases(x, tx, T, t)
}

// ExpectedNew is the number of repeat order days expected of a customer in the t units after their
// first order, FHL 2005 equation (9).
func (m BGNBD) ExpectedNew(t float64) float64 { return m.ExpectedPurchases(0, 0, 0, t) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
// The months share one pass, so twelve cost little more than one.
func (m BGNBD) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	m.core().monthly(cumulative, x, tx, T)
}

// LogProbability is the logarithm of the probability of exactly n order days in the next t units; for a
// new customer it is FHL 2005 equation (8).
func (m BGNBD) LogProbability(n, x int, tx, T, t float64) float64 {
	return m.core().logProbability(n, x, tx, T, t)
}

// DiscountedPurchases is the number of order days expected from now on without end, each discounted
// continuously at a rate per unit above 0.
func (m BGNBD) DiscountedPurchases(x int, tx, T, rate float64) float64 {
	return m.core().discounted(x, tx, T, rate)
}

// OneTimeBuyer is the note on a BG/NBD figure of a customer with x = 0: the model lets nobody leave
// before a second order, so their probability of being alive is 1 however long they have been silent.
// Their expected orders do fall with silence and can be used.
const OneTimeBuyer = "BG/NBD calls a one-time buyer surely alive, whatever their silence: the probability is an artefact"

// Caveats are sentences for the notes on this model's figures for a customer with x repeat order days.
func (m BGNBD) Caveats(x int) []string {
	var c []string
	if x == 0 {
		c = append(c, OneTimeBuyer)
	}
	if m.A == 0 {
		c = append(c, string(NoDropout))
	}
	return c
}
