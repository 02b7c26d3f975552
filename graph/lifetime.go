package graph

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/money"
	"kopeck/service/value"
)

// lifetimeValue returns what a customer is worth at a moment; now if that is nil. A viewer without the scope costs reads the amounts of
// the start of the day, rounded.
func (r *Resolver) lifetimeValue(ctx context.Context, c *ent.Customer, horizonMonths *int, annualDiscountRate *money.Exact, at *time.Time) (*value.LifetimeValue, error) {
	if err := mayLookAhead(ctx, horizonMonths); err != nil {
		return nil, err
	}
	earnings, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]value.Earnings, error) {
		return r.app.Value.EarningsAt(ctx, rows, at)
	})
	if err != nil {
		return nil, err
	}
	v, err := r.app.Value.LifetimeValue(earnings, horizonMonths, annualDiscountRate, at)
	if err != nil {
		return nil, err
	}
	v.Of(c, earnings)
	if actor, _ := auth.From(ctx); !actor.Has(auth.ScopeCosts) {
		err = r.app.Value.Show(v, c)
	}
	if at == nil {
		r.app.Value.Standing(v, c)
	}
	return v, err
}

// The horizons that may be asked for without the scope costs, in months. Of a few horizons, what is rounded stays rounded: from
// hundreds of them, or from any moment or discount rate, one could reckon the margin of an order back.
const (
	roundedStep = 12
	roundedMost = 60
)

// mayLookAhead returns FORBIDDEN for a horizon that a viewer without the scope costs may not ask for.
func mayLookAhead(ctx context.Context, horizonMonths *int) error {
	actor, _ := auth.From(ctx)
	if horizonMonths == nil || actor.Has(auth.ScopeCosts) || *horizonMonths%roundedStep == 0 && *horizonMonths <= roundedMost {
		return nil
	}
	return fault.New(fault.Forbidden, "horizonMonths", "without the scope %s want whole years: a multiple of %d up to %d", auth.ScopeCosts, roundedStep, roundedMost)
}

// drift returns how a model's parameters moved since the previous fit of the same kind and time unit.
func (r *Resolver) drift(ctx context.Context, m *ent.LifetimeModel) (*value.ModelDrift, error) {
	return batched(ctx, m, func(rows []*ent.LifetimeModel) (map[*ent.LifetimeModel]*value.ModelDrift, error) {
		return r.app.Value.Drifts(ctx, rows)
	})
}
