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
	l := layout[R]{kind: kind}
	for _, f := range fields {
		if f.File != "" {
			l.columns = append(l.columns, columnOf(f))
		}
	}
	return l
}

// columnOf is the column of a field.
func columnOf[R any](f *field.Field[R]) column[R] {
	return column[R]{
		name: f.File, uses: f.Uses,
		read:  func(v *values, text string, to *R) error { return f.Read(&v.form, text, to) },
		write: func(v *values, r *R) string { return f.Write(&v.form, r) },
	}
}

// of is a column of a kind that files alone have.
func of[R, V any](name string, u uses, kind field.Kind[V], at func(r *R) *V) column[R] {
	return columnOf(field.Of(name, "", u, kind, at))
}
