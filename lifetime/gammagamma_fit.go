package lifetime

import (
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// MarginRow is N customers with X repeat order days whose margins average Mean minor units.
type MarginRow struct {
	X    int
	Mean float64
	N    int
}

// GammaGammaFit is a fitted model with a report on the fit.
type GammaGammaFit struct {
	Model GammaGamma
	Report
	// NotPositive counts the repeaters whose mean margin is 0 or less. The model does not include
	// them, so they are left out of the fit, and it overstates the population's margin by as much.
	NotPositive int
	// Correlation of X and Mean over all repeaters, including those not positive; 0 where one of them does
	// not vary.
	Correlation float64
}

// MaxCorrelation of frequency and margin, either way, up to which a fit has no warning.
const MaxCorrelation = 0.2

// Warnings are sentences for the notes: what the fit left out and where its assumptions fail.
func (f GammaGammaFit) Warnings() []string {
	var w []string
	if f.NotPositive > 0 {
		w = append(w, fmt.Sprintf("%d repeat customers with a mean margin of zero or less took no part in the margin model", f.NotPositive))
	}
	if math.Abs(f.Correlation) > MaxCorrelation {
		w = append(w, fmt.Sprintf("frequency and margin are correlated (%.2f), which the margin model assumes they are not", f.Correlation))
	}
	return w
}

// FitGammaGamma fits the model by maximum likelihood (FH 2013, equation 1a) to the repeaters; rows with
// X = 0 are ignored, as they have no repeat margin. Errors: one that wraps ErrStats for an impossible row,
// *Unidentified where the data does not support the model or gives it no finite mean, ErrStopped. With
// *Unidentified the fit still carries NotPositive and Correlation.
func FitGammaGamma(rows []MarginRow, o Options) (GammaGammaFit, error) {
	var fit GammaGammaFit
	used := make([]MarginRow, 0, len(rows))
	customers, sum := 0, 0.0
	for _, r := range rows {
		if r.X < 0 || r.N < 0 || !numeric.Finite(r.Mean) {
			return fit, fmt.Errorf("%w: %+v", ErrStats, r)
		}
		switch {
		case r.X == 0 || r.N == 0:
		case r.Mean <= 0:
			fit.NotPositive += r.N
		default:
			used = append(used, r)
			customers += r.N
			sum += r.Mean * float64(r.N)
		}
	}
	fit.Correlation = correlation(rows)
	unidentified := func(why Reason) error {
		return &Unidentified{Reason: why, Customers: customers + fit.NotPositive, Repeaters: customers}
	}
	if customers < MinMargins {
		return fit, unidentified(TooFewMargins)
	}
	if equalMeans(used) {
		return fit, unidentified(EqualMargins)
	}
	m := newMargins(used, sum/float64(customers))
	best, err := m.likelihood(float64(customers)).Maximise(o.Stop)
	if err != nil {
		return fit, err
	}
	fit.Model = GammaGamma{P: math.Exp(best.Theta[0]), Q: math.Exp(best.Theta[1]), Gamma: m.scale * math.Exp(best.Theta[2])}
	fit.Report = reportOn(best, fit.Model.Parameters())
	fit.LogLikelihood -= float64(customers) * math.Log(m.scale) // margins were in units of scale
	fit.Rows, fit.Customers = len(used), customers
	fit.describe()
	if fit.Model.Q <= 1 {
		return fit, unidentified(NoMeanMargin)
	}
	return fit, nil
}

func equalMeans(rows []MarginRow) bool {
	for _, r := range rows {
		if r.Mean != rows[0].Mean {
			return false
		}
	}
	return true
}

// correlation is Pearson's, of X and Mean over the customers in rows with X > 0.
func correlation(rows []MarginRow) float64 {
	var n, meanX, meanM, xx, mm, xm float64
	for _, r := range rows {
		if r.X == 0 || r.N == 0 {
			continue
		}
		w := float64(r.N)
		n += w
		dx, dm := float64(r.X)-meanX, r.Mean-meanM
		meanX += dx * w / n
		meanM += dm * w / n
		xx += w * dx * (float64(r.X) - meanX)
		mm += w * dm * (r.Mean - meanM)
		xm += w * dx * (r.Mean - meanM)
	}
	if xx == 0 || mm == 0 {
		return 0
	}
	return xm / math.Sqrt(xx*mm)
}

// margins is the data laid out for the likelihood: what depends on x alone is summed by x.
type margins struct {
	scale float64 // the mean margin; totals are in it
	rows  []marginRow
	byX   []weighted
	logM  float64 // Σ ln mean
}

type marginRow struct{ x, total, weight float64 }

func newMargins(rows []MarginRow, scale float64) margins {
	m := margins{scale: scale}
	byX := map[float64]weighted{}
	for _, r := range rows {
		x, n, mean := float64(r.X), float64(r.N), r.Mean/scale
		m.rows = append(m.rows, marginRow{x: x, total: x * mean, weight: n})
		m.logM += n * math.Log(mean)
		byX[x] = weighted{at: x, weight: byX[x].weight + n}
	}
	m.byX = sorted(byX)
	return m
}

func (m margins) likelihood(customers float64) numeric.Likelihood {
	// The scale makes the population's mean 1, that is gamma = (q - 1)/p.
	start := func(p, q float64) []float64 { return []float64{math.Log(p), math.Log(q), math.Log((q - 1) / p)} }
	return numeric.Likelihood{
		Customers: customers,
		Starts:    [][]float64{start(6, 3.7), start(2, 2), start(1, 6), start(20, 10)},
		At:        m.at,
	}
}

func (m margins) at(theta, grad []float64) float64 {
	p, q, gamma := math.Exp(theta[0]), math.Exp(theta[1]), math.Exp(theta[2])
	ll, byP, byQ, byGamma := -m.logM, 0.0, 0.0, 0.0
	for _, c := range m.byX {
		shape := p * c.at
		ll -= c.weight * numeric.LogBeta(shape, q)
		byP += c.weight * c.at * numeric.DigammaRising(shape, q)
		byQ += c.weight * numeric.DigammaRising(q, shape)
	}
	for _, r := range m.rows {
		// The logarithms of gamma's and the customer's shares of their sum, by log1p because p or q
		// multiplies them, and may be a million where customers or their orders hardly differ.
		prior, own := -math.Log1p(r.total/gamma), -math.Log1p(gamma/r.total)
		shape := p * r.x
		ll += r.weight * (q*prior + shape*own)
		byP += r.weight * r.x * own
		byQ += r.weight * prior
		byGamma += r.weight * (q*r.total - shape*gamma) / (gamma + r.total)
	}
	grad[0], grad[1], grad[2] = byP*p, byQ*q, byGamma
	return ll
}
