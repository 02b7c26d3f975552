package scalar_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kopeck/graph/scalar"
)

func TestUnmarshalTime(t *testing.T) {
	t.Parallel()
	nine := time.Date(2026, 11, 20, 9, 30, 0, 0, time.UTC)
	for _, c := range []struct {
		name  string
		value any
		want  time.Time // zero: refused
	}{
		{"UTC", "2026-11-20T09:30:00Z", nine},
		{"an offset", "2026-11-20T12:30:00+03:00", nine},
		{"nanoseconds", "2026-11-20T09:30:00.123456789Z", nine.Add(123456 * time.Microsecond)},
		{"no offset", "2026-11-20T09:30:00", time.Time{}},
		{"a date", "2026-11-20", time.Time{}},
		{"a number", json.Number("1795167000"), time.Time{}},
		{"the year 0", "0000-12-31T23:59:59Z", time.Time{}},
		{"the year 10000 in UTC", "9999-12-31T23:59:59-01:00", time.Time{}},
		{"null", nil, time.Time{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := scalar.UnmarshalTime(c.value)
			if (err == nil) == c.want.IsZero() || !got.Equal(c.want) || got.Location() != time.UTC {
				t.Errorf("%v, %v; want %v", got, err, c.want)
			}
		})
	}
}

func TestMarshal(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	scalar.MarshalTime(time.Date(2026, 11, 20, 12, 30, 0, 500_000, time.FixedZone("", 3*3600))).MarshalGQL(&text)
	if got := text.String(); got != `"2026-11-20T09:30:00.0005Z"` {
		t.Errorf("the time is written as %s", got)
	}
	text.Reset()
	scalar.MarshalJSON(map[string]any{"a": []int{1}}).MarshalGQL(&text)
	if got := text.String(); got != `{"a":[1]}` {
		t.Errorf("the JSON is written as %s", got)
	}
	text.Reset()
	scalar.MarshalJSON(func() {}).MarshalGQL(&text)
	if got := text.String(); got != "null" {
		t.Errorf("a value that JSON cannot hold is written as %s", got)
	}
}

func TestExpected(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		scalar string
		value  any
		want   string
	}{
		{"Decimal", json.Number("6.5"), `a string such as "6.5"`},
		{"Decimal", 6.5, `a string such as "6.5"`},
		{"Decimal", int64(-12), `a string such as "-12"`},
		{"Decimal", "12,50", `a string such as "12.50"`},
		{"Decimal", " 7 ", `a string such as "7"`},
		{"Decimal", "1.000,50", `a string such as "12.50"`},
		{"Decimal", json.Number("1e3"), `a string such as "12.50"`},
		{"Decimal", true, `a string such as "12.50"`},
		{"Decimal", strings.Repeat("1", 41), `a string such as "12.50"`},
		{"Time", "today", `a time in RFC 3339 with an offset, such as "2026-11-20T09:30:00Z", in a year from 1 to 9999`},
		{"Date", "28.02.1990", `a day of the calendar such as "1990-02-28"`},
		{"CurrencyCode", 5, `an ISO 4217 code such as "RUB"`},
		{"Cursor", "x", "a cursor of the same list, from pageInfo or an edge"},
		{"JSON", "x", ""},
	} {
		t.Run(c.scalar+" "+c.want, func(t *testing.T) {
			t.Parallel()
			if got := scalar.Expected(c.scalar, c.value); got != c.want {
				t.Errorf("%v: %s, want %s", c.value, got, c.want)
			}
		})
	}
}
