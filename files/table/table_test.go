package table

import "testing"

func TestDelimiters(t *testing.T) {
	for header, want := range map[string]byte{"a,b;c,d": ',', "a;b": ';', "a\tb\tc,d": '\t', "one": ',', "\"a,b,c\";d": ';'} {
		if got := delimiter(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}
