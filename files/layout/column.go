package layout

import (
	"kopeck/files/cell"
	"kopeck/files/option"
	"kopeck/service/field"
)

// Column is one column of the files of a kind, whose records are of type R. It is defined once, in the kind's layout.
type Column[R any] struct {
	Name  string
	Uses  field.Uses
	Read  func(v *cell.Values, text string, to *R) error
	Write func(v *cell.Values, r *R) string // nil for a column that Kopeck's own format does not have
}

// New is the layout of the files of a kind whose records have the fields that a package of verbs defines.
func New[R any](kind option.Kind, fields field.Fields[R]) Layout[R] {
	l := Layout[R]{Kind: kind}
	for _, f := range fields {
		if f.File != "" {
			l.Columns = append(l.Columns, ColumnOf(f))
		}
	}
	return l
}

// ColumnOf is the column of a field.
func ColumnOf[R any](f *field.Field[R]) Column[R] {
	return Column[R]{
		Name: f.File, Uses: f.Uses,
		Read:  func(v *cell.Values, text string, to *R) error { return f.Read(&v.Form, text, to) },
		Write: func(v *cell.Values, r *R) string { return f.Write(&v.Form, r) },
	}
}

// NewColumn is a column of a kind that files alone have.
func NewColumn[R, V any](name string, u field.Uses, kind field.Kind[V], at func(r *R) *V) Column[R] {
	return ColumnOf(field.Of(name, "", u, kind, at))
}
