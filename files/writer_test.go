package files

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"kopeck/files/textfile"
)

func newWriter(to io.Writer) *writer { return &writer{bufio.NewWriter(to)} }

func TestWriterQuotesWhatMustBe(t *testing.T) {
	var out bytes.Buffer
	w := newWriter(&out)
	if err := w.row("a", "", "b,c", "d\"e", "f\ng", " h", "=1+1"); err != nil {
		t.Fatal(err)
	}
	if err := w.out.Flush(); err != nil {
		t.Fatal(err)
	}
	if got, want := out.String(), "a,,\"b,c\",\"d\"\"e\",\"f\ng\",\" h\",=1+1\n"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}

// Whatever is written is read again.
func FuzzWriter(f *testing.F) {
	f.Add("a", "b\"c", "d\ne")
	f.Add("", " x ", ",")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		fields := []string{"x" + a, b, c}
		for _, field := range fields {
			if !strings.Contains(strings.ToValidUTF8(field, "\x00"), "\x00") {
				continue
			}
			return // what is no text is not in the database
		}
		var out bytes.Buffer
		w := newWriter(&out)
		if err := errors.Join(w.row(fields...), w.out.Flush()); err != nil {
			t.Fatal(err)
		}
		r, err := textfile.NewScanner(&out, ',').Next()
		if err != nil || r.Fault != "" || !slices.Equal(r.Fields, fields) {
			t.Fatalf("%q came back as %+v, %v", fields, r, err)
		}
	})
}
