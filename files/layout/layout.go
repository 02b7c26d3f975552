// Package layout has the columns of the files of a kind ([Layout]), of Kopeck's own format and of tables that are mapped. By
// them it finds what a file has, and reads its rows as records ([Source], [Entry]).
//
// It may import the packages option, textfile, cell and table beside it, service, service/field, service/input, service/ownfields and schema.
package layout

import (
	"fmt"
	"slices"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/files/textfile"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/field"
)

// insteadOf has, by the columns that --map must name, what it may name instead.
var insteadOf = map[option.Kind]map[string][][]string{
	option.Orders:   {"amount": {{"total"}, {"quantity", "price"}}, "customer": {{"email"}, {"phone"}}},
	option.Contacts: {"customer": {{"email"}, {"phone"}}},
}

// Layout is the columns of the files of a kind, in the order in which they are exported. A column is never taken away or moved: a
// new one stands at the end. Columns are found by name, and a file need not have all of them.
type Layout[R any] struct {
	Kind    option.Kind
	Columns []Column[R]
}

// Names lists the columns with some use.
func (l Layout[R]) Names(use field.Uses) []string {
	var names []string
	for _, c := range l.Columns {
		if c.Uses&use != 0 {
			names = append(names, c.Name)
		}
	}
	return names
}

// missing lists the columns that --map must name and does not.
func (l Layout[R]) missing(t *table.Table, o option.Options) (names []string) {
	for _, c := range l.Columns {
		present := t.Has(c.Name) || o.Update && c.Uses&field.NewKey != 0
		for _, others := range insteadOf[l.Kind][c.Name] {
			present = present || !slices.ContainsFunc(others, func(name string) bool { return !t.Has(name) })
		}
		if c.Uses&field.MapKey != 0 && !present {
			names = append(names, c.Name)
		}
	}
	return names
}

// assign maps the fields of the layout as the options say.
func (l Layout[R]) assign(t *table.Table, o option.Options) error {
	mapped, err := o.Mappings()
	if err != nil {
		return err
	}
	if len(mapped) == 0 {
		return option.Errorf("a CSV file needs --map, like --map %s, or a --profile; the file's columns are: %s", table.Example(l.Names(field.MapKey)), t.ShownColumns())
	}
	if err := t.Assign(mapped, l.Names(field.Mappable)); err != nil {
		return err
	}
	if missing := l.missing(t, o); len(missing) > 0 {
		return option.Errorf("--map: no column for %s; the file's columns are: %s", strings.Join(missing, ", "), t.ShownColumns())
	}
	words, err := o.Dictionary()
	if err == nil {
		err = t.Translate(words, l.Names(field.Mappable))
	}
	if where := o.Where; err == nil && where != "" {
		if t.Where, err = t.Compile(where, true); err != nil {
			err = option.Errorf("--where %s: %v; the columns are: %s", where, err, t.ShownColumns())
		}
	}
	return err
}

// Texts writes a record in Kopeck's own format.
func (l Layout[R]) Texts(v *cell.Values, r *R) []string {
	texts := make([]string, 0, len(l.Columns))
	for _, c := range l.Columns {
		if c.Uses&field.Own != 0 {
			texts = append(texts, c.Write(v, r))
		}
	}
	return texts
}

// Recognise finds the columns of a table. It reports whether the table is of Kopeck's own format; else it is mapped.
func (l Layout[R]) Recognise(t *table.Table, o option.Options) (isOwn bool, err error) {
	t.At = map[string]int{}
	var unknown []string
	for i, name := range t.Columns {
		if _, twice := t.At[name]; twice || !slices.Contains(l.Names(field.Own), name) {
			unknown = append(unknown, name)
		}
		t.At[name] = i
	}
	missing := slices.DeleteFunc(l.Names(field.OwnKey), t.Has)
	complete := len(unknown) == 0 && len(t.Columns) == len(l.Names(field.Own))
	switch {
	case complete && o.Format == "" && o.HasMap():
		return false, option.Errorf("a file of Kopeck's own format needs no --map")
	case o.Format == option.CSV, o.Format == "" && o.HasMap(), o.Format == "" && len(missing) > 0:
		return false, l.assign(t, o)
	case len(missing) > 0:
		return false, textfile.Errorf("its header is not that of %s that Kopeck exported: it has no column %s", l.Kind, strings.Join(table.Quoted(missing), ", "))
	case len(unknown) > 0:
		return false, textfile.Errorf("%s have no column %s, or the header has it twice; remove it, or name the columns with --format csv --map", l.Kind, strings.Join(table.Quoted(unknown), ", "))
	}
	return true, nil
}

// foundColumn is a column that a file has, and its index in the file.
type foundColumn[R any] struct {
	Column[R]

	At int
}

// Found are the columns of a layout that a file has.
type Found[R any] []foundColumn[R]

// Find returns the columns with some use that a table has.
func (l Layout[R]) Find(t *table.Table, use field.Uses) (all Found[R]) {
	for _, c := range l.Columns {
		if at, ok := t.At[c.Name]; ok && c.Uses&use != 0 {
			all = append(all, foundColumn[R]{c, at})
		}
	}
	return all
}

// Read reads a row into a record. Blanks around a field mean nothing, and what is empty stays as it is.
func (all Found[R]) Read(v *cell.Values, r textfile.Row, to *R) (f Fault) {
	for i := range all {
		c := &all[i]
		if err := r.WrongAt(c.At); err != nil {
			f.Of(c.Name, err)
		} else if text := strings.TrimSpace(r.Fields[c.At]); text != "" || c.Uses&field.Filled != 0 {
			f.Of(c.Name, c.Column.Read(v, text, to))
		}
	}
	return f
}

// File is a file that is imported, and what was found out of it.
type File struct {
	*textfile.File

	numbers *cell.NumberFormat // once it was found out
}

// OpenFile opens the file that the options name.
func OpenFile(o option.Options) (*File, error) {
	f, err := textfile.Open(o)
	if err != nil {
		return nil, err
	}
	return &File{File: f}, nil
}

// Opened is a table that has been recognised.
type Opened struct {
	*table.Table
	*cell.Values

	Own bool // it is of Kopeck's own format
}

// PersonOf is how a row of a table names its customer.
func PersonOf(t *table.Table, r textfile.Row) string {
	return strings.Join([]string{t.Get(r, "customer"), t.Get(r, "email"), t.Get(r, "phone")}, "\x00")
}

// nobody is what PersonOf returns of a row that names no customer.
const nobody = "\x00\x00"

// OwnerOf returns a function that gives whose order or contact a row of a table is, "" where that is not known. It takes the rows in
// their order: those of one order are of the customer of its first.
func OwnerOf(t *table.Table) func(r textfile.Row) string {
	var order, owner string
	return func(r textfile.Row) string {
		is := t.Get(r, "order")
		if is == "" || is != order {
			order, owner = is, PersonOf(t, r)
		}
		if owner == nobody {
			return ""
		}
		return owner
	}
}

// Open reads the header of a file and finds the columns of a layout in it, and the format of its numbers. The errors are
// option.ErrOptions and textfile.ErrFile.
func Open[R any](core *service.Core, o option.Options, f *File, l Layout[R]) (*Opened, error) {
	v, err := cell.NewValues(core, o)
	if err != nil {
		return nil, err
	}
	t, err := table.OfFile(f.File, o.NoHeader)
	if err != nil {
		return nil, err
	}
	isOwn, err := l.Recognise(t, o)
	switch {
	case err != nil:
		return nil, err
	case isOwn:
		v.Form.Date = schema.ParseDate
		if o.Numbers == "" && !o.DecimalComma { // else a spreadsheet has saved it
			v.Numbers = cell.PointNumbers
		}
	default:
		t.Formula, t.Null = true, nulls(o.Null)
		if o.Numbers == "" && !o.DecimalComma {
			if err := l.guessNumbers(t, o, f); err != nil {
				return nil, err
			}
			v.Numbers = *f.numbers
		}
		t.Numbers = v.Numbers
	}
	return &Opened{t, v, isOwn}, nil
}

// nulls splits --null into the words that mean nothing.
func nulls(list string) []string {
	if list == "" {
		return nil
	}
	words := strings.Split(list, ",")
	for n, word := range words {
		words[n] = strings.TrimSpace(word)
	}
	return words
}

// guessNumbers finds the format of a file's numbers and notes it, once, and begins to read the table again.
func (l Layout[R]) guessNumbers(t *table.Table, o option.Options, f *File) error {
	if f.numbers != nil {
		return nil
	}
	var columns []int
	for _, c := range l.Find(t, field.Numeric) {
		switch at := c.At - len(t.Columns); {
		case at < 0:
			columns = append(columns, c.At)
		case t.Computed[at].From != nil:
			columns = append(columns, t.Computed[at].From.Columns...)
		}
	}
	format, found := table.SampleNumbers(t, columns)
	if f.numbers = &format; found {
		f.Notes = append(f.Notes, fmt.Sprintf("numbers were read like %s, as the file shows; --numbers says otherwise", format.Name))
	}
	again, err := table.OfFile(f.File, o.NoHeader)
	if err == nil {
		t.Scanner = again.Scanner
	}
	return err
}

// RowsOf reads a table each of whose rows is one record. A row is read into an R, of which finish makes the entry.
func RowsOf[R, T any](in *Opened, l Layout[R], empty func() R, finish func(e *Entry[T], r *R, f *Fault)) Source[T] {
	use := field.Mappable
	if in.Own {
		use = field.Own
	}
	columns := l.Find(in.Table, use)
	next := func() (*Entry[T], error) {
		r, err := in.Next()
		if err != nil {
			return nil, err
		}
		e := &Entry[T]{Rows: []RowText{{Line: r.Line, Raw: r.Raw}}, Fault: r.Fault, Content: r.Raw}
		if r.Fault != "" {
			return e, nil
		}
		record := empty()
		fault := columns.Read(in.Values, r, &record)
		finish(e, &record, &fault)
		e.Fault = string(fault)
		return e, nil
	}
	return Source[T]{Next: next, Passed: func() int64 { return in.Passed }, Values: in.Values, Table: in.Table}
}

// Zero is the empty record of a type that needs nothing more.
func Zero[R any]() (r R) { return r }
