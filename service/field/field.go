// Package field describes one field of a noun that files have: its column in files and in the table, and how its values are read,
// written, compared and checked ([Field]), by their kind ([Kind]), and how inputs create and update it ([Edited]). A package of verbs lists
// the fields of its noun once; creating, updating, importing, matching, copying and exporting go through the list. Package fieldtest below
// compares such a list with the inputs and the table.
//
// It may import package input, the store and the domain layer; it reads nothing.
package field

import (
	"slices"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/store"
)

// Uses are how a field is used, as bits.
type Uses int

// The uses of a field.
const (
	Own      Uses = 1 << iota // Kopeck's own format has its column
	OwnKey                    // a file of that format is recognised by it, and must have it
	Mappable                  // --map can name it
	MapKey                    // --map must name it
	NewKey                    // but not if the file only updates what exists
	Filled                    // it is never empty
	Numeric                   // it holds numbers; set by its kind
	Nullable                  // the column of the table is NULL where there is no value
)

// Field is one field of a noun whose records are of type R.
type Field[R any] struct {
	File   string // the column of files; "" where they do not have it
	Column string // the column of the table; "" where it is in another table, or computed
	Uses   Uses

	Read  func(form *Form, text string, to *R) error // text is empty only of a field that is Filled
	Write func(form *Form, r *R) string
	Model func(r *R) any // the value as the database client takes it; nil for none

	from    string             // the expression by which an export reads it
	value   func(r *R) any     // as database/sql takes it; nil for none
	to      func(r *R) any     // what it is scanned into
	same    func(a, b *R) bool // nil where records are not compared by it
	copy    func(to, from *R)
	differs func(r *R) string  // what is said of the record that exists, where they differ
	checks  []func(r *R) error // of a record of a file
	keys    []key[R]
}

// key is a column that is computed from a field, such as one by which rows are found or ordered.
type key[R any] struct {
	column string
	value  func(r *R) string
}

// Of returns a field of a kind, which lies at a place in a record. Of a Nullable field the zero value is none.
func Of[R, V any](file, column string, uses Uses, kind Kind[V], at func(r *R) *V) *Field[R] {
	f := &Field[R]{File: file, Column: column, Uses: uses}
	if kind.Number {
		f.Uses |= Numeric
	}
	absent := func(v V) bool { return uses&Nullable != 0 && kind.IsZero(v) }
	f.Read = func(form *Form, text string, to *R) (err error) {
		*at(to), err = kind.Read(form, text)
		return err
	}
	f.Write = func(form *Form, r *R) string { return kind.Write(form, *at(r)) }
	f.value = func(r *R) any {
		if v := *at(r); !absent(v) {
			return kind.Value(v)
		}
		return nil
	}
	f.Model = func(r *R) any {
		if v := *at(r); !absent(v) {
			return kind.Model(v)
		}
		return nil
	}
	f.to = func(r *R) any { return kind.To(at(r)) }
	f.same = func(a, b *R) bool { return kind.Same(*at(a), *at(b)) }
	f.copy = func(to, from *R) { *at(to) = *at(from) }
	return f
}

// Copy copies the field from one record to another.
func (f *Field[R]) Copy(to, from *R) { f.copy(to, from) }

// WithKey adds a column of the table that is computed from the field, and perhaps from others that never change.
func (f *Field[R]) WithKey(column string, value func(r *R) string) *Field[R] {
	f.keys = append(f.keys, key[R]{column, value})
	return f
}

// From makes an export read the field by an expression, such as a column of a table that is joined.
func (f *Field[R]) From(expression string) *Field[R] {
	f.from = expression
	return f
}

// Compared makes an import refuse a record that differs in the field from the one that exists, and say how: "there already …".
func (f *Field[R]) Compared(how string) *Field[R] {
	f.differs = func(*R) string { return how }
	return f
}

// ComparedOf is [Field.Compared] with a text that depends on the record that exists.
func (f *Field[R]) ComparedOf(how func(existing *R) string) *Field[R] {
	f.differs = how
	return f
}

// Checked adds a check of a record that a file gives, which may bring the value into the form in which it is kept. It is given
// the name of the column in files.
func (f *Field[R]) Checked(check func(field string, r *R) error) *Field[R] {
	f.checks = append(f.checks, func(r *R) error { return check(f.File, r) })
	return f
}

// Set sets the field of a row that is created, unless there is no value or the table does not have it.
func (f *Field[R]) Set(m Mutation, r *R) error {
	if f.Column == "" {
		return nil
	}
	switch v := f.Model(r).(type) {
	case nil:
		return nil
	case string:
		if f.Column == "id" {
			m.SetID(v)
			return nil
		}
		return f.set(m, v, r)
	default:
		return f.set(m, v, r)
	}
}

// Put sets the field of a row that is updated, unless the table does not have it; without a value its column becomes NULL.
func (f *Field[R]) Put(m Mutation, r *R) error {
	if f.Column == "" {
		return nil
	}
	if v := f.Model(r); v != nil {
		return f.set(m, v, r)
	}
	return m.ClearField(f.Column)
}

// set sets the column of the field and those that are computed from it.
func (f *Field[R]) set(m Mutation, v any, r *R) error {
	err := m.SetField(f.Column, v)
	for _, key := range f.keys {
		if err == nil {
			err = m.SetField(key.column, key.value(r))
		}
	}
	return err
}

// Mutation is what a row of the model is created or updated by.
type Mutation interface {
	SetID(id string)
	SetField(column string, value ent.Value) error
	ClearField(column string) error
}

// Fields are the fields of a noun, in the order of the columns of files: a column is never taken away or moved, a new one stands at the
// end. Columns are found by name, and a file need not have all of them.
type Fields[R any] []*Field[R]

// Columns are the columns of the table, to be written.
func (all Fields[R]) Columns() []store.Column[*R] {
	var columns []store.Column[*R]
	for _, f := range all {
		if f.Column != "" {
			columns = append(columns, store.Column[*R]{Name: f.Column, Value: f.value, Optional: f.Uses&Nullable != 0})
		}
		for _, key := range f.keys {
			columns = append(columns, store.Column[*R]{Name: key.column, Value: func(r *R) any { return key.value(r) }})
		}
	}
	return columns
}

// Results are what a record is exported from: the columns of the table under an alias, and the expressions of [Field.From].
func (all Fields[R]) Results(alias string) []store.Result[R] {
	var results []store.Result[R]
	for _, f := range all {
		switch {
		case f.from != "":
			results = append(results, store.Result[R]{Name: f.from, To: f.to})
		case f.Column != "":
			results = append(results, store.Result[R]{Name: alias + f.Column, To: f.to})
		}
	}
	return results
}

// Set sets the columns of a row that is created.
func (all Fields[R]) Set(m Mutation, r *R) error {
	for _, f := range all {
		if err := f.Set(m, r); err != nil {
			return err
		}
	}
	return nil
}

// Keys are the fields whose columns are named and those that records are compared by: what a record that exists is read with, to be
// compared with one of a file.
func (all Fields[R]) Keys(columns ...string) []store.Result[R] {
	var results []store.Result[R]
	for _, f := range all {
		named := false
		for _, column := range columns {
			named = named || f.Column == column
		}
		if f.Column != "" && (named || f.differs != nil) {
			results = append(results, store.Result[R]{Name: f.Column, To: f.to})
		}
	}
	return results
}

// Compared are the fields that records are compared by.
func (all Fields[R]) Compared() Fields[R] {
	return slices.DeleteFunc(slices.Clone(all), func(f *Field[R]) bool { return f.differs == nil })
}

// Difference says in what two records differ; "" if they are the same in all that is compared.
func (all Fields[R]) Difference(existing, given *R) string {
	for _, f := range all {
		if f.differs != nil && !f.same(existing, given) {
			return f.differs(existing)
		}
	}
	return ""
}

// Check checks a record that a file gives. The faults are named by the columns of the file.
func (all Fields[R]) Check(r *R) error {
	var faults fault.List
	for _, f := range all {
		for _, check := range f.checks {
			faults.Add(check(r))
		}
	}
	return faults.Or()
}
