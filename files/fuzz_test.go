package files

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"kopeck/service"
	"kopeck/service/bulk"
)

// rowsOf reads all rows of a text; small readings at a time, so that the window's edges are met.
func tableRows(t testing.TB, text string, comma byte) (rows []row) {
	s := newScanner(iotest.OneByteReader(strings.NewReader(text)), comma)
	for {
		r, err := s.next()
		if errors.Is(err, io.EOF) {
			return rows
		}
		if err != nil {
			t.Fatal(err)
		}
		r.fields = slices.Clone(r.fields)
		rows = append(rows, r)
	}
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
			if r.line <= last {
				t.Fatalf("line %d after %d", r.line, last)
			}
			last = r.line
			bad = bad || r.fault != ""
			if r.fault == "" && len(r.fields) == 0 && comma != 0 {
				t.Fatalf("line %d has no field and no fault", r.line)
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
		got := slices.DeleteFunc(rows, func(r row) bool { return len(r.fields) == 1 && strings.TrimSpace(r.fields[0]) == "" })
		if len(want) != len(got) {
			t.Fatalf("%d rows, want %d", len(got), len(want))
		}
		for n := range want {
			if !slices.Equal(want[n], got[n].fields) {
				t.Fatalf("row %d: %q, want %q", n, got[n].fields, want[n])
			}
		}
	})
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
		rows := tableRows(t, out.String(), ',')
		if len(rows) != 1 || rows[0].fault != "" || !slices.Equal(rows[0].fields, fields) {
			t.Fatalf("%q came back as %+v", fields, rows)
		}
	})
}

func FuzzDates(f *testing.F) {
	for _, seed := range []string{"2026-01-02", "20260102", "02.01.2026", "2026-01-02T03:04:05Z", "2026-01-02 03:04", "0000-00-00", "99999999", "2024-02-29", "2023-02-29"} {
		f.Add(seed)
	}
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	zone, err := time.LoadLocation("America/Sao_Paulo") // where some days begin at one o'clock
	if err != nil {
		f.Fatal(err)
	}
	settings := &service.Settings{Zone: zone}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := newDates(settings, now, Options{})
		if err != nil {
			t.Fatal(err)
		}
		at, err := d.parse(text)
		if err != nil {
			return
		}
		if at.Year() < 1899 || at.After(now.Add(5*time.Minute)) {
			t.Fatalf("%q is %v", text, at)
		}
		digits := strings.NewReplacer("-", "", ".", "").Replace(text)
		if len(digits) == 8 && len(text) <= 10 {
			want := digits
			if strings.Contains(text, ".") {
				want = digits[4:] + digits[2:4] + digits[:2]
			}
			if got := d.dayOf(at); got != want {
				t.Fatalf("%q is the day %s", text, got)
			}
		}
		if second, err := d.parse(text); err != nil || !second.Equal(at) {
			t.Fatalf("%q is %v, then %v %v", text, at, second, err)
		}
	})
}

// Any bytes at all are either read as orders or rejected, row by row.
func FuzzOrders(f *testing.F) {
	f.Add("invoice,who,day,sum\n1,a,2026-01-01,1.50\n1,a,2026-01-01,2\n2,b,20260102,\"3\"\n")
	f.Add(" 00001 19970101  1   11.77\r\n 00002 19970112  1   12.00\r\n")
	f.Add(strings.Join(ownOrderNames(), ",") + "\nord_x,,cus_y,,PLACED\n")
	f.Fuzz(func(t *testing.T, text string) {
		v := valuesOf(roubles(t), &dates{settings: &service.Settings{Zone: time.UTC}, zone: time.UTC, now: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), known: map[string]time.Time{}})
		for _, open := range []func(io.ReadSeeker) (source[bulk.OrderRecord], error){
			func(r io.ReadSeeker) (source[bulk.OrderRecord], error) {
				return cdnow(v, Options{}, start(r, 0, 0), true), nil
			},
			func(r io.ReadSeeker) (source[bulk.OrderRecord], error) {
				tab, err := openTable(func(comma byte) *scanner { return start(r, 0, comma) }, false)
				if err != nil {
					return source[bulk.OrderRecord]{}, err
				}
				if isOwn, err := ordersLayout().recognise(tab, Options{}); isOwn && err == nil {
					return ownOrders(v, tab), nil
				}
				mapped, err := parseMap("customer=who,order=invoice,date=day,amount=sum")
				if err != nil {
					t.Fatal(err)
				}
				if err := tab.assign(mapped, logLayout.names(mappable)); err != nil {
					return source[bulk.OrderRecord]{}, err
				}
				if !tab.has("order") || !tab.has("date") || !tab.has("customer") || !tab.has("amount") {
					return source[bulk.OrderRecord]{}, io.EOF
				}
				return logOf(v, Options{}, tab), nil
			},
		} {
			in, err := open(strings.NewReader(text))
			if err != nil {
				continue
			}
			lines := map[int64]bool{}
			for {
				e, err := in.next()
				if err != nil {
					break
				}
				if len(e.rows) == 0 {
					t.Fatal("a record of no row")
				}
				for _, one := range e.rows {
					if lines[one.line] {
						t.Fatalf("line %d is in two records", one.line)
					}
					lines[one.line] = true
				}
				if e.fault == "" && (e.value.Total.Sign() < 0 || e.value.At.IsZero()) {
					t.Fatalf("%+v is no order", e.value)
				}
			}
		}
	})
}
