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
	return Layout[R]{Kind: kind, Columns: Within(fields, func(r *R) *R { return r })}
}

// Within are the columns of the fields of records that lie within what rows are read into.
func Within[Row, R any](fields field.Fields[R], at func(row *Row) *R) (columns []Column[Row]) {
	for _, f := range fields {
		if f.File != "" {
			columns = append(columns, columnWithin(f, at))
		}
	}
	return columns
}

func columnWithin[Row, R any](f *field.Field[R], at func(row *Row) *R) Column[Row] {
	return Column[Row]{
		Name: f.File, Uses: f.Uses,
		Read:  func(v *cell.Values, text string, to *Row) error { return f.Read(&v.Form, text, at(to)) },
		Write: func(v *cell.Values, row *Row) string { return f.Write(&v.Form, at(row)) },
	}
}

// ColumnOf is the column of a field.
func ColumnOf[R any](f *field.Field[R]) Column[R] {
	return columnWithin(f, func(r *R) *R { return r })
}

// NewColumn is a column of a kind that files alone have.
func NewColumn[R, V any](name string, u field.Uses, kind field.Kind[V], at func(r *R) *V) Column[R] {
	return ColumnOf(field.Of(name, "", u, kind, at))
}
