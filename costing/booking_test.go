package costing_test

import (
	"fmt"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
	"kopeck/money"
)

func TestDayIsOfTheZone(t *testing.T) {
	t.Parallel()
	moscow := time.FixedZone("Moscow", 3*3600)
	for _, c := range []struct {
		at   string
		zone *time.Location
		want int
	}{
		{"1970-01-01T00:00:00Z", time.UTC, 0},
		{"1969-12-31T23:59:59Z", time.UTC, -1},
		{"1970-01-01T21:00:00Z", moscow, 1},
		{"1970-01-01T20:59:59Z", moscow, 0},
		{"2026-03-02T09:00:00Z", time.UTC, 20514},
	} {
		t.Run(fmt.Sprintf("%s in %s", c.at, c.zone), func(t *testing.T) {
			at, err := time.Parse(time.RFC3339, c.at)
			if err != nil {
				t.Fatal(err)
			}
			if got := costing.Day(at, c.zone); got != c.want {
				t.Errorf("%s: day %d; want %d", c.at, got, c.want)
			}
		})
	}
}

// drawBookings makes bookings on days 0 to 9 of two resources, known and freed at hours 0 to 5.
func drawBookings(t *rapid.T) []costing.Booking {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) costing.Booking {
		b := costing.Booking{
			Resource: rapid.SampledFrom([]string{"loom", "oven"}).Draw(t, "resource"),
			Day:      rapid.IntRange(0, 9).Draw(t, "day"),
			Units:    money.Nano(rapid.Int64Range(0, 12e9).Draw(t, "units")),
			BookedAt: day.Add(time.Duration(rapid.IntRange(0, 5).Draw(t, "booked")) * time.Hour),
		}
		if rapid.Bool().Draw(t, "freed") {
			freed := b.BookedAt.Add(time.Duration(rapid.IntRange(0, 3).Draw(t, "for")) * time.Hour)
			b.FreedAt = &freed
		}
		return b
	}), 0, 20).Draw(t, "bookings")
}

func TestBookedAgainstScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		bookings := drawBookings(t)
		first, last := rapid.IntRange(-1, 10).Draw(t, "first"), rapid.IntRange(-1, 10).Draw(t, "last")
		known := day.Add(time.Duration(rapid.IntRange(-1, 10).Draw(t, "known")) * time.Hour)
		want := new(big.Rat)
		for _, b := range bookings {
			if b.Resource == "loom" && b.Day >= first && b.Day <= last && !b.BookedAt.After(known) && (b.FreedAt == nil || b.FreedAt.After(known)) {
				want.Add(want, b.Units.Rat())
			}
		}
		if got := costing.NewBookings(bookings).Booked("loom", first, last, known); got.Cmp(want) != 0 {
			t.Fatalf("%s; want %s", got, want)
		}
	})
}

func TestPlanTakesTheEarliestRoom(t *testing.T) {
	t.Parallel()
	booked := costing.NewBookings([]costing.Booking{
		{Resource: "loom", Day: 10, Units: dec("6"), BookedAt: day}, {Resource: "loom", Day: 11, Units: dec("9"), BookedAt: day},
	})
	plan := costing.Plan([]costing.Usage{
		{Resource: "loom", Units: dec("12"), Capacity: some("8")}, {Resource: "drill", Units: dec("3")},
	}, 10, 13, costing.Calendar{}, booked, day)
	want := []costing.Booking{
		{Resource: "drill", Day: 10, Units: dec("3"), BookedAt: day},
		{Resource: "loom", Day: 10, Units: dec("2"), BookedAt: day},
		{Resource: "loom", Day: 12, Units: dec("8"), BookedAt: day},
		{Resource: "loom", Day: 13, Units: dec("2"), BookedAt: day},
	}
	if len(plan) != len(want) {
		t.Fatalf("got %+v, want four bookings", plan)
	}
	for i := range want {
		if plan[i] != want[i] {
			t.Errorf("%+v; want %+v", plan[i], want[i])
		}
	}
}

// TestPlanPassesOverDaysOff: days 9 and 10 are a weekend, 14 is a holiday.
func TestPlanPassesOverDaysOff(t *testing.T) {
	t.Parallel()
	week := costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, []int{14})
	for _, c := range []struct {
		needs      string
		first, due int
		want       string
	}{
		{"20", 8, 13, "8:8 11:8 12:4"},
		{"20", 9, 10, "10:20"},          // nobody works before it is due
		{"20", 12, 14, "12:8 13:12"},    // what finds no room is not put on the holiday
		{"20", 9, 17, "11:8 12:8 13:4"}, // from the next Monday on
		{"100", 10, 16, "11:8 12:8 13:8 15:76"},
	} {
		t.Run(fmt.Sprintf("%s from day %d to %d", c.needs, c.first, c.due), func(t *testing.T) {
			got := ""
			for _, b := range costing.Plan([]costing.Usage{{Resource: "loom", Units: dec(c.needs), Capacity: some("8")}}, c.first, c.due, week, nil, day) {
				got += fmt.Sprintf(" %d:%s", b.Day, b.Units)
			}
			if got != " "+c.want {
				t.Errorf("%s from %d to %d:%s; want %s", c.needs, c.first, c.due, got, c.want)
			}
		})
	}
	unknown := costing.Plan([]costing.Usage{{Resource: "drill", Units: dec("3")}}, 9, 15, week, nil, day)
	if len(unknown) != 1 || unknown[0].Day != 11 {
		t.Errorf("of unknown capacity: %+v", unknown)
	}
}

// TestPlanLaws: what is booked sums to the need; it lies between the first day and the due day, on a worked one if there is
// any; no day but the last worked one is filled over its capacity; and no later day is taken while an earlier one has room.
func TestPlanLaws(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		booked := costing.NewBookings(drawBookings(t))
		calendar, _, _ := drawCalendar(t)
		known := day.Add(9 * time.Hour)
		capacity := money.Nano(rapid.Int64Range(0, 20e9).Draw(t, "capacity"))
		need := costing.Usage{Resource: "loom", Units: money.Nano(rapid.Int64Range(0, 90e9).Draw(t, "need")), Capacity: &capacity}
		first := rapid.IntRange(0, 9).Draw(t, "first")
		due := first + rapid.IntRange(-1, 6).Draw(t, "lead")
		taken, latest := map[int]*big.Rat{}, first
		total := new(big.Rat)
		for _, b := range costing.Plan([]costing.Usage{need}, first, due, calendar, booked, known) {
			if b.Day < first || b.Day > max(first, due) || b.Units.Sign() <= 0 || taken[b.Day] != nil {
				t.Fatalf("got %+v, want one positive booking a day, from the first day to the last", b)
			}
			if !calendar.Works(b.Day) && calendar.Working(first, max(first, due)) > 0 {
				t.Fatalf("day %d is not worked", b.Day)
			}
			taken[b.Day] = b.Units.Rat()
			total.Add(total, b.Units.Rat())
			latest = b.Day
		}
		if total.Cmp(need.Units.Rat()) != 0 {
			t.Fatalf("booked %s of %s", total, need.Units)
		}
		final := max(first, due)
		for final > first && !calendar.Works(final) {
			final--
		}
		for d := first; d < final; d++ {
			if !calendar.Works(d) {
				continue
			}
			full := booked.Booked("loom", d, d, known)
			was := new(big.Rat).Set(full)
			if taken[d] != nil {
				full.Add(full, taken[d])
			}
			switch order := full.Cmp(capacity.Rat()); {
			case order > 0 && taken[d] != nil:
				t.Fatalf("day %d is filled to %s of %s", d, full, capacity)
			case order < 0 && d < latest:
				t.Fatalf("day %d has room (%s of %s, was %s), day %d is taken", d, full, capacity, was, latest)
			}
		}
	})
}

// The first moment of a day is of that day, and no moment before it is, wherever clocks are put forward or back about midnight.
func TestStartOfDay(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"America/Santiago", "America/Sao_Paulo", "America/Asuncion", "America/Havana", "America/St_Johns", "America/Goose_Bay", "Asia/Beirut",
		"Asia/Amman", "Asia/Damascus", "Asia/Tehran", "Asia/Gaza", "Africa/Cairo", "Atlantic/Azores", "Pacific/Apia", "Australia/Lord_Howe",
		"Europe/Moscow", "Asia/Kolkata", "Antarctica/Troll", "UTC",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone, err := time.LoadLocation(name)
			if err != nil {
				t.Fatal(err)
			}
			for day := 8000; day < 21000; day++ { // 1991 to 2027
				at := costing.StartOfDay(day, zone)
				if costing.Day(at, zone) < day {
					t.Fatalf("day %d begins at %v", day, at.In(zone))
				}
				for _, before := range []time.Duration{time.Nanosecond, time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour} {
					if costing.Day(at.Add(-before), zone) >= day {
						t.Fatalf("day %d begins at %v, and %v before that", day, at.In(zone), before)
					}
				}
			}
		})
	}
	santiago, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	sixth := time.Date(2026, 9, 6, 0, 0, 0, 0, time.UTC)
	if at, want := costing.StartOfDay(int(sixth.Unix()/86400), santiago), time.Date(2026, 9, 6, 4, 0, 0, 0, time.UTC); !at.Equal(want) {
		t.Errorf("6 September 2026 begins in Santiago at %v, want %v", at, want)
	}
}
