package lifetime

import (
	"cmp"
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// SimpleRate is a forecast without a distribution over customers: everybody orders at a known rate, as a Poisson process, and either
// has left already or never leaves. Its kinds are what a model is worth its trouble against (design, section 7), and can be used in
// place of one:
//
//	MEAN_RATE          all at Rate, the mean of all customers, Σx/ΣT
//	OWN_RATE           each at x/T
//	RECENCY_FREQUENCY  each at x/T, and not at all once the last order is longer ago than Hiatus
//	LAST_PERIOD        each as in the last Period: at the order days of that time over it
//
// RECENCY_FREQUENCY is the heuristic of Wübben and von Wangenheim, "Instant Customer Base Analysis: Managerial Heuristics Often 'Get It
// Right'", Journal of Marketing 72 (2008), with the hiatus taken from the log: the time that 95 of 100 times between two orders do not
// exceed. LAST_PERIOD needs more of a customer than (x, t_x, T): see Repeating.
//
// The methods are those of CountModel.
type SimpleRate struct {
	Of     Kind // one of SimpleKinds
	Unit   Unit
	Rate   float64 // order days of a customer in a unit after the first, in the mean; new customers have it in all kinds
	Hiatus float64 // in Unit, of KindRecencyFrequency alone
	Period float64 // in Unit, of KindLastPeriod alone; at most a year

	recent    int  // order days of a customer's last Period
	repeating bool // recent is known
}

var _ CountModel = SimpleRate{}

// FitSimpleRate computes a simple forecast of a sample; there is nothing that could fail to converge. Errors are those of FitCounts:
// without Sample.Gaps KindRecencyFrequency is refused with *Unidentified.
func FitSimpleRate(kind Kind, s Sample) (CountFit[SimpleRate], error) {
	if err := s.Validate(); err != nil {
		return CountFit[SimpleRate]{}, err
	}
	if err := identifiable(s); err != nil {
		return CountFit[SimpleRate]{}, err
	}
	var repeats, time, logLikelihood float64
	for _, r := range s.Rows {
		repeats += float64(r.N) * float64(r.X)
		time += float64(r.N) * r.T
	}
	m := SimpleRate{Of: kind, Unit: s.Unit, Rate: repeats / time}
	if kind == KindRecencyFrequency {
		if m.Hiatus = s.Gaps.Long; m.Hiatus == 0 {
			return CountFit[SimpleRate]{}, &Unidentified{NoGaps, s.Customers(), s.Repeaters()}
		}
	}
	if kind == KindLastPeriod {
		m.Period = cmp.Or(s.Period, YearDays/s.Unit.Days())
	}
	for _, r := range s.Rows {
		logLikelihood += float64(r.N) * m.LogLikelihood(r.X, r.TX, r.T)
	}
	return CountFit[SimpleRate]{
		Model: m, NoDropoutLogLikelihood: logLikelihood,
		Report: Report{
			LogLikelihood: logLikelihood, Converged: true, Rows: len(s.Rows), Customers: s.Customers(),
			Status: "a simple forecast, computed and not fitted",
		},
	}, nil
}

// Repeating returns the model for a customer with a number of order days in the last period: KindLastPeriod for the customer's own. Without
// it everybody has the mean rate of all. Other models do not ask what came last, and are returned as they are.
func Repeating(m CountModel, recent int) CountModel {
	if s, ok := m.(SimpleRate); ok && s.Of == KindLastPeriod {
		s.recent, s.repeating = recent, true
		return s
	}
	return m
}

// PeriodDays returns the length, in days, of the last period that a model repeats; 0 of one that repeats none.
func PeriodDays(m CountModel) int {
	s, ok := m.(SimpleRate)
	if !ok || s.Of != KindLastPeriod {
		return 0
	}
	return int(math.Round(s.Period * s.Unit.Days()))
}

// rate is that of a customer who has not left.
func (m SimpleRate) rate(x int, T float64) float64 {
	switch {
	case m.repeating:
		return float64(m.recent) / m.Period
	case m.Of == KindLastPeriod:
		return m.Rate
	case m.Of == KindMeanRate || T <= 0:
		return m.Rate // nobody has a rate of their own before any time has passed
	default:
		return float64(x) / T
	}
}

// Kind is Of.
func (m SimpleRate) Kind() Kind { return m.Of }

// TimeUnit is the unit of Rate, Hiatus and Period.
func (m SimpleRate) TimeUnit() Unit { return m.Unit }

// Parameters are rate and, of KindRecencyFrequency, hiatus, of KindLastPeriod period.
func (m SimpleRate) Parameters() []Parameter {
	p := []Parameter{{"rate", m.Rate}}
	if m.Of == KindRecencyFrequency {
		p = append(p, Parameter{"hiatus", m.Hiatus})
	}
	if m.Of == KindLastPeriod {
		p = append(p, Parameter{"period", m.Period})
	}
	return p
}

// Validate refuses a rate or a hiatus not above 0, a period that is not of 1 to YearDays days, and a missing unit, with ErrParameters.
func (m SimpleRate) Validate() error {
	ok := m.Rate > 0 && numeric.Finite(m.Rate) && m.Unit.Valid() && (m.Of != KindRecencyFrequency || m.Hiatus > 0 && numeric.Finite(m.Hiatus))
	if days := m.Period * m.Unit.Days(); m.Of == KindLastPeriod && !(days > 0.5 && days < YearDays+0.5) {
		ok = false
	}
	if !ok {
		return fmt.Errorf("%w: %s %+v", ErrParameters, m.Of, m)
	}
	return nil
}

// LogLikelihood of one customer's orders at the rate of the forecast.
func (m SimpleRate) LogLikelihood(x int, _, T float64) float64 {
	rate := m.rate(x, T)
	ll := -rate * T
	if x > 0 {
		ll += float64(x) * math.Log(rate)
	}
	return ll
}

// PAlive is 0 after a silence longer than the hiatus, or as long as the period, and 1 otherwise.
func (m SimpleRate) PAlive(_ int, tx, T float64) float64 {
	if m.Of == KindRecencyFrequency && T-tx > m.Hiatus {
		return 0
	}
	if m.Of == KindLastPeriod && math.Round((T-tx)*m.Unit.Days()) >= math.Round(m.Period*m.Unit.Days()) {
		return 0 // no order day is less than a period ago
	}
	return 1
}

// ExpectedPurchases is the number of order days expected in the next t units, 0 for t <= 0.
func (m SimpleRate) ExpectedPurchases(x int, tx, T, t float64) float64 {
	return m.PAlive(x, tx, T) * m.rate(x, T) * max(t, 0)
}

// ExpectedNew is the number of repeat order days expected of a new customer in t units, at the mean rate of all.
func (m SimpleRate) ExpectedNew(t float64) float64 { return m.Rate * max(t, 0) }

// MonthlyOrders fills cumulative[i] with the order days expected until the end of month i+1 from now.
func (m SimpleRate) MonthlyOrders(cumulative []float64, x int, tx, T float64) {
	month := DaysPerMonth / m.Unit.Days()
	for i := range cumulative {
		cumulative[i] = m.ExpectedPurchases(x, tx, T, float64(i+1)*month)
	}
}

// LogProbability is the logarithm of Poisson's probability of n order days.
func (m SimpleRate) LogProbability(n, x int, tx, T, t float64) float64 {
	mean := m.ExpectedPurchases(x, tx, T, t)
	if n < 0 || !(mean > 0) {
		return none(n)
	}
	logFactorial, _ := math.Lgamma(float64(n) + 1)
	return float64(n)*math.Log(mean) - mean - logFactorial
}

// DiscountedPurchases is the number of order days expected from now on without end, each discounted continuously; NaN for a rate that
// is not above 0.
func (m SimpleRate) DiscountedPurchases(x int, tx, T, rate float64) float64 {
	if !(rate > 0) {
		return math.NaN()
	}
	return m.PAlive(x, tx, T) * m.rate(x, T) / rate
}

// Caveats say what a simple forecast does not know.
func (m SimpleRate) Caveats(int) []string {
	switch m.Of {
	case KindRecencyFrequency:
		return []string{"a simple forecast: after a longer silence than nearly all so far the customer has left, and orders at their own rate before that"}
	case KindLastPeriod:
		return []string{fmt.Sprintf("a simple forecast: as many orders as in the last %d days are taken to come in as many again, and none of who had none in them", PeriodDays(m))}
	case KindOwnRate:
		return []string{"a simple forecast: everybody is taken to go on at their own rate, and nobody to have left"}
	}
	return []string{"a simple forecast: everybody is taken to go on at the mean rate of all, and nobody to have left"}
}
