package report

import (
	"testing"
	"time"
)

// TestMonthsBeginWhereClocksShowIt compares the months' first moments with what clocks show minute by minute, in zones that put
// them forward or back at the midnight of a first day.
func TestMonthsBeginWhereClocksShowIt(t *testing.T) {
	t.Parallel()
	for zone, years := range map[string][2]int{
		"UTC": {2023, 2024}, "Europe/Moscow": {2010, 2014}, "Asia/Amman": {2022, 2022}, "America/Asuncion": {2023, 2024},
		"America/Havana": {2020, 2020}, "Asia/Kolkata": {2026, 2026}, "Pacific/Apia": {2011, 2012}, "America/St_Johns": {2012, 2013},
	} {
		t.Run(zone, func(t *testing.T) {
			t.Parallel()
			place, err := time.LoadLocation(zone)
			if err != nil {
				t.Fatal(err)
			}
			at := time.Date(years[0], 1, 1, 12, 0, 0, 0, time.UTC)
			end := time.Date(years[1], 12, 31, 0, 0, 0, 0, time.UTC)
			months := MonthsOf(at, end, place)
			for this := 0; at.Before(end); at = at.Add(time.Minute) {
				for this+1 < len(months) && !at.Before(months[this+1].Begin) {
					this++
				}
				if want := at.In(place).Format("2006-01"); months[this].Name != want {
					t.Fatalf("%s is in %s, not %s", at, want, months[this].Name)
				}
			}
		})
	}
}

func TestOneMonthOrNone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 30, 23, 59, 59, 999_999_000, time.UTC)
	months := MonthsOf(at, at, time.UTC)
	if len(months) != 1 || months[0].Name != "2026-11" {
		t.Errorf("one moment: %v", months)
	}
	if sql, args := PlaceOf(months, "c.at"); sql != "0" || args != nil {
		t.Errorf("one month is nothing to compare: %s %v", sql, args)
	}
	sql, args := PlaceOf(MonthsOf(at, at.AddDate(0, 2, 0), time.UTC), "c.at")
	if sql != "CASE WHEN c.at < ? THEN 0 ELSE CASE WHEN c.at < ? THEN 1 ELSE 2 END END" || len(args) != 2 {
		t.Errorf("three months: %s %v", sql, args)
	}
}
