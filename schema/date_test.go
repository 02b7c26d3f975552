package schema_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"kopeck/schema"
)

func TestDate(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text string
		days int // since 1970-01-01; only if valid
		ok   bool
	}{
		{"1970-01-01", 0, true},
		{"1969-12-31", -1, true},
		{"1900-01-01", -25567, true},
		{"2024-02-29", 19782, true},
		{"2023-02-29", 0, false},
		{"2024-2-9", 0, false},
		{"2024-02-29T00:00:00Z", 0, false},
		{"", 0, false},
	} {
		t.Run(c.text, func(t *testing.T) {
			t.Parallel()
			d, err := schema.ParseDate(c.text)
			if (err == nil) != c.ok || d != schema.Date(c.days) {
				t.Fatalf("%d days, %v", d, err)
			}
			if !c.ok {
				return
			}
			if d.String() != c.text || schema.DateOf(d.Time()) != d {
				t.Errorf("%s, and back %d", d, schema.DateOf(d.Time()))
			}
			var text strings.Builder
			d.MarshalGQL(&text)
			written, err := json.Marshal(d)
			if err != nil || text.String() != `"`+c.text+`"` || string(written) != text.String() {
				t.Errorf("GraphQL %s, JSON %s, %v", &text, written, err)
			}
			var second schema.Date
			if err := json.Unmarshal(written, &second); err != nil || second != d {
				t.Errorf("%s came back as %s, %v", d, second, err)
			}
		})
	}
}

func TestDateOfAMoment(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 10*60*60)
	if got := schema.DateOf(time.Date(1980, 3, 1, 2, 0, 0, 0, zone)); got.String() != "1980-03-01" {
		t.Errorf("%s, want the day where it is two at night", got)
	}
}

func TestDateIsText(t *testing.T) {
	t.Parallel()
	var d schema.Date
	for _, from := range []any{nil, 5, json.Number("19790101"), "01.02.1980"} {
		if err := d.UnmarshalGQL(from); err == nil || !strings.Contains(err.Error(), "1990-02-28") {
			t.Errorf("%v: %v, want an example in it", from, err)
		}
	}
}
