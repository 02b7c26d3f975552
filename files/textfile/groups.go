package textfile

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"strconv"

	"kopeck/files/sorted"
)

// Groupable is an open file whose records may have several rows, or are numbered among those of their customer: its rows can be
// brought into another order, so that those that belong together stand together.
type Groupable struct {
	Next func() (Row, error)
	Key  func(r Row) string // rows with the same key belong together; "" for one that stands alone
	Join bool               // they are one record

	Owner func(r Row) string // whose record a row is, where that is known; nil: what belongs to one customer is not brought together
	Every bool               // every row must have a key: otherwise ErrNoKey
}

// ErrNoKey says that a row has no key, so that it cannot be brought to those it belongs to.
var ErrNoKey = errors.New("a row has no key")

// Start begins to read the file, whose columns are divided by a comma, as it stands.
func (f *File) Start(comma byte) *Scanner {
	s := StartAt(f, f.from, comma)
	s.line = f.line
	if f.charset != "" {
		s.charset = f.charset
	}
	return s
}

// Scan begins to read the file, in the order in which its rows are to be read.
func (f *File) Scan(comma byte) *Scanner {
	s := f.Start(comma)
	if f.Grouped != nil {
		s.Group(f.Grouped)
	}
	return s
}

// Group reads the rows of a file, and makes later readings give them by their keys and then as they stand. It is for a file in
// which rows that belong together stand apart.
func (f *File) Group(in Groupable) error {
	rows := &sorted.Texts{}
	for {
		r, err := in.Next()
		if errors.Is(err, io.EOF) {
			f.Grouped = rows
			return nil
		}
		if err == nil {
			key := ""
			if r.Fault == "" {
				key = in.Key(r)
			}
			if key == "" && in.Every {
				rows.Close()
				return ErrNoKey
			}
			if key == "" {
				key = "line:" + strconv.FormatInt(r.Line, 10)
			} else {
				key = "key:" + key
			}
			sum := sha256.Sum256([]byte(key))
			err = rows.Add(sorted.Text{Key: [16]byte(sum[:16]), Line: r.Line, Text: groupedText(r)})
		}
		if err != nil {
			rows.Close()
			return err
		}
	}
}

// groupedText is a row as a text: its fault behind its length, and the row as it was.
func groupedText(r Row) string {
	return string(binary.AppendUvarint(nil, uint64(len(r.Fault)))) + r.Fault + r.Raw
}

// Group makes the scanner give the rows of a sorter instead of those of its file.
func (s *Scanner) Group(rows *sorted.Texts) {
	var err error
	if s.sorted, err = rows.Sorted(); err != nil {
		s.sorted = func() (sorted.Text, error) { return sorted.Text{}, err }
	}
}

// nextGrouped gives the next row of a sorter.
func (s *Scanner) nextGrouped() (Row, error) {
	one, err := s.sorted()
	if err != nil {
		return Row{}, err
	}
	length, n := binary.Uvarint([]byte(one.Text[:min(len(one.Text), binary.MaxVarintLen64)]))
	text := one.Text[n:]
	r := Row{Line: one.Line, Fault: text[:length], Raw: text[length:]}
	s.Passed += int64(len(r.Raw)) + 1
	if r.Fault == "" {
		s.Fields = s.split(r.Raw, s.Fields[:0])
		r.Fields = s.Fields
	}
	return r, nil
}
