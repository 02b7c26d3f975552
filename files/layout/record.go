package layout

import (
	"errors"

	"kopeck/files/cell"
	"kopeck/files/table"
	"kopeck/files/textfile"
)

// Entry is one record of a file: an order, a customer, a contact or a rate, and its rows.
type Entry[T any] struct {
	Rows    []RowText
	Key     string // by which the file distinguishes records; "" where that cannot be read
	Content string // what another record of the key must have, to be the same
	Owner   string // whose it is, of orders and contacts; "" where that is not known
	Apart   bool   // rows of one key may not stand apart, even if their content is the same
	Value   T
	Fault   string // why the record is bad, "" where it is not
	Bad     int64  // the line whose fault it is
}

// RowText is a row as the file has it.
type RowText struct {
	Line int64
	Raw  string
}

// Source reads a file's records one by one, to io.EOF.
type Source[T any] struct {
	Next   func() (*Entry[T], error)
	Passed func() int64        // bytes read so far
	Groups *textfile.Groupable // the rows alone, to be brought into another order instead; nil where that is not needed
	Values *cell.Values        // by which the rows are read
	Table  *table.Table        // of which they are; nil for CDNOW
}

// Counts returns how many numbers were rounded off and how many rows were left out.
func (s *Source[T]) Counts() (rounded, leftOut int64) {
	if s.Table != nil {
		leftOut = s.Table.LeftOut
	}
	return s.Values.Rounded, leftOut
}

// Blame notes what is wrong with an entry and on which line, unless something else was wrong before.
func (e *Entry[T]) Blame(line int64, fault string) {
	if e.Fault == "" {
		e.Fault, e.Bad = fault, line
	}
}

// Fault is the first of what is wrong with a row, with the field.
type Fault string

// ErrEmpty says that a field that is required is empty.
var ErrEmpty = errors.New("must not be empty")

// Of notes that a field is wrong, unless err is nil or another was wrong before.
func (f *Fault) Of(field string, err error) {
	if *f == "" && err != nil {
		*f = Fault(field + ": " + err.Error())
	}
}
