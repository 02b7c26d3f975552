package consentlog

import "time"

// Span is a time during which a permission was in force at one level, from the event that gave it on.
type Span struct {
	Level, Source, WordingVersion string    // Source and WordingVersion are of what gave the permission; "" for no version
	From, To                      time.Time // To, not included, is zero where the span has not ended
	ExpiresAt                     *time.Time
	EndedBy                       Kind // the event that ended it, "" for none
}

// Raises reports whether a span begins as another ends, at another level: higher is for who knows the order of the levels.
func (s Span) Raises(before Span) bool {
	return s.Level != before.Level && s.From.Equal(before.To) && before.EndedBy != Expired
}

// Spans returns the times during which a permission was in force, given its events in their order. A span ends at its end whether or not an
// event has recorded it, and at each event that gives the permission anew. One that is lowered without a wording is still the one that was given,
// by its source and wording; a confirmed one is what was requested.
func Spans(events []Event) []Span {
	var spans []Span
	var s Standing
	var open *Span
	end := func(at time.Time, by Kind) {
		if open == nil {
			return
		}
		if Ended(open.ExpiresAt, at) {
			at, by = *open.ExpiresAt, Expired
		}
		open.To, open.EndedBy = at, by
		if open.To.After(open.From) {
			spans = append(spans, *open)
		}
		open = nil
	}
	for i := range events {
		e := &events[i]
		given, before := s.Request, open
		s.Apply(e)
		switch {
		case e.Kind == Requested:
		case s.State != StateActive:
			end(e.At, e.Kind)
		default:
			next := Span{Level: s.Level, Source: e.Source, WordingVersion: textOf(e.WordingVersion), From: e.At, ExpiresAt: s.ExpiresAt}
			switch {
			case e.Kind == Confirmed && given != nil:
				next.Source, next.WordingVersion = given.Source, textOf(given.WordingVersion)
			case e.Kind == Lowered && before != nil && e.Wording == nil:
				next.Source, next.WordingVersion = before.Source, before.WordingVersion
			case e.Kind == Separated && len(spans) > 0:
				last := spans[len(spans)-1]
				next.Source, next.WordingVersion = last.Source, last.WordingVersion
			}
			end(e.At, e.Kind)
			open = &next
		}
	}
	if open != nil {
		if open.ExpiresAt != nil {
			open.To, open.EndedBy = *open.ExpiresAt, Expired
		}
		spans = append(spans, *open)
	}
	return spans
}

func textOf(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
