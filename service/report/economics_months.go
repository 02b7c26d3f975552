package report

import (
	"time"

	"kopeck/costing"
)

// Span is a calendar month, or another span of a report, in the installation's time zone: "2026-11" and its first moment.
type Span struct {
	Name  string
	Begin time.Time
}

// MonthsOf returns the months from that of one moment to that of another, in their order.
func MonthsOf(first, last time.Time, zone *time.Location) []Span {
	year, number, _ := first.In(zone).Date()
	var months []Span
	for begin := beginOfMonth(year, number, zone); !begin.After(last); begin = beginOfMonth(year, number, zone) {
		months = append(months, Span{time.Date(year, number, 1, 0, 0, 0, 0, time.UTC).Format("2006-01"), begin})
		number++ // a thirteenth month is the next year's first
	}
	return months
}

// beginOfMonth returns a month's first moment: the first at which clocks show the month. time.Date does not serve, since clocks may be
// put forward at that very midnight, which is then skipped, or back to it, and it comes twice. Where they are put back over it
// (Newfoundland did so until 2011) the month begins with one of the two.
func beginOfMonth(year int, number time.Month, zone *time.Location) time.Time {
	return costing.AtClock(time.Date(year, number, 1, 0, 0, 0, 0, time.UTC), zone)
}
