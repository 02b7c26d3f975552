package lifetime

import (
	"errors"
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// ErrStopped is returned by a fit whose Options.Stop reported true.
var ErrStopped = errors.New("lifetime: the fit was stopped")

// Options of a fit.
type Options struct {
	// Stop, if set, is asked at every step, by one goroutine at a time; once it reports true the fit
	// ends with ErrStopped.
	Stop func() bool
}

// Boundary says where the likelihood has its maximum.
type Boundary string

// The boundaries; each but Interior is a sentence for the notes. At a boundary there are no standard
// errors and no condition, and some parameters are only those at which the likelihood stopped rising.
const (
	Interior  Boundary = ""
	NoDropout Boundary = "dropout is not identified: the data is explained as well by nobody leaving"
	AtTheEdge Boundary = "not all parameters are identified: the likelihood is flat towards the edge of their range"
)

// Report says how far a fit can be trusted.
type Report struct {
	LogLikelihood float64 // of all customers, in the unit of the sample
	Converged     bool    // the gradient vanishes; in the interior, at a true maximum too
	Iterations    int     // of all starts together, and of the polish
	GradientNorm  float64 // largest |d LL / d ln parameter|
	// Condition is the largest eigenvalue of the Hessian in the logarithms of the parameters over the
	// smallest; 0 where there is no proper maximum.
	Condition float64
	// StdErrors belong to the parameters in the model's order; nil where there is no proper maximum.
	StdErrors []float64
	Boundary  Boundary
	Status    string // one sentence for people
	Rows      int    // distinct rows used
	Customers int    // customers in them
}

func (r *Report) describe() {
	switch {
	case !r.Converged:
		r.Status = fmt.Sprintf("not converged: the gradient is still %.2g after %d iterations", r.GradientNorm, r.Iterations)
	case r.Boundary != Interior:
		r.Status = "converged at a boundary: " + string(r.Boundary)
	default:
		r.Status = fmt.Sprintf("converged in %d iterations, condition %.3g", r.Iterations, r.Condition)
	}
}

// likelihood is a log-likelihood as a function of the logarithms of its parameters, which must be of
// order one at a plausible optimum.
type likelihood struct {
	customers float64
	starts    [][]float64
	// at returns the log-likelihood at theta and fills grad with its derivatives by theta.
	at func(theta, grad []float64) float64
	// rough, if set, is nearly the same at less cost, for the way from the starts to the polish.
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
}

const (
	edgeFactor    = 1e6  // a parameter this many times its scale, or this small a part of it, is at the edge
	roughGradient = 1e-4 // per customer: where L-BFGS hands over to Newton
	edgeGradient  = 0.05 // in all: at an edge not even a nat is left to gain by going on for ever
	flat          = 1e-8 // of the largest curvature: less is no curvature, but rounding
	edgeCurvature = 1e-4 // of the largest: directions flatter than this are not followed at an edge
	settled       = 1e-7 // Newton's remaining step in standard errors
	roughSettled  = 1e-3 // the same where rounding keeps it from shrinking, and at an edge
	vague         = 10.0 // a standard error of this in a logarithm, a factor of 20,000, identifies nothing
	maxNewton     = 60
	maxRough      = 20  // of these by the rough likelihood's Hessian
	longestStep   = 2.0 // of Newton, in the logarithm of a parameter
)

// maximise runs L-BFGS from every start and polishes the results by Newton, best first, until one
// converges. The only error is ErrStopped.
func (l likelihood) maximise(stop func() bool) (optimum, error) {
	stopped := func() bool { return stop != nil && stop() }
	dim, iterations, roughly := len(l.starts[0]), 0, l.at
	if l.rough != nil {
		roughly = l.rough
	}
	rough := make([]optimum, 0, len(l.starts))
	for _, start := range l.starts {
		grad := make([]float64, dim)
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
			continue
		}
		iterations += result.MajorIterations
		rough = append(rough, optimum{theta: result.X, value: -result.F * l.customers})
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

// polish is Newton's method with a line search, on the absolute eigenvalues of the Hessian so that it
// climbs from a saddle as well. It ends at a maximum, at an edge, or where it cannot climb. On the way
// there the Hessian is the rough likelihood's, which costs less; where that leads no further, the last
// word is with the exact one.
func (l likelihood) polish(theta []float64, stopped func() bool) (optimum, error) {
	dim, exact := len(theta), l.rough == nil
	o := optimum{theta: slices.Clone(theta)}
	for i, v := range o.theta { // L-BFGS may have run far out where the likelihood is flat
		o.theta[i] = max(-math.Log(edgeFactor), min(math.Log(edgeFactor), v))
	}
	grad, step, trial := make([]float64, dim), make([]float64, dim), make([]float64, dim)
	trialGrad, before := make([]float64, dim), math.Inf(1)
	o.value = l.at(o.theta, grad)
	for ; o.iterations < maxNewton; o.iterations++ {
		if stopped() {
			return o, ErrStopped
		}
		o.gradient = floats.Norm(grad, math.Inf(1))
		farthest := math.Log(edgeFactor)
		if o.gradient >= edgeGradient { // there is still something to gain out there
			farthest = math.Log(edgeFactor * 1000)
		}
		o.edge = o.edge || exact && floats.Norm(o.theta, math.Inf(1)) >= farthest
		var eigen mat.EigenSym
		likely := l.at
		if !exact {
			likely = l.rough
		}
		if !eigen.Factorize(curvature(likely, o.theta), true) {
			return o, nil
		}
		values := eigen.Values(nil) // ascending
		var vectors mat.Dense
		eigen.VectorsTo(&vectors)
		steepest := math.Max(math.Abs(values[0]), math.Abs(values[dim-1]))
		o.edge = o.edge || exact && (values[0] < flat*steepest && values[0] > -flat*steepest && o.gradient < edgeGradient)
		floor, decrement, rising := 1e-12*steepest, 0.0, 0.0 // rising: the slope of the directions not followed
		clear(step)
		for i, v := range values {
			along := mat.Dot(vectors.ColView(i), mat.NewVecDense(dim, grad))
			if o.edge && math.Abs(v) < edgeCurvature*steepest {
				rising = math.Hypot(rising, along)
				continue
			}
			v = math.Max(math.Abs(v), floor)
			decrement += along * along / v
			for j := range step {
				step[j] += along / v * vectors.At(j, i)
			}
		}
		remaining := math.Sqrt(decrement)
		if o.edge && remaining < roughSettled {
			o.converged = rising < edgeGradient
			return o, nil
		}
		stalled := remaining < roughSettled && remaining > before/2
		before = remaining
		if !exact && (remaining < settled || stalled || o.iterations == maxRough) {
			exact, before = true, math.Inf(1)
			continue
		}
		if values[0] > flat*steepest && (remaining < settled || stalled) {
			o.converged = true
			errs := make([]float64, dim)
			for j := range dim {
				for i, v := range values {
					errs[j] += vectors.At(j, i) * vectors.At(j, i) / v
				}
				errs[j] = math.Sqrt(errs[j])
			}
			if floats.Max(errs) > vague {
				o.edge = true
				return o, nil
			}
			o.condition, o.stdErrors = values[dim-1]/values[0], errs
			return o, nil
		}
		if size := floats.Norm(step, math.Inf(1)); size > longestStep {
			floats.Scale(longestStep/size, step)
		}
		// Rounding of the sum is allowed for; without it the last steps would be refused.
		climbed := false
		for range 40 {
			floats.AddTo(trial, o.theta, step)
			if v := l.at(trial, trialGrad); v >= o.value-1e-13*math.Abs(o.value) {
				o.value, climbed = v, true
				copy(o.theta, trial)
				copy(grad, trialGrad)
				break
			}
			floats.Scale(0.5, step)
		}
		if !climbed && !exact {
			exact, before = true, math.Inf(1)
			continue
		}
		if !climbed {
			return o, nil
		}
	}
	return o, nil
}

// curvature is minus the Hessian of a likelihood, from central differences of the analytic gradient.
func curvature(at func(theta, grad []float64) float64, theta []float64) *mat.SymDense {
	const h = 1e-4
	dim := len(theta)
	moved, up, down := slices.Clone(theta), make([]float64, dim), make([]float64, dim)
	full := mat.NewDense(dim, dim, nil)
	for j := range dim {
		moved[j] = theta[j] + h
		at(moved, up)
		moved[j] = theta[j] - h
		at(moved, down)
		moved[j] = theta[j]
		for i := range dim {
			full.Set(i, j, (down[i]-up[i])/(2*h))
		}
	}
	sym := mat.NewSymDense(dim, nil)
	for i := range dim {
		for j := i; j < dim; j++ {
			sym.SetSym(i, j, (full.At(i, j)+full.At(j, i))/2)
		}
	}
	return sym
}

// report carries an optimum over to the parameters themselves.
func (o optimum) report(parameters []Parameter) Report {
	r := Report{
		LogLikelihood: o.value, Converged: o.converged, Iterations: o.iterations,
		GradientNorm: o.gradient, Condition: o.condition,
	}
	if o.edge {
		r.Boundary = AtTheEdge
	}
	for i, s := range o.stdErrors {
		r.StdErrors = append(r.StdErrors, s*parameters[i].Value)
	}
	return r
}
