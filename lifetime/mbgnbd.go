package lifetime

import "fmt"

// MBGNBD is the MBG/NBD model (Batislam, Denizel and Filiztekin 2007; Hoppe and Wagner 2007). It is
// BG/NBD with one more chance to leave, right after the first order, so that a one-time buyer's silence
// speaks against them. While alive a customer orders as a Poisson process whose rate is Gamma(R, Alpha)
// over customers, Alpha in Unit; after each order, the first too, they leave with a probability that is
// Beta(A, B) over customers. A = 0 is the exact limit in which nobody leaves.
//
// The methods are those of CountModel.
type MBGNBD struct {
	Unit           Unit
	R, Alpha, A, B float64
}

var _ CountModel = MBGNBD{}

func (m MBGNBD) core() betaNBD {
	return betaNBD{unit: m.Unit, r: m.R, alpha: m.Alpha, a: m.A, b: m.B, first: 1}
}

// Kind is KindMBGNBD.
func (m MBGNBD) Kind() Kind { return KindMBGNBD }

// TimeUnit is the unit of Alpha.
func (m MBGNBD) TimeUnit() Unit { return m.Unit }

// Parameters are r, alpha, a and b.
func (m MBGNBD) Parameters() []Parameter { return m.core().parameters() }

// Validate refuses parameters outside R, Alpha, B > 0 and A >= 0, and a missing unit, with ErrParameters.
func (m MBGNBD) Validate() error {
	if !m.core().valid() {
		return fmt.Errorf("%w: MBG/NBD %+v", ErrParameters, m)
	}
	return nil
}

// To is the same model in another unit; every prediction stays the same.
func (m MBGNBD) To(u Unit) MBGNBD {
	m.Alpha *= m.Unit.Days() / u.Days()
	m.Unit = u
	return m
}

// LogLikelihood of one customer's history: that of Batislam et al. 2007, in logarithms.
func (m MBGNBD) LogLikelihood(x int, tx, T float64) float64 { return m.core().logLikelihood(x, tx, T) }

// PAlive is the probability that the customer has not left, as Hoppe and Wagner 2007 have it.
func (m MBGNBD) PAlive(x int, tx, T float64) float64 { return m.core().alive(x, tx, T) }

// ExpectedPurchases is the number of order days expected in the next t units, 0 for t <= 0: the formula
// of Batislam et al. 2007, computed without its hypergeometric function: see betaNBD.expected.
func (m MBGNBD) ExpectedPurchases(x int, tx, T, t float64) float64 {
	return m.core().purchases(x, tx, T, t)
}

// ExpectedNew is the number of repeat order days expected of a customer in the t units after their
// first order, those who leave at once among them.
func (m MBGNBD) ExpectedNew(t float64) float64 { return m.ExpectedPurchases(0, 0, 0, t) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
// The months share one pass, so twelve cost little more than one.
func (m MBGNBD) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	m.core().monthly(cumulative, x, tx, T)
}

// LogProbability is the logarithm of the probability of exactly n order days in the next t units.
func (m MBGNBD) LogProbability(n, x int, tx, T, t float64) float64 {
	return m.core().logProbability(n, x, tx, T, t)
}

// DiscountedPurchases is the number of order days expected from now on without end, each discounted
// continuously at a rate per unit above 0.
func (m MBGNBD) DiscountedPurchases(x int, tx, T, rate float64) float64 {
	return m.core().discounted(x, tx, T, rate)
}

// Caveats are sentences for the notes on this model's figures, whatever the customer's history.
func (m MBGNBD) Caveats(int) []string {
	if m.A == 0 {
		return []string{string(NoDropout)}
	}
	return nil
}
