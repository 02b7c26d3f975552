package files

import (
	"fmt"
	"slices"
	"strings"

	"kopeck/schema"
	"kopeck/service/app"
)

// insteadOf has, by the columns that --map must name, what it may name instead.
var insteadOf = map[Kind]map[string][][]string{
	Orders:   {"amount": {{"total"}, {"quantity", "price"}}, "customer": {{"email"}, {"phone"}}},
	Contacts: {"customer": {{"email"}, {"phone"}}},
}

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

// missing lists the columns that --map must name and does not.
func (l layout[R]) missing(t *table, o Options) (names []string) {
	for _, c := range l.columns {
		present := t.has(c.name) || o.Update && c.uses&newKey != 0
		for _, others := range insteadOf[l.kind][c.name] {
			present = present || !slices.ContainsFunc(others, func(name string) bool { return !t.has(name) })
		}
		if c.uses&mapKey != 0 && !present {
			names = append(names, c.name)
		}
	}
	return names
}

// assign maps the fields of the layout as the options say.
func (l layout[R]) assign(t *table, o Options) error {
	mapped, err := o.mapped()
	if err != nil {
		return err
	}
	if len(mapped) == 0 {
		return optionsError("a CSV file needs --map, like --map %s, or a --profile; the file's columns are: %s", example(l.names(mapKey)), t.shownColumns())
	}
	if err := t.assign(mapped, l.names(mappable)); err != nil {
		return err
	}
	if missing := l.missing(t, o); len(missing) > 0 {
		return optionsError("--map: no column for %s; the file's columns are: %s", strings.Join(missing, ", "), t.shownColumns())
	}
	words, err := o.words()
	if err == nil {
		err = t.translate(words, l.names(mappable))
	}
	if where := o.Where; err == nil && where != "" {
		if t.where, err = t.compile(where, true); err != nil {
			err = optionsError("--where %s: %v; the columns are: %s", where, err, t.shownColumns())
		}
	}
	return err
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
	case complete && o.Format == "" && o.hasMap():
		return false, optionsError("a file of Kopeck's own format needs no --map")
	case o.Format == CSV, o.Format == "" && o.hasMap(), o.Format == "" && len(missing) > 0:
		return false, l.assign(t, o)
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
		if err := r.wrongAt(c.at); err != nil {
			f.of(c.name, err)
		} else if text := strings.TrimSpace(r.fields[c.at]); text != "" || c.uses&filled != 0 {
			f.of(c.name, c.column.read(v, text, to))
		}
	}
	return f
}

// wrongAt returns why a computed field has no value, nil where it has one.
func (r *row) wrongAt(at int) error {
	for _, one := range r.wrong {
		if one.at == at {
			return one.err
		}
	}
	return nil
}

// opened is a table that has been recognised.
type opened struct {
	*table
	*values

	own bool // it is of Kopeck's own format
}

// person is how a row names its customer.
func (t *table) person(r row) string {
	return strings.Join([]string{t.get(r, "customer"), t.get(r, "email"), t.get(r, "phone")}, "\x00")
}

// noPerson is what person returns of a row that names nobody.
const noPerson = "\x00\x00"

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
		v.form.Date, v.numbers = schema.ParseDate, pointNumbers
	default:
		t.formula, t.null, t.left = true, nulls(o.Null), &v.left
		if o.Numbers == "" && !o.DecimalComma {
			if err := l.guessNumbers(t, o, f); err != nil {
				return nil, err
			}
			v.numbers = *f.numbers
		}
		t.numbers = v.numbers
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

// guessNumbers finds the format of a file's numbers and notes it, once, and begins to read the table again.
func (l layout[R]) guessNumbers(t *table, o Options, f *file) error {
	if f.numbers != nil {
		return nil
	}
	var columns []int
	for _, c := range l.find(t, numeric) {
		switch at := c.at - len(t.columns); {
		case at < 0:
			columns = append(columns, c.at)
		case t.computed[at].from != nil:
			columns = append(columns, t.computed[at].from.columns...)
		}
	}
	format, found := sampleNumbers(t, columns)
	if f.numbers = &format; found {
		f.notes = append(f.notes, fmt.Sprintf("numbers were read like %s, as the file shows; --numbers says otherwise", format.name))
	}
	again, err := f.table(o.NoHeader)
	if err == nil {
		t.scanner = again.scanner
	}
	return err
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
