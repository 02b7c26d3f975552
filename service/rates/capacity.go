package rates

import (
	"context"
	"maps"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/ent/booking"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// BookCapacity books what an order takes of resources, on the earliest worked days with room from its day up to its
// due day (design, section 4). Orders that need the same resource wait for each other from here to the end of their
// transactions, so that two never take the same last room. An order that needs no resource locks nothing.
func (s *Service) BookCapacity(ctx context.Context, tx *store.Tx, orderID string, promises []quote.Promise, at time.Time, dueDay int) error {
	needs, err := needsOf(s.quote.PriceBook().Basis(), promises, at)
	if err != nil || len(needs) == 0 {
		return err
	}
	resources := make([]string, len(needs))
	for i, need := range needs { // sorted, so that two orders cannot wait for each other
		resources[i] = need.Resource
		if err := tx.Lock(ctx, store.LockOn("capacity", need.Resource), false); err != nil {
			return err
		}
	}
	settings := s.Settings()
	day := settings.Day(at)
	booked, err := sumBookings(ctx, tx.Booking.Query().Where(booking.ResourceIn(resources...), booking.DayGTE(day), booking.DayLTE(dueDay), booking.FreedAtIsNil()))
	if err != nil {
		return err
	}
	plan := costing.Plan(needs, day, dueDay, settings.Calendar, booked, service.EndOfTime)
	if err := s.writeBookings(ctx, tx, orderID, plan); err != nil {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}

// FreeCapacity frees what an order has booked.
func (s *Service) FreeCapacity(ctx context.Context, tx *store.Tx, orderID string) error {
	freed, err := s.freeBookings(ctx, tx, orderID)
	if err != nil || freed == 0 {
		return err
	}
	return s.SnapshotChanged(ctx, tx, service.SnapshotBookings)
}

// needsOf sums what promised lines take of each resource, by resource.
func needsOf(basis costing.Basis, promises []quote.Promise, at time.Time) ([]costing.Usage, error) {
	sums := map[string]costing.Usage{}
	for _, p := range promises {
		cost, err := basis.Cost(costing.ProductQuestion{
			ProductID: p.ProductID, Quantity: p.Quantity, Chosen: p.Options, LeadDays: &p.LeadDays, At: at, KnownAt: service.EndOfTime,
		})
		if err != nil {
			return nil, input.DomainError(err)
		}
		for _, need := range cost.Usage {
			total, err := money.Minor(sums[need.Resource].Units.Nano()).Plus(money.Minor(need.Units.Nano())) // in billionths
			if err != nil {
				return nil, input.DomainError(err)
			}
			need.Units = money.Nano(total.Minor())
			sums[need.Resource] = need
		}
	}
	needs := make([]costing.Usage, 0, len(sums))
	for _, resource := range slices.Sorted(maps.Keys(sums)) {
		if sums[resource].Units.Sign() > 0 {
			needs = append(needs, sums[resource])
		}
	}
	return needs, nil
}
