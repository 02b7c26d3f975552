package costing_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/costing"
)

// monday is 2 March 2026 as a day.
const monday = 20514

func TestCalendarOfAWorkingWeek(t *testing.T) {
	t.Parallel()
	week := costing.NewCalendar([]time.Weekday{time.Monday, time.Tuesday, time.Wednesday, time.Thursday, time.Friday}, []int{monday + 1, monday + 5, monday + 1})
	got := ""
	for day := monday; day < monday+8; day++ {
		got += map[bool]string{true: "w", false: "-"}[week.Works(day)]
	}
	if got != "w-www--w" {
		t.Errorf("from Monday: %s", got)
	}
	if n := week.Working(monday, monday+6); n != 4 {
		t.Errorf("%d days are worked in the week, want 4", n)
	}
	if n := (costing.Calendar{}).Working(monday, monday+6); n != 7 {
		t.Errorf("a calendar without settings has %d working days in a week, want 7", n)
	}
}

// drawCalendar makes a calendar of any weekdays and of some days off around day 0.
func drawCalendar(t *rapid.T) (calendar costing.Calendar, worked []time.Weekday, off []int) {
	worked = rapid.SliceOfN(rapid.Map(rapid.IntRange(0, 6), func(n int) time.Weekday { return time.Weekday(n) }), 0, 7).Draw(t, "worked")
	off = rapid.SliceOfN(rapid.IntRange(-5, 15), 0, 6).Draw(t, "off")
	return costing.NewCalendar(worked, off), worked, off
}

// TestCalendarAgainstScan counts day by day, with the weekdays of the time package.
func TestCalendarAgainstScan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		calendar, worked, off := drawCalendar(t)
		first := rapid.IntRange(-40, 40).Draw(t, "first")
		last := first + rapid.IntRange(-2, 60).Draw(t, "days")
		want := 0
		for day := first; day <= last; day++ {
			works := false
			for _, weekday := range worked {
				works = works || weekday == time.Unix(int64(day)*86400, 0).UTC().Weekday()
			}
			for _, one := range off {
				works = works && one != day
			}
			if works {
				want++
			}
			if calendar.Works(day) != works {
				t.Fatalf("day %d is worked: %t", day, !works)
			}
		}
		if got := calendar.Working(first, last); got != want {
			t.Fatalf("%d days from %d to %d, want %d", got, first, last, want)
		}
	})
}
