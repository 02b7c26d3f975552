package files

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"io"
	"strconv"
)

// groupable is an open file whose records may have several rows, or are numbered among those of their customer: its rows can be
// brought into another order, so that those that belong together stand together.
type groupable struct {
	next func() (row, error)
	key  func(r row) string // rows with the same key belong together; "" for one that stands alone
	join bool               // they are one record

	owner func(r row) string // whose order a row is, where that can be told; nil: what belongs to one customer is not brought together
	every bool               // every row must have a key: otherwise errNoOwner
}

// start begins to read the file, whose columns are divided by a comma, as it stands.
func (f *file) start(comma byte) *scanner {
	s := start(f, f.from, comma)
	s.line = f.line
	if f.charset != "" {
		s.charset = f.charset
	}
	return s
}

// scan begins to read the file, in the order in which its rows are to be read.
func (f *file) scan(comma byte) *scanner {
	s := f.start(comma)
	if f.grouped != nil {
		s.group(f.grouped)
	}
	return s
}

// table begins to read the file as a table.
func (f *file) table(headless bool) (*table, error) {
	t, err := openTable(f.start, headless)
	if err == nil && f.grouped != nil {
		t.group(f.grouped)
	}
	return t, err
}

// group reads the rows of a file, and makes later readings give them by their keys and then as they stand. It is for a file in
// which rows that belong together stand apart.
func (f *file) group(in groupable) error {
	rows := &sorter{}
	for {
		r, err := in.next()
		if errors.Is(err, io.EOF) {
			f.grouped = rows
			return nil
		}
		if err == nil {
			key := ""
			if r.fault == "" {
				key = in.key(r)
			}
			if key == "" && in.every {
				rows.close()
				return errNoOwner
			}
			if key == "" {
				key = "line:" + strconv.FormatInt(r.line, 10)
			} else {
				key = "key:" + key
			}
			sum := sha256.Sum256([]byte(key))
			err = rows.add(sortedText{[16]byte(sum[:16]), r.line, groupedText(r)})
		}
		if err != nil {
			rows.close()
			return err
		}
	}
}

// groupedText is a row as a text: its fault behind its length, and the row as it was.
func groupedText(r row) string {
	return string(binary.AppendUvarint(nil, uint64(len(r.fault)))) + r.fault + r.raw
}

// group makes the scanner give the rows of a sorter instead of those of its file.
func (s *scanner) group(rows *sorter) {
	var err error
	if s.sorted, err = rows.sorted(); err != nil {
		s.sorted = func() (sortedText, error) { return sortedText{}, err }
	}
}

// nextGrouped gives the next row of a sorter.
func (s *scanner) nextGrouped() (row, error) {
	one, err := s.sorted()
	if err != nil {
		return row{}, err
	}
	length, n := binary.Uvarint([]byte(one.text[:min(len(one.text), binary.MaxVarintLen64)]))
	text := one.text[n:]
	r := row{line: one.line, fault: text[:length], raw: text[length:]}
	s.passed += int64(len(r.raw)) + 1
	if r.fault == "" {
		s.fields = s.split(r.raw, s.fields[:0])
		r.fields = s.fields
	}
	return r, nil
}
