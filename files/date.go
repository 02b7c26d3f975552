package files

import (
	"errors"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/schema"
	"kopeck/service"
)

// dates reads dates and times in the installation's time zone.
type dates struct {
	settings *service.Settings
	now      time.Time
	layout   string // of time.Parse; "" for the formats that are unambiguous
	known    map[string]time.Time
}

func newDates(settings *service.Settings, now time.Time, format string) (*dates, error) {
	d := &dates{settings: settings, now: now, known: map[string]time.Time{}}
	if format == "" {
		return d, nil
	}
	d.layout = layouts.Replace(format)
	if !strings.Contains(d.layout, "2") || !strings.Contains(d.layout, "1") || !strings.Contains(d.layout, "06") {
		return nil, optionsError("--date-format %q: want year, month and day, of YYYY YY MM M DD D HH H mm ss, like \"M/D/YYYY H:mm\"", format)
	}
	return d, nil
}

var layouts = strings.NewReplacer(
	"YYYY", "2006", "YY", "06", "MM", "01", "M", "1", "DD", "02", "D", "2", "HH", "15", "H", "15", "mm", "04", "ss", "05",
)

var (
	errNotDate = errors.New("not a date: want YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY or RFC 3339, or give --date-format")
	errLayout  = errors.New("not a date as --date-format says")
	errTooOld  = errors.New("a date before the year 1900")
	errFuture  = errors.New("in the future")
	errYears   = errors.New("want a year from 1900 to 2200")
	errNoDay   = errors.New("no such day in the calendar")
)

// parse returns the moment that a text means, which is not in the future; a day means its first moment.
func (d *dates) parse(text string) (time.Time, error) {
	if at, ok := d.known[text]; ok {
		return at, nil
	}
	at, err := d.read(text)
	switch {
	case err != nil:
		return at, err
	case at.Year() < 1900:
		return at, errTooOld
	case at.After(d.now.Add(5 * time.Minute)): // clocks differ a little
		return at, errFuture
	}
	if len(d.known) == 4096 {
		clear(d.known)
	}
	d.known[strings.Clone(text)] = at
	return at, nil
}

// ahead returns the moment that a text means, which may be in the future: from when a rate holds.
func (d *dates) ahead(text string) (time.Time, error) {
	at, err := d.read(text)
	if err == nil && (at.Year() < 1900 || at.Year() > 2200) {
		err = errYears
	}
	return at, err
}

// date returns the calendar day that a text means.
func (d *dates) date(text string) (schema.Date, error) {
	at, err := d.parse(text)
	return schema.DateOf(at.In(d.settings.Zone)), err
}

func (d *dates) read(text string) (time.Time, error) {
	if d.layout != "" {
		at, err := time.ParseInLocation(d.layout, text, d.settings.Zone)
		if err != nil {
			return at, errLayout
		}
		if !strings.Contains(d.layout, "07") && !strings.Contains(d.layout, "MST") { // no zone of its own
			at, _ = time.Parse(d.layout, text)
			return costing.AtClock(at, d.settings.Zone), nil
		}
		return at.UTC(), nil
	}
	switch {
	case len(text) == 8:
		return d.day(text[:4], text[4:6], text[6:])
	case len(text) == 10 && text[4] == '-' && text[7] == '-':
		return d.day(text[:4], text[5:7], text[8:])
	case len(text) == 10 && text[2] == '.' && text[5] == '.':
		return d.day(text[6:], text[3:5], text[:2])
	case len(text) >= 20 && len(text) <= 35:
		if at, err := time.Parse(time.RFC3339, text); err == nil {
			return at.UTC().Truncate(time.Microsecond), nil
		}
	case len(text) == 19 || len(text) == 16:
		for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
			if wall, err := time.Parse(layout, text); err == nil {
				return costing.AtClock(wall, d.settings.Zone), nil
			}
		}
	}
	return time.Time{}, errNotDate
}

// day returns the first moment of a calendar day.
func (d *dates) day(year, month, day string) (time.Time, error) {
	y, ok1 := number(year)
	m, ok2 := number(month)
	n, ok3 := number(day)
	if !ok1 || !ok2 || !ok3 {
		return time.Time{}, errNotDate
	}
	if m < 1 || m > 12 || n < 1 || n > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, errNoDay
	}
	if y < 1900 {
		return time.Time{}, errTooOld
	}
	return d.settings.StartOfDay(int(time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC).Unix() / 86400)), nil
}

func number(digits string) (n int, ok bool) {
	for i := range len(digits) {
		c := digits[i]
		if c < '0' || c > '9' {
			return 0, false
		}
		n = 10*n + int(c-'0')
	}
	return n, digits != ""
}
