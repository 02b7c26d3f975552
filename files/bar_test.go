package files

import (
	"strings"
	"testing"
	"time"

	"kopeck/files/option"
)

func TestBarDraws(t *testing.T) {
	got := draw(option.Progress{Stage: "writing", Read: 50, Total: 100, Records: 1000}, time.Second, 60)
	if !strings.Contains(got, "writing [") || !strings.Contains(got, " 50% 1000 1000/s") || len(got) > 60 {
		t.Errorf("got %q, want the stage, the percentage and the speed in at most 60 characters", got)
	}
	for width := range 100 {
		draw(option.Progress{Stage: "checking", Read: 7, Total: 3}, 0, width)
	}
}
