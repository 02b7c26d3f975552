package lifetime

import "kopeck/lifetime/numeric"

// The priors are used where nothing has been fitted or the data identifies nothing; the notes say so.

// Prior is the BG/NBD model published for the CDNOW customers (FHL 2005: r 0.243, alpha 4.414 weeks,
// a 0.793, b 2.426), in the unit asked for. It comes from a shop of 1997, not from this installation:
// a customer's own orders soon outweigh it, since it counts as 0.243 orders in 4.4 weeks.
func Prior(u Unit) BGNBD {
	return BGNBD{Unit: Week, R: 0.243, Alpha: 4.414, A: 0.793, B: 2.426}.To(u)
}

// MarginPrior is the Gamma-Gamma model with the published shapes (FH 2013: p 6.25, q 3.74, which have
// no unit) and the gamma that makes the population's mean equal to mean, the installation's own mean
// order margin in minor units. It shrinks a customer's average towards that mean with the weight of
// (q-1)/p, some 0.44 orders. It fails with *Unidentified unless mean is positive.
func MarginPrior(mean float64) (GammaGamma, error) {
	if !(mean > 0) || !numeric.Finite(mean) {
		return GammaGamma{}, &Unidentified{Reason: NoMargin}
	}
	return GammaGamma{P: priorP, Q: priorQ, Gamma: mean * (priorQ - 1) / priorP}, nil
}

// The shapes of Gamma-Gamma that FH 2013 published.
const priorP, priorQ = 6.25, 3.74
