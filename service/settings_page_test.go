package service

import (
	"encoding/json"
	"testing"
	"time"
)

// What was asked on a day is due by the end of the last day of the time that is allowed; the day itself does not count.
func TestDueAt(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ deadline, asked, due string }{
		"ten working days":      {`{"workingDays":10}`, "2026-11-27T12:00:00+03:00", "2026-12-12T00:00:00+03:00"},
		"late in the evening":   {`{"workingDays":1}`, "2026-11-26T23:59:00+03:00", "2026-11-28T00:00:00+03:00"},
		"over a holiday":        {`{"workingDays":1}`, "2026-12-30T12:00:00+03:00", "2027-01-02T00:00:00+03:00"},
		"days":                  {`{"days":30}`, "2026-11-27T12:00:00+03:00", "2026-12-28T00:00:00+03:00"},
		"a month":               {`{"months":1}`, "2026-11-27T12:00:00+03:00", "2026-12-28T00:00:00+03:00"},
		"a month that is short": {`{"months":1}`, "2027-01-31T12:00:00+03:00", "2027-03-01T00:00:00+03:00"},
		"over the year's end":   {`{"months":3}`, "2026-11-30T12:00:00+03:00", "2027-03-01T00:00:00+03:00"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, err := ParseSettings(map[string]json.RawMessage{
				"requestDeadline": json.RawMessage(c.deadline), "timeZone": json.RawMessage(`"Europe/Moscow"`),
				"workingDays": json.RawMessage(`["MON","TUE","WED","THU","FRI"]`), "daysOff": json.RawMessage(`["2026-12-31"]`),
			})
			if err != nil {
				t.Fatal(err)
			}
			asked, err := time.Parse(time.RFC3339, c.asked)
			if err != nil {
				t.Fatal(err)
			}
			if got := s.DueAt(asked).In(s.Zone).Format(time.RFC3339); got != c.due {
				t.Errorf("due %s, want %s", got, c.due)
			}
		})
	}
}
