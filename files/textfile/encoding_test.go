package textfile

import (
	"bytes"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"

	"kopeck/files/option"
)

// The encoding of a text is found by its bytes, and its rows are the same in each.
func TestEncodingThatBytesShow(t *testing.T) {
	t.Parallel()
	const russian = "Владивосток, объект Мария"
	for _, c := range []struct {
		name, text string
		as         encoding.Encoding
	}{
		{"utf-8", russian, encoding.Nop},
		{"windows-1251", russian, charmap.Windows1251},
		{"koi8-r", russian, charmap.KOI8R},
		{"ibm866", russian, charmap.CodePage866},
		{"windows-1252", "Jörg Müßig, façade", charmap.Windows1252},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			raw, err := c.as.NewEncoder().String(c.text + "\n")
			if err != nil {
				t.Fatal(err)
			}
			var all census
			if err := all.count(strings.NewReader(raw)); err != nil || all.guess() != c.name {
				t.Errorf("%q, %v", all.guess(), err)
			}
			f, err := Open(option.Options{Source: strings.NewReader(raw)})
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			if r, err := f.Scan(';').Next(); err != nil || r.Raw != c.text || r.Fault != "" {
				t.Errorf("%+v, %v; want %s", r, err, c.text)
			}
		})
	}
}

// Each encoding is found by its name and by each of its aliases.
func TestEncodingNames(t *testing.T) {
	t.Parallel()
	for _, one := range encodings {
		for _, name := range append([]string{one.name, strings.ToUpper(one.name)}, one.aliases...) {
			if got, err := EncodingOf(name); err != nil || got.name != one.name {
				t.Errorf("%s is %q, %v; want %s", name, got.name, err, one.name)
			}
		}
	}
	if _, err := EncodingOf("ascii-art"); err == nil {
		t.Error("an encoding that does not exist is found")
	}
}

// What is no character of the encoding makes its row bad, and no other.
func TestTranscodeMarksWhatIsNoCharacter(t *testing.T) {
	t.Parallel()
	is, err := EncodingOf("windows-1251")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := is.transcode(strings.NewReader("a\x98b\n\xcc\n"), &out); err != nil || out.String() != "a\xffb\nМ\n" {
		t.Errorf("%q, %v", out.String(), err)
	}
}
