package service

import (
	"slices"
	"strings"
	"testing"
	"time"

	"kopeck/ent"
)

// TestOrderOfRecording: a fitter is recorded as senior from November on and master from today on, in either order and also between
// others; what held at a moment, by what was known at another, follows from what had been recorded by then, not from its order.
func TestOrderOfRecording(t *testing.T) {
	t.Parallel()
	moment := func(s string) time.Time {
		at, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return at
	}
	made := moment("2026-11-20 09:00:00")
	from := map[string]time.Time{ // senior and apprentice from before there was a row
		"apprentice": moment("2026-09-01 00:00:00"), "senior": moment("2026-11-01 00:00:00"), "master": moment("2026-11-28 00:00:00"),
	}
	for _, order := range []string{
		"", "senior", "master", "apprentice", "senior master", "master senior", "apprentice senior master", "apprentice master senior",
		"senior apprentice master", "senior master apprentice", "master apprentice senior", "master senior apprentice",
	} {
		fitter := "fitter"
		rows := []*ent.DatedValue{{ID: "1", Value: &fitter, ValidFrom: made, RecordedAt: made}}
		recorded := strings.Fields(order)
		for i, grade := range recorded {
			rows = append(rows, &ent.DatedValue{ID: string(rune('2' + i)), Value: &grade, ValidFrom: from[grade], RecordedAt: made.Add(time.Duration(i+1) * time.Hour)})
		}
		slices.Reverse(rows)
		dated := NewDated(rows)
		if first := dated.First(); first.ID != "1" {
			t.Errorf("%q: the first is %s", order, *first.Value)
		}
		for known := -1; known <= len(recorded); known++ {
			knownAt := made.Add(time.Duration(known)*time.Hour + time.Minute)
			for _, at := range []string{"2026-08-01 00:00:00", "2026-10-01 00:00:00", "2026-11-10 00:00:00", "2026-11-24 00:00:00", "2026-11-29 00:00:00"} {
				want, since := fitter, time.Time{}
				for _, grade := range recorded[:max(known, 0)] {
					if f := from[grade]; !f.After(moment(at)) && f.After(since) {
						want, since = grade, f
					}
				}
				if got := dated.At(moment(at), knownAt, nil); *got != want {
					t.Errorf("recorded %q, known are %d: at %s it is %s, want %s", order, known, at, *got, want)
				}
			}
		}
	}
}

// TestFirstRecorded: of values that were recorded at one moment the first is that of the lowest id, and of none it is the present one.
func TestFirstRecorded(t *testing.T) {
	t.Parallel()
	now, one, two := time.Unix(0, 0), "one", "two"
	dated := NewDated([]*ent.DatedValue{{ID: "b", Value: &two, ValidFrom: now.Add(-time.Hour), RecordedAt: now}, {ID: "a", Value: &one, ValidFrom: now, RecordedAt: now}})
	for at, want := range map[time.Time]string{now.Add(-2 * time.Hour): one, now.Add(-time.Hour): two, now: two} {
		if got := dated.At(at, EndOfTime, nil); *got != want {
			t.Errorf("at %s it is %s, want %s", at, *got, want)
		}
	}
	if got := Dated(nil).At(now, EndOfTime, &two); got != &two || Dated(nil).First() != nil {
		t.Errorf("where nothing is dated: %v", got)
	}
}
