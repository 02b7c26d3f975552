package consentlog_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/consentlog"
)

func TestSpans(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 3, 1+n, 9, 0, 0, 0, time.UTC) }
	end := day(5)
	give := func(kind consentlog.Kind, on int, level, source, version string) consentlog.Event {
		e := consentlog.Event{Kind: kind, At: day(on), Level: &level, Source: source, Wording: text("Yes")}
		if version != "" {
			e.WordingVersion = &version
		}
		return e
	}
	ending := give(consentlog.Granted, 0, "PERSONAL", "form", "1")
	ending.ExpiresAt = &end
	for name, c := range map[string]struct {
		events []consentlog.Event
		want   string
	}{
		"nothing":   {nil, ""},
		"requested": {[]consentlog.Event{give(consentlog.Requested, 0, "PERSONAL", "form", "1")}, ""},
		"confirmed": {
			[]consentlog.Event{give(consentlog.Requested, 0, "PERSONAL", "form", "1"), {Kind: consentlog.Confirmed, At: day(2), Level: text("PERSONAL"), Source: "link"}},
			"PERSONAL form 1: 2-",
		},
		"raised, lowered, revoked and given again": {
			[]consentlog.Event{
				give(consentlog.Granted, 0, "BRAND_TRUST", "form", "1"), give(consentlog.Raised, 1, "PERSONAL", "call", ""),
				{Kind: consentlog.Lowered, At: day(3), Level: text("BRAND_TRUST"), Source: "bounce"},
				{Kind: consentlog.Revoked, At: day(4)},
				give(consentlog.Granted, 6, "PERSONAL", "shop", "2"),
			},
			"BRAND_TRUST form 1: 0-1 RAISED, PERSONAL call : 1-3 LOWERED, BRAND_TRUST call : 3-4 REVOKED, PERSONAL shop 2: 6-",
		},
		"expired":                    {[]consentlog.Event{ending}, "PERSONAL form 1: 0-5 EXPIRED"},
		"expired before it was said": {[]consentlog.Event{ending, {Kind: consentlog.Expired, At: day(7)}}, "PERSONAL form 1: 0-5 EXPIRED"},
		"revoked after it expired":   {[]consentlog.Event{ending, {Kind: consentlog.Revoked, At: day(7)}}, "PERSONAL form 1: 0-5 EXPIRED"},
		"merged and separated": {
			[]consentlog.Event{give(consentlog.Granted, 0, "PERSONAL", "form", "1"), {Kind: consentlog.Merged, At: day(1), Source: "merge"}, {Kind: consentlog.Separated, At: day(2), Source: "undo"}},
			"PERSONAL form 1: 0-1 MERGED, PERSONAL form 1: 2-",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var got []string
			for _, s := range consentlog.Spans(c.events) {
				to := ""
				if !s.To.IsZero() {
					to = fmt.Sprint(int(s.To.Sub(day(0))/(24*time.Hour)), " ", s.EndedBy)
				}
				got = append(got, fmt.Sprintf("%s %s %s: %d-%s", s.Level, s.Source, s.WordingVersion, int(s.From.Sub(day(0))/(24*time.Hour)), to))
			}
			if strings.Join(got, ", ") != c.want {
				t.Errorf("%s, want %s", strings.Join(got, ", "), c.want)
			}
		})
	}
}

// TestSpansAreWhenAPermissionIsInForce: at each moment there is a span of the level, and one alone, exactly where what the events up to then make
// of the permission is active.
func TestSpansAreWhenAPermissionIsInForce(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events, _ := drawLog(t)
		spans := consentlog.Spans(events)
		for at := events[0].At.Add(-time.Hour); at.Before(events[len(events)-1].At.Add(12 * time.Hour)); at = at.Add(30 * time.Minute) {
			var known []consentlog.Event
			for _, e := range events {
				if !e.At.After(at) {
					known = append(known, e)
				}
			}
			standing, want, got := consentlog.Replay(known), "", ""
			if standing.State.At(at, standing.ExpiresAt) == consentlog.StateActive {
				want = standing.Level
			}
			for _, s := range spans {
				if !s.From.After(at) && (s.To.IsZero() || s.To.After(at)) {
					got += s.Level
				}
			}
			if got != want {
				t.Fatalf("at %s the spans have %q, the log %q: %+v", at, got, want, events)
			}
		}
	})
}
