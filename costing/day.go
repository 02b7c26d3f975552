package costing

import "time"

// Day returns the number of a calendar day of a time zone: days since 1970-01-01.
func Day(at time.Time, zone *time.Location) int {
	local := at.In(zone)
	midnight := time.Date(local.Year(), local.Month(), local.Day(), 0, 0, 0, 0, time.UTC)
	return int(midnight.Unix() / 86400)
}

// StartOfDay returns the first moment of a calendar day of a time zone. A day on which the clocks skip midnight begins later; a day
// that they skip altogether is empty, and begins with the next one.
func StartOfDay(day int, zone *time.Location) time.Time {
	return AtClock(time.Unix(int64(day)*86400, 0), zone)
}

// HasDay reports whether a time zone has a calendar day: Pacific/Apia has no 2011-12-30.
func HasDay(day int, zone *time.Location) bool {
	return StartOfDay(day, zone).Before(StartOfDay(day+1, zone))
}

// OnDay returns the moment at which the clocks of a time zone show on another day what they show at a moment, or the next one where
// they skip it.
func OnDay(at time.Time, day int, zone *time.Location) time.Time {
	local := at.In(zone)
	hour, minute, second := local.Clock()
	midnight := time.Unix(int64(day)*86400, 0).UTC()
	wall := time.Date(midnight.Year(), midnight.Month(), midnight.Day(), hour, minute, second, local.Nanosecond(), time.UTC)
	return AtClock(wall, zone)
}

// farthest is more than any zone is off UTC.
const farthest = 26 * time.Hour

// AtClock returns the first moment at which the clocks of a time zone show a date and time, which are those of wall in UTC, or any
// later ones: clocks that go forward skip some, and those that go back show some twice. [time.Date] may return a moment of the day
// before.
func AtClock(wall time.Time, zone *time.Location) time.Time {
	wall = wall.UTC()
	for at := wall.Add(-farthest).In(zone); ; {
		_, offset := at.Zone()
		shown := wall.Add(-time.Duration(offset) * time.Second)
		if shown.Before(at) { // skipped by the change at which this offset begins
			shown = at
		}
		_, end := at.ZoneBounds()
		if end.IsZero() || shown.Before(end) {
			return shown.UTC()
		}
		at = end
	}
}
