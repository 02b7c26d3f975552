package files

import "kopeck/service/field"

// column is one column of the files of a kind, whose records are of type R. It is defined once, in the kind's layout.
type column[R any] struct {
	name  string
	uses  uses
	read  func(v *values, text string, to *R) error
	write func(v *values, r *R) string // nil for a column that Kopeck's own format does not have
}

// uses are how a column is used, as bits.
type uses = field.Uses

const (
	own      = field.Own
	ownKey   = field.OwnKey
	mappable = field.Mappable
	mapKey   = field.MapKey
	newKey   = field.NewKey
	filled   = field.Filled
	numeric  = field.Numeric
)

// layoutOf is the layout of the files of a kind whose records have the fields that a package of verbs defines.
func layoutOf[R any](kind Kind, fields field.Fields[R]) layout[R] {
	return layout[R]{kind, columnsWithin(fields, func(r *R) *R { return r })}
}

// columnsWithin are the columns of the fields of records that lie within what rows are read into.
func columnsWithin[Row, R any](fields field.Fields[R], at func(row *Row) *R) (columns []column[Row]) {
	for _, f := range fields {
		if f.File != "" {
			columns = append(columns, columnWithin(f, at))
		}
	}
	return columns
}

func columnWithin[Row, R any](f *field.Field[R], at func(row *Row) *R) column[Row] {
	return column[Row]{
		name: f.File, uses: f.Uses,
		read:  func(v *values, text string, to *Row) error { return f.Read(&v.form, text, at(to)) },
		write: func(v *values, row *Row) string { return f.Write(&v.form, at(row)) },
	}
}

// columnOf is the column of a field.
func columnOf[R any](f *field.Field[R]) column[R] {
	return columnWithin(f, func(r *R) *R { return r })
}

// of is a column of a kind that files alone have.
func of[R, V any](name string, u uses, kind field.Kind[V], at func(r *R) *V) column[R] {
	return columnOf(field.Of(name, "", u, kind, at))
}
