package graph

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service/rates"
)

// resourceDays tells how a resource stands on the days of a range; the bookings of all its siblings are read together.
func (r *Resolver) resourceDays(ctx context.Context, of *rates.Resource, from, to time.Time, knownAt *time.Time) ([]costing.ResourceDay, error) {
	return forAll(ctx, of, func(rows []*rates.Resource) (map[*rates.Resource][]costing.ResourceDay, error) {
		codes := make([]string, len(rows))
		for i, row := range rows {
			codes[i] = row.Code
		}
		found, err := r.service.Rates.ResourceDays(ctx, codes, from, to, knownAt)
		all := make(map[*rates.Resource][]costing.ResourceDay, len(rows))
		for _, row := range rows {
			all[row] = found[row.Code]
		}
		return all, err
	})
}

// utilisation is resourceDays as the API shows them.
func (r *Resolver) utilisation(ctx context.Context, of *rates.Resource, from, to time.Time, knownAt *time.Time) ([]*costing.ResourceDay, error) {
	days, err := r.resourceDays(ctx, of, from, to, knownAt)
	if err != nil {
		return nil, err
	}
	all := make([]*costing.ResourceDay, len(days))
	for i := range days {
		all[i] = &days[i]
	}
	return all, nil
}

// idleCost sums the money in a resource's idle capacity.
func (r *Resolver) idleCost(ctx context.Context, of *rates.Resource, from, to time.Time, knownAt *time.Time) (*money.Amount, error) {
	days, err := r.resourceDays(ctx, of, from, to, knownAt)
	if err != nil {
		return nil, err
	}
	total, err := costing.IdleCost(days)
	return &total, err
}

// dateOf writes a calendar day as people do.
func dateOf(day int) string { return costing.StartOfDay(day, time.UTC).Format(time.DateOnly) }
