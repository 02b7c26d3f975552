package files

import (
	"strings"
	"time"

	"kopeck/service"
)

// dates reads dates and times as the installation reckons them.
type dates struct {
	settings *service.Settings
	now      time.Time
	layout   string // of time.Parse; "" for the formats that need no telling
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

const (
	notDate = "not a date: want YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY or RFC 3339, or say --date-format"
	tooOld  = "a date before the year 1900"
	inTime  = "in the future"
)

// parse gives the moment that a text means; a day means its first moment. fault says what is wrong with it.
func (d *dates) parse(text string) (at time.Time, fault string) {
	if at, ok := d.known[text]; ok {
		return at, ""
	}
	at, fault = d.read(text)
	switch {
	case fault != "":
		return at, fault
	case at.Year() < 1900:
		return at, tooOld
	case at.After(d.now.Add(5 * time.Minute)): // clocks differ a little
		return at, inTime
	}
	if len(d.known) == 4096 {
		clear(d.known)
	}
	d.known[strings.Clone(text)] = at
	return at, ""
}

// ahead gives the moment that a text means, which may lie in the future: from when a rate holds.
func (d *dates) ahead(text string) (at time.Time, fault string) {
	if at, fault = d.read(text); fault == "" && (at.Year() < 1900 || at.Year() > 2200) {
		return at, "want a year from 1900 to 2200"
	}
	return at, fault
}

func (d *dates) read(text string) (time.Time, string) {
	if d.layout != "" {
		at, err := time.ParseInLocation(d.layout, text, d.settings.Zone)
		if err != nil {
			return at, "not a date as --date-format says"
		}
		return at.UTC(), ""
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
			return at.UTC().Truncate(time.Microsecond), ""
		}
	case len(text) == 19 || len(text) == 16:
		for _, layout := range []string{"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04"} {
			if at, err := time.ParseInLocation(layout, text, d.settings.Zone); err == nil {
				return at.UTC(), ""
			}
		}
	}
	return time.Time{}, notDate
}

func (d *dates) day(year, month, day string) (time.Time, string) {
	y, ok1 := number(year)
	m, ok2 := number(month)
	n, ok3 := number(day)
	if !ok1 || !ok2 || !ok3 {
		return time.Time{}, notDate
	}
	if m < 1 || m > 12 || n < 1 || n > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, "no such day in the calendar"
	}
	if y < 1900 {
		return time.Time{}, tooOld
	}
	return d.settings.StartOfDay(int(time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC).Unix() / 86400)), ""
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
