package lifetime

import (
	"fmt"
	"maps"
	"math"
	"slices"
)

// Kind names a model of order counts; it reads as the API writes it.
type Kind string

// The kinds.
const (
	KindBGNBD     Kind = "BG_NBD"
	KindMBGNBD    Kind = "MBG_NBD"
	KindParetoNBD Kind = "PARETO_NBD"
	KindMBGCNBD   Kind = "MBG_CNBD_K"

	KindMeanRate         Kind = "MEAN_RATE" // this and the following are simple forecasts: see SimpleRate
	KindOwnRate          Kind = "OWN_RATE"
	KindRecencyFrequency Kind = "RECENCY_FREQUENCY"
	KindLastPeriod       Kind = "LAST_PERIOD"
)

// Kinds returns the kinds that are fitted where none is asked for, in the order in which equally good ones are preferred.
func Kinds() []Kind { return []Kind{KindBGNBD, KindMBGNBD, KindParetoNBD, KindMBGCNBD} }

// SimpleKinds returns the kinds of SimpleRate, which have no probabilities that the others' could be compared with.
func SimpleKinds() []Kind {
	return []Kind{KindMeanRate, KindOwnRate, KindRecencyFrequency, KindLastPeriod}
}

// Name is the kind as papers write it, BG/NBD, MBG/NBD, Pareto/NBD and MBG/CNBD-k, or in words.
func (k Kind) Name() string {
	switch k {
	case KindBGNBD:
		return "BG/NBD"
	case KindMBGNBD:
		return "MBG/NBD"
	case KindParetoNBD:
		return "Pareto/NBD"
	case KindMBGCNBD:
		return "MBG/CNBD-k"
	case KindMeanRate:
		return "the mean rate of all"
	case KindOwnRate:
		return "the customer's own rate"
	case KindRecencyFrequency:
		return "recency and frequency"
	case KindLastPeriod:
		return "the last period again"
	}
	return string(k)
}

// CountModel is a model of how often customers order and when they leave: BGNBD, MBGNBD, ParetoNBD, MBGCNBD or
// SimpleRate.
//
// The methods take x >= 0 and times in the model's unit with 0 <= t_x <= T; none allocates but Parameters
// and Caveats. For those and valid parameters every result is finite, unless it says otherwise.
type CountModel interface { //nolint:interfacebloat // every model implements all of it, and its users need most of it
	Kind() Kind
	TimeUnit() Unit
	// Parameters in the order of Report.StdErrors.
	Parameters() []Parameter
	// Validate refuses parameters outside the model's range, and a missing unit, with ErrParameters.
	Validate() error

	// LogLikelihood of one customer's history, of MBGCNBD up to a factor. It depends on the unit: x orders in weeks have x ln 7
	// more than in days.
	LogLikelihood(x int, tx, T float64) float64
	// PAlive is the probability that the customer has not left.
	PAlive(x int, tx, T float64) float64
	// ExpectedPurchases is the number of order days expected in the next t units, 0 for t <= 0.
	ExpectedPurchases(x int, tx, T, t float64) float64
	// ExpectedNew is the number of repeat order days expected of a customer in the t units after their
	// first order.
	ExpectedNew(t float64) float64
	// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
	MonthlyOrders(cumulative []float64, x int, tx, T float64)
	// LogProbability is the logarithm of the probability of exactly n order days in the next t units;
	// minus infinity where that is impossible. With x = 0 and no time passed it is a new customer's.
	LogProbability(n, x int, tx, T, t float64) float64
	// DiscountedPurchases is the number of order days expected from now on without end, each discounted
	// continuously at a rate per unit above 0 ("DERT"); NaN for another.
	DiscountedPurchases(x int, tx, T, rate float64) float64

	// Caveats are sentences for the notes on this model's figures for a customer with x repeat order days.
	Caveats(x int) []string
}

// Parameter is one of a model's, as papers and the API name it.
type Parameter struct {
	Name  string
	Value float64
}

// NewCountModel is the model of a kind with its parameters by name; others are ignored. Errors wrap
// ErrParameters: an unknown kind, a parameter that is missing or out of range, no unit.
func NewCountModel(kind Kind, u Unit, parameters map[string]float64) (CountModel, error) {
	var m CountModel
	p := parameters
	switch kind {
	case KindBGNBD:
		m = BGNBD{Unit: u, R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
	case KindMBGNBD:
		m = MBGNBD{Unit: u, R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
	case KindParetoNBD:
		m = ParetoNBD{Unit: u, R: p["r"], Alpha: p["alpha"], S: p["s"], Beta: p["beta"]}
	case KindMBGCNBD:
		k, given := p["k"]
		if given && k != math.Trunc(k) {
			return nil, fmt.Errorf("%w: k is %g", ErrParameters, k)
		}
		m = MBGCNBD{Unit: u, K: int(max(0, min(k, MaxPhases+1))), R: p["r"], Alpha: p["alpha"], A: p["a"], B: p["b"]}
	case KindMeanRate, KindOwnRate, KindRecencyFrequency, KindLastPeriod:
		m = SimpleRate{Of: kind, Unit: u, Rate: p["rate"], Hiatus: p["hiatus"], Period: p["period"]}
	default:
		return nil, fmt.Errorf("%w: there is no model %q", ErrParameters, kind)
	}
	for _, needed := range m.Parameters() {
		if _, given := p[needed.Name]; !given {
			return nil, fmt.Errorf("%w: %s needs %s and has %v", ErrParameters, kind, needed.Name, slices.Sorted(maps.Keys(p)))
		}
	}
	return m, m.Validate()
}

// monthBlocks cuts cumulative figures, of which element i is about the end of month i+1 from now, into blocks of
// consecutive months.
type monthBlocks struct {
	rest  []float64 // the elements of the months after those that next has returned
	month float64   // its length in the unit
	begun int       // months before rest
	ends  [block]float64
}

func newMonthBlocks(cumulative []float64, unit Unit) monthBlocks {
	return monthBlocks{rest: cumulative, month: DaysPerMonth / unit.Days()}
}

// next returns the elements of the next block and the ends of their months; none after the last. The ends hold
// until the next call.
func (b *monthBlocks) next() (part, ends []float64) {
	n := min(block, len(b.rest))
	for i := range n {
		b.ends[i] = float64(b.begun+i+1) * b.month
	}
	part = b.rest[:n]
	b.rest, b.begun = b.rest[n:], b.begun+n
	return part, b.ends[:n]
}

// multiply multiplies all values by a factor.
func multiply(values []float64, factor float64) {
	for i := range values {
		values[i] *= factor
	}
}
