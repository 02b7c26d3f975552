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

// The least data a fit accepts. Four parameters from fewer customers have standard errors as wide as
// the parameters themselves; the documented prior is then the better guess.
const (
	MinCustomers = 50 // for a count model
	MinRepeaters = 10 // of them with an order after the first order day, for a count model
	MinMargins   = 30 // repeaters with a positive mean margin, for Gamma-Gamma
)

// Reason says why data does not identify a model.
type Reason string

// The reasons; each is a sentence for the notes.
const (
	TooFewCustomers Reason = "too few customers to fit a model"
	NoRepeaters     Reason = "nobody has ordered on a second day yet"
	TooFewRepeaters Reason = "too few customers have ordered on a second day"
	NoTimePassed    Reason = "no time has passed since the first orders"
	NoGaps          Reason = "the times between orders, which show how regular they are, are not known"
	TooFewMargins   Reason = "too few repeat customers with a positive margin"
	EqualMargins    Reason = "all repeat customers have the same mean margin"
	NoMeanMargin    Reason = "the margins are spread so widely that they have no numeric.Finite mean (q <= 1)"
	NoMargin        Reason = "there is no positive mean margin to start from"
)

// Unidentified is the error of a fit, or of a prior, that the data does not support. It is not a failure
// of the arithmetic: the caller uses the documented prior and says so.
type Unidentified struct {
	Reason    Reason
	Customers int // customers in the data
	Repeaters int // of them usable repeaters
}

func (e *Unidentified) Error() string {
	return fmt.Sprintf("lifetime: %s (%d customers, %d repeaters)", e.Reason, e.Customers, e.Repeaters)
}
