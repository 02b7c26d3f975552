package consentlog

import (
	"fmt"
	"time"
)

// Verify returns the first thing wrong with a permission's events, given in their order, and with the row that is stored
// with them; "" where nothing is. An event that was changed, added or taken away breaks the chain, but for events taken
// off its end, which the row's version shows. The state of the row is that at now: an end that no event has
// recorded counts.
func Verify(p Permission, row Row, events []Event, now time.Time) string {
	if len(events) == 0 {
		return "it has no events"
	}
	if wrong := verifyChain(p, events); wrong != "" {
		return wrong
	}
	standing := Replay(events)
	return verifyRow(row, standing.Row(), now)
}

func verifyChain(p Permission, events []Event) string {
	previous := FirstPrevious
	for i, e := range events {
		switch {
		case e.Sequence != i+1:
			return fmt.Sprintf("event %d is missing", i+1)
		case e.PreviousHash != previous:
			return fmt.Sprintf("event %d does not follow the one before it", e.Sequence)
		case !isIntact(p, e):
			return fmt.Sprintf("event %d is not what was recorded", e.Sequence)
		case i > 0 && e.At.Before(events[i-1].At):
			return fmt.Sprintf("event %d is older than the one before it", e.Sequence)
		}
		previous = e.Hash
	}
	return ""
}

// verifyRow compares a stored row with the one that the events make.
func verifyRow(row, want Row, now time.Time) string {
	if row.Version != want.Version {
		return fmt.Sprintf("there are %d events, it says %d", want.Version, row.Version)
	}
	for _, field := range []struct {
		name string
		same bool
	}{
		{"state", row.State == want.State.At(now, want.ExpiresAt)},
		{"level", row.Level == want.Level},
		{"grantedAt", row.GrantedAt.Equal(want.GrantedAt)},
		{"expiresAt", sameTime(row.ExpiresAt, want.ExpiresAt)},
		{"revokedAt", sameTime(row.RevokedAt, want.RevokedAt)},
	} {
		if !field.same {
			return "its " + field.name + " is not what its events made it"
		}
	}
	return ""
}

func sameTime(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Equal(*b)
}
