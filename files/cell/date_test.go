package cell

import (
	"strings"
	"testing"
	"time"

	"kopeck/files/option"
	"kopeck/service"
)

func TestDateFormats(t *testing.T) {
	t.Parallel()
	santiago, err := time.LoadLocation("America/Santiago")
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ format, text, want string }{ // want in UTC; or what the refusal says behind "!"
		{"M/D/YYYY h:mm A", "7/4/2026 9:05 PM", "2026-07-05T01:05:00Z"},
		{"M/D/YYYY h:mm A", "7/4/2026 12:05 AM", "2026-07-04T04:05:00Z"},
		{"M/D/YYYY h:mm A", "7/4/2026 13:05 PM", "!want it like M/D/YYYY h:mm A"},
		{"M/D/YYYY h:mm A", "7/4/2026 9:05", "!want it like"},
		{"YYYY-MM-DD HH:mm:ss Z", "2026-04-01 22:39:28 -0400", "2026-04-02T02:39:28Z"},
		{"YYYY-MM-DD HH:mm:ss Z", "2026-04-01 22:39:28 +05:30", "2026-04-01T17:09:28Z"},
		{"YYYY-MM-DD HH:mm:ss Z", "2026-04-01 22:39:28 UTC", "2026-04-01T22:39:28Z"},
		{"YYYY-MM-DD HH:mm:ss Z", "2026-04-01 22:39:28", "!want it like"},
		{"D MMM YYYY", "1 Apr 2026", "2026-04-01T03:00:00Z"},
		{"MMMM D, YYYY", "april 1, 2026", "2026-04-01T03:00:00Z"},
		{"DD/MM/YY", "31/12/25", "2025-12-31T03:00:00Z"},
		{"DD/MM/YY", "31/12/2025", "!want it like"},
		{"D/M/YYYY", "31/13/2025", "!not a date as --date-format says: no such day"},
		{"D/M/YYYY", "31/2/2025", "!not a date as --date-format says: no such day"},
		{"YYYY-MM-DD [at] HH:mm:ss.SSS", "2026-01-02 at 03:04:05.25", "2026-01-02T06:04:05.25Z"},
		{"YYYY-MM-DD HH:mm", "2026-09-06 00:00", "2026-09-06T04:00:00Z"}, // a day without a midnight
		{"YYYY-MM-DD HH:mm", "2026-09-06 00:30", "!the clocks were put forward"},
		{"", "2026-04-01 22:39:28 -0400", "2026-04-02T02:39:28Z"},
		{"", "01.02.2026 10:15:03", "2026-02-01T13:15:03Z"},
		{"", "01.02.2026, 10:15", "2026-02-01T13:15:00Z"},
		{"", "2026/02/01 10:15", "2026-02-01T13:15:00Z"},
		{"", "2026-02-01 10:15 PM", "2026-02-02T01:15:00Z"},
		{"", "2026-02-01T10:15:00.5", "2026-02-01T13:15:00.5Z"},
		{"", "2026-02-01 10:15:00 UTC", "2026-02-01T10:15:00Z"},
		{"", "7/4/2026 9:05 PM", "!not a date: want"},
		{"", "2026-09-06", "2026-09-06T04:00:00Z"},
	} {
		t.Run(c.format+" "+c.text, func(t *testing.T) {
			t.Parallel()
			d, err := NewDates(&service.Settings{Zone: santiago}, now, option.Options{DateFormat: c.format})
			if err != nil {
				t.Fatal(err)
			}
			at, err := d.Parse(c.text)
			if says, refused := strings.CutPrefix(c.want, "!"); refused {
				if err == nil || !strings.Contains(err.Error(), says) {
					t.Errorf("%v, %v; want %q in it", at, err, says)
				}
			} else if got := at.UTC().Format("2006-01-02T15:04:05.999999Z07:00"); got != c.want || err != nil {
				t.Errorf("%s, %v; want %s", got, err, c.want)
			}
		})
	}
}

// A format is made of tokens and punctuation; a date is never read by a text that happens to mean something to a library.
func TestWrongDateFormats(t *testing.T) {
	t.Parallel()
	for format, says := range map[string]string{
		"YYYY-MM-DD HH:mm:ss -0400": `"0400" is no part of a format`,
		"2006-01-02":                `"2006-01-02" is no part of a format`,
		"YYYY-MM-DD Jan":            `"Jan" is no part of a format`,
		"YYYY-MM-DD HH:MM":          "year, month and day once each",
		"HH:mm":                     "year, month and day once each",
		"M/D/YYYY h:mm":             "AM or PM (A) go together",
		"M/D/YYYY H:mm A":           "AM or PM (A) go together",
		"YYYYY-MM-DD":               "is no part of a format",
		"YYYY-MM-DD ss":             "hours before minutes",
		"YYYY-MM-DD HH:mm:ss:ss":    "twice",
	} {
		t.Run(format, func(t *testing.T) {
			t.Parallel()
			if _, err := parseDateFormat(format); err == nil || !strings.Contains(err.Error(), says) {
				t.Errorf("%v, want %q in it", err, says)
			}
		})
	}
	if _, err := NewDates(&service.Settings{Zone: time.UTC}, time.Time{}, option.Options{TimeZone: "Mars"}); err == nil {
		t.Error("a time zone on Mars")
	}
}

// The file's time zone is of its times; a day is one of the installation.
func TestTimeZoneOfAFile(t *testing.T) {
	t.Parallel()
	d, err := NewDates(&service.Settings{Zone: time.UTC}, time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC), option.Options{TimeZone: "Europe/Moscow"})
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"2026-02-01 10:15": "2026-02-01T07:15:00Z", "2026-02-01": "2026-02-01T00:00:00Z", "2026-02-01T10:15:00Z": "2026-02-01T10:15:00Z",
	} {
		if at, err := d.Parse(text); err != nil || at.UTC().Format("2006-01-02T15:04:05.999999Z07:00") != want {
			t.Errorf("%s is %v, %v; want %s", text, at, err, want)
		}
	}
}
