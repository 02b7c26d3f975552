package field

import "testing"

func TestRoundedIDs(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"7,90011E+10": true, "1.23457E+11": true, "1E+12": true, "E+12": false, "A-1E+12": false, "1E5": false, "12": false, "1E+1": false} {
		if isRounded(text) != want {
			t.Errorf("%q is rounded: %t", text, !want)
		}
	}
}
