package files

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"kopeck/money"
)

func roubles(t testing.TB) money.Currency {
	t.Helper()
	c, err := money.ParseCurrency("RUB")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func newWriter(to io.Writer) *writer { return &writer{bufio.NewWriter(to)} }

// A lost quote costs its own line, however many there are, and reading stays linear.
func TestLostQuotes(t *testing.T) {
	var text strings.Builder
	for i := range 200_000 {
		fmt.Fprintf(&text, "%d,\"lost\n%d,plain\n", i, i)
	}
	begun := time.Now()
	plain := 0
	s := newScanner(strings.NewReader(text.String()), ',')
	for {
		r, err := s.next()
		if err != nil {
			break
		}
		if r.fault == "" && len(r.fields) == 2 && r.fields[1] == "plain" {
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
	s := newScanner(in, ',')
	var faults []string
	for {
		r, err := s.next()
		if err != nil {
			break
		}
		faults = append(faults, fmt.Sprintf("%d %s", r.line, r.fault))
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

func TestDelimiters(t *testing.T) {
	for header, want := range map[string]byte{"a,b;c,d": ',', "a;b": ';', "a\tb\tc,d": '\t', "one": ',', "\"a,b,c\";d": ';'} {
		if got := delimiter(header); got != want {
			t.Errorf("%q: %q, want %q", header, got, want)
		}
	}
}

// Keys that come again are found as a map finds them.
func TestRepeats(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var r repeats
		defer r.close()
		type one struct {
			line int64
			what string
		}
		first, want := map[string]one{}, map[string]bool{}
		for line := range rapid.Int64Range(0, 200).Draw(t, "rows") {
			key, what := fmt.Sprint(rapid.IntRange(0, 30).Draw(t, "key")), fmt.Sprint(rapid.IntRange(0, 2).Draw(t, "content"))
			if err := r.add(key, what, line); err != nil {
				t.Fatal(err)
			}
			if before, ok := first[key]; ok {
				want[fmt.Sprint(before.line, line, before.what == what)] = true
			} else {
				first[key] = one{line, what}
			}
		}
		err := r.each(func(first, line int64, same bool) {
			text := fmt.Sprint(first, line, same)
			if !want[text] {
				t.Fatalf("%s was found", text)
			}
			delete(want, text)
		})
		if err != nil || len(want) > 0 {
			t.Fatalf("%v; not found: %v", err, want)
		}
	})
}

func TestShareOfAnAmount(t *testing.T) {
	for _, one := range []struct {
		of   int64
		part string
		want int64
	}{{1001, "0.6", 601}, {5, "0.5", 2}, {15, "0.5", 8}, {1<<63 - 1, "1", 1<<63 - 1}, {1<<63 - 1, "0.999999999", 9223372027631403770}, {100, "0", 0}} {
		got, err := share(money.Minor(one.of), money.MustDecimal(one.part))
		if err != nil || got.Minor() != one.want {
			t.Errorf("%s of %d is %v, %v", one.part, one.of, got, err)
		}
	}
}

func TestBarDraws(t *testing.T) {
	got := draw(Progress{Stage: "writing", Read: 50, Total: 100, Records: 1000}, time.Second, 60)
	if !strings.Contains(got, "writing [") || !strings.Contains(got, " 50% 1000 1000/s") || len(got) > 60 {
		t.Errorf("got %q, want the stage, the percentage and the speed in at most 60 characters", got)
	}
	for width := range 100 {
		draw(Progress{Stage: "checking", Read: 7, Total: 3}, 0, width)
	}
}

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
