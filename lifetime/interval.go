package lifetime

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"kopeck/lifetime/numeric"

	"gonum.org/v1/gonum/stat/distuv"
)

// Outlook is what the simulation of one customer's future months starts from.
type Outlook struct {
	Counts     CountModel
	X          int // x, t_x and T of CountModel
	TX, T      float64
	Months     int     // 0 to MaxMonths
	Days       float64 // the length of each of the months; 0 is a Month's
	AnnualRate float64 // above -1; as Future discounts
	// Margins is the model of an order's margin, and Mean that of the X repeat order days so far. Where it is nil, or does not hold
	// the customer, every order earns Margin.
	Margins MarginModel
	Mean    float64
	Margin  float64
}

// Interval bounds the future: the discounted margin in minor units, and the order days.
type Interval struct {
	Low, High             float64
	OrdersLow, OrdersHigh int
}

// Draws is the number of futures that an interval is computed from.
const Draws = 2000

// Source is a source of randomness, such as a rand.Source of math/rand/v2. With a fixed seed the same question has the same
// answer.
type Source interface{ Uint64() uint64 }

// Interval returns the central interval in which the future lies with a probability, by simulation from the posterior of the
// customer's own rates (parameters of the models are taken as known): where the customer is alive,
//
//	BG/NBD     rate ~ Gamma(r + x, alpha + T), leaving ~ Beta(a, b + x)
//	MBG/NBD    the same, leaving ~ Beta(a, b + x + 1)
//	MBG/CNBD-k phases passed as MBGCNBD.phases has them, j of them: rate of phases ~ Gamma(r + kx + j, alpha + T), leaving as MBG/NBD
//	Pareto/NBD rate ~ Gamma(r + x, alpha + T), mortality ~ Gamma(s, beta + T)
//	Gamma-Gamma ν ~ Gamma(q + p·x, γ + x·mean), an order's margin ~ Gamma(p, ν)
//	ShrunkenMean the customer's own mean ~ Normal, an order's margin ~ Normal around it
//
// which follow from the likelihoods of FHL 2005, Batislam et al. 2007, SMC 1987 and FH 2013. The interval of a customer who has most
// likely left is from 0 to 0; it contains the future more often than the probability says.
//
// Errors: ErrHorizon, ErrDiscount; a probability outside 0 to 1 is refused with ErrParameters.
func (o Outlook) Interval(probability float64, source Source) (Interval, error) {
	return o.Bounds(Levels{probability, probability}, source)
}

// Levels are the probabilities, by the model, of the bounds of the order days and of those of the margin.
type Levels struct{ Orders, Margin float64 }

// Bounds is Interval with the bounds of the margin and of the order days taken for probabilities of their own, of the same futures.
func (o Outlook) Bounds(levels Levels, source Source) (Interval, error) {
	for _, p := range []float64{levels.Orders, levels.Margin} {
		if !(p > 0 && p < 1) {
			return Interval{}, fmt.Errorf("%w: a probability of %g", ErrParameters, p)
		}
	}
	values, orders, err := o.Simulate(source)
	if err != nil {
		return Interval{}, err
	}
	low := func(p float64) int { return int(math.Floor(Draws * (1 - p) / 2)) }
	m, n := low(levels.Margin), low(levels.Orders)
	return Interval{values[m], values[Draws-1-m], orders[n], orders[Draws-1-n]}, nil
}

// Simulate draws futures, each list ascending: what the order days earn, discounted, and how many they are. Errors: those of Interval.
func (o Outlook) Simulate(source Source) (values []float64, orders []int, err error) {
	if o.Months < 0 || o.Months > MaxMonths {
		return nil, nil, ErrHorizon
	}
	if !(o.AnnualRate > -1) || !numeric.Finite(o.AnnualRate) {
		return nil, nil, fmt.Errorf("%w: %g", ErrDiscount, o.AnnualRate)
	}
	values, orders = make([]float64, Draws), make([]int, Draws)
	alive := int(math.Round(Draws * o.Counts.PAlive(o.X, o.TX, o.T)))
	for i := range alive { // a customer who has left orders nothing
		values[i], orders[i] = o.draw(source)
		if !numeric.Finite(values[i]) {
			return nil, nil, fmt.Errorf("%w: %g over %d months", ErrDiscount, o.AnnualRate, o.Months)
		}
	}
	slices.Sort(values)
	slices.Sort(orders)
	return values, orders, nil
}

// draw draws one future of a customer who is alive.
func (o Outlook) draw(source Source) (value float64, orders int) {
	monthly := math.Exp(-math.Log1p(o.AnnualRate) / 12)
	factor, before := 1.0, -1
	o.drawMonths(source, func(month, n int, margin float64) {
		for ; before < month; before++ {
			factor *= monthly
		}
		orders += n
		value += factor * margin
	})
	return value, orders
}

// drawMonths draws the months of one future in which there are orders, and what these earn.
func (o Outlook) drawMonths(source Source, each func(month, orders int, margin float64)) {
	c := drawCustomer(o.Counts, o.X, o.TX, o.T, source)
	earned := func(orders int) float64 { return o.Margin * float64(orders) }
	if o.Margins != nil && o.Margins.Holds(o.X, o.Mean) {
		earned = o.Margins.draw(o.X, o.Mean, source)
	}
	month := cmp.Or(o.Days, Month.Days()) / o.Counts.TimeUnit().Days()
	orders := 0
	for m := range o.Months {
		stays := min(month, c.end-float64(m)*month)
		if stays <= 0 {
			break
		}
		c.passed += poisson(c.rate*stays, source)
		n := min(c.passed/c.phases, c.last-orders) // an order may be the last
		c.passed %= c.phases
		if n == 0 {
			continue
		}
		each(m, n, earned(n))
		if orders += n; orders >= c.last {
			break
		}
	}
}

// MonthlyVariances gives, for each of the months, the variances of the order days and of their margin, from a number
// of futures drawn as by Interval. Errors: ErrHorizon.
func (o Outlook) MonthlyVariances(futures int, source Source) (orders, margins []float64, err error) {
	if o.Months < 0 || o.Months > MaxMonths {
		return nil, nil, ErrHorizon
	}
	orders, margins = make([]float64, o.Months), make([]float64, o.Months)
	sums, earned := make([]float64, o.Months), make([]float64, o.Months)
	alive := distuv.Bernoulli{P: o.Counts.PAlive(o.X, o.TX, o.T), Src: source}
	for range futures {
		if alive.Rand() == 0 {
			continue
		}
		o.drawMonths(source, func(m, n int, margin float64) {
			sums[m] += float64(n)
			orders[m] += float64(n) * float64(n)
			earned[m] += margin
			margins[m] += margin * margin
		})
	}
	n := float64(futures)
	for m := range orders {
		orders[m] = max(0, orders[m]/n-sums[m]/n*sums[m]/n)
		margins[m] = max(0, margins[m]/n-earned[m]/n*earned[m]/n)
	}
	return orders, margins, nil
}

// maxOrders bounds the orders of a customer: more than fit in any horizon.
const maxOrders = math.MaxInt32

// drawnCustomer is a customer who is alive. The time between two orders has a number of phases, which come at a rate, and some of
// which have passed since the last order. The customer leaves after the last order, or at the end.
type drawnCustomer struct {
	rate           float64
	phases, passed int
	last           int
	end            float64
}

// drawCustomer draws a customer who is alive at T.
func drawCustomer(m CountModel, x int, tx, T float64, source Source) drawnCustomer {
	n := float64(x)
	c := drawnCustomer{phases: 1, last: maxOrders, end: math.Inf(1)}
	var shape, alpha, a, b float64
	switch m := m.(type) {
	case BGNBD:
		shape, alpha, a, b = m.R+n, m.Alpha, m.A, m.B+float64(m.chances(x))
	case MBGNBD:
		shape, alpha, a, b = m.R+n, m.Alpha, m.A, m.B+float64(m.chances(x))
	case MBGCNBD:
		share, _ := m.phases(x, tx, T)
		for left := (distuv.Uniform{Max: 1, Src: source}).Rand() - share[0]; left > 0 && c.passed < m.K-1; left -= share[c.passed] {
			c.passed++
		}
		c.phases = m.K
		shape, alpha, a, b = m.shape(x)+float64(c.passed), m.Alpha, m.A, m.B+n+1
	case SimpleRate:
		c.rate = m.rate(x, T)
		return c
	case ParetoNBD:
		shape, alpha = m.R+n, m.Alpha
		if m.S > 0 {
			c.end = distuv.Exponential{Rate: distuv.Gamma{Alpha: m.S, Beta: m.Beta + T, Src: source}.Rand(), Src: source}.Rand()
		}
	}
	if a > 0 {
		c.last = geometric(distuv.Beta{Alpha: a, Beta: b, Src: source}.Rand(), source)
	}
	c.rate = distuv.Gamma{Alpha: shape, Beta: alpha + T, Src: source}.Rand()
	return c
}

// geometric draws the number of orders, 1 or more, after which somebody leaves who leaves after each with a probability.
func geometric(leaving float64, source Source) int {
	if leaving >= 1 {
		return 1
	}
	n := math.Ceil(math.Log1p(-distuv.Uniform{Max: 1, Src: source}.Rand()) / math.Log1p(-leaving))
	if !(n < maxOrders) { // too many, or not a number
		return maxOrders
	}
	return max(1, int(n))
}

func poisson(mean float64, source Source) int {
	if !(mean > 0) {
		return 0
	}
	return int(min(distuv.Poisson{Lambda: mean, Src: source}.Rand(), maxOrders))
}
