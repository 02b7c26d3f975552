package offermodel

import (
	"math"
	"slices"
)

// MinTested is how many offers a calibration is tested on at least.
const MinTested = 20

// bins is in how many parts of equal width the range of probabilities is divided.
const bins = 5

// Calibration is how the probabilities of a fit agreed with what customers did, on offers that it had not seen.
type Calibration struct {
	Offers                 int
	Brier, BaseBrier       float64 // mean squares, of the fit and of the share that was accepted before
	LogLoss, BaseLogLoss   float64
	Bins                   []Bin // those that have offers
	TrainedOn, TrainedTook int   // the offers before, and how many were accepted
}

// Bin has the offers with a probability from From to To.
type Bin struct {
	From, To           float64
	Offers             int
	Expected, Accepted float64 // means
}

// Test fits a model to the earlier three quarters of the outcomes and tests it on the later quarter; nil where they are too few for either.
func Test(outcomes []Outcome) (*Calibration, error) {
	ordered := slices.Clone(outcomes)
	slices.SortStableFunc(ordered, func(a, b Outcome) int { return a.At.Compare(b.At) })
	split := len(ordered) * 3 / 4
	seen, unseen := ordered[:split], ordered[split:]
	if len(unseen) < MinTested {
		return nil, nil
	}
	m, err := Fit(seen)
	if err != nil || !m.Fitted {
		return nil, err
	}
	c := &Calibration{Offers: len(unseen), TrainedOn: m.Offers, TrainedTook: m.Accepted}
	base := float64(m.Accepted) / float64(m.Offers)
	parts := make([]Bin, bins)
	n := float64(len(unseen))
	for _, o := range unseen {
		p, happened := m.Probability(o.Offer), 0.0
		if o.Accepted {
			happened = 1
		}
		c.Brier += (p - happened) * (p - happened) / n
		c.BaseBrier += (base - happened) * (base - happened) / n
		c.LogLoss += surprise(p, o.Accepted) / n
		c.BaseLogLoss += surprise(base, o.Accepted) / n
		b := &parts[min(bins-1, int(p*bins))]
		b.Offers++
		b.Expected += p
		b.Accepted += happened
	}
	for i, b := range parts {
		if b.Offers > 0 {
			of := float64(b.Offers)
			c.Bins = append(c.Bins, Bin{float64(i) / bins, float64(i+1) / bins, b.Offers, b.Expected / of, b.Accepted / of})
		}
	}
	return c, nil
}

// surprise is minus the logarithm of the probability of what happened.
func surprise(p float64, accepted bool) float64 {
	if !accepted {
		p = 1 - p
	}
	return -math.Log(max(p, 1e-12))
}
