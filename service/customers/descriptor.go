package customers

import (
	"github.com/99designs/gqlgen/graphql"

	"kopeck/ent"
	"kopeck/service"
	"kopeck/service/field"
	"kopeck/store"
)

// Descriptor is one field of a customer and all that is done with it. Its parts are put together by [define] for the
// table [fields].
type Descriptor struct {
	names

	importing importing
	uses      uses
	key       *key // nil where nothing is derived from the field

	create      func(s *Service, in *service.CreateCustomerInput, r *Record) error // nil: createCustomer does not take it
	update      func(s *Service, in *service.UpdateCustomerInput) (*change, error) // nil: updateCustomer does not take it; the change is nil where none is asked for
	history     func(s *Service, r *Record) any                                    // the value as the audit keeps it
	set         func(m *ent.CustomerMutation, r *Record) error
	check       func(r *Record, here Locale) error
	copy        func(to, from *Record)
	same        func(a, b *Record) bool
	value       func(r *Record) any // as database/sql takes it; nil for none
	destination func(r *Record) any // what database/sql scans it into
	read        func(form *field.Form, text string, to *Record) error
	write       func(form *field.Form, r *Record) string
}

// names are what a field is called; "" where it is not there.
type names struct {
	Input  string // in the API's inputs and in the audit
	Column string // in table customers
	File   string // the column of files
}

// importing is what an import does to a field of a customer that exists.
type importing int

const (
	kept       importing = iota // nothing
	replaced                    // it is as in the file
	filledOnce                  // it is filled in by another step where there is no value yet
)

// uses are what else a field is for, as bits.
type uses int

const (
	mapped        uses = 1 << iota // --map can name the column
	requiredOfOwn                  // a file of Kopeck's own format has the column
	requiredOfNew                  // a customer who is made has a value, and --map must name the column unless it only updates
	nullable                       // the column may be NULL; set by [define]
	numeric                        // it is a number; set by [define]
)

// change is what an update changes about one field.
type change struct {
	field   *Descriptor
	history any
	put     func(r *Record)
}

// key is a column that is computed from a field; value computes it, puts it into the record and returns it.
type key struct {
	column string
	value  func(r *Record) any // nil for none
}

// define returns the descriptor of a field. V is the type of its values and I the type by which inputs give them. Every part must be
// given; create or update is nil where that mutation does not take the field.
func define[V, I any](
	n names, at place[V], k kind[V, I], check check[V],
	create func(in *service.CreateCustomerInput) *I,
	update func(in *service.UpdateCustomerInput) graphql.Omittable[*I],
	importing importing, uses uses,
) *Descriptor {
	f := &Descriptor{names: n, importing: importing, uses: uses}
	if n.Column != "" && at.optional {
		f.uses |= nullable
	}
	if k.Number {
		f.uses |= numeric
	}
	put := func(r *Record, v *V) {
		at.set(r, v)
		if f.key != nil {
			f.key.value(r)
		}
	}
	defineInputs(f, put, k, check, create, update)
	defineRow(f, at, put, k)
	f.history = func(s *Service, r *Record) any { return historyOf(s, k, at.at(r)) }
	f.check = func(r *Record, here Locale) error {
		v, err := check(n.File, at.given(r), here)
		if err == nil {
			put(r, v)
		}
		return err
	}
	f.read = func(form *field.Form, text string, to *Record) error {
		v, err := k.Read(form, text)
		if err == nil {
			at.set(to, &v)
		}
		return err
	}
	f.write = func(form *field.Form, r *Record) string {
		if v := at.at(r); v != nil {
			return k.Write(form, *v)
		}
		return ""
	}
	return f
}

// defineInputs defines what createCustomer and updateCustomer do with the field.
func defineInputs[V, I any](
	f *Descriptor, put func(r *Record, v *V), k kind[V, I], check check[V],
	create func(in *service.CreateCustomerInput) *I,
	update func(in *service.UpdateCustomerInput) graphql.Omittable[*I],
) {
	checked := func(s *Service, in *I) (v *V, err error) {
		if in != nil {
			one, err := k.input(s, f.Input, *in)
			if err != nil {
				return nil, err
			}
			v = &one
		}
		return check(f.Input, v, LocaleOf(s.Core))
	}
	if create != nil {
		f.create = func(s *Service, in *service.CreateCustomerInput, r *Record) error {
			v, err := checked(s, create(in))
			put(r, v)
			return err
		}
	}
	if update != nil {
		f.update = func(s *Service, in *service.UpdateCustomerInput) (*change, error) {
			to := update(in)
			if !to.IsSet() {
				return nil, nil
			}
			v, err := checked(s, to.Value())
			return &change{field: f, history: historyOf(s, k, v), put: func(r *Record) { put(r, v) }}, err
		}
	}
}

// defineRow defines how the field is written to and read from the database, compared and copied.
func defineRow[V, I any](f *Descriptor, at place[V], put func(r *Record, v *V), k kind[V, I]) {
	f.destination = at.destination
	f.copy = func(to, from *Record) { put(to, at.at(from)) }
	f.same = func(a, b *Record) bool {
		x, y := at.at(a), at.at(b)
		return x == nil && y == nil || x != nil && y != nil && k.Same(*x, *y)
	}
	f.value = func(r *Record) any {
		if v := at.at(r); v != nil {
			return k.Value(*v)
		}
		return nil
	}
	f.set = func(m *ent.CustomerMutation, r *Record) error {
		v := at.at(r)
		switch {
		case v != nil:
			return m.SetField(f.Column, *v)
		case m.Op().Is(ent.OpCreate):
			return nil
		}
		return m.ClearField(f.Column)
	}
}

// historyOf is a value as the audit keeps it.
func historyOf[V, I any](s *Service, k kind[V, I], v *V) any {
	if v == nil {
		return nil
	}
	return k.history(s, *v)
}

// withKey adds a column that is computed from the field.
func (f *Descriptor) withKey(column string, value func(r *Record) any) *Descriptor {
	f.key = &key{column, value}
	return f
}

// withText makes the column of the files another text instead of the field, by which an import finds its value.
func (f *Descriptor) withText(at func(r *Record) *string) *Descriptor {
	f.read = func(_ *field.Form, text string, to *Record) error {
		*at(to) = text
		return nil
	}
	f.write = func(_ *field.Form, r *Record) string { return *at(r) }
	return f
}

// columns are the field's columns of table customers.
func (f *Descriptor) columns() []store.Column[*Record] {
	if f.Column == "" {
		return nil
	}
	columns := []store.Column[*Record]{{Name: f.Column, Value: f.value, Optional: f.uses&nullable != 0}}
	if f.key != nil {
		columns = append(columns, store.Column[*Record]{Name: f.key.column, Value: f.key.value, Optional: f.uses&nullable != 0})
	}
	return columns
}

// put writes the field of a record into a row that is created or updated.
func (f *Descriptor) put(m *ent.CustomerMutation, r *Record) error {
	if err := f.set(m, r); err != nil || f.key == nil {
		return err
	}
	switch value := f.key.value(r); {
	case value != nil:
		return m.SetField(f.key.column, value)
	case m.Op().Is(ent.OpCreate):
		return nil
	}
	return m.ClearField(f.key.column)
}

// Fields are all fields of customers, in the order of the columns of files.
func Fields() []*Descriptor { return fields }

// Mapped reports whether --map can name the field's column, and whether it must.
func (f *Descriptor) Mapped() (can, must bool) { return f.uses&mapped != 0, f.uses&requiredOfNew != 0 }

// Numeric reports whether files have the field as a number.
func (f *Descriptor) Numeric() bool { return f.uses&numeric != 0 }

// Clearable reports whether an import can leave a customer without a value of the field.
func (f *Descriptor) Clearable() bool { return f.uses&nullable != 0 && f.importing == replaced }

// Required reports whether a file of Kopeck's own format must have the field's column.
func (f *Descriptor) Required() bool { return f.uses&requiredOfOwn != 0 }

// Read reads the field from its text in a file into a record; empty text is no value.
func (f *Descriptor) Read(form *field.Form, text string, to *Record) error {
	if text == "" {
		return nil
	}
	return f.read(form, text, to)
}

// Write returns the field's text in a file of Kopeck's own format.
func (f *Descriptor) Write(form *field.Form, r *Record) string { return f.write(form, r) }
