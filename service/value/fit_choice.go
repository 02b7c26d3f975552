package value

import (
	"context"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"

	"kopeck/lifetime"
	"kopeck/lifetime/backtest"
)

// testAndChoose tests fits to logs that end with a moment on orders that they were not fitted on: see trialOf. It returns the fit of the
// kind that predicted these best, by the log-likelihood of what each customer did then. That one is compared with the simple forecasts,
// and its bounds are tested. If the log is too short for a test, the likelihood of the fits themselves decides. Fits that
// did not converge come last.
func (s *Service) testAndChoose(ctx context.Context, l logs, fits []*fitted, end time.Time) (*fitted, error) {
	t, err := s.trialOf(ctx, l, fits, end)
	if err != nil {
		return nil, err
	}
	if t == nil {
		chosen := choose(fits, func(f *fitted) float64 { return f.counts.LogLikelihood }, "log-likelihood of the fits, since the log is too short to hold some of it out")
		for _, f := range fits {
			f.report.note("the log is too short to hold some of it out: the model was not tested")
		}
		return chosen, nil
	}
	for i, f := range fits {
		if err := f.test(t, t.models[i].Counts); err != nil {
			return nil, err
		}
	}
	by := "in the days after the calibration"
	if t.refitted {
		by = "in the last quarter of the log, which it was not fitted on"
	}
	chosen := choose(fits, func(f *fitted) float64 {
		if f.report.HoldOutLogLikelihood == nil {
			return math.Inf(-1)
		}
		return *f.report.HoldOutLogLikelihood
	}, "log-likelihood of what customers did "+by)
	for i, f := range fits {
		if f != chosen {
			continue
		}
		if err := f.compare(t, t.models[i]); err != nil {
			return nil, err
		}
		coverage, err := t.testBounds(ctx, t.models[i])
		if err != nil {
			return nil, err
		}
		f.report.addCoverage(coverage)
	}
	return chosen, nil
}

// choose returns the fit with the highest score, and notes on each why.
func choose(fits []*fitted, score func(f *fitted) float64, what string) *fitted {
	chosen, scores := fits[0], make([]string, len(fits))
	for i, f := range fits {
		scores[i] = fmt.Sprintf("%s %.2f", f.counts.Model.Kind().Name(), score(f))
		if better := f.row.Converged && !chosen.row.Converged; better || f.row.Converged == chosen.row.Converged && score(f) > score(chosen) {
			chosen = f
		}
	}
	if len(fits) == 1 {
		return chosen
	}
	for _, f := range fits {
		f.report.note("of the kinds of model %s is chosen, by the %s: %s", chosen.counts.Model.Kind().Name(), what, strings.Join(scores, ", "))
	}
	return chosen
}

// test compares what a model of counts predicts for the days of a trial with the orders that came. The model is f's own, or one of its kind
// that was fitted to an earlier part of the orders.
func (f *fitted) test(t *trial, m lifetime.CountModel) error {
	unit := m.TimeUnit()
	rows := make([]backtest.HoldOut, 0, len(t.log.held))
	for h, n := range t.log.held {
		x, tx, age := h.stats.In(unit)
		rows = append(rows, backtest.HoldOut{Row: lifetime.Row{X: x, TX: tx, T: age, N: n}, Purchases: h.purchases, Recent: h.recent})
	}
	sortHoldOuts(rows)
	days := t.log.heldOutDays()
	test, err := backtest.Test(m, rows, float64(days)/unit.Days())
	if err != nil {
		return err
	}
	f.report.note("of the %d customers of the calibration, in the %d days after it: %.0f order days expected, %.0f came (%+.1f %%); the tenth expected to order most made %.0f %% of them",
		test.Customers, days, test.Predicted, test.Actual, 100*test.Bias, 100*test.TopTenth)
	if t.refitted {
		f.report.note("the model was fitted on all orders; what was tested is a fit of the same kind to those until then: %s", parametersOf(m))
	}
	if finite(test.LogLikelihood) {
		f.report.HoldOutLogLikelihood = &test.LogLikelihood
	}
	f.backTest = &BackTest{
		CalibrationEnd: t.end, HoldoutOrders: int(math.Round(test.Actual)), PredictedOrders: test.Predicted,
		MeanAbsoluteError: test.MeanAbsolute, RootMeanSquareError: test.RootMeanSquare, BaselineRootMeanSquareError: test.BaselineRootMeanSquare,
		HoldoutDays: &days, Refitted: &t.refitted,
	}
	f.row.BackTest, err = json.Marshal(f.backTest)
	return err
}

// parametersOf writes the parameters of a model.
func parametersOf(m lifetime.CountModel) string {
	var all []string
	for _, p := range m.Parameters() {
		all = append(all, fmt.Sprintf("%s %.4g", p.Name, p.Value))
	}
	return strings.Join(all, ", ")
}
