package numeric

import (
	"math"

	"gonum.org/v1/gonum/integrate/quad"
)

// Node is a point in (0, 1) and its weight in a Gauss-Legendre rule.
type Node struct{ At, Weight float64 }

// Gauss8 and the others are the rules; one of n nodes is exact for polynomials of degree 2n - 1.
var (
	Gauss8  = legendre(8)
	Gauss12 = legendre(12)
	Gauss20 = legendre(20)
	Gauss32 = legendre(32)
)

func legendre(n int) []Node {
	at, weight := make([]float64, n), make([]float64, n)
	quad.Legendre{}.FixedLocations(at, weight, 0, 1)
	rule := make([]Node, n)
	for i := range rule {
		rule[i] = Node{at[i], weight[i]}
	}
	return rule
}

const (
	// Panel is the longest piece for Gauss32 of what is analytic within π of the real axis.
	Panel = 4.0
	// Deep is how many e-foldings below its start a falling integrand is at its end.
	Deep = 40
)

// LogConcave is the logarithm of the integral of exp(f) over (0, end), end finite, for f concave, analytic
// within π of the real axis, with the derivative slope. It first looks for the maximum and for where f has
// fallen by Deep on both sides of it, so that nothing depends on how narrow or how far out the peak is.
func LogConcave(end float64, f, slope func(v float64) float64) float64 {
	// bisect finds where a falling function of v goes through 0, to 2^-steps of the way between low and high.
	bisect := func(steps int, low, high float64, g func(v float64) float64) float64 {
		for range steps {
			middle := (low + high) / 2
			if g(middle) > 0 {
				low = middle
			} else {
				high = middle
			}
		}
		return high
	}
	mode := bisect(50, 0, end, slope)
	top := f(mode)
	if math.IsInf(top, -1) { // the peak is closer to 0 than doubles can distinguish
		return top
	}
	left := mode - bisect(16, 0, mode, func(back float64) float64 { return f(mode-back) - top + Deep })
	right := bisect(16, mode, end, func(v float64) float64 { return f(v) - top + Deep })
	sum := 0.0
	for _, side := range [2][2]float64{{left, mode}, {mode, right}} {
		pieces := math.Ceil((side[1] - side[0]) / Panel)
		length := (side[1] - side[0]) / pieces
		for k := 0.0; k < pieces; k++ {
			for _, n := range Gauss32 {
				sum += n.Weight * length * math.Exp(f(side[0]+(k+n.At)*length)-top)
			}
		}
	}
	return top + math.Log(sum)
}
