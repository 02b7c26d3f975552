package rates

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/service"
)

// TestBookedDays compares the sums by day, to which bookings are added one after the other, with all of the bookings.
func TestBookedDays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		resources := []string{"loom", "saw"}
		booking := rapid.Custom(func(t *rapid.T) costing.Booking {
			return costing.Booking{
				Resource: rapid.SampledFrom(resources).Draw(t, "resource"), Day: rapid.IntRange(0, 5).Draw(t, "day"),
				Units: money.Nano(rapid.Int64Range(0, math.MaxInt64/8).Draw(t, "nano")),
			}
		})
		bookings := rapid.SliceOfN(booking, 0, 8).Draw(t, "bookings")
		days := bookedDays{}
		for _, b := range bookings {
			days.add([]costing.Booking{b})
		}
		want := costing.NewBookings(bookings)
		for name, got := range map[string]*costing.Bookings{"all": days.all(), "of": days.of([]costing.Usage{{Resource: "loom"}, {Resource: "saw"}})} {
			for _, resource := range resources {
				for first := range 6 {
					if a, b := got.Booked(resource, first, 5, service.EndOfTime), want.Booked(resource, first, 5, service.EndOfTime); a.Cmp(b) != 0 {
						t.Fatalf("%s: of %s from day %d %s are booked, want %s", name, resource, first, a, b)
					}
				}
			}
		}
	})
}
