package lifetime

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// likelihood is a log-likelihood as a function of the logarithms of its parameters, which must be of
// order one at a plausible optimum.
type likelihood struct {
	customers float64
	starts    [][]float64
	// at returns the log-likelihood at theta and fills grad with its derivatives by theta.
	at func(theta, grad []float64) float64
	// rough, if set, is nearly the same at less cost, for the way from the starts to Newton's method.
	rough func(theta, grad []float64) float64
}

// optimum is what maximise found, in the logarithms of the parameters.
type optimum struct {
	theta      []float64
	value      float64
	gradient   float64
	iterations int
	converged  bool
	edge       bool
	condition  float64
	stdErrors  []float64 // of theta
	covariance []float64 // of theta, row by row
}

// roughGradient is the gradient per customer at which L-BFGS ends and Newton's method begins.
const roughGradient = 1e-4

// maximise runs L-BFGS from every start and polishes the results by Newton, best first, until one
// converges. The only error is ErrStopped.
func (l likelihood) maximise(stop func() bool) (optimum, error) {
	stopped := func() bool { return stop != nil && stop() }
	iterations := 0
	rough := make([]optimum, 0, len(l.starts))
	for _, start := range l.starts {
		r, err := l.approach(start, stopped)
		if err != nil {
			return optimum{}, err
		}
		if r.theta == nil {
			continue
		}
		iterations += r.iterations
		rough = append(rough, r)
	}
	slices.SortStableFunc(rough, func(a, b optimum) int {
		if a.value > b.value {
			return -1
		}
		return 1
	})
	best := optimum{value: math.Inf(-1), gradient: math.Inf(1), theta: l.starts[0]}
	for _, r := range rough {
		o, err := l.polish(r.theta, stopped)
		if err != nil {
			return optimum{}, err
		}
		iterations += o.iterations
		if o.value > best.value {
			best = o
		}
		if best.converged {
			break
		}
	}
	best.iterations = iterations
	return best, nil
}

// approach runs L-BFGS on the rough likelihood from a start to where Newton takes over. Where that leads nowhere the
// optimum has no theta. The only error is ErrStopped.
func (l likelihood) approach(start []float64, stopped func() bool) (optimum, error) {
	roughly := l.at
	if l.rough != nil {
		roughly = l.rough
	}
	grad := make([]float64, len(start))
	var at []float64 // where grad was computed
	var value float64
	eval := func(theta []float64) {
		if at == nil || !floats.Equal(at, theta) {
			at = append(at[:0], theta...)
			value = roughly(theta, grad)
		}
	}
	result, err := optimize.Minimize(optimize.Problem{
		Func: func(theta []float64) float64 {
			eval(theta)
			return -value / l.customers
		},
		Grad: func(into, theta []float64) {
			eval(theta)
			floats.ScaleTo(into, -1/l.customers, grad)
		},
		Status: func() (optimize.Status, error) {
			if stopped() {
				return optimize.Failure, ErrStopped
			}
			return optimize.NotTerminated, nil
		},
	}, start, &optimize.Settings{
		GradientThreshold: roughGradient,
		MajorIterations:   200,
		FuncEvaluations:   1000,
	}, &optimize.LBFGS{})
	if errors.Is(err, ErrStopped) {
		return optimum{}, ErrStopped
	}
	// A line search that gives up leaves a usable point; Newton decides what it is worth.
	if result == nil || !finite(result.F) || !finite(floats.Sum(result.X)) {
		return optimum{}, nil
	}
	return optimum{theta: result.X, value: -result.F * l.customers, iterations: result.MajorIterations}, nil
}
