package files

import (
	"fmt"
	"slices"
	"strings"

	"kopeck/schema"
	"kopeck/service/app"
)

// column is one column of the files of a kind, whose records are of type R. It is defined once, in the kind's layout.
type column[R any] struct {
	name  string
	uses  uses
	read  func(v *values, text string, to *R) error
	write func(v *values, r *R) string // nil for a column that Kopeck's own format does not have
}

// uses are how a column is used, as bits.
type uses int

const (
	own      uses = 1 << iota // Kopeck's own format has it
	ownKey                    // a file of that format is recognised by it, and must have it
	mappable                  // --map can name it
	mapKey                    // --map must name it
	newKey                    // but not if the file only updates what exists
	filled                    // it is never empty
	numeric                   // it holds numbers
)

// layout is the columns of the files of a kind, in the order in which they are exported. A column is never taken away or moved: a
// new one stands at the end. Columns are found by name, and a file need not have all of them.
type layout[R any] struct {
	kind    Kind
	columns []column[R]
}

// names lists the columns with some use.
func (l layout[R]) names(use uses) []string {
	var names []string
	for _, c := range l.columns {
		if c.uses&use != 0 {
			names = append(names, c.name)
		}
	}
	return names
}

// required lists the columns that --map must name.
func (l layout[R]) required(o Options) []string {
	names := l.names(mapKey)
	if o.Update {
		names = slices.DeleteFunc(names, func(name string) bool { return slices.Contains(l.names(newKey), name) })
	}
	return names
}

// texts writes a record in Kopeck's own format.
func (l layout[R]) texts(v *values, r *R) []string {
	texts := make([]string, 0, len(l.columns))
	for _, c := range l.columns {
		if c.uses&own != 0 {
			texts = append(texts, c.write(v, r))
		}
	}
	return texts
}

// recognise finds the columns of a table. It reports whether the table is of Kopeck's own format; else it is mapped.
func (l layout[R]) recognise(t *table, o Options) (isOwn bool, err error) {
	t.at = map[string]int{}
	var unknown []string
	for i, name := range t.columns {
		if _, twice := t.at[name]; twice || !slices.Contains(l.names(own), name) {
			unknown = append(unknown, name)
		}
		t.at[name] = i
	}
	missing := slices.DeleteFunc(l.names(ownKey), t.has)
	complete := len(unknown) == 0 && len(t.columns) == len(l.names(own))
	switch {
	case complete && o.Format == "" && o.Map != "":
		return false, optionsError("a file of Kopeck's own format needs no --map")
	case o.Format == CSV, o.Format == "" && o.Map != "", o.Format == "" && len(missing) > 0:
		return false, t.assign(o.Map, l.names(mappable), l.required(o))
	case len(missing) > 0:
		return false, fileError("its header is not that of %s that Kopeck exported: it has no column %s", l.kind, strings.Join(quoted(missing), ", "))
	case len(unknown) > 0:
		return false, fileError("%s have no column %s, or the header has it twice; remove it, or name the columns with --format csv --map", l.kind, strings.Join(quoted(unknown), ", "))
	}
	return true, nil
}

// foundColumn is a column that a file has, and its index in the file.
type foundColumn[R any] struct {
	column[R]

	at int
}

// found are the columns of a layout that a file has.
type found[R any] []foundColumn[R]

// find returns the columns with some use that a table has.
func (l layout[R]) find(t *table, use uses) (all found[R]) {
	for _, c := range l.columns {
		if at, ok := t.at[c.name]; ok && c.uses&use != 0 {
			all = append(all, foundColumn[R]{c, at})
		}
	}
	return all
}

// read reads a row into a record. Blanks around a field mean nothing, and what is empty stays as it is.
func (all found[R]) read(v *values, r row, to *R) (f faults) {
	for i := range all {
		c := &all[i]
		if text := strings.TrimSpace(r.fields[c.at]); text != "" || c.uses&filled != 0 {
			f.of(c.name, c.column.read(v, text, to))
		}
	}
	return f
}

// opened is a table that has been recognised.
type opened struct {
	*table
	*values

	own bool // it is of Kopeck's own format
}

// by groups the rows by a column.
func (in *opened) by(column string) *groupable {
	return &groupable{next: in.next, key: func(r row) string { return in.get(r, column) }}
}

func openLayout[R any](s *app.App, o Options, f *file, l layout[R]) (*opened, error) {
	v, err := newValues(s, o)
	if err != nil {
		return nil, err
	}
	t, err := f.table(o.NoHeader)
	if err != nil {
		return nil, err
	}
	isOwn, err := l.recognise(t, o)
	switch {
	case err != nil:
		return nil, err
	case isOwn:
		v.customer.Moment, v.customer.Date, v.numbers = moment, schema.ParseDate, pointNumbers
	case o.Numbers == "" && !o.DecimalComma:
		if f.numbers == nil {
			if t, err = l.guessNumbers(t, o, f); err != nil {
				return nil, err
			}
		}
		v.numbers = *f.numbers
	}
	if !isOwn {
		t.formula, t.null = true, nulls(o.Null)
	}
	return &opened{t, v, isOwn}, nil
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

// guessNumbers finds the format of a file's numbers, notes it, and begins to read the table again.
func (l layout[R]) guessNumbers(t *table, o Options, f *file) (*table, error) {
	var columns []int
	for _, c := range l.find(t, numeric) {
		columns = append(columns, c.at)
	}
	format, found := sampleNumbers(t, columns)
	if f.numbers = &format; found {
		f.notes = append(f.notes, fmt.Sprintf("numbers were read like %s, as the file shows; --numbers says otherwise", format.name))
	}
	again, err := f.table(o.NoHeader)
	if err == nil {
		again.at = t.at
	}
	return again, err
}

// rowsOf reads a table each of whose rows is one record. A row is read into an R, of which finish makes the entry.
func rowsOf[R, T any](in *opened, l layout[R], empty func() R, finish func(e *entry[T], r *R, f *faults)) source[T] {
	use := mappable
	if in.own {
		use = own
	}
	columns := l.find(in.table, use)
	next := func() (*entry[T], error) {
		r, err := in.next()
		if err != nil {
			return nil, err
		}
		e := &entry[T]{rows: []rowText{{r.line, r.raw}}, fault: r.fault, content: r.raw}
		if r.fault != "" {
			return e, nil
		}
		record := empty()
		fault := columns.read(in.values, r, &record)
		finish(e, &record, &fault)
		e.fault = string(fault)
		return e, nil
	}
	return source[T]{next: next, passed: func() int64 { return in.passed }, values: in.values}
}

// zero is the empty record of a type that needs nothing more.
func zero[R any]() (r R) { return r }

// Fields lists what --map can name for a kind, in the order of columns, and which of it must be mapped.
func Fields(kind Kind) (all, required []string) {
	switch kind {
	case Orders:
		return logLayout.names(mappable), logLayout.names(mapKey)
	case Customers:
		return customerLayout.names(mappable), customerLayout.names(mapKey)
	case Contacts:
		return contactLayout.names(mappable), contactLayout.names(mapKey)
	case Rates:
		return rateLayout.names(mappable), rateLayout.names(mapKey)
	}
	return nil, nil
}
