package lifetime

import (
	"fmt"
	"math"

	"kopeck/lifetime/numeric"
)

// CountFit is a fitted model of counts with a report on the fit.
type CountFit[M CountModel] struct {
	Model M
	Report
	// NoDropoutLogLikelihood is that of the best model in which nobody leaves (NBD). LogLikelihood
	// less this is what the dropout explains; under 1e-3 it is not identified.
	NoDropoutLogLikelihood float64
}

// BGNBDFit is a fit of BG/NBD.
type BGNBDFit = CountFit[BGNBD]

// MBGNBDFit is a fit of MBG/NBD.
type MBGNBDFit = CountFit[MBGNBD]

// MBGCNBDFit is a fit of MBG/CNBD-k.
type MBGCNBDFit = CountFit[MBGCNBD]

// ParetoNBDFit is a fit of Pareto/NBD.
type ParetoNBDFit = CountFit[ParetoNBD]

// FitCounts fits the model of a kind, as FitBGNBD and the other Fit functions do; an unknown kind fails with
// ErrParameters.
func FitCounts(kind Kind, s Sample, o Options) (CountFit[CountModel], error) {
	switch kind {
	case KindBGNBD:
		return anyModel(FitBGNBD(s, o))
	case KindMBGNBD:
		return anyModel(FitMBGNBD(s, o))
	case KindParetoNBD:
		return anyModel(FitParetoNBD(s, o))
	case KindMBGCNBD:
		return anyModel(FitMBGCNBD(s, o))
	case KindMeanRate, KindOwnRate, KindRecencyFrequency, KindLastPeriod:
		return anyModel(FitSimpleRate(kind, s))
	}
	return CountFit[CountModel]{}, fmt.Errorf("%w: there is no model %q", ErrParameters, kind)
}

// Refit fits the model of m's kind to another sample, as FitCounts does, but MBGCNBD with the K and SimpleRate with the Period that m has.
func Refit(m CountModel, s Sample, o Options) (CountFit[CountModel], error) {
	if regular, ok := m.(MBGCNBD); ok {
		return anyModel(fitPhases(regular.K, MBGCNBD{}, s, o))
	}
	if simple, ok := m.(SimpleRate); ok {
		s.Period = simple.Period
	}
	return FitCounts(m.Kind(), s, o)
}

func anyModel[M CountModel](f CountFit[M], err error) (CountFit[CountModel], error) {
	return CountFit[CountModel]{Model: f.Model, Report: f.Report, NoDropoutLogLikelihood: f.NoDropoutLogLikelihood}, err
}

// family is how a model of four parameters is fitted to counts.
type family[M CountModel] struct {
	// phases of the time between two orders; 0 is 1.
	phases     int
	likelihood func(d counts) numeric.Likelihood
	// model of the parameters, with its times in scales of the unit.
	model func(u Unit, scale float64, p [4]float64) M
	// nobodyLeaves are the third and the fourth parameter of the exact limit without dropout.
	nobodyLeaves [2]float64
}

// fit is by maximum likelihood. The parameters are in the sample's unit. Errors: one that wraps ErrStats
// for an impossible row, *Unidentified where the data does not support four parameters, ErrStopped. A fit that
// did not converge is not an error: see the Report.
//
// Where dropout is not identified, the model is the limit without it.
func (f family[M]) fit(s Sample, o Options) (CountFit[M], error) {
	if err := s.Validate(); err != nil {
		return CountFit[M]{}, err
	}
	if err := identifiable(s); err != nil {
		return CountFit[M]{}, err
	}
	phases := max(f.phases, 1)
	d := newCounts(s, phases)
	if f.phases > 0 && float64(s.Gaps.N) != d.repeats {
		return CountFit[M]{}, &Unidentified{NoGaps, s.Customers(), s.Repeaters()}
	}
	none, err := d.nbd().Maximise(o.Stop)
	if err != nil {
		return CountFit[M]{}, err
	}
	full := f.likelihood(d)
	if few := coarse(s); len(few.Rows) < len(s.Rows) {
		full.Rough = f.likelihood(newCounts(few, phases)).At
	}
	best, err := full.Maximise(o.Stop)
	if err != nil {
		return CountFit[M]{}, err
	}
	offset := d.repeats * math.Log(d.scale) // time was in units of scale: each of the orders has a density
	if phases > 1 {                         // the factor that depends on each gap, which no parameter but their number changes
		logGamma, _ := math.Lgamma(float64(phases))
		offset += d.repeats*logGamma - float64(phases-1)*(s.Gaps.LogSum-d.repeats*math.Log(d.scale))
	}
	fit := CountFit[M]{NoDropoutLogLikelihood: none.Value - offset}
	if best.Value < none.Value+notSeen {
		p := [4]float64{math.Exp(none.Theta[0]), math.Exp(none.Theta[1]), f.nobodyLeaves[0], f.nobodyLeaves[1]}
		fit.Model = f.model(s.Unit, d.scale, p)
		fit.Report = reportOn(none, fit.Model.Parameters()[:2])
		fit.Condition, fit.StdErrors, fit.Covariance = 0, nil, nil
		fit.Iterations += best.Iterations
		if fit.Boundary == Interior {
			fit.Boundary = NoDropout
		}
	} else {
		p := [4]float64{}
		for i := range p {
			p[i] = math.Exp(best.Theta[i])
		}
		fit.Model = f.model(s.Unit, d.scale, p)
		fit.Report = reportOn(best, fit.Model.Parameters()[:4])
		fit.Iterations += none.Iterations
	}
	fit.LogLikelihood -= offset
	fit.Rows, fit.Customers = len(s.Rows), int(d.customers)
	fit.describe()
	return fit, nil
}

// notSeen is a gain in log-likelihood that no test on any data could distinguish from none.
const notSeen = 1e-3

// identifiable refuses data that says nothing of how rates and dropout differ between customers.
func identifiable(s Sample) error {
	e := &Unidentified{Customers: s.Customers(), Repeaters: s.Repeaters()}
	longest := 0.0
	for _, r := range s.Rows {
		if r.N > 0 {
			longest = max(longest, r.T)
		}
	}
	switch {
	case e.Customers < MinCustomers:
		e.Reason = TooFewCustomers
	case longest == 0:
		e.Reason = NoTimePassed
	case e.Repeaters == 0:
		e.Reason = NoRepeaters
	case e.Repeaters < MinRepeaters:
		e.Reason = TooFewRepeaters
	default:
		return nil
	}
	return e
}
