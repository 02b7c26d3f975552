package textfile

import (
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"kopeck/files/sorted"
)

const (
	maxRow     = 1 << 20 // bytes
	window     = 64 << 10
	shownOfRow = 4 << 10
)

// Row is one record of a table: usually a line.
type Row struct {
	Line   int64 // on which it begins, from 1
	Raw    string
	Fields []string // valid until the next row is read; the texts stay
	Fault  string   // why it cannot be read, "" where it can
	Wrong  []WrongField
}

// Scanner reads the rows of a table in bounded memory. A row that cannot be read is given with its fault, and
// reading goes on behind its first line.
type Scanner struct {
	in         io.Reader
	comma      byte // 0: fields are between blanks, and quotes mean nothing
	buf        []byte
	start, end int // what of buf is read and not yet given
	eof        bool
	failed     error
	line       int64 // of the byte at start
	Passed     int64 // bytes given
	Fields     []string
	charset    string // what the text was before it was UTF-8

	sorted func() (sorted.Text, error) // what gives the rows instead of in, in another order; nil: in does
}

// NewScanner returns a scanner that reads from in, whose fields are divided by comma; 0 for blanks.
func NewScanner(in io.Reader, comma byte) *Scanner {
	return &Scanner{in: in, comma: comma, buf: make([]byte, window), line: 1, charset: "UTF-8"}
}

// fill reads more into the window, which grows up to a row's limit and a bit; false at the end.
func (s *Scanner) fill() bool {
	if s.eof {
		return false
	}
	if s.start > 0 && (s.end == len(s.buf) || s.start == s.end) {
		copy(s.buf, s.buf[s.start:s.end])
		s.start, s.end = 0, s.end-s.start
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.in.Read(s.buf[s.end:])
		s.end += n
		if err != nil {
			s.eof = true
			if err != io.EOF {
				s.failed = err
			}
			return n > 0
		}
		if n > 0 {
			return true
		}
	}
	s.eof, s.failed = true, io.ErrNoProgress
	return false
}

// Next gives the next row that is not empty, or io.EOF, or the error of reading.
func (s *Scanner) Next() (Row, error) {
	if s.sorted != nil {
		return s.nextGrouped()
	}
	for {
		if s.start == s.end && !s.fill() {
			if s.failed != nil {
				return Row{}, s.failed
			}
			return Row{}, io.EOF
		}
		r := Row{Line: s.line}
		length, fault := s.record()
		if fault == tooLong {
			r.Fault, r.Raw = fault, strings.ToValidUTF8(string(s.buf[s.start:s.start+shownOfRow]), "\uFFFD")
			s.skipLine()
			return r, s.failed
		}
		content := s.buf[s.start : s.start+length]
		newlines := bytes.Count(content, newline)
		s.advance(length)
		content = bytes.TrimSuffix(bytes.TrimSuffix(content, newline), carriage)
		s.line += int64(newlines)
		if len(bytes.TrimSpace(content)) == 0 {
			continue
		}
		r.Raw = string(content)
		switch {
		case bytes.IndexByte(content, 0) >= 0:
			fault = "not text: there is a NUL byte in it"
		case !utf8.Valid(content):
			fault = "not valid " + s.charset
		}
		if fault != "" {
			r.Fault, r.Raw = fault, strings.ToValidUTF8(r.Raw, "\uFFFD")
			return r, nil
		}
		s.Fields = s.split(r.Raw, s.Fields[:0])
		r.Fields = s.Fields
		return r, nil
	}
}

var newline, carriage = []byte("\n"), []byte("\r")

const (
	tooLong    = "longer than 1 MiB"
	openQuote  = "a quote is opened and never closed"
	afterQuote = "text behind a closing quote"
)

// record finds the end of the row that begins at start, its line end included. Of a row whose quotes are wrong it
// gives the first line, so that a lost quote does not swallow what follows.
func (s *Scanner) record() (length int, fault string) {
	first, ok := s.find(0, '\n')
	if !ok {
		return 0, tooLong
	}
	if s.comma == 0 || bytes.IndexByte(s.buf[s.start:s.start+first], '"') < 0 {
		return first, ""
	}
	state, until := fieldStart, first
	for i := 0; ; i++ {
		if i == until {
			if state != quotedText {
				return until, ""
			}
			if until, ok = s.find(i, '\n'); !ok || until == i {
				return first, openQuote
			}
		}
		c := s.buf[s.start+i]
		lineEnd := c == '\n' || c == '\r' && (i+1 == until || s.buf[s.start+i+1] == '\n')
		if state, ok = state.next(c, s.comma, lineEnd); !ok {
			return first, afterQuote
		}
	}
}

// quoteState is where in a field a byte is.
type quoteState int

const (
	fieldStart quoteState = iota
	unquotedText
	quotedText
	closingQuote // behind a quote inside quotes: the end, or the first of two
)

// next returns the state behind a byte; false if there is text behind a closing quote.
func (state quoteState) next(c, comma byte, lineEnd bool) (quoteState, bool) {
	switch {
	case state == quotedText && c == '"':
		return closingQuote, true
	case state == quotedText:
		return quotedText, true
	case state == closingQuote && c == '"':
		return quotedText, true
	case c == comma:
		return fieldStart, true
	case lineEnd:
		return state, true
	case state == closingQuote:
		return state, false
	case state == fieldStart && c == '"':
		return quotedText, true
	}
	return unquotedText, true
}

// find returns the offset behind the next byte c from an offset on, or of the end of the file; false where the row would be too long.
func (s *Scanner) find(from int, c byte) (int, bool) {
	for {
		if at := bytes.IndexByte(s.buf[s.start+from:s.end], c); at >= 0 {
			return from + at + 1, from+at <= maxRow
		}
		from = s.end - s.start
		if from > maxRow {
			return 0, false
		}
		if !s.fill() {
			return s.end - s.start, true
		}
	}
}

// skipLine passes over a line of any length.
func (s *Scanner) skipLine() {
	for {
		if at := bytes.IndexByte(s.buf[s.start:s.end], '\n'); at >= 0 {
			s.advance(at + 1)
			s.line++
			return
		}
		s.advance(s.end - s.start)
		if !s.fill() {
			return
		}
	}
}

func (s *Scanner) advance(n int) {
	s.start += n
	s.Passed += int64(n)
}

// split splits a row into fields. Its quotes are known to be right.
func (s *Scanner) split(raw string, fields []string) []string {
	if s.comma == 0 {
		for text := range strings.FieldsSeq(raw) {
			fields = append(fields, text)
		}
		return fields
	}
	for {
		if !strings.HasPrefix(raw, `"`) {
			at := strings.IndexByte(raw, s.comma)
			if at < 0 {
				return append(fields, raw)
			}
			fields, raw = append(fields, raw[:at]), raw[at+1:]
			continue
		}
		text, rest := unquote(raw[1:])
		fields = append(fields, text)
		if rest == "" {
			return fields
		}
		raw = rest[1:] // behind the delimiter
	}
}

// unquote reads up to the closing quote: the text, and what is behind the quote.
func unquote(raw string) (text, rest string) {
	for i := 0; i < len(raw); i++ {
		if raw[i] != '"' {
			continue
		}
		if i+1 == len(raw) || raw[i+1] != '"' {
			return strings.ReplaceAll(raw[:i], `""`, `"`), raw[i+1:]
		}
		i++
	}
	return raw, "" // not reached: the row's quotes are right
}

// WrongField is a computed field that has no value in a row.
type WrongField struct {
	At  int
	Err error
}

// WrongAt returns why a computed field has no value, nil where it has one.
func (r *Row) WrongAt(at int) error {
	for _, one := range r.Wrong {
		if one.At == at {
			return one.Err
		}
	}
	return nil
}

// ShownRow returns what is shown of a row that is rejected.
func ShownRow(raw string) string {
	if len(raw) > shownOfRow {
		return strings.ToValidUTF8(raw[:shownOfRow], "") + "…"
	}
	return raw
}

// StartAt begins to read at a place. What is wrong with seeking shows as an error of reading.
func StartAt(in io.ReadSeeker, from int64, comma byte) *Scanner {
	s := NewScanner(in, comma)
	if _, err := in.Seek(from, io.SeekStart); err != nil {
		s.eof, s.failed = true, err
	}
	return s
}
