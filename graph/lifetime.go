package graph

import (
	"context"
	"time"

	"kopeck/ent"
	"kopeck/money"
	"kopeck/service/value"
)

// lifetimeValue returns what a customer is worth at a moment; now if that is nil.
func (r *Resolver) lifetimeValue(ctx context.Context, c *ent.Customer, horizonMonths *int, annualDiscountRate *money.Exact, at *time.Time) (*value.LifetimeValue, error) {
	earnings, err := batched(ctx, c, func(rows []*ent.Customer) (map[*ent.Customer]value.Earnings, error) {
		return r.app.Value.EarningsAt(ctx, rows, at)
	})
	if err != nil {
		return nil, err
	}
	return r.app.Value.LifetimeValue(earnings, horizonMonths, annualDiscountRate, at)
}

// drift returns how a model's parameters moved since the previous fit of the same kind and time unit.
func (r *Resolver) drift(ctx context.Context, m *ent.LifetimeModel) (*value.ModelDrift, error) {
	return batched(ctx, m, func(rows []*ent.LifetimeModel) (map[*ent.LifetimeModel]*value.ModelDrift, error) {
		return r.app.Value.Drifts(ctx, rows)
	})
}
