package files

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"kopeck/files/option"
)

// Bar gives a progress function that draws a bar on a terminal, and nothing where the file is none.
func Bar(to *os.File) func(option.Progress) {
	if !term.IsTerminal(int(to.Fd())) {
		return func(option.Progress) {}
	}
	begun, drawn, stage := time.Now(), time.Time{}, ""
	return func(p option.Progress) {
		now := time.Now()
		if p.Stage != stage {
			begun, stage = now, p.Stage
		}
		if !p.Done && now.Sub(drawn) < 100*time.Millisecond {
			return
		}
		drawn = now
		width := 80
		if columns, _, err := term.GetSize(int(to.Fd())); err == nil {
			width = columns
		}
		fmt.Fprint(to, "\r"+draw(p, now.Sub(begun), width))
		if p.Done {
			fmt.Fprintln(to)
		}
	}
}

// draw writes a bar in one line of a width.
func draw(p option.Progress, took time.Duration, width int) string {
	part := 1.0
	if p.Total > 0 {
		part = min(1, float64(p.Read)/float64(p.Total))
	}
	rate := ""
	if seconds := took.Seconds(); seconds > 0.05 {
		rate = fmt.Sprintf(" %.0f/s", float64(p.Records)/seconds)
	}
	behind := fmt.Sprintf(" %3.0f%% %d%s", 100*part, p.Records, rate)
	room := max(0, min(40, width-len(p.Stage)-len(behind)-4))
	full := int(part * float64(room))
	line := p.Stage + " [" + strings.Repeat("=", full) + strings.Repeat(" ", room-full) + "]" + behind
	if len(line) < width-1 {
		line += strings.Repeat(" ", min(10, width-1-len(line))) // over what stood there before
	}
	return line
}
