package textfile

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"
)

// tableRows reads all rows of a text; small readings at a time, so that the window's edges are met.
func tableRows(t testing.TB, text string, comma byte) (rows []Row) {
	s := NewScanner(iotest.OneByteReader(strings.NewReader(text)), comma)
	for {
		r, err := s.Next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		r.Fields = slices.Clone(r.Fields)
		rows = append(rows, r)
	}
}

// A lost quote costs its own line, however many there are, and reading stays linear.
func TestLostQuotes(t *testing.T) {
	var text strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&text, "%d,\"lost\n%d,plain\n", i, i)
	}
	begun := time.Now()
	plain := 0
	s := NewScanner(strings.NewReader(text.String()), ',')
	for {
		r, err := s.Next()
		if err != nil {
			break
		}
		if r.Fault == "" && len(r.Fields) == 2 && r.Fields[1] == "plain" {
			plain++
		}
	}
	if plain < 199_000 || time.Since(begun) > time.Minute {
		t.Errorf("%d of 200000 good lines were read, in %v", plain, time.Since(begun))
	}
}

// What is longer than a row may be is passed over in bounded memory.
func TestLongLines(t *testing.T) {
	in := io.MultiReader(strings.NewReader("a,b\n"), io.LimitReader(endless('x'), 10<<20), strings.NewReader("\n\""), io.LimitReader(endless('y'), 10<<20), strings.NewReader("\n1,2\n"))
	s := NewScanner(in, ',')
	var faults []string
	for {
		r, err := s.Next()
		if err != nil {
			break
		}
		faults = append(faults, fmt.Sprintf("%d %s", r.Line, r.Fault))
	}
	if got := strings.Join(faults, "; "); got != "1 ; 2 longer than 1 MiB; 3 longer than 1 MiB; 4 " {
		t.Error(got)
	}
	if len(s.buf) > 4<<20 {
		t.Errorf("a window of %d bytes", len(s.buf))
	}
}

type endless byte

func (e endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(e)
	}
	return len(p), nil
}

// What the standard library reads as CSV is read the same; what it refuses does not stop us.
func FuzzScanner(f *testing.F) {
	for _, seed := range []string{
		"a,b\n1,2\n", "a;b\r\n\"x\r\ny\";\"\"\"\"\r\n", "\"", "\"a\"b,c\n1", "a\n\n\nb", "\"\n\"\n\"\n", "é,\xff\n", "a\rb\n", ",\n,,", "a \"b\" c,d\n", "\"a\"\r,b\n", "\x00",
	} {
		f.Add(seed, byte(','))
		f.Add(seed, byte(';'))
		f.Add(seed, byte(0))
	}
	f.Fuzz(func(t *testing.T, text string, comma byte) {
		if !strings.ContainsRune(",;\t\x00", rune(comma)) {
			return
		}
		rows := tableRows(t, text, comma)
		last := int64(0)
		bad := false
		for _, r := range rows {
			if r.Line <= last {
				t.Fatalf("line %d after %d", r.Line, last)
			}
			last = r.Line
			bad = bad || r.Fault != ""
			if r.Fault == "" && len(r.Fields) == 0 && comma != 0 {
				t.Fatalf("line %d has no field and no fault", r.Line)
			}
		}
		if total := int64(strings.Count(text, "\n")) + 1; last > total {
			t.Fatalf("line %d of %d", last, total)
		}
		if comma == 0 || bad || strings.ContainsAny(text, "\r") {
			return
		}
		oracle := csv.NewReader(strings.NewReader(text))
		oracle.Comma, oracle.FieldsPerRecord = rune(comma), -1
		want, err := oracle.ReadAll()
		if err != nil {
			return
		}
		want = slices.DeleteFunc(want, func(fields []string) bool { return len(fields) == 1 && strings.TrimSpace(fields[0]) == "" })
		got := slices.DeleteFunc(rows, func(r Row) bool { return len(r.Fields) == 1 && strings.TrimSpace(r.Fields[0]) == "" })
		if len(want) != len(got) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		for n := range want {
			if !slices.Equal(want[n], got[n].Fields) {
				t.Fatalf("row %d: %q, want %q", n, got[n].Fields, want[n])
			}
		}
	})
}
