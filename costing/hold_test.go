package costing_test

import (
	"fmt"
	"math/big"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

// TestPlanHold: of a day's eight hours a user holds the share up to each day, and always one day's capacity.
func TestPlanHold(t *testing.T) {
	t.Parallel()
	week := costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, nil)
	for _, c := range []struct {
		name     string
		needs    string
		due      int
		share    string
		calendar costing.Calendar
		booked   string // by day: hours
		mine     string
		want     string // "" where it is refused
	}{
		{"a day's capacity", "8", 0, "0.5", costing.Calendar{}, "", "", " 0:8"},
		{"more than a day's", "8.000000001", 1, "0.5", costing.Calendar{}, "", "", ""},
		{"the rest over the days", "16", 13, "0.5", costing.Calendar{}, "", "", " 0:8 2:4 3:4"},
		{"the same for a later day", "16", 60, "0.5", costing.Calendar{}, "", "", " 0:8 2:4 3:4"},
		{"all that is left up to the day", "32", 7, "0.5", costing.Calendar{}, "", "", " 0:8 2:4 3:4 4:4 5:4 6:4 7:4"},
		{"too much up to the day", "32.000000001", 7, "0.5", costing.Calendar{}, "", "", ""},
		{"days off count for nothing", "16", 9, "0.5", week, "", "", " 0:8 4:4 5:4"}, // days 2 and 3 are a weekend
		{"the whole capacity", "20", 2, "1", costing.Calendar{}, "", "", " 0:8 1:8 2:4"},
		{"no share", "9", 100, "0", costing.Calendar{}, "", "", ""},
		{"on what others leave", "12", 9, "0.5", costing.Calendar{}, "0:8 2:6 3:8", "", " 1:8 2:2 4:2"},
		{"days that are full are made up for later", "16", 9, "0.5", costing.Calendar{}, "0:8 1:8 2:8 3:8", "", " 4:8 5:8"},
		{"beside what the user holds", "8", 3, "0.5", costing.Calendar{}, "0:8", "0:8", " 2:4 3:4"},
		{"what is held later counts up to then", "8", 0, "0.5", costing.Calendar{}, "1:8 3:4", "1:8 3:4", ""},
		{"as far as later holds leave room", "4", 1, "0.5", costing.Calendar{}, "4:8 5:4", "4:8 5:4", " 0:4"},
		{"what is held far later has a share of its own", "8", 0, "0.5", costing.Calendar{}, "9:8", "9:8", " 0:8"},
		{"more is held than is allowed now", "1", 9, "0.25", costing.Calendar{}, "0:8 1:8", "0:8 1:8", " 8:1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			needs := []costing.Usage{{Resource: "loom", Units: dec(c.needs), Capacity: some("8")}}
			limit := costing.HoldLimit{Share: dec(c.share), Mine: hours(t, c.mine)}
			plan, ok := costing.PlanHold(needs, 0, c.due, limit, c.calendar, hours(t, c.booked), day)
			got := ""
			for _, b := range plan {
				got += fmt.Sprintf(" %d:%s", b.Day, b.Units)
			}
			if got != c.want || ok != (c.want != "") {
				t.Errorf("%q, %t; want %q", got, ok, c.want)
			}
		})
	}
}

// hours reads what is booked of the loom, as "day:hours day:hours"; nil for "".
func hours(t *testing.T, text string) *costing.Bookings {
	t.Helper()
	var bookings []costing.Booking
	for _, one := range strings.Fields(text) {
		var on int
		var units string
		if _, err := fmt.Sscanf(one, "%d:%s", &on, &units); err != nil {
			t.Fatal(err)
		}
		bookings = append(bookings, costing.Booking{Resource: "loom", Day: on, Units: dec(units), BookedAt: day})
	}
	if bookings == nil {
		return nil
	}
	return costing.NewBookings(bookings)
}

// TestPlanHoldOfSeveral: each resource has its own share; one of unknown capacity has none.
func TestPlanHoldOfSeveral(t *testing.T) {
	t.Parallel()
	needs := []costing.Usage{
		{Resource: "drill", Units: dec("30")},
		{Resource: "loom", Units: dec("9"), Capacity: some("8")},
		{Resource: "oven", Units: dec("15"), Capacity: some("10")},
	}
	limit := costing.HoldLimit{Share: dec("0.5"), Mine: hours(t, "0:8")}
	plan, ok := costing.PlanHold(needs, 0, 9, limit, costing.Calendar{}, nil, day)
	if got := fmt.Sprint(ok, units(plan)); got != "true [drill 0:30 loom 2:4 loom 3:4 loom 4:1 oven 0:10 oven 2:5]" {
		t.Error(got)
	}
	if plan, ok := costing.PlanHold(needs, 0, 3, limit, costing.Calendar{}, nil, day); ok || plan != nil {
		t.Errorf("one resource is over its share: %v", units(plan))
	}
}

func units(plan []costing.Booking) []string {
	var all []string
	for _, b := range plan {
		all = append(all, fmt.Sprintf("%s %d:%s", b.Resource, b.Day, b.Units))
	}
	return all
}

// TestOneHoldLeavesEveryDayItsShare: 188,437 m of curtain with ten years' time took all working days of the year, which the share of ten
// years allowed. Now a colleague finds half of every span free, and an order of one metre is possible on the second day.
func TestOneHoldLeavesEveryDayItsShare(t *testing.T) {
	t.Parallel()
	need := costing.Usage{Resource: "sewing", Units: dec("14000"), Capacity: some("8")} // 1,750 of 3,661 days
	plan, ok := costing.PlanHold([]costing.Usage{need}, 0, 3660, costing.HoldLimit{Share: dec("0.5")}, costing.Calendar{}, nil, day)
	if !ok {
		t.Fatal("it is refused")
	}
	booked := costing.NewBookings(plan)
	for due := 1; due <= 3660; due++ {
		held, most := booked.Booked("sewing", 0, due, day), big.NewRat(int64(due+1)*4, 1)
		if held.Cmp(most) > 0 {
			t.Fatalf("up to day %d are held %s of %d hours", due, held.FloatString(3), (due+1)*8)
		}
	}
	metre := costing.Usage{Resource: "sewing", Units: dec("0.5"), Capacity: some("8")}
	if earliest, ok := costing.Earliest([]costing.Usage{metre}, 0, costing.Calendar{}, booked, day); !ok || earliest != 1 {
		t.Errorf("a metre is possible on day %d, %t", earliest, ok)
	}
}

// TestPlanHoldLaws: up to each day a user holds no more than the limit, no day is over its capacity, and a hold is refused only if nothing
// else would do: held against the greatest quantity that all ceilings and free days leave.
func TestPlanHoldLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		booked, mine := costing.NewBookings(drawBookings(t)), costing.NewBookings(drawBookings(t))
		calendar, _, _ := drawCalendar(t)
		known := day.Add(9 * time.Hour)
		capacity := money.Nano(rapid.Int64Range(0, 20e9).Draw(t, "capacity"))
		share := money.Nano(rapid.Int64Range(0, 1e9).Draw(t, "share"))
		first := rapid.IntRange(0, 9).Draw(t, "first")
		due := first + rapid.IntRange(0, 12).Draw(t, "lead")
		need := costing.Usage{Resource: "loom", Units: money.Nano(rapid.Int64Range(1, 90e9).Draw(t, "need")), Capacity: &capacity}
		plan, ok := costing.PlanHold([]costing.Usage{need}, first, due, costing.HoldLimit{Share: share, Mine: mine}, calendar, booked, known)

		floor := func(r *big.Rat) int64 { // in billionths
			r = new(big.Rat).Mul(r, big.NewRat(1e9, 1))
			return new(big.Int).Div(r.Num(), r.Denom()).Int64()
		}
		ceiling := func(d int) int64 { // how much more may be held up to a day
			days := new(big.Rat).Mul(share.Rat(), big.NewRat(int64(calendar.Working(first, d)), 1))
			if days.Cmp(big.NewRat(1, 1)) < 0 {
				days = big.NewRat(1, 1)
			}
			days.Mul(days, capacity.Rat())
			return floor(days.Sub(days, mine.Booked("loom", first, d, known)))
		}
		room := func(d int) int64 {
			if !calendar.Works(d) {
				return 0
			}
			left := capacity.Rat()
			return max(0, floor(left.Sub(left, booked.Booked("loom", d, d, known))))
		}
		const end = 30 // nothing is held or due later
		most := int64(0)
		for d := first; d <= due; d++ {
			most += room(d)
		}
		for d := first; d <= end; d++ {
			upTo := max(0, ceiling(d))
			for later := d + 1; later <= due; later++ {
				upTo += room(later)
			}
			most = min(most, upTo)
		}
		if want := need.Units.Nano() <= most; ok != want {
			t.Fatalf("held: %t; %s of at most %s", ok, need.Units, money.Nano(most))
		}
		if !ok {
			return
		}
		index, total := costing.NewBookings(plan), int64(0)
		for _, b := range plan {
			if total += b.Units.Nano(); b.Day < first || b.Day > due || b.Units.Sign() <= 0 || b.Units.Nano() > room(b.Day) {
				t.Fatalf("%+v is over the capacity", b)
			}
		}
		for d := first; d <= end; d++ {
			if held := floor(index.Booked("loom", first, d, known)); held > 0 && held > ceiling(d) {
				t.Fatalf("up to day %d are held %s, allowed %s", d, money.Nano(held), money.Nano(ceiling(d)))
			}
		}
		if total != need.Units.Nano() {
			t.Fatalf("held are %s of %s", money.Nano(total), need.Units)
		}
	})
}
