// Package offermodel reckons the probability that an offer is accepted, and what an offer is expected to earn: a logistic regression on an
// installation's own offers (model.go), how good it is on those that it had not seen (calibration.go), and the order of proposals (rank.go).
//
// The weights maximise the likelihood with a normal prior each, which shrinks them: that of the intercept is around the log-odds of 3 in 10, that of
// the gap, ln(price / reference), around -2, so that without any offers a price a tenth above the reference is accepted some sixth less often; all
// others are around 0, those of products the closest, which pools products of which little is known with all. There are no published figures for
// offers to customers who permitted them; the prior is a mild assumption, and is said to be one wherever it stands in.
//
// It may import money and gonum.
package offermodel

import (
	"errors"
	"fmt"
	"hash/fnv"
	"math"
	"slices"
	"time"

	"gonum.org/v1/gonum/mat"
	"gonum.org/v1/gonum/optimize"
)

// MinOfEach is how many offers must have been accepted, and how many not, for a fit.
const MinOfEach = 10

// Offer is an offer as far as its acceptance is reckoned by it.
type Offer struct {
	Gap      float64 // ln(price / reference); see Gap
	Expected bool    // the reference is what the customer expected, not the list price
	Segment  string  // "" for none
	Stage    string
	Kind     string
	Product  string
	Season   time.Month
}

// Outcome is what became of an offer.
type Outcome struct {
	Offer

	At       time.Time // when it was made
	Accepted bool
}

// Gap is ln(price / reference), from -3 to 3; 0 for what is not above 0.
func Gap(price, reference float64) float64 {
	if price <= 0 || reference <= 0 {
		return 0
	}
	return max(-3, min(3, math.Log(price/reference)))
}

// The weights that every model has, in this order; those of levels follow.
const (
	intercept = iota
	gap
	gapExpected
	seasonCos
	seasonSin
	common
)

var commonNames = [common]string{"intercept", "gap", "gap to the expected price", "season, cosine", "season, sine"}

// The prior of the weights: where they are, and how far they are from it, as a standard deviation.
var (
	priorMean      = [common]float64{math.Log(0.3 / 0.7), -2, 0, 0, 0}
	priorDeviation = [common]float64{1.5, 1.5, 1, 0.3, 0.3}
)

const (
	levelDeviation   = 0.7
	productDeviation = 0.4
	productBuckets   = 128 // products share the weight of a bucket by the hash of their id
)

// Model gives the probability that an offer is accepted.
type Model struct {
	Fitted           bool // false for the prior
	Offers, Accepted int  // that it was fitted to

	weights []float64
	levels  []string       // their names, from common on
	column  map[string]int // of a level
}

// Prior is the model where there are no offers.
func Prior() *Model { return &Model{weights: slices.Clone(priorMean[:])} }

// Weights returns the weights with their names, in their order.
func (m *Model) Weights() (names []string, weights []float64) {
	return append(slices.Clone(commonNames[:]), m.levels...), slices.Clone(m.weights)
}

// term is a column of an offer that is not 0.
type term struct {
	column int
	value  float64
}

// levelsOf are the names of the levels of an offer.
func levelsOf(o Offer) [4]string {
	h := fnv.New32a()
	h.Write([]byte(o.Product))
	segment := o.Segment
	if segment == "" {
		segment = "none"
	}
	return [4]string{"segment " + segment, "stage " + o.Stage, "kind " + o.Kind, fmt.Sprintf("%s%d", productLevel, h.Sum32()%productBuckets)}
}

const productLevel = "products of bucket "

// terms appends the columns of an offer. A level that the fit has not met has the weight of its prior, 0.
func (m *Model) terms(into []term, o Offer) []term {
	into = append(into, term{intercept, 1}, term{gap, o.Gap})
	if o.Expected {
		into = append(into, term{gapExpected, o.Gap})
	}
	if o.Season != 0 {
		angle := 2 * math.Pi * float64(o.Season-1) / 12
		into = append(into, term{seasonCos, math.Cos(angle)}, term{seasonSin, math.Sin(angle)})
	}
	if len(m.column) == 0 {
		return into
	}
	for _, level := range levelsOf(o) {
		if column, ok := m.column[level]; ok {
			into = append(into, term{column, 1})
		}
	}
	return into
}

// Probability returns the probability that an offer is accepted.
func (m *Model) Probability(o Offer) float64 {
	var space [12]term
	return logistic(scoreOf(m.weights, m.terms(space[:0], o)))
}

func scoreOf(weights []float64, terms []term) float64 {
	score := 0.0
	for _, t := range terms {
		score += weights[t.column] * t.value
	}
	return score
}

func logistic(score float64) float64 { return 1 / (1 + math.Exp(-score)) }

// Fit fits a model to outcomes; the prior where fewer than MinOfEach were accepted, or not. An error where the maximum was not found.
func Fit(outcomes []Outcome) (*Model, error) {
	m := &Model{Offers: len(outcomes), column: map[string]int{}}
	for _, o := range outcomes {
		if o.Accepted {
			m.Accepted++
		}
	}
	if min(m.Accepted, m.Offers-m.Accepted) < MinOfEach {
		prior := Prior()
		prior.Offers, prior.Accepted = m.Offers, m.Accepted
		return prior, nil
	}
	m.findLevels(outcomes)
	f := &fit{terms: make([][]term, len(outcomes)), outcomes: outcomes, mean: make([]float64, common+len(m.levels)), precision: make([]float64, common+len(m.levels))}
	for i, o := range outcomes {
		f.terms[i] = m.terms(nil, o.Offer)
	}
	copy(f.mean, priorMean[:])
	for i := range f.precision {
		deviation := levelDeviation
		switch {
		case i < common:
			deviation = priorDeviation[i]
		case isProduct(m.levels[i-common]):
			deviation = productDeviation
		}
		f.precision[i] = 1 / (deviation * deviation)
	}
	// The function is convex, so that Newton's method finds the only minimum from anywhere.
	result, err := optimize.Minimize(optimize.Problem{Func: f.loss, Grad: f.gradient, Hess: f.hessian}, slices.Clone(f.mean),
		&optimize.Settings{GradientThreshold: 1e-6 * float64(len(outcomes)), MajorIterations: 100, Concurrent: 0}, &optimize.Newton{})
	if err != nil {
		return nil, fmt.Errorf("offermodel: %w", err)
	}
	if result.Status != optimize.GradientThreshold && result.Status != optimize.FunctionConvergence {
		return nil, errors.New("offermodel: the fit has not converged: " + result.Status.String())
	}
	m.Fitted, m.weights = true, result.X
	return m, nil
}

// findLevels gives each level of the outcomes a column, in alphabetical order: the same outcomes give the same model.
func (m *Model) findLevels(outcomes []Outcome) {
	for _, o := range outcomes {
		for _, level := range levelsOf(o.Offer) {
			if _, known := m.column[level]; !known {
				m.column[level] = 0
				m.levels = append(m.levels, level)
			}
		}
	}
	slices.Sort(m.levels)
	for i, level := range m.levels {
		m.column[level] = common + i
	}
}

func isProduct(level string) bool {
	return len(level) > len(productLevel) && level[:len(productLevel)] == productLevel
}

// fit is minus the logarithm of the likelihood with the prior, and its derivatives.
type fit struct {
	outcomes        []Outcome
	terms           [][]term
	mean, precision []float64
}

func (f *fit) loss(w []float64) float64 {
	loss := 0.0
	for i, terms := range f.terms {
		score := scoreOf(w, terms)
		if f.outcomes[i].Accepted {
			score = -score
		}
		loss += max(0, score) + math.Log1p(math.Exp(-math.Abs(score))) // ln(1 + exp(score)) without overflow
	}
	for j, p := range f.precision {
		away := w[j] - f.mean[j]
		loss += p * away * away / 2
	}
	return loss
}

func (f *fit) gradient(into, w []float64) {
	for j, p := range f.precision {
		into[j] = p * (w[j] - f.mean[j])
	}
	for i, terms := range f.terms {
		rest := logistic(scoreOf(w, terms))
		if f.outcomes[i].Accepted {
			rest--
		}
		for _, t := range terms {
			into[t.column] += rest * t.value
		}
	}
}

func (f *fit) hessian(into *mat.SymDense, w []float64) {
	into.Zero()
	for j, p := range f.precision {
		into.SetSym(j, j, p)
	}
	for _, terms := range f.terms {
		p := logistic(scoreOf(w, terms))
		for _, a := range terms {
			for _, b := range terms {
				if a.column <= b.column {
					into.SetSym(a.column, b.column, into.At(a.column, b.column)+p*(1-p)*a.value*b.value)
				}
			}
		}
	}
}
