package auth

import (
	"math"
	"strings"
	"testing"
	"time"
)

func TestHiddenNumbers(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	open := func(dir string) HiddenNumbers {
		keys, err := OpenKeys(dir, time.Now, nil)
		if err != nil {
			t.Fatal(err)
		}
		return HiddenNumbers{keys}
	}
	here, there, foreign := open(dir), open(dir), open(t.TempDir())
	hide := func(h HiddenNumbers, number int64, place string) string {
		text, err := h.Hide(number, place)
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	for _, number := range []int64{0, 1, -1, 123456, math.MaxInt64, math.MinInt64} {
		text := hide(here, number, "customers DESC cus_1")
		if text != hide(there, number, "customers DESC cus_1") {
			t.Error("two processes write the same number differently")
		}
		if len(text) != len(hide(here, 0, "customers DESC cus_1")) {
			t.Errorf("the length of %d differs from that of 0", number)
		}
		if got, err := there.Reveal(text, "customers DESC cus_1"); err != nil || got != number {
			t.Errorf("%d reads as %d, %v", number, got, err)
		}
		if text == hide(here, number, "customers DESC cus_2") {
			t.Errorf("%d is written alike at two places: equal numbers are seen to be equal", number)
		}
		for name, wrong := range map[string]string{
			"of another place": hide(here, number, "customers DESC cus_2"), "of other keys": hide(foreign, number, "customers DESC cus_1"),
			"altered": flip(text), "cut": text[:8], "nothing": "", "plain": "123456", "longer": text + "AAAA",
		} {
			if got, err := here.Reveal(wrong, "customers DESC cus_1"); err == nil {
				t.Errorf("a text %s reads as %d", name, got)
			}
		}
	}
}

// flip changes a character in the middle of a text.
func flip(text string) string {
	middle := len(text) / 2
	other := "A"
	if strings.HasPrefix(text[middle:], other) {
		other = "B"
	}
	return text[:middle] + other + text[middle+1:]
}
