package lifetime

import (
	"cmp"
	"math"
	"slices"
)

// BGNBDFit is a fitted model with what is to be known of the fit.
type BGNBDFit struct {
	Model BGNBD
	Report
	// NoDropoutLogLikelihood is that of the best model in which nobody leaves (NBD). LogLikelihood
	// less this is what the dropout explains; under 1e-3 it is not identified.
	NoDropoutLogLikelihood float64
}

// FitBGNBD fits the model by maximum likelihood (FHL 2005, equation 6). The parameters are in the
// sample's unit. Errors: one that wraps ErrStats for an impossible row, *Unidentified where the data
// cannot carry four parameters, ErrStopped. A fit that did not converge is no error: read the Report.
//
// Where dropout is not identified, the model is the limit without it: A = 0, B = 1.
func FitBGNBD(s Sample, o Options) (BGNBDFit, error) {
	if err := s.Validate(); err != nil {
		return BGNBDFit{}, err
	}
	if err := identifiable(s); err != nil {
		return BGNBDFit{}, err
	}
	d := newCounts(s)
	none, err := d.nbd().maximise(o.Stop)
	if err != nil {
		return BGNBDFit{}, err
	}
	best, err := d.bgnbd().maximise(o.Stop)
	if err != nil {
		return BGNBDFit{}, err
	}
	offset := d.repeats * math.Log(d.scale) // time was measured in scales: each of the orders has a density
	fit := BGNBDFit{NoDropoutLogLikelihood: none.value - offset}
	if best.value < none.value+notSeen {
		fit.Model = BGNBD{Unit: s.Unit, R: math.Exp(none.theta[0]), Alpha: d.scale * math.Exp(none.theta[1]), A: 0, B: 1}
		fit.Report = none.report(fit.Model.R, fit.Model.Alpha)
		fit.Condition, fit.StdErrors = 0, nil
		fit.Iterations += best.iterations
		if fit.Boundary == Interior {
			fit.Boundary = NoDropout
		}
	} else {
		p := [4]float64{}
		for i := range p {
			p[i] = math.Exp(best.theta[i])
		}
		fit.Model = BGNBD{Unit: s.Unit, R: p[0], Alpha: d.scale * p[1], A: p[2], B: p[3]}
		fit.Report = best.report(p[0], fit.Model.Alpha, p[2], p[3])
		fit.Iterations += none.iterations
	}
	fit.LogLikelihood -= offset
	fit.Rows, fit.Customers = len(s.Rows), int(d.customers)
	fit.describe()
	return fit, nil
}

// notSeen is a gain in log-likelihood that no test on any data could tell from none.
const notSeen = 1e-3

// identifiable refuses data that says nothing of how rates and dropout differ between customers.
func identifiable(s Sample) error {
	e := &Unidentified{Customers: s.Customers(), Repeaters: s.Repeaters()}
	longest := 0.0
	for _, r := range s.Rows {
		if r.N > 0 {
			longest = max(longest, r.T)
		}
	}
	switch {
	case e.Customers < MinCustomers:
		e.Reason = TooFewCustomers
	case longest == 0:
		e.Reason = NoTimePassed
	case e.Repeaters == 0:
		e.Reason = NoRepeaters
	case e.Repeaters < MinRepeaters:
		e.Reason = TooFewRepeaters
	default:
		return nil
	}
	return e
}

// counts is a sample laid out for the likelihood: what depends on x or T alone is summed by it.
type counts struct {
	scale     float64 // the mean T; times below are in it
	customers float64
	repeats   float64 // Σ x
	rows      []countRow
	byX       []weighted // distinct x > 0
	byT       []weighted // distinct T, with the customers and the repeats in it
}

type countRow struct {
	x      float64
	tx, T  float64
	weight float64
}

type weighted struct {
	at     float64 // x, or T
	weight float64
	x      float64 // Σ weight x
}

func newCounts(s Sample) counts {
	var d counts
	sum := 0.0
	for _, r := range s.Rows {
		d.customers += float64(r.N)
		d.repeats += float64(r.N) * float64(r.X)
		sum += float64(r.N) * r.T
	}
	d.scale = sum / d.customers
	byX, byT := map[float64]weighted{}, map[float64]weighted{}
	tally := func(m map[float64]weighted, at, x, n float64) {
		w := m[at]
		m[at] = weighted{at: at, weight: w.weight + n, x: w.x + n*x}
	}
	for _, r := range s.Rows {
		row := countRow{x: float64(r.X), tx: r.TX / d.scale, T: r.T / d.scale, weight: float64(r.N)}
		tally(byT, row.T, row.x, row.weight)
		if r.X > 0 {
			tally(byX, row.x, row.x, row.weight)
			d.rows = append(d.rows, row)
		}
	}
	d.byX, d.byT = sorted(byX), sorted(byT)
	return d
}

func sorted(m map[float64]weighted) []weighted {
	out := make([]weighted, 0, len(m))
	for _, w := range m {
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b weighted) int { return cmp.Compare(a.at, b.at) })
	return out
}

// nbdAt is the log-likelihood if nobody left, which is the first factor of BG/NBD, with its
// derivatives by ln r and ln alpha in grad[0] and grad[1].
func (d counts) nbdAt(r, alpha float64, grad []float64) float64 {
	var ll, byR, byAlpha float64
	for _, c := range d.byX {
		ll += c.weight * logRising(r, c.at)
		byR += c.weight * digammaRising(r, c.at)
	}
	for _, c := range d.byT {
		T := c.at
		past := math.Log1p(T / alpha)
		ll -= r*c.weight*past + c.x*(past+math.Log(alpha))
		byR -= c.weight * past
		byAlpha += (r*c.weight*T/alpha - c.x) / (alpha + T)
	}
	grad[0], grad[1] = byR*r, byAlpha*alpha
	return ll
}

func (d counts) nbd() likelihood {
	rate := math.Log(d.repeats / d.customers) // in scales of time
	return likelihood{
		customers: d.customers,
		starts:    [][]float64{{0, -rate}, {-1.5, -1.5 - rate}, {1.5, 1.5 - rate}},
		at: func(theta, grad []float64) float64 {
			return d.nbdAt(math.Exp(theta[0]), math.Exp(theta[1]), grad)
		},
	}
}

func (d counts) bgnbd() likelihood {
	rate := math.Log(d.repeats / d.customers)
	start := func(r, a, b float64) []float64 {
		return []float64{math.Log(r), math.Log(r) - rate, math.Log(a), math.Log(b)}
	}
	return likelihood{
		customers: d.customers,
		starts:    [][]float64{start(0.25, 0.8, 2.5), start(1, 0.3, 0.7), start(2, 0.2, 4), start(0.5, 2, 2)},
		at: func(theta, grad []float64) float64 {
			return d.bgnbdAt(math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2]), math.Exp(theta[3]), grad)
		},
	}
}

// bgnbdAt is the log-likelihood and its derivatives by the logarithms of the parameters.
func (d counts) bgnbdAt(r, alpha, a, b float64, grad []float64) float64 {
	ll := d.nbdAt(r, alpha, grad)
	byR, byAlpha, byA, byB := grad[0]/r, grad[1]/alpha, 0.0, 0.0
	for _, c := range d.byX {
		ll += c.weight * (logRising(b, c.at) - logRising(a+b, c.at))
		both := digammaRising(a+b, c.at)
		byA -= c.weight * both
		byB += c.weight * (digammaRising(b, c.at) - both)
	}
	lastX, logOdds := -1.0, 0.0
	for _, row := range d.rows {
		if row.x != lastX {
			lastX, logOdds = row.x, math.Log(a/(b+row.x-1))
		}
		last := alpha + row.tx
		silent := row.T - row.tx
		longer := math.Log1p(silent / last) // by log1p because r multiplies it, see margins.at
		odds := logOdds + (r+row.x)*longer
		ll += row.weight * softplus(odds)
		left := row.weight / (1 + math.Exp(-odds)) // weight times P(left at t_x)
		byR += left * longer
		byAlpha -= left * (r + row.x) * silent / (last * (last + silent))
		byA += left / a
		byB -= left / (b + row.x - 1)
	}
	grad[0], grad[1], grad[2], grad[3] = byR*r, byAlpha*alpha, byA*a, byB*b
	return ll
}
