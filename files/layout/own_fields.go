package layout

import (
	"slices"

	"kopeck/files/cell"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/service/ownfields"
)

// OwnFields are columns of the installation's own fields, by their codes.
func OwnFields[R any](codes []string, at func(r *R) *ownfields.Texts) []Column[R] {
	columns := make([]Column[R], len(codes))
	for n, code := range codes {
		columns[n] = Column[R]{
			Name: ownfields.Column(code), Uses: field.Own | field.Mappable,
			Read: func(_ *cell.Values, text string, to *R) error { // of a cell that is not empty
				setText(at(to), code, &text)
				return nil
			},
			Write: func(_ *cell.Values, r *R) string { return input.OrZero((*at(r))[code]) },
		}
	}
	return columns
}

// With is the layout with further columns behind its own.
func (l Layout[R]) With(columns []Column[R]) Layout[R] {
	l.Columns = slices.Concat(l.Columns, columns)
	return l
}

// ClearOwnFields notes that values of the installation's own fields are taken away of which a record has no cell that is not empty, if that is
// what empty cells mean.
func ClearOwnFields(o option.Options, t *table.Table, codes []string, to *ownfields.Texts) {
	if o.Empty != option.ClearEmpty {
		return
	}
	for _, code := range codes {
		if _, given := (*to)[code]; !given && t.Has(ownfields.Column(code)) {
			setText(to, code, nil)
		}
	}
}

func setText(of *ownfields.Texts, code string, to *string) {
	if *of == nil {
		*of = ownfields.Texts{}
	}
	(*of)[code] = to
}
