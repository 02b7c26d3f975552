package value

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/lifetime"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// lockModel is held by who makes another model active, and shared by who writes values by the active one.
var lockModel = store.LockOn("lifetime model", "active")

// fitted is a model that has been fitted and is not stored yet.
type fitted struct {
	row    *ent.LifetimeModel
	counts lifetime.CountFit[lifetime.CountModel]
	report fitReport
}

// Fit fits a model on the completed orders up to the end of a calendar day, by default today, and tests it on those
// after it. By default the new model becomes active in the same step, and then customers.lifetime_value
// is refreshed before Fit returns. Without a kind all are fitted and kept, and the one that best predicts orders it was not
// fitted on is made active and returned: see chooseFit. A fit that does not converge is kept, but not made active. Several
// at once do not disturb each other: the last to end is the active one.
//
// FORBIDDEN, INVALID on calibrationEnd, and WRONG_STATE with the reason if the data identifies no model: nothing has
// changed then.
func (s *Service) Fit(ctx context.Context, in service.FitLifetimeModelInput) (*ent.LifetimeModel, error) {
	m, err := s.fit(ctx, in)
	if err != nil || !m.Active {
		return m, err
	}
	return m, s.RefreshLifetimeValues(ctx)
}

// FitLifetimeModel is Fit for a caller who cannot wait for a million customers: what is left to refresh of
// customers.lifetime_value after two seconds is refreshed in the background, until [Service.Close].
func (s *Service) FitLifetimeModel(ctx context.Context, in service.FitLifetimeModelInput) (*ent.LifetimeModel, error) {
	m, err := s.fit(ctx, in)
	if err != nil || !m.Active {
		return m, err
	}
	done := s.refreshes.run(ctx, func(ctx context.Context) {
		if err := s.RefreshLifetimeValues(ctx); err != nil {
			s.Log.ErrorContext(ctx, "the lifetime values that lists are ordered by could not be refreshed", "error", err)
		}
	})
	select {
	case <-done:
	case <-time.After(2 * time.Second):
	case <-ctx.Done():
	}
	return m, nil
}

func (s *Service) fit(ctx context.Context, in service.FitLifetimeModelInput) (*ent.LifetimeModel, error) {
	actor, _ := auth.From(ctx)
	if actor.May("LifetimeModel").Write != auth.AllRows {
		return nil, fault.New(fault.Forbidden, "", "the role %s may not fit models", actor.Role)
	}
	unit, err := lifetime.ParseUnit(string(input.Or(in.TimeUnit, schema.Week)))
	if err != nil {
		return nil, fault.Invalidf("timeUnit", "%v", err)
	}
	now := s.Now()
	end, err := s.PastMoment("calibrationEnd", in.CalibrationEnd)
	if err != nil {
		return nil, err
	}
	kinds := lifetime.Kinds()
	if in.Kind != nil {
		kinds = []lifetime.Kind{lifetime.Kind(*in.Kind)}
	}
	data, err := s.fitData(ctx, in, min(s.Settings().Day(end), s.knownDay()), kinds)
	if err != nil {
		return nil, err
	}
	if err := s.readDays(ctx, data); err != nil {
		return nil, err
	}
	fits, err := s.fitTo(ctx, data, unit, kinds)
	if err != nil {
		return nil, err
	}
	for _, f := range fits {
		if today := s.Settings().Day(end); data.endDay < today {
			f.report.note("%s", observedNote(s.Observation(), data.endDay))
		}
		f.row.FittedAt, f.row.TimeUnit, f.row.Kind = now, input.Or(in.TimeUnit, schema.Week), schema.LifetimeModelKind(f.counts.Model.Kind())
		if in.CalibrationEnd != nil {
			f.row.CalibrationEnd = &end
			if err := f.test(data, f.counts.Model, end); err != nil {
				return nil, err
			}
		}
	}
	chosen := fits[0]
	if len(fits) > 1 {
		if chosen, err = s.chooseFit(ctx, data, fits); err != nil {
			return nil, err
		}
	}
	if err := s.measureMonths(ctx, data, chosen); err != nil {
		return nil, err
	}
	chosen.row.Active = input.Or(in.Activate, true) && chosen.row.Converged
	if input.Or(in.Activate, true) && !chosen.row.Active {
		chosen.report.note("it was not made active, since it did not converge")
	}
	return s.keepFits(ctx, fits, chosen)
}

// fitData reads what models of some kinds are fitted to.
func (s *Service) fitData(ctx context.Context, in service.FitLifetimeModelInput, endDay int, kinds []lifetime.Kind) (*orderLog, error) {
	if in.CalibrationEnd == nil && !slices.Contains(kinds, lifetime.KindMBGCNBD) {
		if data, complete, err := s.keptLog(ctx, endDay); err != nil || complete {
			return data, err
		}
	}
	return s.orderLog(ctx, endDay)
}

// stoppable returns the options of a fit that ends with a context.
func stoppable(ctx context.Context) lifetime.Options {
	return lifetime.Options{Stop: func() bool { return ctx.Err() != nil }}
}

// fitTo fits models of some kinds to the counts, and one to the margins. A kind whose likelihood has no
// maximum is left out, unless there is no other.
func (s *Service) fitTo(ctx context.Context, data *orderLog, unit lifetime.Unit, kinds []lifetime.Kind) ([]*fitted, error) {
	options := stoppable(ctx)
	sample := data.tally.Sample(unit)
	var fits []*fitted
	for _, kind := range kinds {
		counts, err := lifetime.FitCounts(kind, sample, options)
		if err != nil {
			return nil, fitError(ctx, err)
		}
		if !finite(counts.LogLikelihood) || counts.Model.Validate() != nil {
			continue // its likelihood has no maximum
		}
		f := &fitted{counts: counts, report: reportOn(counts), row: &ent.LifetimeModel{
			Parameters: map[string]any{}, LogLikelihood: counts.LogLikelihood, Customers: counts.Customers, Converged: counts.Converged,
			Iterations: counts.Iterations, GradientNorm: bounded(counts.GradientNorm),
		}}
		for _, p := range counts.Model.Parameters() {
			f.row.Parameters[p.Name] = p.Value
		}
		fits = append(fits, f)
	}
	if len(fits) == 0 {
		return nil, fault.New(fault.WrongState, "", "the orders identify no model: its likelihood has no maximum")
	}
	margins, err := s.fitMargins(ctx, data)
	if err != nil {
		return nil, err
	}
	for _, f := range fits {
		margins.addTo(f, float64(s.Currency.MinorPerMajor()))
	}
	return fits, nil
}

// test compares what a model predicts for the days after a calibration, whose last moment is end, with the orders that came. The
// model is f's own, or one of its kind that was fitted to an earlier calibration.
func (f *fitted) test(data *orderLog, m lifetime.CountModel, end time.Time) error {
	if data.lastDay <= data.endDay {
		f.report.note("no orders came after the calibration's end: the model was not tested")
		return nil
	}
	unit := m.TimeUnit()
	rows := make([]lifetime.HoldOut, 0, len(data.held))
	for h, n := range data.held {
		x, tx, age := h.stats.In(unit)
		rows = append(rows, lifetime.HoldOut{Row: lifetime.Row{X: x, TX: tx, T: age, N: n}, Purchases: h.purchases})
	}
	sortHoldOuts(rows)
	test, err := lifetime.BackTestOf(m, rows, float64(data.lastDay-data.endDay)/unit.Days())
	if err != nil {
		return err
	}
	f.report.note("of the %d customers of the calibration, in the %d days after it: %.0f order days expected, %.0f came (%+.1f %%); the tenth expected to order most made %.0f %% of them",
		test.Customers, data.lastDay-data.endDay, test.Predicted, test.Actual, 100*test.Bias, 100*test.TopTenth)
	if finite(test.LogLikelihood) {
		f.report.HoldOutLogLikelihood = &test.LogLikelihood
	}
	f.row.BackTest, err = json.Marshal(BackTest{
		CalibrationEnd: end, HoldoutOrders: int(math.Round(test.Actual)), PredictedOrders: test.Predicted,
		MeanAbsoluteError: test.MeanAbsolute, RootMeanSquareError: test.RootMeanSquare, BaselineRootMeanSquareError: test.BaselineRootMeanSquare,
	})
	return err
}

// keepFits stores models, the chosen one as the newest, and makes it the active one in the same transaction if its row says
// so.
func (s *Service) keepFits(ctx context.Context, fits []*fitted, chosen *fitted) (*ent.LifetimeModel, error) {
	var modelID string
	_, err := s.Write(ctx, service.Verb{Name: "fitLifetimeModel"}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := tx.Lock(ctx, lockModel, false); err != nil {
			return "", err
		}
		if chosen.row.Active {
			if err := tx.LifetimeModel.Update().Where(lifetimemodel.Active(true)).SetActive(false).Exec(ctx); err != nil {
				return "", err
			}
		}
		for _, f := range fits {
			if f == chosen {
				continue
			}
			if _, err := s.keepFit(ctx, tx, f); err != nil {
				return "", err
			}
		}
		var err error
		if modelID, err = s.keepFit(ctx, tx, chosen); err != nil {
			return "", err
		}
		return modelID, s.SnapshotChanged(ctx, tx, service.SnapshotModel)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.LifetimeModel.Get(ctx, modelID)
}

// keepFit stores one model and returns its id.
func (s *Service) keepFit(ctx context.Context, tx *store.Tx, f *fitted) (string, error) {
	f.report.Activated = f.row.Active
	report, err := json.Marshal(f.report)
	if err != nil {
		return "", fmt.Errorf("value: the report of a fit: %w", err)
	}
	row, modelID := f.row, s.IDs.Make(id.LifetimeModel)
	create := tx.LifetimeModel.Create().SetID(modelID).SetKind(row.Kind).SetTimeUnit(row.TimeUnit).SetParameters(row.Parameters).
		SetLogLikelihood(row.LogLikelihood).SetCustomers(row.Customers).SetConverged(row.Converged).SetIterations(row.Iterations).
		SetGradientNorm(row.GradientNorm).SetActive(row.Active).SetFittedAt(row.FittedAt).SetNillableCalibrationEnd(row.CalibrationEnd).
		SetReport(report)
	if row.BackTest != nil {
		create.SetBackTest(row.BackTest)
	}
	if err := create.Exec(ctx); err != nil {
		return "", err
	}
	return modelID, s.Audit(ctx, tx, "lifetimeModel.fit", modelID, map[string]any{"active": row.Active, "kind": row.Kind, "parameters": row.Parameters})
}

// fitError turns an error of a fit into a fault for the user, where it is one.
func fitError(ctx context.Context, err error) error {
	var unidentified *lifetime.Unidentified
	switch {
	case errors.As(err, &unidentified):
		return fault.New(fault.WrongState, "", "no model can be fitted: %s (%d customers with a completed order, %d of them on a second day); nothing was changed",
			unidentified.Reason, unidentified.Customers, unidentified.Repeaters)
	case errors.Is(err, lifetime.ErrStopped) && ctx.Err() != nil:
		return ctx.Err()
	}
	return err
}

// LifetimeModels returns every model ever fitted, the newest first.
func (s *Service) LifetimeModels(ctx context.Context) ([]*ent.LifetimeModel, error) {
	return s.Client.LifetimeModel.Query().Order(lifetimemodel.ByFittedAt(store.Descending), lifetimemodel.ByID(store.Descending)).All(ctx)
}

// ActiveLifetimeModel returns the active model, nil if none has been fitted and the documented prior is used.
func (s *Service) ActiveLifetimeModel() *ent.LifetimeModel {
	if m := s.model.Load(); m.fitted {
		return m.Row
	}
	return nil
}

func finite(f float64) bool { return !math.IsNaN(f) && !math.IsInf(f, 0) }

// bounded returns a figure that JSON can hold: NaN and infinities become the largest finite numbers.
func bounded(f float64) float64 {
	if math.IsNaN(f) {
		return math.MaxFloat64
	}
	return max(-math.MaxFloat64, min(f, math.MaxFloat64))
}
