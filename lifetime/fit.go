package lifetime

import (
	"fmt"
	"kopeck/lifetime/numeric"
)

// ErrStopped is returned by a fit whose Options.Stop reported true.
var ErrStopped = numeric.ErrStopped

// Options of a fit.
type Options struct {
	// Stop, if set, is called at every step, by one goroutine at a time; once it reports true the fit
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
	Iterations    int     // of all starts together, and of Newton's method
	GradientNorm  float64 // largest |d LL / d ln parameter|
	// Condition is the largest eigenvalue of the Hessian in the logarithms of the parameters over the
	// smallest; 0 where there is no proper maximum.
	Condition float64
	// StdErrors belong to the parameters in the model's order; nil where there is no proper maximum.
	StdErrors []float64
	// Covariance is that of the logarithms of the parameters, row by row; nil where StdErrors are.
	Covariance []float64
	Boundary   Boundary
	Status     string // one sentence for a reader
	Rows       int    // distinct rows used
	Customers  int    // customers in them
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

// reportOn returns the report on an optimum, in terms of the parameters themselves.
func reportOn(o numeric.Optimum, parameters []Parameter) Report {
	r := Report{
		LogLikelihood: o.Value, Converged: o.Converged, Iterations: o.Iterations,
		GradientNorm: o.Gradient, Condition: o.Condition, Covariance: o.Covariance,
	}
	if o.Edge {
		r.Boundary = AtTheEdge
	}
	for i, s := range o.StdErrors {
		r.StdErrors = append(r.StdErrors, s*parameters[i].Value)
	}
	return r
}
