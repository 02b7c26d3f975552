package lifetime_test

import (
	"testing"
	"time"

	"kopeck/lifetime"
)

func TestCompletionKnownBy(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 6, n, 12, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		name string
		is   lifetime.Completion
		from int // the day from which it is known; 0 for none
		till int // the day from which it is no longer
	}{
		{"completed at once", lifetime.Completion{Status: lifetime.OrderCompleted, CreatedAt: day(2), CompletedAt: day(2)}, 2, 10},
		{"completed later", lifetime.Completion{Status: lifetime.OrderCompleted, CreatedAt: day(2), CompletedAt: day(4)}, 4, 10},
		{"recorded after it", lifetime.Completion{Status: lifetime.OrderCompleted, CreatedAt: day(6), CompletedAt: day(4)}, 6, 10},
		{"its completion recorded after it", lifetime.Completion{Status: lifetime.OrderCompleted, CreatedAt: day(2), CompletedAt: day(4), RecordedAt: day(7)}, 7, 10},
		{"given back", lifetime.Completion{Status: lifetime.OrderRefunded, CreatedAt: day(2), CompletedAt: day(2)}, 2, 10},
		{"cancelled after it", lifetime.Completion{Status: lifetime.OrderCancelled, CreatedAt: day(2), CompletedAt: day(2), CancelledAt: day(5)}, 2, 5},
		{"cancelled before it", lifetime.Completion{Status: lifetime.OrderCancelled, CreatedAt: day(2), CancelledAt: day(5)}, 0, 0},
		{"placed", lifetime.Completion{Status: "PLACED", CreatedAt: day(2)}, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			for n := 1; n < 10; n++ {
				if got, want := c.is.KnownBy(day(n)), c.from > 0 && n >= c.from && n < c.till; got != want {
					t.Errorf("on day %d it is known: %t, want %t", n, got, want)
				}
			}
		})
	}
}
