package numeric

import (
	"errors"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/optimize"
)

// ErrStopped is returned by a maximisation whose stop reported true.
var ErrStopped = errors.New("lifetime: the fit was stopped")

// Likelihood is a log-likelihood as a function of the logarithms of its parameters, which must be of
// order one at a plausible optimum.
type Likelihood struct {
	Customers float64
	Starts    [][]float64
	// At returns the log-likelihood at theta and fills grad with its derivatives by theta.
	At func(theta, grad []float64) float64
	// Rough, if set, is nearly the same at less cost, for the way from the starts to Newton's method.
	Rough func(theta, grad []float64) float64
}

// Optimum is what Maximise found, in the logarithms of the parameters.
type Optimum struct {
	Theta      []float64
	Value      float64
	Gradient   float64
	Iterations int
	Converged  bool
	Edge       bool
	Condition  float64
	StdErrors  []float64 // of theta
	Covariance []float64 // of theta, row by row
}

// roughGradient is the gradient per customer at which L-BFGS ends and Newton's method begins.
const roughGradient = 1e-4

// Maximise runs L-BFGS from every start and polishes the results by Newton, best first, until one
// converges. The only error is ErrStopped.
func (l Likelihood) Maximise(stop func() bool) (Optimum, error) {
	stopped := func() bool { return stop != nil && stop() }
	iterations := 0
	rough := make([]Optimum, 0, len(l.Starts))
	for _, start := range l.Starts {
		r, err := l.approach(start, stopped)
		if err != nil {
			return Optimum{}, err
		}
		if r.Theta == nil {
			continue
		}
		iterations += r.Iterations
		rough = append(rough, r)
	}
	slices.SortStableFunc(rough, func(a, b Optimum) int {
		if a.Value > b.Value {
			return -1
		}
		return 1
	})
	best := Optimum{Value: math.Inf(-1), Gradient: math.Inf(1), Theta: l.Starts[0]}
	for _, r := range rough {
		o, err := l.polish(r.Theta, stopped)
		if err != nil {
			return Optimum{}, err
		}
		iterations += o.Iterations
		if o.Value > best.Value {
			best = o
		}
		if best.Converged {
			break
		}
	}
	best.Iterations = iterations
	return best, nil
}

// approach runs L-BFGS on the rough likelihood from a start to where Newton takes over. Where that leads nowhere the
// optimum has no theta. The only error is ErrStopped.
func (l Likelihood) approach(start []float64, stopped func() bool) (Optimum, error) {
	roughly := l.At
	if l.Rough != nil {
		roughly = l.Rough
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
			return -value / l.Customers
		},
		Grad: func(into, theta []float64) {
			eval(theta)
			floats.ScaleTo(into, -1/l.Customers, grad)
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
		return Optimum{}, ErrStopped
	}
	// A line search that gives up leaves a usable point; Newton decides what it is worth.
	if result == nil || !Finite(result.F) || !Finite(floats.Sum(result.X)) {
		return Optimum{}, nil
	}
	return Optimum{Theta: result.X, Value: -result.F * l.Customers, Iterations: result.MajorIterations}, nil
}
