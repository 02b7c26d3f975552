package service

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"kopeck/service/input"
)

// weekdays are the names of weekdays in the setting workingDays, from Sunday.
var weekdays = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

// mostDaysOff is how many days off a company may have ahead of it and behind.
const mostDaysOff = 250

func readWorkingDays(s *Settings, v json.RawMessage) error {
	names, err := decode[[]string](v)
	if err != nil || len(names) == 0 {
		return fmt.Errorf("want a list of at least one of %v", weekdays)
	}
	s.worked = make([]time.Weekday, len(names))
	for i, name := range names {
		at := slices.Index(weekdays, name)
		if at < 0 {
			return fmt.Errorf("no weekday: %q; want one of %v", input.Shown(name), weekdays)
		}
		s.worked[i] = time.Weekday(at)
	}
	return nil
}

func readDaysOff(s *Settings, v json.RawMessage) error {
	dates, err := decode[[]string](v)
	if err != nil || dates == nil || len(dates) > mostDaysOff {
		return fmt.Errorf("want a list of at most %d dates, like \"2026-12-31\"", mostDaysOff)
	}
	s.daysOff = make([]int, len(dates))
	for i, text := range dates {
		date, err := time.Parse(time.DateOnly, text)
		if err != nil || date.Year() < 1900 || date.Year() > 2200 {
			return fmt.Errorf("no date of the years 1900 to 2200: %q; want it like \"2026-12-31\"", input.Shown(text))
		}
		s.daysOff[i] = int(date.Unix() / 86400)
	}
	return nil
}
