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
	// backTest is what row.BackTest has; nil where the model was not tested.
	backTest *BackTest
}

// Fit fits a model on the completed orders up to the end of a calendar day, by default today, and tests it on those
// after it. By default the new model becomes active in the same step, and before Fit returns customers.lifetime_value is refreshed
// and all customers are settled, since stages follow the model. Without a kind all are fitted and kept, and the one that best predicts
// orders it was not fitted on is made active and returned: see chooseFit. A fit that does not converge is kept, but not made active. Several
// at once do not disturb each other: the last to end is the active one.
//
// FORBIDDEN, INVALID on calibrationEnd, and WRONG_STATE with the reason if the data identifies no model: nothing has
// changed then.
func (s *Service) Fit(ctx context.Context, in service.FitLifetimeModelInput) (*ent.LifetimeModel, error) {
	m, err := s.fit(ctx, in)
	if err != nil || !m.Active {
		return m, err
	}
	return m, s.follow(ctx)
}

// follow brings what follows from the active model up to date: the values that lists are ordered by, and then the stages.
func (s *Service) follow(ctx context.Context) error {
	if err := s.RefreshLifetimeValues(ctx); err != nil || s.settling.all == nil {
		return err
	}
	return s.settling.all(ctx)
}

// FitLifetimeModel is Fit for a caller who cannot wait for a million customers: what is left to refresh of
// customers.lifetime_value and of stages after two seconds is refreshed in the background, until [Service.Close].
func (s *Service) FitLifetimeModel(ctx context.Context, in service.FitLifetimeModelInput) (*ent.LifetimeModel, error) {
	m, err := s.fit(ctx, in)
	if err != nil || !m.Active {
		return m, err
	}
	done := s.refreshes.run(ctx, func(ctx context.Context) {
		if err := s.follow(ctx); err != nil {
			s.Log.ErrorContext(ctx, "the stages, or the lifetime values that lists are ordered by, could not be refreshed; the nightly run does it", "error", err)
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
	if _, err := auth.Writer(ctx, "LifetimeModel"); err != nil {
		return nil, err
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
	l, err := s.readLogs(ctx, min(s.Settings().Day(end), s.knownDay()))
	if err != nil {
		return nil, err
	}
	data := l.calibration
	ownMean := input.Or(in.OrderMargin, schema.OrderMarginByModel) == schema.OrderMarginOwnMean
	fits, err := s.fitTo(ctx, data, unit, kinds, ownMean)
	if err != nil {
		return nil, err
	}
	for _, f := range fits {
		f.report.Simple, f.report.OwnMean = in.Kind != nil && simple(*in.Kind), ownMean
		if today := s.Settings().Day(end); data.endDay < today {
			f.report.note("%s", observedNote(s.Observation(), data.endDay))
		}
		f.row.FittedAt = now
		if in.CalibrationEnd != nil {
			f.row.CalibrationEnd = &end
		}
	}
	chosen, err := s.testAndChoose(ctx, l, fits, end)
	if err != nil {
		return nil, err
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

// simple reports whether a kind is a simple forecast, which is used only where it is asked for.
func simple(kind schema.LifetimeModelKind) bool {
	return slices.Contains(lifetime.SimpleKinds(), lifetime.Kind(kind))
}

// stoppable returns the options of a fit that ends with a context.
func stoppable(ctx context.Context) lifetime.Options {
	return lifetime.Options{Stop: func() bool { return ctx.Err() != nil }}
}

// fitTo fits models of some kinds to the counts, and one to the margins. A kind whose likelihood has no
// maximum is left out, unless there is no other. With ownMean no margin model is used.
func (s *Service) fitTo(ctx context.Context, data *orderLog, unit lifetime.Unit, kinds []lifetime.Kind, ownMean bool) ([]*fitted, error) {
	options := stoppable(ctx)
	sample := data.sample(unit)
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
			Kind: schema.LifetimeModelKind(kind), TimeUnit: schema.TimeUnit(unit.String()),
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
	if ownMean {
		for _, f := range fits {
			of := ""
			if f.counts.Model.Kind() == lifetime.KindLastPeriod {
				of = " of the last period"
			}
			f.report.note("no margin model: by request the mean margin of a customer's own order days%s is expected of an order", of)
		}
		return fits, nil
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
