package rates

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"entgo.io/ent/dialect/sql"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/booking"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// bookedRows is how many bookings one statement writes.
const bookedRows = 500

// BookCapacity books what an order takes of resources, on the earliest worked days with room from its day up to its
// due day (design, section 4). Orders that need a resource take turns from here to the end of their transactions, so
// that two never take the last room both. Where nothing is needed nothing is locked.
func (s *Service) BookCapacity(ctx context.Context, tx *store.Tx, orderID string, promises []quote.Promise, at time.Time, dueDay int) error {
	needs, err := s.needsOf(promises, at)
	if err != nil || len(needs) == 0 {
		return err
	}
	for _, need := range needs { // sorted: nobody waits in a circle
		if err := tx.Lock(ctx, store.LockOn("capacity", need.Resource), false); err != nil {
			return err
		}
	}
	settings, now := s.Settings(), s.Now()
	day := settings.Day(at)
	booked, err := bookedBetween(ctx, tx, needs, day, dueDay)
	if err != nil {
		return err
	}
	plan := costing.Plan(needs, day, dueDay, settings.Calendar, booked, service.EndOfTime)
	for rows := range slices.Chunk(plan, bookedRows) {
		creates := make([]*ent.BookingCreate, len(rows))
		for i, b := range rows {
			creates[i] = tx.Booking.Create().SetID(s.IDs.Make(id.Booking)).SetOrderID(orderID).
				SetResource(b.Resource).SetDay(b.Day).SetUnits(b.Units).SetBookedAt(now)
		}
		if err := tx.Booking.CreateBulk(creates...).Exec(auth.System(ctx)); err != nil {
			return err
		}
	}
	return s.Touch(ctx, tx, service.SnapshotBookings)
}

// needsOf sums what the lines take of each resource, by resource.
func (s *Service) needsOf(promises []quote.Promise, at time.Time) ([]costing.Usage, error) {
	basis := s.quote.PriceBook().Basis()
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

// bookedBetween reads what is booked of the needed resources on the days from first to last.
func bookedBetween(ctx context.Context, tx *store.Tx, needs []costing.Usage, first, last int) (*costing.Bookings, error) {
	resources := make([]string, len(needs))
	for i, need := range needs {
		resources[i] = need.Resource
	}
	return sumBookings(ctx, tx.Booking.Query().Where(booking.ResourceIn(resources...), booking.DayGTE(first), booking.DayLTE(last), booking.FreedAtIsNil()))
}

// sumBookings sums bookings by resource and day. Whole units and the billionths behind them are summed apart: a day
// that is booked far over any capacity must not overflow the sum.
func sumBookings(ctx context.Context, query *ent.BookingQuery) (*costing.Bookings, error) {
	var days []struct {
		Resource        string
		Day             int
		Whole, Fraction int64
	}
	sum := func(term, name string) ent.AggregateFunc {
		return func(s *sql.Selector) string {
			return sql.As(fmt.Sprintf("SUM("+term+")", s.C(booking.FieldUnits)), name)
		}
	}
	err := query.GroupBy(booking.FieldResource, booking.FieldDay).
		Aggregate(sum("%s / 1000000000", "whole"), sum("%s %% 1000000000", "fraction")).
		Scan(auth.System(ctx), &days)
	if err != nil {
		return nil, err
	}
	all := make([]costing.Booking, 0, 2*len(days))
	for _, d := range days {
		whole := min(d.Whole, math.MaxInt64/1_000_000_000) // more than any capacity can be
		all = append(
			all,
			costing.Booking{Resource: d.Resource, Day: d.Day, Units: money.Whole(whole)},
			costing.Booking{Resource: d.Resource, Day: d.Day, Units: money.Nano(d.Fraction)},
		)
	}
	return costing.NewBookings(all), nil
}

// FreeCapacity frees what an order has booked.
func (s *Service) FreeCapacity(ctx context.Context, tx *store.Tx, orderID string) error {
	freed, err := tx.Booking.Update().Where(booking.OrderID(orderID), booking.FreedAtIsNil()).SetFreedAt(s.Now()).Save(auth.System(ctx))
	if err != nil || freed == 0 {
		return err
	}
	return s.Touch(ctx, tx, service.SnapshotBookings)
}
