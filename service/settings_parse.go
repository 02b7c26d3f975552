package service

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopeck/costing"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
)

// The functions that read the value of a setting. Their errors say what is expected.

// decode reads a value of JSON; null is an error.
func decode[T any](v json.RawMessage) (value T, err error) {
	if string(v) == "null" {
		return value, errors.New("null is no value")
	}
	err = json.Unmarshal(v, &value)
	return value, err
}

// parseWhole reads a whole number from 1 to a limit.
func parseWhole(limit int) func(json.RawMessage) (int, error) {
	return func(v json.RawMessage) (int, error) {
		n, err := decode[int](v)
		if err != nil || n < 1 || n > limit {
			return 0, fmt.Errorf("want a whole number from 1 to %d", limit)
		}
		return n, nil
	}
}

func parseProbability(v json.RawMessage) (float64, error) {
	p, err := decode[float64](v)
	if err != nil || p < 0 || p > 1 {
		return 0, errors.New("want a probability from 0 to 1")
	}
	return p, nil
}

// parseDecimal reads a Decimal from low to high.
func parseDecimal(low, high string) func(json.RawMessage) (money.Decimal, error) {
	least, most := money.MustDecimal(low), money.MustDecimal(high)
	return func(v json.RawMessage) (money.Decimal, error) {
		text, err := decode[string](v)
		if err == nil {
			var d money.Decimal
			if d, err = money.ParseDecimal(text); err == nil && d.Compare(least) >= 0 && d.Compare(most) <= 0 {
				return d, nil
			}
		}
		return money.Decimal{}, fmt.Errorf("want a Decimal from %q to %q", low, high)
	}
}

// parseOneOf reads one of some texts.
func parseOneOf[T ~string](values ...T) func(json.RawMessage) (T, error) {
	return func(v json.RawMessage) (T, error) {
		text, err := decode[T](v)
		if err != nil || !slices.Contains(values, text) {
			return "", fmt.Errorf("want one of %v", values)
		}
		return text, nil
	}
}

func parseZone(v json.RawMessage) (*time.Location, error) {
	name, err := decode[string](v)
	if err == nil && name != "" && name != "Local" {
		var zone *time.Location
		if zone, err = time.LoadLocation(name); err == nil {
			return zone, nil
		}
	}
	return nil, errors.New("want an IANA time zone, such as \"Europe/Moscow\"")
}

func parseRequiredLevels(v json.RawMessage) (map[schema.Purpose]schema.PermissionLevel, error) {
	given, err := decode[map[schema.Purpose]schema.PermissionLevel](v)
	if err != nil {
		return nil, errors.New("want levels by purpose, such as {\"MARKETING\": \"BRAND_TRUST\"}")
	}
	for purpose, level := range given {
		if !slices.Contains(purpose.Values(), string(purpose)) || level.Rank() == 0 {
			return nil, fmt.Errorf("no such purpose or level: %s: %s", purpose, level)
		}
	}
	return given, nil
}

func parseLoad(v json.RawMessage) (costing.Load, error) {
	load, err := decode[costing.Load](v)
	if err != nil {
		return nil, errors.New("want a list of {\"utilisation\": Decimal, \"factor\": Decimal}")
	}
	return load, load.Check()
}

// weekdays are the names of weekdays, from Sunday.
var weekdays = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}

func parseWorkingDays(v json.RawMessage) ([]time.Weekday, error) {
	names, err := decode[[]string](v)
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("want a list of at least one of %v", weekdays)
	}
	days := make([]time.Weekday, len(names))
	for i, name := range names {
		at := slices.Index(weekdays, name)
		if at < 0 {
			return nil, fmt.Errorf("%q is not a weekday; want one of %v", input.Excerpt(name), weekdays)
		}
		days[i] = time.Weekday(at)
	}
	return days, nil
}

// maxDaysOff is how many days off may be listed.
const maxDaysOff = 250

// parseDaysOff reads dates as days since 1970-01-01.
func parseDaysOff(v json.RawMessage) ([]int, error) {
	dates, err := decode[[]string](v)
	if err != nil || dates == nil || len(dates) > maxDaysOff {
		return nil, fmt.Errorf("want a list of at most %d dates, such as \"2026-12-31\"", maxDaysOff)
	}
	days := make([]int, len(dates))
	for i, text := range dates {
		if days[i], err = parseDay(text); err != nil {
			return nil, err
		}
	}
	return days, nil
}

func parseRegion(v json.RawMessage) (string, error) {
	region, err := decode[string](v)
	if err != nil || region != "" && !slices.Contains(input.Regions(), region) {
		return "", errors.New("want the ISO 3166 code of a country, such as \"RU\", or \"\" for none")
	}
	return region, nil
}

// parseDay reads a date as days since 1970-01-01.
func parseDay(text string) (int, error) {
	date, err := time.Parse(time.DateOnly, text)
	if err != nil || date.Year() < 1900 || date.Year() > 2200 {
		return 0, fmt.Errorf("%q is not a date of the years 1900 to 2200; want one such as \"2026-12-31\"", input.Excerpt(text))
	}
	return int(date.Unix() / 86400), nil
}

// parseDayOrNull reads a date as parseDay, or null.
func parseDayOrNull(v json.RawMessage) (*int, error) {
	if string(v) == "null" {
		return nil, nil
	}
	text, err := decode[string](v)
	if err != nil {
		return nil, errors.New("want a date such as \"2026-12-31\", or null")
	}
	day, err := parseDay(text)
	return &day, err
}
