package outbox

import (
	"testing"
	"time"
)

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	var whole time.Duration
	for tries, want := range []time.Duration{1: time.Minute, 2: 2 * time.Minute, 3: 4 * time.Minute, 9: 256 * time.Minute, 10: 6 * time.Hour, 11: 6 * time.Hour} {
		if tries == 0 {
			continue
		}
		got := retryAfter(tries)
		if whole += got; want != 0 && got != want {
			t.Errorf("after %d attempts: got %v, want %v", tries, got, want)
		}
	}
	if whole < 18*time.Hour || whole > 36*time.Hour {
		t.Errorf("a message is given up after %v", whole)
	}
}
