package cell

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"kopeck/costing"
	"kopeck/files/option"
	"kopeck/schema"
	"kopeck/service"
)

// Dates reads dates and times. A day is one of the installation's time zone; a time without an offset is one of the file's.
type Dates struct {
	settings *service.Settings
	zone     *time.Location // of times
	now      time.Time
	format   *dateFormat // nil for the formats that are unambiguous
	known    map[string]time.Time
}

// NewDates returns what reads dates as options say; settings have the zone of days. The error is option.ErrOptions.
func NewDates(settings *service.Settings, now time.Time, o option.Options) (*Dates, error) {
	d := &Dates{settings: settings, zone: settings.Zone, now: now, known: map[string]time.Time{}}
	if o.TimeZone != "" {
		zone, err := time.LoadLocation(o.TimeZone)
		if err != nil || o.TimeZone == "Local" {
			return nil, option.Errorf("--time-zone: want the name of a time zone, like Europe/Moscow, not %q", o.TimeZone)
		}
		d.zone = zone
	}
	if o.DateFormat == "" {
		return d, nil
	}
	var err error
	d.format, err = parseDateFormat(o.DateFormat)
	return d, err
}

// unambiguous are the formats with a time of day that are read without --date-format, beside RFC 3339.
var unambiguous = func() (formats []*dateFormat) {
	for _, day := range []string{"YYYY-MM-DD", "YYYY/MM/DD", "DD.MM.YYYY"} {
		for _, between := range []string{" ", "T", ", "} {
			for _, hours := range []string{"HH:mm:ss", "HH:mm", "HH:mm:ss.SSS", "hh:mm:ss A", "hh:mm A"} {
				for _, offset := range []string{"", " Z", "Z"} {
					f, err := parseDateFormat(day + between + hours + offset)
					if err != nil {
						panic(err)
					}
					formats = append(formats, f)
				}
			}
		}
	}
	return formats
}()

// ErrNotDate says that a text is no date, and how dates are written.
var ErrNotDate = errors.New("not a date: want YYYY-MM-DD, YYYYMMDD, DD.MM.YYYY or RFC 3339, or give --date-format")

var (
	errTooOld = errors.New("must not be before the year 1900")
	errFuture = errors.New("must not be in the future")
	errYears  = errors.New("want a year from 1900 to 2200")
	errNoDay  = errors.New("no such day in the calendar")
	errNoTime = errors.New("no such time in the time zone: the clocks were put forward then; --time-zone names the zone of the file's times")
)

// Parse returns the moment that a text means, which is not in the future; a day means its first moment.
func (d *Dates) Parse(text string) (time.Time, error) {
	if at, ok := d.known[text]; ok {
		return at, nil
	}
	at, err := d.read(text)
	switch {
	case err != nil:
		return at, err
	case at.Year() < 1900:
		return at, errTooOld
	case at.After(d.now.Add(service.ClockSkew)): // clocks differ a little
		return at, errFuture
	}
	if len(d.known) == 4096 {
		clear(d.known)
	}
	d.known[strings.Clone(text)] = at
	return at, nil
}

// ahead returns the moment that a text means, which may be in the future: from when a rate holds.
func (d *Dates) ahead(text string) (time.Time, error) {
	at, err := d.read(text)
	if err == nil && (at.Year() < 1900 || at.Year() > 2200) {
		err = errYears
	}
	return at, err
}

// date returns the calendar day that a text means.
func (d *Dates) date(text string) (schema.Date, error) {
	at, err := d.Parse(text)
	return schema.DateOf(at.In(d.settings.Zone)), err
}

func (d *Dates) read(text string) (time.Time, error) {
	if d.format != nil {
		c, ok := d.format.parse(text)
		if !ok {
			return time.Time{}, fmt.Errorf("not a date as --date-format says: want it like %s", d.format.text)
		}
		at, err := d.moment(c, d.format.hours)
		if errors.Is(err, errNoDay) {
			err = fmt.Errorf("not a date as --date-format says: %w; want it like %s", err, d.format.text)
		}
		return at, err
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
	}
	if len(text) < 10 || len(text) > 40 {
		return time.Time{}, ErrNotDate
	}
	for _, format := range unambiguous {
		if c, ok := format.parse(text); ok {
			return d.moment(c, true)
		}
	}
	return time.Time{}, ErrNotDate
}

// moment returns the moment that a date and time mean.
func (d *Dates) moment(c clock, hours bool) (time.Time, error) {
	midnight := time.Date(c.year, time.Month(c.month), c.day, 0, 0, 0, 0, time.UTC)
	if midnight.Day() != c.day || int(midnight.Month()) != c.month {
		return time.Time{}, errNoDay
	}
	if !hours {
		return d.start(midnight)
	}
	zone := d.zone
	if c.offset != nil {
		zone = c.offset
	}
	at := time.Date(c.year, time.Month(c.month), c.day, c.hour, c.minute, c.second, c.nano, zone)
	if at.Hour() != c.hour || at.Minute() != c.minute {
		if c.hour+c.minute > 0 {
			return at, errNoTime
		}
		at = costing.StartOfDay(int(midnight.Unix()/86400), zone) // a day that begins later
	}
	return at.UTC().Truncate(time.Microsecond), nil
}

// start returns the first moment of a calendar day, which is given by its midnight in UTC.
func (d *Dates) start(midnight time.Time) (time.Time, error) {
	if midnight.Year() < 1900 {
		return time.Time{}, errTooOld
	}
	return d.settings.StartOfDay(int(midnight.Unix() / 86400)), nil
}

// day returns the first moment of a calendar day.
func (d *Dates) day(year, month, day string) (time.Time, error) {
	y, ok1 := number(year)
	m, ok2 := number(month)
	n, ok3 := number(day)
	if !ok1 || !ok2 || !ok3 {
		return time.Time{}, ErrNotDate
	}
	if m < 1 || m > 12 || n < 1 || n > time.Date(y, time.Month(m)+1, 0, 0, 0, 0, 0, time.UTC).Day() {
		return time.Time{}, errNoDay
	}
	return d.start(time.Date(y, time.Month(m), n, 0, 0, 0, 0, time.UTC))
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

// DayOf returns a calendar day as made ids have it.
func (d *Dates) DayOf(at time.Time) string { return at.In(d.settings.Zone).Format("20060102") }
