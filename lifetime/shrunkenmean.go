package lifetime

import (
	"fmt"
	"math"

	"kopeck/lifetime/numeric"

	"gonum.org/v1/gonum/stat/distuv"
)

// MarginModel is a model of the margin of an order: GammaGamma or ShrunkenMean.
type MarginModel interface {
	// Validate refuses parameters outside the model's range with ErrParameters.
	Validate() error
	// ExpectedMargin of the next order of a customer whose x repeat order days earned mean on average; at x = 0 mean is ignored.
	// Error: ErrParameters.
	ExpectedMargin(x int, mean float64) (float64, error)
	// Holds reports whether the model has a place for such a customer. The margin of one for whom it has none cannot be drawn.
	Holds(x int, mean float64) bool
	// draw draws a customer of that history and returns what a number of the customer's orders earn.
	draw(x int, mean float64, source Source) func(orders int) float64
}

// ShrunkenMean is the normal model of the margin of an order, for margins of any sign: a customer's order margins have the standard
// deviation Within around the customer's own mean, and these means Between around Mean. The figures are in minor units. The
// expectation is the credibility estimate of Bühlmann and Straub, "Glaubwürdigkeit für Schadensätze", Bulletin of the Swiss
// Association of Actuaries 70 (1970), which is the best linear one whatever the distribution; see also Robinson, "That BLUP is a Good
// Thing: The Estimation of Random Effects", Statistical Science 6 (1991).
type ShrunkenMean struct{ Mean, Between, Within float64 }

// Validate refuses, with ErrParameters, negative deviations and what is not finite.
func (m ShrunkenMean) Validate() error {
	if !(m.Between >= 0 && m.Within >= 0) || !numeric.Finite(m.Mean+m.Between+m.Within) {
		return fmt.Errorf("%w: shrunken mean %+v", ErrParameters, m)
	}
	return nil
}

// weight of the mean of x repeat order days: x·Between²/(x·Between² + Within²).
func (m ShrunkenMean) weight(x int) float64 {
	if x == 0 || m.Between == 0 {
		return 0
	}
	ratio := m.Within / m.Between
	return float64(x) / (float64(x) + ratio*ratio)
}

// ExpectedMargin of the next order of a customer whose x repeat order days earned mean on average: drawn from that to Mean, which it
// is at x = 0, the more the fewer they are.
func (m ShrunkenMean) ExpectedMargin(x int, mean float64) (float64, error) {
	if x == 0 {
		return m.Mean, m.Validate()
	}
	return m.Mean + m.weight(x)*(mean-m.Mean), m.Validate()
}

// Holds is true: a customer may have any mean.
func (ShrunkenMean) Holds(int, float64) bool { return true }

func (m ShrunkenMean) draw(x int, mean float64, source Source) func(orders int) float64 {
	normal := distuv.Normal{Sigma: 1, Src: source}
	own, weight := m.Mean, m.weight(x)
	if x > 0 {
		own += weight * (mean - m.Mean)
	}
	own += m.Between * math.Sqrt(1-weight) * normal.Rand()
	return func(orders int) float64 {
		n := float64(orders)
		return n*own + m.Within*math.Sqrt(n)*normal.Rand()
	}
}

// Parameters are the mean and the two deviations.
func (m ShrunkenMean) Parameters() []Parameter {
	return []Parameter{{"marginMean", m.Mean}, {"marginBetween", m.Between}, {"marginWithin", m.Within}}
}

// MarginSpread is how far the margins of order days lie from their own customer's mean: the sum of the squares of the distances, and
// its degrees of freedom, which are the order days less the customers. The zero MarginSpread is empty.
type MarginSpread struct {
	Squares float64
	Freedom int
}

// Add adds the repeat order days of a customer.
func (s *MarginSpread) Add(h History) {
	x, mean := h.Repeat()
	if x == 0 {
		return
	}
	for _, d := range h[1:] {
		s.Squares += (d.Margin - mean) * (d.Margin - mean)
	}
	s.Freedom += x - 1
}

// FitShrunkenMean estimates the model from the repeaters, whatever the sign of their margins, by the unbiased moments of Bühlmann and
// Straub 1970; rows with X = 0 are ignored. Where no spread is known the published weight stands in: see MarginPrior. Errors: one
// that wraps ErrStats for an impossible row, *Unidentified for less than MinMargins repeaters.
func FitShrunkenMean(rows []MarginRow, spread MarginSpread) (ShrunkenMean, error) {
	var customers, days, squaredDays, sum float64
	for _, r := range rows {
		if r.X < 0 || r.N < 0 || !numeric.Finite(r.Mean) {
			return ShrunkenMean{}, fmt.Errorf("%w: %+v", ErrStats, r)
		}
		if r.X > 0 {
			n, x := float64(r.N), float64(r.X)
			customers, days, squaredDays, sum = customers+n, days+n*x, squaredDays+n*x*x, sum+n*x*r.Mean
		}
	}
	if customers < MinMargins {
		return ShrunkenMean{}, &Unidentified{Reason: TooFewMargins, Customers: int(customers), Repeaters: int(customers)}
	}
	mean, squares := sum/days, 0.0
	for _, r := range rows {
		if r.X > 0 {
			squares += float64(r.N) * float64(r.X) * (r.Mean - mean) * (r.Mean - mean)
		}
	}
	distinct := days - squaredDays/days
	within := squares / (distinct/publishedWeight + customers - 1) // squares has the mean distinct·between² + (customers-1)·within²
	if spread.Freedom > 0 {
		within = spread.Squares / float64(spread.Freedom)
	}
	m := ShrunkenMean{Mean: mean, Between: math.Sqrt(max(0, squares-(customers-1)*within) / distinct), Within: math.Sqrt(within)}
	if m.Between == 0 {
		return m, m.Validate()
	}
	weights, weighted := 0.0, 0.0
	for _, r := range rows {
		w := float64(r.N) * m.weight(r.X)
		weights += w
		weighted += w * (r.Mean - mean)
	}
	m.Mean += weighted / weights
	return m, m.Validate()
}

// publishedWeight is the weight of the mean of all, in orders, by the published shapes of Gamma-Gamma: (q-1)/p of MarginPrior.
const publishedWeight = (priorQ - 1) / priorP

// ShrunkenPrior is the model with the published weight of the mean of all order days, some 0.44 orders, and the variance of their
// margins. It stands in where too few have ordered again to fit another and MarginPrior has no place for the mean.
func ShrunkenPrior(mean, variance float64) ShrunkenMean {
	return ShrunkenMean{Mean: mean, Between: math.Sqrt(variance / (1 + publishedWeight)), Within: math.Sqrt(variance * publishedWeight / (1 + publishedWeight))}
}
