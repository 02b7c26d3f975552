package lifetime

import (
	"fmt"
	"math"

	"kopeck/lifetime/numeric"

	"gonum.org/v1/gonum/stat/distuv"
)

// GammaGamma is the Gamma-Gamma model of the margin of an order (FH 2013). A customer's order margins
// are Gamma(P, ν), ν is Gamma(Q, Gamma) over customers; Gamma is in the margins' own minor units. It
// assumes that how often a customer orders says nothing of how much an order earns: see
// GammaGammaFit.Correlation.
type GammaGamma struct{ P, Q, Gamma float64 }

// Validate refuses, with ErrParameters, P or Gamma not above 0 and Q not above 1: at Q <= 1 the
// population's mean margin is infinite, and the formula would give negative margins.
func (g GammaGamma) Validate() error {
	positive := g.P > 0 && g.Q > 1 && g.Gamma > 0
	if !positive || !numeric.Finite(g.P+g.Q+g.Gamma) {
		return fmt.Errorf("%w: Gamma-Gamma %+v", ErrParameters, g)
	}
	return nil
}

// ExpectedMargin of the next order of a customer whose x repeat order days earned mean on average,
// FH 2013 equation (5): (Gamma + x·mean)·P/(P·x + Q - 1). It is the mean of the customer's own average
// and the population's with weights P·x and Q - 1, so at x = 0, where mean is ignored, it is the
// population's, P·Gamma/(Q-1). A mean of 0 or less lies outside the model; the same weights then shrink
// it, and the result may be negative. Invalid parameters, Q <= 1 above all, are refused with ErrParameters.
func (g GammaGamma) ExpectedMargin(x int, mean float64) (float64, error) {
	if err := g.Validate(); err != nil {
		return 0, err
	}
	if x == 0 {
		return g.P * g.Gamma / (g.Q - 1), nil
	}
	n := float64(x)
	return (g.Gamma + n*mean) * (g.P / (g.P*n + g.Q - 1)), nil
}

// Holds reports whether a customer has a place in the model: not one whose repeat order days earned 0 or less on average.
func (g GammaGamma) Holds(x int, mean float64) bool { return x == 0 || mean > 0 }

func (g GammaGamma) draw(x int, mean float64, source Source) func(orders int) float64 {
	n := float64(x)
	nu := distuv.Gamma{Alpha: g.Q + g.P*n, Beta: g.Gamma + n*mean, Src: source}.Rand()
	return func(orders int) float64 {
		return distuv.Gamma{Alpha: g.P * float64(orders), Beta: nu, Src: source}.Rand()
	}
}

// LogLikelihood of a mean margin above 0 over x >= 1 repeat order days, FH 2013 equation (1a).
func (g GammaGamma) LogLikelihood(x int, mean float64) float64 {
	shape, total := g.P*float64(x), float64(x)*mean
	return -numeric.LogBeta(shape, g.Q) - g.Q*math.Log1p(total/g.Gamma) - shape*math.Log1p(g.Gamma/total) - math.Log(mean)
}

// Parameters are p, q and gamma.
func (g GammaGamma) Parameters() []Parameter {
	return []Parameter{{"p", g.P}, {"q", g.Q}, {"gamma", g.Gamma}}
}
