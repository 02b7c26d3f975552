package textfile

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"

	"kopeck/files/option"
)

// Encoding is how the characters of a file are written.
type Encoding struct {
	name    string
	table   *charmap.Charmap // of one byte for each character
	wide    bool             // UTF-16
	big     bool             // the greater byte of UTF-16 comes first
	aliases []string
}

var utf8Encoding = Encoding{name: "utf-8", aliases: []string{"utf8"}}

// encodings are those that --encoding can name. A file that is not UTF-8 is read as such before anything else.
var encodings = func() []Encoding {
	all := []Encoding{
		utf8Encoding,
		{name: "utf-16le", wide: true, aliases: []string{"utf-16", "utf16", "utf16le", "unicode"}},
		{name: "utf-16be", wide: true, big: true, aliases: []string{"utf16be"}},
		{name: "koi8-r", table: charmap.KOI8R},
		{name: "koi8-u", table: charmap.KOI8U},
		{name: "ibm866", table: charmap.CodePage866, aliases: []string{"cp866", "866"}},
		{name: "ibm850", table: charmap.CodePage850, aliases: []string{"cp850", "850"}},
		{name: "ibm852", table: charmap.CodePage852, aliases: []string{"cp852", "852"}},
		{name: "macintosh", table: charmap.Macintosh, aliases: []string{"mac-roman"}},
		{name: "mac-cyrillic", table: charmap.MacintoshCyrillic, aliases: []string{"x-mac-cyrillic"}},
	}
	for n, table := range []*charmap.Charmap{
		charmap.Windows1250, charmap.Windows1251, charmap.Windows1252, charmap.Windows1253, charmap.Windows1254, charmap.Windows1255,
		charmap.Windows1256, charmap.Windows1257, charmap.Windows1258,
	} {
		code := fmt.Sprint(1250 + n)
		all = append(all, Encoding{name: "windows-" + code, table: table, aliases: []string{"cp" + code, code, "win" + code}})
	}
	for n, table := range map[int]*charmap.Charmap{
		1: charmap.ISO8859_1, 2: charmap.ISO8859_2, 3: charmap.ISO8859_3, 4: charmap.ISO8859_4, 5: charmap.ISO8859_5, 7: charmap.ISO8859_7,
		9: charmap.ISO8859_9, 13: charmap.ISO8859_13, 15: charmap.ISO8859_15,
	} {
		all = append(all, Encoding{name: fmt.Sprintf("iso-8859-%d", n), table: table, aliases: []string{fmt.Sprintf("latin%d", n)}})
	}
	return all
}()

// EncodingOf finds an encoding by its name.
func EncodingOf(name string) (Encoding, error) {
	folded := strings.ReplaceAll(strings.ToLower(name), "_", "-")
	for _, one := range encodings {
		if one.name == folded || slices.Contains(one.aliases, folded) {
			return one, nil
		}
	}
	var names []string
	for _, one := range encodings {
		names = append(names, one.name)
	}
	slices.Sort(names)
	return Encoding{}, option.Errorf("--encoding: want one of %s, not %q", strings.Join(names, ", "), name)
}

// census counts what the bytes of a file show of its encoding.
type census struct {
	bytes   [256]int64 // of those above 0x7f
	high    int64      // all of those
	joined  int64      // those behind another
	valid   int64      // those that are of characters of several bytes in UTF-8
	invalid int64      // those that are not UTF-8
}

// count reads a file.
func (c *census) count(in io.Reader) error {
	r := bufio.NewReaderSize(in, 64<<10)
	before := byte(0)
	for {
		b, err := r.Peek(r.Size())
		if len(b) == 0 {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return err
		}
		n := len(b)
		if at := bytes.IndexFunc(b, func(c rune) bool { return c >= utf8.RuneSelf }); at < 0 {
			before = 0
		} else {
			if err == nil {
				b = b[:n-utf8.UTFMax] // the last character may be cut off
			}
			n = c.take(b, b[:cap(b)][:n], &before)
		}
		if _, err := r.Discard(n); err != nil {
			return err
		}
	}
}

// take counts the characters that begin in a block, of which more may be read, and returns their length.
func (c *census) take(block, more []byte, before *byte) (n int) {
	for n < len(block) {
		if block[n] < utf8.RuneSelf {
			*before = 0
			n++
			continue
		}
		char, size := utf8.DecodeRune(more[n:])
		if char == utf8.RuneError && size == 1 {
			c.invalid++
		} else {
			c.valid += int64(size)
		}
		for _, b := range more[n : n+size] {
			c.bytes[b]++
			c.high++
			if *before >= utf8.RuneSelf {
				c.joined++
			}
			*before = b
		}
		n += size
	}
	return n
}

// cyrillic has, of the encodings of Cyrillic that are guessed at, how the most frequent small letters of Russian (оеаинтсрвл) are
// written.
var cyrillic = map[string]string{
	"windows-1251": "\xee\xe5\xe0\xe8\xed\xf2\xf1\xf0\xe2\xeb",
	"koi8-r":       "\xcf\xc5\xc1\xc9\xce\xd4\xd3\xd2\xd7\xcc",
	"ibm866":       "\xae\xa5\xa0\xa8\xad\xe2\xe1\xe0\xa2\xab",
}

// guess returns the name of the encoding that the bytes show, "" if they show none. Words of Cyrillic are many high bytes in a row;
// in the languages of western Europe one stands alone among letters of ASCII.
func (c *census) guess() string {
	switch {
	case c.invalid == 0 || c.valid > c.invalid:
		return utf8Encoding.name
	case 2*c.joined < c.high:
		if c.bytes[0x81]+c.bytes[0x8d]+c.bytes[0x8f]+c.bytes[0x90]+c.bytes[0x9d] > 0 { // these are no characters there
			return ""
		}
		return "windows-1252"
	}
	best, most := "", c.high/5
	for name, letters := range cyrillic {
		var n int64
		for _, letter := range []byte(letters) {
			n += c.bytes[letter]
		}
		if n > most {
			best, most = name, n
		}
	}
	return best
}

// transcode writes a file in UTF-8. What is no character of its encoding becomes a byte that is not UTF-8, so that its row is rejected.
func (e Encoding) transcode(from io.Reader, to io.Writer) error {
	in, out := bufio.NewReaderSize(from, 64<<10), bufio.NewWriterSize(to, 64<<10)
	next := e.next
	if e.wide {
		next = e.nextWide
	}
	for {
		char, err := next(in)
		if errors.Is(err, io.EOF) {
			return out.Flush()
		}
		if err != nil {
			return err
		}
		if char == utf8.RuneError {
			err = out.WriteByte(0xff)
		} else {
			_, err = out.WriteRune(char)
		}
		if err != nil {
			return err
		}
	}
}

func (e Encoding) next(in *bufio.Reader) (rune, error) {
	b, err := in.ReadByte()
	if err != nil {
		return 0, err
	}
	return e.table.DecodeByte(b), nil
}

func (e Encoding) nextWide(in *bufio.Reader) (rune, error) {
	first, err := e.unit(in)
	if err != nil || !utf16.IsSurrogate(first) {
		return first, err
	}
	second, err := e.unit(in)
	if errors.Is(err, io.EOF) {
		return utf8.RuneError, nil
	}
	return utf16.DecodeRune(first, second), err
}

// unit reads two bytes; one that stands alone at the end is no character.
func (e Encoding) unit(in *bufio.Reader) (rune, error) {
	a, err := in.ReadByte()
	if err != nil {
		return 0, err
	}
	b, err := in.ReadByte()
	switch {
	case errors.Is(err, io.EOF):
		return utf8.RuneError, nil
	case e.big:
		a, b = b, a
	}
	return rune(b)<<8 | rune(a), err
}

// recode makes the file one of UTF-8, in a temporary file, if it is in another encoding: the one that is given, or the one that its
// bytes show, which is noted.
func (f *File) recode(given string) error {
	is, guessed, err := f.encoding(given)
	if err != nil || is.name == utf8Encoding.name {
		return err
	}
	if guessed {
		f.Notes = append(f.Notes, fmt.Sprintf("the file was read as %s, as its bytes show; --encoding says otherwise", is.name))
	}
	original, removed, name := f.File, f.remove, f.File.Name()
	defer func() {
		original.Close()
		if removed {
			os.Remove(name)
		}
	}()
	if _, err := original.Seek(f.from, io.SeekStart); err != nil {
		return err
	}
	temporary, err := os.CreateTemp("", "kopeck-import-")
	if err != nil {
		return err
	}
	f.File, f.remove, f.from, f.charset = temporary, true, 0, is.name
	if err := is.transcode(original, f.File); err != nil {
		return err
	}
	f.Size, err = f.Seek(0, io.SeekEnd)
	return err
}

// encoding returns the encoding of the file, and whether it was guessed. It notes where the text begins, behind a byte order mark.
func (f *File) encoding(given string) (is Encoding, guessed bool, err error) {
	head := make([]byte, 8<<10)
	n, err := f.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return is, false, fmt.Errorf("%s: %w", f.Path, err)
	}
	head = head[:n]
	marked := ""
	for mark, name := range map[string]string{"\xef\xbb\xbf": "utf-8", "\xff\xfe": "utf-16le", "\xfe\xff": "utf-16be"} {
		if bytes.HasPrefix(head, []byte(mark)) {
			marked, f.from = name, int64(len(mark))
		}
	}
	switch {
	case given != "":
		is, err = EncodingOf(given)
		if err == nil && marked != "" && is.name != marked {
			err = Errorf("%s begins with the mark of %s, and is not %s", f.Path, marked, is.name)
		}
		return is, false, err
	case marked != "":
		is, err = EncodingOf(marked)
		return is, is.wide, err
	}
	if name := wideWithoutMark(head); name != "" {
		is, err = EncodingOf(name)
		return is, true, err
	}
	if bytes.IndexByte(head, 0) >= 0 {
		return is, false, Errorf("%s is not text: there are NUL bytes in it", f.Path)
	}
	var all census
	if err := all.count(io.NewSectionReader(f, 0, f.Size)); err != nil {
		return is, false, err
	}
	name := all.guess()
	if name == "" {
		return is, false, Errorf("%s is not UTF-8, and its bytes do not show what it is: name it by --encoding", f.Path)
	}
	is, err = EncodingOf(name)
	return is, true, err
}

// wideWithoutMark tells UTF-16 by its NUL bytes: every second one, in text that is mostly ASCII.
func wideWithoutMark(head []byte) string {
	var nul [2]int
	for n, b := range head {
		if b == 0 {
			nul[n%2]++
		}
	}
	switch half := len(head) / 2; {
	case nul[1] > half/2 && nul[0] == 0:
		return "utf-16le"
	case nul[0] > half/2 && nul[1] == 0:
		return "utf-16be"
	}
	return ""
}
