package consentlog_test

import (
	"reflect"
	"testing"

	"kopeck/consentlog"

	"pgregory.net/rapid"
)

// TestSeparatedIsAsBeforeTheMerge: whatever a permission was, a merge ends it, and undoing the merge makes it what it was.
func TestSeparatedIsAsBeforeTheMerge(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		events, _ := drawLog(t)
		add := func(kind consentlog.Kind) {
			last := events[len(events)-1]
			e := consentlog.Event{ID: "pev_more", Sequence: last.Sequence + 1, At: last.At, Kind: kind, Actor: "anna", Source: "merge"}
			consentlog.Seal(marketing, &e, last.Hash)
			events = append(events, e)
		}
		before := consentlog.Replay(events)
		add(consentlog.Merged)
		if merged := consentlog.Replay(events); merged.State != consentlog.StateMerged || merged.State.At(events[0].At.AddDate(9, 0, 0), merged.ExpiresAt) != consentlog.StateMerged {
			t.Fatalf("merged: %+v", merged)
		}
		add(consentlog.Separated)
		after := consentlog.Replay(events)
		if before.Last, after.Last = nil, nil; !reflect.DeepEqual(before, after) {
			t.Fatalf("separated: %+v; want %+v", after, before)
		}
		add(consentlog.Separated) // once more changes nothing
		again := consentlog.Replay(events)
		if again.Last = nil; before.State != consentlog.StateMerged && !reflect.DeepEqual(before, again) {
			t.Fatalf("separated twice: %+v; want %+v", again, before)
		}
	})
}
