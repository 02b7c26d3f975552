package layout

import (
	"errors"
	"io"

	"kopeck/files/textfile"
	"kopeck/service/field"
)

// maxGrouped is how many rows a record has at most.
const maxGrouped = 10_000

// GroupsOf reads a table in which rows with the same text in a column are one record. A row is read into an R and added to the record's
// value by add; finish completes the entry. Rows of a record that stand apart are put together.
func GroupsOf[R, T any](in *Opened, l Layout[R], column string, empty func() R, add func(e *Entry[T], r *R, line int64) error, finish func(e *Entry[T])) Source[T] {
	use := field.Mappable
	if in.Own {
		use = field.Own
	}
	columns := l.Find(in.Table, use)
	var waiting *textfile.Row
	fetch := func() (textfile.Row, error) {
		if r := waiting; r != nil {
			waiting = nil
			return *r, nil
		}
		return in.Next()
	}
	next := func() (*Entry[T], error) {
		r, err := fetch()
		if err != nil {
			return nil, err
		}
		e := &Entry[T]{Fault: r.Fault, Rows: []RowText{{r.Line, r.Raw}}}
		if r.Fault != "" {
			return e, nil
		}
		key := in.Get(r, column)
		for {
			record := empty()
			if fault := columns.Read(in.Values, r, &record); fault != "" {
				e.Blame(r.Line, string(fault))
			} else if err := add(e, &record, r.Line); err != nil {
				e.Blame(r.Line, err.Error())
			}
			if r, err = in.Next(); err != nil {
				break
			}
			if r.Fault != "" || in.Get(r, column) != key || key == "" || len(e.Rows) >= maxGrouped {
				kept := r
				kept.Fields = append([]string{}, r.Fields...)
				waiting = &kept
				break
			}
			e.Rows = append(e.Rows, RowText{r.Line, r.Raw})
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if key == "" {
			e.Blame(e.Rows[0].Line, column+": "+ErrEmpty.Error())
		} else {
			e.Key = key
		}
		for _, one := range e.Rows {
			e.Content += one.Raw + "\n"
		}
		finish(e)
		return e, nil
	}
	return Source[T]{
		Next: next, Passed: func() int64 { return in.Passed }, Values: in.Values, Table: in.Table,
		Groups: &textfile.Groupable{Next: in.Next, Key: func(r textfile.Row) string { return in.Get(r, column) }, Join: true},
	}
}
