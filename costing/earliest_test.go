package costing_test

import (
	"fmt"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

func TestEarliest(t *testing.T) {
	t.Parallel()
	week := costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, []int{14})
	saw := func(hours string) costing.Usage {
		return costing.Usage{Resource: "saw", Units: dec(hours), Capacity: some("8")}
	}
	booked := costing.NewBookings([]costing.Booking{{Resource: "saw", Day: 11, Units: dec("30"), BookedAt: day}, {Resource: "saw", Day: 12, Units: dec("5"), BookedAt: day}})
	for _, c := range []struct {
		name     string
		needs    []costing.Usage
		first    int
		calendar costing.Calendar
		booked   *costing.Bookings
		want     int
		ok       bool
	}{
		{"nothing", nil, 9, week, nil, 9, true},
		{"65 hours", []costing.Usage{saw("65")}, 0, costing.Calendar{}, nil, 8, true},
		{"64 hours", []costing.Usage{saw("64")}, 0, costing.Calendar{}, nil, 7, true},
		{"from a weekend on", []costing.Usage{saw("1")}, 9, week, nil, 11, true},
		{"over a holiday", []costing.Usage{saw("24")}, 12, week, nil, 15, true},
		{"what is over a capacity takes no other day", []costing.Usage{saw("3")}, 11, week, booked, 12, true},
		{"what is left of a day does not suffice", []costing.Usage{saw("3.000000001")}, 11, week, booked, 13, true},
		{"the last of two", []costing.Usage{saw("9"), {Resource: "oven", Units: dec("30"), Capacity: some("10")}}, 0, costing.Calendar{}, nil, 2, true},
		{"of an unknown capacity", []costing.Usage{{Resource: "drill", Units: dec("1000")}}, 9, week, nil, 9, true},
		{"without capacity", []costing.Usage{{Resource: "saw", Units: dec("1"), Capacity: some("0")}}, 0, costing.Calendar{}, nil, 0, false},
		{"nobody works", []costing.Usage{saw("1")}, 0, costing.NewCalendar(nil, nil), nil, 0, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got, ok := costing.Earliest(c.needs, c.first, c.calendar, c.booked, day); got != c.want || ok != c.ok {
				t.Errorf("%d, %t; want %d, %t", got, ok, c.want, c.ok)
			}
		})
	}
}

// TestPlanHoldsByTheEarliestDay: by the earliest day a plan takes no day beyond its capacity, and by the day before it does.
func TestPlanHoldsByTheEarliestDay(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var bookings []costing.Booking
		for range rapid.IntRange(0, 12).Draw(t, "bookings") {
			bookings = append(bookings, costing.Booking{Resource: "saw", Day: rapid.IntRange(0, 9).Draw(t, "day"), Units: money.Nano(rapid.Int64Range(0, 12e9).Draw(t, "units")), BookedAt: day})
		}
		booked := costing.NewBookings(bookings)
		need := costing.Usage{Resource: "saw", Units: money.Nano(rapid.Int64Range(1, 60e9).Draw(t, "needs")), Capacity: some("8")}
		calendar := costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, nil)
		first := rapid.IntRange(0, 6).Draw(t, "first")
		earliest, ok := costing.Earliest([]costing.Usage{need}, first, calendar, booked, day)
		if !ok {
			t.Fatal("no day at all")
		}
		over := func(due int) string {
			for _, b := range costing.Plan([]costing.Usage{need}, first, due, calendar, booked, day) {
				sum := booked.Booked("saw", b.Day, b.Day, day)
				if sum.Add(sum, b.Units.Rat()); sum.Cmp(dec("8").Rat()) > 0 || !calendar.Works(b.Day) {
					return fmt.Sprintf("day %d", b.Day)
				}
			}
			return ""
		}
		if day := over(earliest); day != "" {
			t.Fatalf("due on day %d, %s is over its capacity", earliest, day)
		}
		if earliest > first && over(earliest-1) == "" {
			t.Fatalf("day %d would do too", earliest-1)
		}
	})
}
