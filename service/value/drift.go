package value

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
	"kopeck/ent/order"
	"kopeck/fault"
	"kopeck/service"
)

// FitAge is how old a fit is before the night makes another: the other replicas have their nights too.
const FitAge = 12 * time.Hour

// Convergence is how a fit ended, and how it did on orders it was not shown.
type Convergence struct {
	Status               string
	Condition            *float64
	StandardErrors       map[string]any
	HoldOutLogLikelihood *float64
}

// ModelDrift is how a model moved against the one before it: see the API.
type ModelDrift struct {
	Since                              time.Time
	Parameters                         []ParameterDrift
	LogLikelihoodBefore, LogLikelihood float64
}

// ParameterDrift is how one of its parameters moved.
type ParameterDrift struct {
	Name           string
	Before, Now    float64
	StandardErrors *float64
}

// ConvergenceOf reads what is kept with a model.
func ConvergenceOf(row *ent.LifetimeModel) (*Convergence, error) {
	report, err := reportOf(row)
	if err != nil {
		return nil, err
	}
	c := &Convergence{Status: report.Status, StandardErrors: map[string]any{}, HoldOutLogLikelihood: report.HoldOutLogLikelihood}
	for name, e := range report.StandardErrors {
		c.StandardErrors[name] = e
	}
	if report.Condition > 0 {
		c.Condition = &report.Condition
	}
	return c, nil
}

// Drifts gives, of each model, how it moved against the fit of the same kind and unit before it, nil for the first. One statement.
func (s *Service) Drifts(ctx context.Context, models []*ent.LifetimeModel) (map[*ent.LifetimeModel]*ModelDrift, error) {
	all, err := s.Client.LifetimeModel.Query().Order(lifetimemodel.ByFittedAt(), lifetimemodel.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	drifts := make(map[*ent.LifetimeModel]*ModelDrift, len(models))
	for _, m := range models {
		var before *ent.LifetimeModel
		for _, one := range all {
			if one.Kind != m.Kind || one.TimeUnit != m.TimeUnit || one.ID == m.ID {
				continue
			}
			if one.FittedAt.Before(m.FittedAt) || one.FittedAt.Equal(m.FittedAt) && one.ID < m.ID {
				before = one
			}
		}
		if before == nil {
			continue
		}
		if drifts[m], err = driftOf(before, m); err != nil {
			return nil, err
		}
	}
	return drifts, nil
}

func driftOf(before, now *ent.LifetimeModel) (*ModelDrift, error) {
	var was, is map[string]float64
	if err := cmp.Or(again(before.Parameters, &was), again(now.Parameters, &is)); err != nil {
		return nil, err
	}
	report, err := reportOf(now)
	if err != nil {
		return nil, err
	}
	d := &ModelDrift{Since: before.FittedAt, LogLikelihoodBefore: before.LogLikelihood / float64(max(1, before.Customers)), LogLikelihood: now.LogLikelihood / float64(max(1, now.Customers))}
	for _, name := range slices.Sorted(maps.Keys(is)) {
		old, known := was[name]
		if !known {
			continue
		}
		p := ParameterDrift{Name: name, Before: old, Now: is[name]}
		if e := report.StandardErrors[name]; e > 0 && !math.IsInf(e, 0) {
			moved := (p.Now - p.Before) / e
			p.StandardErrors = &moved
		}
		d.Parameters = append(d.Parameters, p)
	}
	return d, nil
}

// RefitLifetime fits all kinds of lifetime models anew and makes the best active, in the unit of the last fit. Nothing happens
// where the last fit is younger than half a day, where no order has changed since, and where the orders identify no model.
func (s *Service) RefitLifetime(ctx context.Context) error {
	ctx = auth.System(ctx)
	last, err := s.Client.LifetimeModel.Query().Order(lifetimemodel.ByFittedAt(service.Descending), lifetimemodel.ByID(service.Descending)).First(ctx)
	if err != nil && !ent.IsNotFound(err) {
		return err
	}
	in := service.FitLifetimeModelInput{}
	if last != nil {
		if s.Now().Sub(last.FittedAt) < FitAge {
			return nil
		}
		changed, err := s.Client.Order.Query().Where(order.UpdatedAtGT(last.FittedAt)).Exist(ctx)
		if err != nil || !changed {
			return err
		}
		in.TimeUnit = &last.TimeUnit
	}
	if _, err = s.Fit(ctx, in); fault.Is(err, fault.WrongState) {
		return nil
	}
	return err
}
