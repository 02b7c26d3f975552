package numeric

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/floats"
	"gonum.org/v1/gonum/mat"
)

const (
	edgeFactor    = 1e6  // a parameter this many times its scale, or this small a part of it, is at the edge
	edgeGradient  = 0.05 // in all: at an edge not even a nat is left to gain by going on without end
	flat          = 1e-8 // of the largest curvature: less is no curvature, but rounding
	edgeCurvature = 1e-4 // of the largest: directions flatter than this are not followed at an edge
	settled       = 1e-7 // Newton's remaining step in standard errors
	roughSettled  = 1e-3 // the same where rounding keeps it from shrinking, and at an edge
	vague         = 10.0 // a standard error of this in a logarithm, a factor of 20,000, identifies nothing
	maxNewton     = 60
	maxRough      = 20  // of these by the rough likelihood's Hessian
	maxStep       = 2.0 // of Newton, in the logarithm of a parameter
)

// polish is Newton's method with a line search, on the absolute eigenvalues of the Hessian so that it
// climbs from a saddle as well. It ends at a maximum, at an edge, or where it cannot climb. On the way
// there the Hessian is the rough likelihood's, which costs less; where that leads no further, the exact one
// decides. The only error is ErrStopped.
func (l Likelihood) polish(theta []float64, stopped func() bool) (Optimum, error) {
	n := newNewton(l, theta)
	for ; n.Iterations < maxNewton; n.Iterations++ {
		if stopped() {
			return n.Optimum, ErrStopped
		}
		if n.step() {
			break
		}
	}
	return n.Optimum, nil
}

// newton is the state of Newton's method on its way.
type newton struct {
	Optimum

	likelihood Likelihood
	exact      bool      // the Hessian is the exact likelihood's
	grad       []float64 // at theta
	before     float64   // the remaining step, in standard errors, of the iteration before

	direction, trial, trialGrad []float64 // scratch
}

func newNewton(l Likelihood, theta []float64) *newton {
	dim := len(theta)
	n := &newton{
		Optimum: Optimum{Theta: slices.Clone(theta)}, likelihood: l, exact: l.Rough == nil, before: math.Inf(1),
		grad: make([]float64, dim), direction: make([]float64, dim), trial: make([]float64, dim), trialGrad: make([]float64, dim),
	}
	for i, v := range n.Theta { // L-BFGS may have run far out where the likelihood is flat
		n.Theta[i] = max(-math.Log(edgeFactor), min(math.Log(edgeFactor), v))
	}
	n.Value = l.At(n.Theta, n.grad)
	return n
}

// step takes one step, and reports whether it was the last.
func (n *newton) step() (done bool) {
	n.Gradient = floats.Norm(n.grad, math.Inf(1))
	n.Edge = n.Edge || n.farOut()
	b, ok := n.bend()
	if !ok {
		return true
	}
	n.Edge = n.Edge || n.exact && b.level() && n.Gradient < edgeGradient
	remaining, rising := n.aim(b)
	if n.Edge && remaining < roughSettled {
		n.Converged = rising < edgeGradient
		return true
	}
	stalled := remaining < roughSettled && remaining > n.before/2
	n.before = remaining
	switch arrived := remaining < settled || stalled; {
	case !n.exact && (arrived || n.Iterations == maxRough):
		n.turnExact()
		return false
	case b.proper() && arrived:
		n.conclude(b)
		return true
	}
	if n.climb() {
		return false
	}
	if n.exact {
		return true
	}
	n.turnExact()
	return false
}

// turnExact goes on with the exact Hessian.
func (n *newton) turnExact() { n.exact, n.before = true, math.Inf(1) }

// farOut reports whether a parameter is at the edge of its range.
func (n *newton) farOut() bool {
	farthest := math.Log(edgeFactor)
	if n.Gradient >= edgeGradient { // there is still something to gain out there
		farthest = math.Log(edgeFactor * 1000)
	}
	return n.exact && floats.Norm(n.Theta, math.Inf(1)) >= farthest
}

// bend is the curvature of a likelihood by its main directions.
type bend struct {
	values   []float64 // ascending
	vectors  mat.Dense
	steepest float64 // the greatest of the values without their signs
}

// bend decomposes the curvature at theta; it reports false where that fails.
func (n *newton) bend() (*bend, bool) {
	at := n.likelihood.At
	if !n.exact {
		at = n.likelihood.Rough
	}
	var eigen mat.EigenSym
	if !eigen.Factorize(curvature(at, n.Theta), true) {
		return nil, false
	}
	b := &bend{values: eigen.Values(nil)}
	eigen.VectorsTo(&b.vectors)
	b.steepest = math.Max(math.Abs(b.values[0]), math.Abs(b.values[len(b.values)-1]))
	return b, true
}

// proper reports whether the likelihood falls in every direction.
func (b *bend) proper() bool { return b.values[0] > flat*b.steepest }

// level reports whether the likelihood neither falls nor rises in the direction of least curvature.
func (b *bend) level() bool { return !b.proper() && b.values[0] > -flat*b.steepest }

// aim sets the direction of the next step. It returns how long the step is in standard errors, and the slope of the
// directions that are not followed: the flat ones, at an edge.
func (n *newton) aim(b *bend) (remaining, rising float64) {
	floor, decrement := 1e-12*b.steepest, 0.0
	clear(n.direction)
	for i, v := range b.values {
		along := mat.Dot(b.vectors.ColView(i), mat.NewVecDense(len(n.grad), n.grad))
		if n.Edge && math.Abs(v) < edgeCurvature*b.steepest {
			rising = math.Hypot(rising, along)
			continue
		}
		v = math.Max(math.Abs(v), floor)
		decrement += along * along / v
		for j := range n.direction {
			n.direction[j] += along / v * b.vectors.At(j, i)
		}
	}
	return math.Sqrt(decrement), rising
}

// conclude says of a maximum how well it is determined.
func (n *newton) conclude(b *bend) {
	n.Converged = true
	errs := make([]float64, len(n.Theta))
	for j := range errs {
		for i, v := range b.values {
			errs[j] += b.vectors.At(j, i) * b.vectors.At(j, i) / v
		}
		errs[j] = math.Sqrt(errs[j])
	}
	if floats.Max(errs) > vague {
		n.Edge = true
		return
	}
	n.Condition, n.StdErrors, n.Covariance = b.values[len(b.values)-1]/b.values[0], errs, b.inverse()
}

// inverse of the curvature, row by row: the covariance of theta.
func (b *bend) inverse() []float64 {
	dim := len(b.values)
	c := make([]float64, dim*dim)
	for j := range dim {
		for k := range dim {
			for i, v := range b.values {
				c[j*dim+k] += b.vectors.At(j, i) * b.vectors.At(k, i) / v
			}
		}
	}
	return c
}

// climb goes in the direction that was aimed at as far as the likelihood does not fall, and reports false where it falls at
// once. Rounding of the sum is allowed for; without it the last steps would be refused.
func (n *newton) climb() bool {
	if size := floats.Norm(n.direction, math.Inf(1)); size > maxStep {
		floats.Scale(maxStep/size, n.direction)
	}
	for range 40 {
		floats.AddTo(n.trial, n.Theta, n.direction)
		if v := n.likelihood.At(n.trial, n.trialGrad); v >= n.Value-1e-13*math.Abs(n.Value) {
			n.Value = v
			copy(n.Theta, n.trial)
			copy(n.grad, n.trialGrad)
			return true
		}
		floats.Scale(0.5, n.direction)
	}
	return false
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
