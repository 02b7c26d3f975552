package schema

import (
	"errors"
	"io"
	"strconv"
	"time"
)

// Date is a calendar day without a time zone, as on a birth certificate. It is kept as the number of days since 1970-01-01, which
// its zero value is.
type Date int

const secondsPerDay = 24 * 60 * 60

var errDate = errors.New(`not a date; send a day of the calendar such as "1990-02-28"`)

// ParseDate reads a date written as YYYY-MM-DD.
func ParseDate(text string) (Date, error) {
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, errDate
	}
	return Date(day.Unix() / secondsPerDay), nil
}

// DateOf returns the date of a moment in the moment's own time zone.
func DateOf(at time.Time) Date {
	year, month, day := at.Date()
	return Date(time.Date(year, month, day, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// Time returns the first moment of the date in UTC.
func (d Date) Time() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// String returns the date as YYYY-MM-DD.
func (d Date) String() string { return d.Time().Format(time.DateOnly) }

// MarshalText writes the date as YYYY-MM-DD.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a date as [ParseDate] does.
func (d *Date) UnmarshalText(text []byte) (err error) {
	*d, err = ParseDate(string(text))
	return err
}

// MarshalGQL writes the date as the scalar Date.
func (d Date) MarshalGQL(w io.Writer) { _, _ = io.WriteString(w, strconv.Quote(d.String())) }

// UnmarshalGQL reads the scalar Date.
func (d *Date) UnmarshalGQL(from any) (err error) {
	text, ok := from.(string)
	if !ok {
		return errDate
	}
	*d, err = ParseDate(text)
	return err
}
