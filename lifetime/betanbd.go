package lifetime

import "math"

// betaNBD is what BG/NBD and MBG/NBD have in common: a rate that is Gamma(r, alpha) over customers and a
// chance to leave that is Beta(a, b) over customers, taken after every repeat order and, with first = 1,
// after the first order too. A customer with x repeat orders has had x + first chances, none taken but
// perhaps the last.
type betaNBD struct {
	unit           Unit
	r, alpha, a, b float64
	first          int
}

func (m betaNBD) valid() bool {
	positive := m.r > 0 && m.alpha > 0 && m.a >= 0 && m.b > 0
	return m.unit.Valid() && positive && finite(m.r+m.alpha+m.a+m.b)
}

func (m betaNBD) parameters() []Parameter {
	return []Parameter{{"r", m.r}, {"alpha", m.alpha}, {"a", m.a}, {"b", m.b}}
}

// logLikelihood is that of the rate, times the probability of having stayed at all chances but the last,
// times 1 plus the odds of having left at the last.
func (m betaNBD) logLikelihood(x int, tx, T float64) float64 {
	n, chances := float64(x), float64(x+m.first)
	ll := logRising(m.r, n) - m.r*math.Log1p(T/m.alpha) - n*math.Log(m.alpha+T)
	if chances == 0 {
		return ll
	}
	return ll + logRising(m.b, chances) - logRising(m.a+m.b, chances) + softplus(m.logLeft(x, tx, T))
}

// logLeft is the logarithm of the odds that a customer who has had a chance to leave took the last, at t_x.
func (m betaNBD) logLeft(x int, tx, T float64) float64 {
	return math.Log(m.a/(m.b+float64(x+m.first-1))) + (m.r+float64(x))*math.Log1p((T-tx)/(m.alpha+tx))
}

// softplus is ln(1 + exp(d)) without overflow.
func softplus(d float64) float64 {
	if d > 0 {
		return d + math.Log1p(math.Exp(-d))
	}
	return math.Log1p(math.Exp(d))
}

// alive is the probability of not having left: 1 where there was no chance.
func (m betaNBD) alive(x int, tx, T float64) float64 {
	if x+m.first == 0 {
		return 1
	}
	return 1 / (1 + math.Exp(m.logLeft(x, tx, T)))
}

// purchases is E[orders in (T, T + t]].
func (m betaNBD) purchases(x int, tx, T, t float64) float64 {
	ts, out := [1]float64{t}, [1]float64{}
	m.expected(x, T, ts[:], out[:])
	return m.alive(x, tx, T) * out[0]
}

// monthly fills cumulative[i] with E[orders in (T, T + i + 1 months]].
func (m betaNBD) monthly(cumulative []float64, x int, tx, T float64) {
	alive := m.alive(x, tx, T)
	var ts [block]float64
	for first := 0; first < len(cumulative); first += block {
		part := cumulative[first:min(first+block, len(cumulative))]
		m.expected(x, T, monthEnds(&ts, m.unit, first, len(part)), part)
		for i := range part {
			part[i] *= alive
		}
	}
}

// monthEnds fills ts with the ends of n months after the first ones, in a unit.
func monthEnds(ts *[block]float64, unit Unit, first, n int) []float64 {
	month := DaysPerMonth / unit.Days()
	for i := range n {
		ts[i] = float64(first+i+1) * month
	}
	return ts[:n]
}
