package numeric

import "math"

// The steps of BetaMean.
const (
	WideStep = 0.2 // its error is then about exp(-2π·(π/2)/0.2), under 1e-21
	PeakStep = 0.6 // in widths of a peak that is narrower than that
)

// Negligible is what a sum of doubles does not feel.
const Negligible = 1e-17

// BetaMean is the mean of h(p) over p ~ Beta(leave, stay), for smooth h > 0 that is practically constant
// where p is far below 1/low, and where 1-p is far below 1/high.
//
// It takes some hundred nodes for any parameters: the trapezoidal rule in u = ln(p/(1-p)), which
// converges exponentially. Where the integrand has become a pure exponential of u, the rest of the
// rule is a geometric series and is added in one step, so that leave near 0 needs no long tail.
func BetaMean(leave, stay, low, high float64, h func(p float64) float64) float64 {
	if leave < 1e-290 { // its reciprocal would not be finite
		return h(0)
	}
	step := min(WideStep, PeakStep*math.Sqrt((leave+stay)/leave/stay))
	mode := math.Log(leave) - math.Log(stay)
	top := leave*math.Log(leave/(leave+stay)) + stay*math.Log(stay/(leave+stay))
	node := func(u float64) (w, value float64) {
		down, up := math.Log1p(math.Exp(-u)), math.Log1p(math.Exp(u)) // -ln p, -ln(1-p)
		if u < -700 {
			down = -u
		}
		if u > 700 {
			up = u
		}
		return math.Exp(-leave*down - stay*up - top), h(math.Exp(-down))
	}
	weight, sum := node(mode)
	sum *= weight
	// One side of the mode at a time; a side ends where its nodes are negligible or purely geometric.
	side := func(direction, decay, flat float64) {
		for u := mode + direction*step; ; u += direction * step {
			w, value := node(u)
			if math.Exp(-direction*u)*flat < Negligible {
				w /= -math.Expm1(-decay * step)
				weight, sum = weight+w, sum+w*value
				return
			}
			weight, sum = weight+w, sum+w*value
			if w < Negligible*weight && w*value < Negligible*sum {
				return
			}
		}
	}
	side(-1, leave, max(1, leave+stay, low))
	side(+1, stay, max(1, leave, high))
	return sum / weight
}
