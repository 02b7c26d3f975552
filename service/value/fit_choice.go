package value

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"

	"kopeck/lifetime"
)

// chooseFit returns the fit of the kind that best predicts orders it was not fitted on, by the log-likelihood of what each
// customer did then. The orders are those after the calibration's end; if none came, every kind is also fitted
// on the log without its last quarter, and that is the test that is kept with the fits. If the log is too short for
// that, the likelihood of the fits themselves decides. Fits that did not converge come last.
func (s *Service) chooseFit(ctx context.Context, data *orderLog, fits []*fitted) (*fitted, error) {
	by := "in the days after the calibration"
	if data.lastDay <= data.endDay {
		tried, err := s.tryKinds(ctx, data, fits)
		if err != nil {
			return nil, err
		}
		by = "in the last quarter of the log, which it was not fitted on"
		if !tried {
			by = ""
		}
	}
	score := func(f *fitted) float64 {
		switch {
		case by == "":
			return f.counts.LogLikelihood
		case f.report.HoldOutLogLikelihood == nil:
			return math.Inf(-1)
		}
		return *f.report.HoldOutLogLikelihood
	}
	chosen, scores := fits[0], make([]string, len(fits))
	for i, f := range fits {
		scores[i] = fmt.Sprintf("%s %.2f", f.counts.Model.Kind().Name(), score(f))
		if better := f.row.Converged && !chosen.row.Converged; better || f.row.Converged == chosen.row.Converged && score(f) > score(chosen) {
			chosen = f
		}
	}
	what := "log-likelihood of what customers did " + by
	if by == "" {
		what = "log-likelihood of the fits, since the log is too short to hold some of it out"
	}
	for _, f := range fits {
		f.report.note("of the kinds of model %s is chosen, by the %s: %s", chosen.counts.Model.Kind().Name(), what, strings.Join(scores, ", "))
	}
	return chosen, nil
}

// tryKinds fits every kind to the log without the last quarter of its days and tests it on that. It returns false if
// what is left identifies no model.
func (s *Service) tryKinds(ctx context.Context, data *orderLog, fits []*fitted) (bool, error) {
	firstDay := data.endDay
	for h := range data.held {
		firstDay = min(firstDay, data.endDay-h.stats.AgeDays)
	}
	endDay := data.lastDay - (data.lastDay-firstDay)/4
	trial, err := s.orderLog(ctx, endDay)
	if err != nil {
		return false, err
	}
	if trial.lastDay <= endDay {
		return false, nil
	}
	tried := make([]lifetime.CountModel, len(fits))
	for i, f := range fits {
		m := f.counts.Model
		fit, err := lifetime.FitCounts(m.Kind(), trial.tally.Sample(m.TimeUnit()), stoppable(ctx))
		if unidentified := new(lifetime.Unidentified); errors.As(err, &unidentified) {
			return false, nil
		}
		if err != nil {
			return false, fitError(ctx, err)
		}
		if !finite(fit.LogLikelihood) {
			return false, nil
		}
		tried[i] = fit.Model
	}
	for i, f := range fits {
		if err := f.test(trial, tried[i], s.Settings().StartOfDay(endDay)); err != nil {
			return false, err
		}
	}
	return true, nil
}
