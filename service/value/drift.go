package value

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"time"

	"kopeck/ent"
	"kopeck/ent/lifetimemodel"
)

// Convergence is how a fit ended, and how well it predicted orders it was not fitted on.
type Convergence struct {
	Status               string
	Condition            *float64
	StandardErrors       map[string]any
	HoldOutLogLikelihood *float64
}

// ModelDrift is how a model differs from the one before it. Log-likelihoods are means per customer.
type ModelDrift struct {
	Since                              time.Time
	Parameters                         []ParameterDrift
	LogLikelihoodBefore, LogLikelihood float64
}

// ParameterDrift is how a parameter differs from the one of the model before.
type ParameterDrift struct {
	Name           string
	Before, Now    float64
	StandardErrors *float64 // (Now - Before) in standard errors; nil where the standard error is not known
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

// Drifts returns how each model differs from the fit of the same kind and unit before it; the first has none. It is one statement.
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
	if err := cmp.Or(viaJSON(before.Parameters, &was), viaJSON(now.Parameters, &is)); err != nil {
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
