package lifetime

import (
	"cmp"
	"math"
	"slices"

	"kopeck/lifetime/numeric"
)

// counts is a sample laid out for the likelihood: what depends on x or T alone is summed by it.
type counts struct {
	scale     float64 // the mean T; times below are in it
	customers float64
	repeats   float64 // Σ x
	phases    float64 // K of MBGCNBD; 1 for the others
	rows      []countRow
	byX       []weighted // distinct x, with the customers in it
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

func newCounts(s Sample, phases int) counts {
	d := counts{phases: float64(phases)}
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
		tally(byX, row.x, row.x, row.weight)
		d.rows = append(d.rows, row)
	}
	d.byX, d.byT = sorted(byX), sorted(byT)
	return d
}

// coarseRows is about how many rows the likelihood uses before the exact one is worth its cost.
const coarseRows = 150

// coarse is a sample much like s with fewer rows: neighbours with the same x become one row with their mean
// times. The customers, their orders and the mean of T stay, and so does the scale of counts.
func coarse(s Sample) Sample {
	most := len(s.Rows) / coarseRows
	if most < 2 {
		return s
	}
	few, merged := Sample{Unit: s.Unit}, 0
	for _, r := range s.Rows {
		if r.N == 0 {
			continue
		}
		if last := len(few.Rows) - 1; last >= 0 && few.Rows[last].X == r.X && merged < most {
			to := &few.Rows[last]
			to.N += r.N
			share := float64(r.N) / float64(to.N)
			to.TX += (r.TX - to.TX) * share
			to.T = max(to.T+(r.T-to.T)*share, to.TX)
			merged++
			continue
		}
		few.Rows, merged = append(few.Rows, r), 1
	}
	return few
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
// derivatives by ln r and ln alpha in grad[0] and grad[1]. It is of all phases of the orders, none begun since the last.
func (d counts) nbdAt(r, alpha float64, grad []float64) float64 {
	var ll, byR, byAlpha float64
	for _, c := range d.byX {
		ll += c.weight * numeric.LogRising(r, d.phases*c.at)
		byR += c.weight * numeric.DigammaRising(r, d.phases*c.at)
	}
	for _, c := range d.byT {
		T := c.at
		past := math.Log1p(T / alpha)
		ll -= r*c.weight*past + d.phases*c.x*(past+math.Log(alpha))
		byR -= c.weight * past
		byAlpha += (r*c.weight*T/alpha - d.phases*c.x) / (alpha + T)
	}
	grad[0], grad[1] = byR*r, byAlpha*alpha
	return ll
}

// silence is the logarithm of the sum S over the phases that may have passed since a customer's last order, as
// MBGCNBD.phases has it, with its derivatives by r and alpha.
func (d counts) silence(row countRow, r, alpha float64) (logS, byR, byAlpha float64) {
	shape, y := r+d.phases*row.x, (row.T-row.tx)/(alpha+row.T)
	sum, term, rising := 1.0, 1.0, 0.0
	for j := 1.0; j < d.phases; j++ {
		rising += 1 / (shape + j - 1)
		term *= y * (shape + j - 1) / j
		sum += term
		byR += term * rising
		byAlpha -= term * j
	}
	return math.Log(sum), byR / sum, byAlpha / (sum * (alpha + row.T))
}

// nbd is the likelihood if nobody left.
func (d counts) nbd() numeric.Likelihood {
	rate := math.Log(d.phases * d.repeats / d.customers) // in scales of time
	return numeric.Likelihood{
		Customers: d.customers,
		Starts:    [][]float64{{0, -rate}, {-1.5, -1.5 - rate}, {1.5, 1.5 - rate}},
		At: func(theta, grad []float64) float64 {
			r, alpha := math.Exp(theta[0]), math.Exp(theta[1])
			ll := d.nbdAt(r, alpha, grad)
			if d.phases > 1 {
				for _, row := range d.rows {
					logS, byR, byAlpha := d.silence(row, r, alpha)
					ll += row.weight * logS
					grad[0] += row.weight * byR * r
					grad[1] += row.weight * byAlpha * alpha
				}
			}
			return ll
		},
	}
}
