package files_test

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"kopeck/files/option"
)

// Text of any encoding that is named or that its bytes show comes out the same.
func TestEncodings(t *testing.T) {
	const russian, german = "Ёлкина Мария, «Ромашка» № 5, объект", "Jörg Müßig, façade – 5 €"
	for _, c := range []struct {
		name, text, given, note string
		as                      encoding.Encoding
	}{
		{"UTF-8", russian, "", "", encoding.Nop},
		{"windows-1251", russian, "", "read as windows-1251", charmap.Windows1251},
		{"windows-1251, named", russian, "CP1251", "", charmap.Windows1251},
		{"koi8-r", "Ёлкина Мария, объект, Владивосток", "", "read as koi8-r", charmap.KOI8R},
		{"ibm866", "Ёлкина Мария, объект, Владивосток", "", "read as ibm866", charmap.CodePage866},
		{"windows-1252", german, "", "read as windows-1252", charmap.Windows1252},
		{"iso-8859-2, named", "Łukasz Żółć", "iso-8859-2", "", charmap.ISO8859_2},
		{"macintosh, named", "Jörg", "macintosh", "", charmap.Macintosh},
		{"UTF-16 with a mark", russian, "", "read as utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"UTF-16, big", german + " 🎄", "", "read as utf-16be", unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"UTF-16 without a mark", german, "", "read as utf-16le", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"UTF-16, named", russian, "utf-16be", "", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, sqlite(t))
			raw, err := c.as.NewEncoder().String("id;name\n1;" + c.text + "\n")
			if err != nil {
				t.Fatal(err)
			}
			r := w.bring(raw, people(option.Options{Map: "external_id=id,name=name", Encoding: c.given}))
			var got string
			w.one(&got, "SELECT name FROM customers")
			if got != c.text {
				t.Errorf("%q, want %q", got, c.text)
			}
			if notes := strings.Join(r.Notes, " "); !strings.Contains(notes, c.note) || c.note == "" && notes != "" {
				t.Errorf("the report says %q, want %q in it", notes, c.note)
			}
		})
	}
}

// What is no character of the encoding is rejected with its row.
func TestWrongEncodings(t *testing.T) {
	w := newWorld(t, sqlite(t))
	r := w.bring("id,name\n1,a\x98b\n2,\xc0\n", people(option.Options{Map: "external_id=id,name=name", Encoding: "windows-1251", Errors: option.RejectRow}))
	w.counted(r, 2, 1, 0, 1)
	w.only(r, map[int64]string{2: "not valid windows-1251"})
	if _, err := w.try("\xff\xfea\x00", people(option.Options{Map: "external_id=id,name=name", Encoding: "windows-1251"})); err == nil || !strings.Contains(err.Error(), "begins with the mark of utf-16le") {
		t.Error(err)
	}
}

func TestHeaders(t *testing.T) {
	for _, c := range []struct {
		name, text string
		o          option.Options
	}{
		{"a title above it", "Customers of June\n\"Some \nid,name\n1,Anna\n", option.Options{Skip: 2}},
		{"no header", "1,Anna\n", option.Options{NoHeader: true, Map: "external_id=c1,name=c2"}},
		{"no header, a title", "Customers\n1;Anna\n", option.Options{NoHeader: true, Skip: 1, Map: "external_id=c1,name=c2"}},
		{"a named delimiter", "sep=;\nid;name,first\n1;Anna\n", option.Options{Map: `external_id=id,"name=name,first"`}},
		{"a bar", "id|name\n1|Anna\n", option.Options{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, sqlite(t))
			o := people(c.o)
			if c.o.Map == "" {
				o.Map = "external_id=id,name=name"
			}
			lines := int64(strings.Count(c.text, "\n"))
			w.counted(w.bring(c.text, o), 1, 1, 0, 0)
			if n := w.number("SELECT count(*) FROM customers WHERE external_id = '1' AND name = 'Anna'"); n != 1 {
				t.Error("Anna is not there")
			}
			r := w.bring(strings.TrimSuffix(c.text, "\n")+"a\n", o) // another name: rejected with its line
			if len(r.First) != 1 || r.First[0].Line != lines {
				t.Errorf("%s, want line %d", r, lines)
			}
		})
	}
}
