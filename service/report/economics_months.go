package report

import (
	"sort"
	"strconv"
	"time"
)

// month is a calendar month in the installation's time zone: "2026-11" and its first moment.
type month struct {
	name  string
	begin time.Time
}

// monthsOf gives the months from that of one moment to that of another, one after the other.
func monthsOf(first, last time.Time, zone *time.Location) []month {
	year, number, _ := first.In(zone).Date()
	var months []month
	for begin := beginOfMonth(year, number, zone); !begin.After(last); begin = beginOfMonth(year, number, zone) {
		months = append(months, month{time.Date(year, number, 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), begin})
		number++ // a thirteenth month is the next year's first
	}
	return months
}

// beginOfMonth gives a month's first moment. It is looked for in what clocks show, since they may be put forward at that very
// midnight, which is then never shown, or back to it, and it is shown twice. Where they are put back over it (Newfoundland did so
// until 2011) the month begins with one of the two.
func beginOfMonth(year int, number time.Month, zone *time.Location) time.Time {
	const hours = 30 // more than any zone is off UTC
	begun := func(at time.Time) bool {
		y, m, _ := at.In(zone).Date()
		return y*12+int(m) >= year*12+int(number)
	}
	early := time.Date(year, number, 1, -hours, 0, 0, 0, time.UTC)
	seconds := sort.Search(2*hours*3600, func(n int) bool { return begun(early.Add(time.Duration(n) * time.Second)) })
	return early.Add(time.Duration(seconds) * time.Second)
}

// placeOfMonth gives an SQL expression for the place among some months of the one that a column's time lies in, and its
// parameters. It compares as often as a search by halves does.
func placeOfMonth(months []month, column string) (expression string, args []any) {
	var between func(low, high int) string
	between = func(low, high int) string {
		if high-low <= 1 {
			return strconv.Itoa(low)
		}
		middle := (low + high) / 2
		args = append(args, months[middle].begin)
		return "CASE WHEN " + column + " < ? THEN " + between(low, middle) + " ELSE " + between(middle, high) + " END"
	}
	return between(0, len(months)), args
}
