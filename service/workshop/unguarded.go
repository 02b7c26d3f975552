package workshop

import (
	"context"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/booking"
	"kopeck/schema"
	"kopeck/store"
)

// bookingsOn reads what fills resources on days, as known at a moment, the first booked first, one more than an answer has. A day is full
// by all orders, also by those that the caller may not see. Who has the scope costs sees all of them; whoever else asks is shown those of
// customers whom they may see, and of the others a sum.
func bookingsOn(ctx context.Context, query *ent.BookingQuery) ([]*ent.Booking, error) {
	return query.Order(booking.ByBookedAt(), booking.ByID()).Limit(maxBookings + 1).All(auth.System(ctx))
}

// planned is what is booked from a day on, with the order that has booked it.
type planned struct {
	costing.Booking

	orderID string // "" for a hold
	at      time.Time
	due     *time.Time // nil unless the order is still to be made and a day was agreed
}

// plannedFrom reads what is booked from a day on: by all orders, and by holds that have not expired. Whether a date can be kept depends on
// the orders of all customers; the caller is shown their own.
func plannedFrom(ctx context.Context, from store.Reader, day int, now time.Time) ([]planned, error) {
	const query = `SELECT b.resource, b.day, b.units, coalesce(b.order_id, ''), coalesce(o.status, ''), o.at, o.due_at
		FROM bookings b LEFT JOIN orders o ON o.id = b.order_id WHERE b.day >= ? AND (b.freed_at IS NULL OR b.freed_at > ?) ORDER BY b.resource, b.day, b.id`
	var all []planned
	return all, store.Each(ctx, from, query, []any{day, now}, func(scan store.ScanFunc) error {
		var one planned
		var status string
		var at, due store.Time
		if err := scan(&one.Resource, &one.Day, &one.Units, &one.orderID, &status, &at, &due); err != nil {
			return err
		}
		one.at = at.Time
		if schema.OrderStatus(status) == schema.OrderPlaced && !due.Time.IsZero() {
			one.due = &due.Time
		}
		all = append(all, one)
		return nil
	})
}
