package rates

import (
	"math"

	"kopeck/costing"
	"kopeck/money"
)

// bookedDays are what is booked of resources, by resource and day.
type bookedDays map[string]map[int]unitsOf

// unitsOf are what is booked of a resource on a day. Whole units and the billionths behind them are summed separately, because the
// billionths of a day that is booked far over its capacity may not fit.
type unitsOf struct{ whole, nano int64 }

// nanos are the billionths of a unit.
const nanos = 1_000_000_000

// at returns what is booked of a resource by day, which may be added to.
func (all bookedDays) at(resource string) map[int]unitsOf {
	if all[resource] == nil {
		all[resource] = map[int]unitsOf{}
	}
	return all[resource]
}

// add adds bookings.
func (all bookedDays) add(bookings []costing.Booking) {
	for _, b := range bookings {
		days := all.at(b.Resource)
		is := days[b.Day]
		days[b.Day] = unitsOf{is.whole + b.Units.Nano()/nanos, is.nano + b.Units.Nano()%nanos}
	}
}

// of returns what is booked of the resources that are needed.
func (all bookedDays) of(needs []costing.Usage) *costing.Bookings {
	var bookings []costing.Booking
	last := ""
	for _, need := range needs {
		if need.Resource != last {
			bookings = all.appendTo(bookings, need.Resource)
		}
		last = need.Resource
	}
	return costing.NewBookings(bookings)
}

// all returns what is booked of all resources.
func (all bookedDays) all() *costing.Bookings {
	var bookings []costing.Booking
	for resource := range all {
		bookings = all.appendTo(bookings, resource)
	}
	return costing.NewBookings(bookings)
}

func (all bookedDays) appendTo(bookings []costing.Booking, resource string) []costing.Booking {
	for day, is := range all[resource] {
		whole := min(is.whole, math.MaxInt64/nanos) // more than any capacity can be
		bookings = append(
			bookings,
			costing.Booking{Resource: resource, Day: day, Units: money.Whole(whole)},
			costing.Booking{Resource: resource, Day: day, Units: money.Nano(is.nano)},
		)
	}
	return bookings
}

// bookingsFor are what an order books by a plan.
func bookingsFor(orderID string, plan []costing.Booking) []orderBooking {
	bookings := make([]orderBooking, len(plan))
	for i, b := range plan {
		bookings[i] = orderBooking{b, orderID}
	}
	return bookings
}
