package costing_test

import (
	"testing"
	"time"

	"kopeck/costing"
)

// midnights are zones whose clocks have changed at midnight, or skipped a whole day, and some where nothing of that happened.
var midnights = []string{
	"America/Santiago", "America/Asuncion", "America/Havana", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns", "Africa/Cairo", "Africa/Casablanca",
	"Asia/Amman", "Asia/Beirut", "Asia/Damascus", "Asia/Gaza", "Asia/Tehran", "Asia/Amman", "Atlantic/Azores", "Pacific/Apia", "Pacific/Kwajalein",
	"UTC", "Europe/Moscow", "Asia/Kolkata", "Australia/Lord_Howe", "Antarctica/Troll",
}

func zoneOf(t *testing.T, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("this machine does not know the zone: %v", err)
	}
	return zone
}

func TestStartOfDayWithoutMidnight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ zone, day, want string }{
		"no midnight":              {"America/Santiago", "2026-09-06", "2026-09-06T04:00:00Z"},
		"the day before":           {"America/Santiago", "2026-09-05", "2026-09-05T04:00:00Z"},
		"the day after":            {"America/Santiago", "2026-09-07", "2026-09-07T03:00:00Z"},
		"two midnights":            {"America/Havana", "2026-11-01", "2026-11-01T04:00:00Z"},
		"no midnight either":       {"Asia/Beirut", "2026-03-29", "2026-03-28T22:00:00Z"},
		"a day that was skipped":   {"Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00Z"},
		"the day after that":       {"Pacific/Apia", "2011-12-31", "2011-12-30T10:00:00Z"},
		"nothing happens":          {"Europe/Moscow", "2026-09-06", "2026-09-05T21:00:00Z"},
		"clocks back just past it": {"America/St_Johns", "2010-11-07", "2010-11-07T02:30:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := zoneOf(t, c.zone)
			date, err := time.Parse(time.DateOnly, c.day)
			if err != nil {
				t.Fatal(err)
			}
			if got := costing.StartOfDay(int(date.Unix()/86400), zone).Format(time.RFC3339); got != c.want {
				t.Errorf("%s; want %s", got, c.want)
			}
		})
	}
}

// TestDaysOfZones: every day begins at its first moment, and the days follow each other.
func TestDaysOfZones(t *testing.T) {
	t.Parallel()
	for _, name := range midnights {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			zone := zoneOf(t, name)
			for day, before := 0, costing.StartOfDay(-1, zone); day < 70*366; day++ {
				start := costing.StartOfDay(day, zone)
				if start.Before(before) {
					t.Fatalf("day %d begins at %s, the one before at %s", day, start, before)
				}
				is := costing.Day(start, zone)
				if skipped := costing.StartOfDay(day+1, zone).Equal(start); is != day && !skipped {
					t.Fatalf("day %d begins at %s, on day %d", day, start.In(zone), is)
				}
				if earlier := costing.Day(start.Add(-time.Microsecond), zone); earlier >= day {
					t.Fatalf("day %d begins before %s: that is day %d already", day, start.In(zone), earlier)
				}
				noon := time.Unix(int64(day)*86400+43200, 0)
				if at := costing.AtClock(noon, zone); costing.Day(at, zone) != day && is == day {
					t.Fatalf("noon of day %d is %s", day, at.In(zone))
				}
				before = start
			}
		})
	}
}

func TestOnDay(t *testing.T) {
	t.Parallel()
	zone := zoneOf(t, "America/Santiago")
	late := time.Date(2026, 8, 30, 0, 30, 0, 0, zone)
	day := costing.Day(late, zone) + 7
	if got := costing.OnDay(late, day, zone); costing.Day(got, zone) != day || got.Format(time.RFC3339) != "2026-09-06T04:00:00Z" {
		t.Errorf("half past midnight where clocks skip it: %s", got.In(zone))
	}
	if got := costing.OnDay(late, day+1, zone).In(zone); got.Format(time.RFC3339) != "2026-09-07T00:30:00-03:00" {
		t.Errorf("the day after: %s", got)
	}
}
