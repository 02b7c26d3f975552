package graph

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service/workshop"
)

// resourceDays returns the use of a resource on each day of a range.
func (r *Resolver) resourceDays(ctx context.Context, of *workshop.Resource, from, to time.Time, knownAt *time.Time) ([]costing.ResourceDay, error) {
	code := func(row *workshop.Resource) string { return row.Code }
	return batchedByID(ctx, of, code, func(rows []*workshop.Resource) (map[string][]costing.ResourceDay, error) {
		found, err := r.app.Workshop.ResourceDays(ctx, idsOf(rows, code), from, to, knownAt)
		var all []*costing.ResourceDay
		for _, days := range found {
			for i := range days {
				all = append(all, &days[i])
			}
		}
		markSiblings(ctx, all)
		return found, err
	})
}

// utilisation is resourceDays with the element type of the API.
func (r *Resolver) utilisation(ctx context.Context, of *workshop.Resource, from, to time.Time, knownAt *time.Time) ([]*costing.ResourceDay, error) {
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

// bookings returns what fills a day of a resource.
func (r *Resolver) bookings(ctx context.Context, day *costing.ResourceDay) ([]*workshop.ResourceBooking, error) {
	return batched(ctx, day, func(days []*costing.ResourceDay) (map[*costing.ResourceDay][]*workshop.ResourceBooking, error) {
		bookings, err := r.app.Workshop.Bookings(ctx, days)
		var all []*workshop.ResourceBooking
		for _, some := range bookings {
			all = append(all, some...)
		}
		markSiblings(ctx, all)
		return bookings, err
	})
}

// idleCost returns the cost of a resource's idle capacity in a range.
func (r *Resolver) idleCost(ctx context.Context, of *workshop.Resource, from, to time.Time, knownAt *time.Time) (*money.Amount, error) {
	days, err := r.resourceDays(ctx, of, from, to, knownAt)
	if err != nil {
		return nil, err
	}
	total, err := costing.IdleCost(days)
	return &total, err
}

// formatDay formats a calendar day as YYYY-MM-DD.
func formatDay(day int) string { return costing.StartOfDay(day, time.UTC).Format(time.DateOnly) }
