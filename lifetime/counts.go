package lifetime

import (
	"cmp"
	"math"
	"slices"
)

// counts is a sample laid out for the likelihood: what depends on x or T alone is summed by it.
type counts struct {
	scale     float64 // the mean T; times below are in it
	customers float64
	repeats   float64 // Σ x
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
		tally(byX, row.x, row.x, row.weight)
		d.rows = append(d.rows, row)
	}
	d.byX, d.byT = sorted(byX), sorted(byT)
	return d
}

// coarseRows is about how many rows lead a fit from its starts to where all rows are worth their cost.
const coarseRows = 400

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
