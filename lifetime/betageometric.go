package lifetime

import (
	"errors"
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// ErrParameters is wrapped by every error about parameters outside a model's range.
var ErrParameters = errors.New("lifetime: parameters out of range")

// BetaGeometric is BGNBD or MBGNBD; use it by these two names. Both have a rate of orders that is Gamma(R, Alpha) over
// customers and a probability to leave that is Beta(A, B) over customers. They differ in the orders after which a
// customer has a chance to leave: the repeat orders, or all. A customer with x repeat orders has taken none of their
// chances but perhaps the last.
//
// The methods are those of CountModel.
type BetaGeometric[L leaving] struct {
	Unit           Unit
	R, Alpha, A, B float64
}

// first is how many chances to leave the first order gives.
func (m BetaGeometric[L]) first() int {
	var chances L
	return len(chances)
}

// chances is how many chances to leave a customer with x repeat orders has had.
func (m BetaGeometric[L]) chances(x int) int { return x + m.first() }

// Kind is KindBGNBD or KindMBGNBD.
func (m BetaGeometric[L]) Kind() Kind {
	if m.first() == 0 {
		return KindBGNBD
	}
	return KindMBGNBD
}

// TimeUnit is the unit of Alpha.
func (m BetaGeometric[L]) TimeUnit() Unit { return m.Unit }

// Parameters are r, alpha, a and b.
func (m BetaGeometric[L]) Parameters() []Parameter {
	return []Parameter{{"r", m.R}, {"alpha", m.Alpha}, {"a", m.A}, {"b", m.B}}
}

// Validate refuses parameters outside R, Alpha, B > 0 and A >= 0, and a missing unit, with ErrParameters.
func (m BetaGeometric[L]) Validate() error {
	if !m.valid() {
		return fmt.Errorf("%w: %s %+v", ErrParameters, m.Kind().Name(), m)
	}
	return nil
}

func (m BetaGeometric[L]) valid() bool {
	positive := m.R > 0 && m.Alpha > 0 && m.A >= 0 && m.B > 0
	return m.Unit.Valid() && positive && numeric.Finite(m.R+m.Alpha+m.A+m.B)
}

// To is the same model in another unit; every prediction stays the same.
func (m BetaGeometric[L]) To(u Unit) BetaGeometric[L] {
	m.Alpha *= m.Unit.Days() / u.Days()
	m.Unit = u
	return m
}

// LogLikelihood of one customer's history, FHL 2005 equation (6) and that of Batislam et al. 2007, in logarithms: that of
// the rate, times the probability of having stayed at all chances but the last, times 1 plus the odds of having left at
// the last. It depends on the unit: x orders in weeks have x ln 7 more than in days.
func (m BetaGeometric[L]) LogLikelihood(x int, tx, T float64) float64 {
	n, chances := float64(x), float64(m.chances(x))
	ll := numeric.LogRising(m.R, n) - m.R*math.Log1p(T/m.Alpha) - n*math.Log(m.Alpha+T)
	if chances == 0 {
		return ll
	}
	return ll + numeric.LogRising(m.B, chances) - numeric.LogRising(m.A+m.B, chances) + softplus(m.logLeft(x, tx, T))
}

// logLeft is the logarithm of the odds that a customer who has had a chance to leave took the last, at t_x.
func (m BetaGeometric[L]) logLeft(x int, tx, T float64) float64 {
	return math.Log(m.A/(m.B+float64(m.chances(x)-1))) + (m.R+float64(x))*math.Log1p((T-tx)/(m.Alpha+tx))
}

// softplus is ln(1 + exp(d)) without overflow.
func softplus(d float64) float64 {
	if d > 0 {
		return d + math.Log1p(math.Exp(-d))
	}
	return math.Log1p(math.Exp(d))
}

// PAlive is the probability that the customer has not left, for MBG/NBD that of Hoppe and Wagner 2007. It is 1 where there
// was no chance: for BG/NBD at x = 0, since that model lets nobody leave before a second order: see OneTimeBuyer.
func (m BetaGeometric[L]) PAlive(x int, tx, T float64) float64 {
	if m.chances(x) == 0 {
		return 1
	}
	return 1 / (1 + math.Exp(m.logLeft(x, tx, T)))
}

// Caveats are sentences for the notes on this model's figures for a customer with x repeat order days.
func (m BetaGeometric[L]) Caveats(x int) []string {
	var c []string
	if m.chances(x) == 0 {
		c = append(c, OneTimeBuyer)
	}
	if m.A == 0 {
		c = append(c, string(NoDropout))
	}
	return c
}

// BGNBD is the BG/NBD model (FHL 2005). While alive a customer orders as a Poisson process whose rate
// is Gamma(R, Alpha) over customers, Alpha in Unit; after each repeat order they leave with a
// probability that is Beta(A, B) over customers. A = 0 is the exact limit in which nobody leaves.
type BGNBD = BetaGeometric[afterRepeats]

// MBGNBD is the MBG/NBD model (Batislam, Denizel and Filiztekin 2007; Hoppe and Wagner 2007). It is
// BG/NBD with one more chance to leave, right after the first order, so that a one-time buyer's silence
// counts against them.
type MBGNBD = BetaGeometric[afterAll]

// leaving says after which orders a customer may leave: the length of the type is how many chances to leave the first order
// gives. The elements take no space, and the lengths are constants to the compiler.
type leaving interface{ afterRepeats | afterAll }

type (
	afterRepeats [0]struct{}
	afterAll     [1]struct{}
)

var _, _ CountModel = BGNBD{}, MBGNBD{}

// OneTimeBuyer is the note on a BG/NBD figure of a customer with x = 0: the model lets nobody leave
// before a second order, so their probability of being alive is 1 however long they have been silent.
// Their expected orders do fall with silence and can be used.
const OneTimeBuyer = "BG/NBD calls a one-time buyer surely alive, whatever their silence: the probability is an artefact"
