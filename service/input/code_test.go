package input_test

import (
	"strings"
	"testing"

	"kopeck/service/input"
)

func TestCode(t *testing.T) {
	t.Parallel()
	for value, ok := range map[string]bool{
		"curtains": true, "a1_b": true, "x": true, strings.Repeat("a", 60): true,
		"": false, "1a": false, "_a": false, "Curtains": false, "a b": false, "шторы": false, "a\n": false, strings.Repeat("a", 61): false,
	} {
		if err := input.Code("code", value); (err == nil) != ok {
			t.Errorf("%q: %v", value, err)
		}
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{"ru": "ru", " EN-gb ": "en-GB", "": "", "und": "", "русский": "", strings.Repeat("a", 40): ""} {
		got, err := input.Language("language", text)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is %q, %v, want %q", text, got, err, want)
		}
	}
}
