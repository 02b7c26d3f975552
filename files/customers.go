package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/files/table"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/customers"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/service/ownfields"
)

// customerRow is a customer as a file has it.
type customerRow struct {
	customers.Record

	given uint64 // the fields whose cells are not empty: bit n is that of customers.Fields()[n]
}

// customerLayout is the layout of files of customers: package customers defines their fields.
var customerLayout = layout.Layout[customerRow]{Kind: option.Customers, Columns: customerColumns()}

func customerColumns() []layout.Column[customerRow] {
	var columns []layout.Column[customerRow]
	for n, f := range customers.Fields() {
		c := layout.Column[customerRow]{
			Name: f.File, Uses: field.Own,
			Read: func(v *cell.Values, text string, to *customerRow) error { // of a cell that is not empty
				to.given |= 1 << n
				return f.Read(&v.Form, text, &to.Record)
			},
			Write: func(v *cell.Values, r *customerRow) string { return f.Write(&v.Form, &r.Record) },
		}
		if f.Required() {
			c.Uses |= field.OwnKey
		}
		if f.Numeric() {
			c.Uses |= field.Numeric
		}
		can, must := f.Mapped()
		if can {
			c.Uses |= field.Mappable
		}
		if must {
			c.Uses |= field.MapKey | field.NewKey
		}
		columns = append(columns, c)
	}
	return columns
}

// customerLayoutWith is the layout of files of customers with columns of the installation's own fields, by their codes.
func customerLayoutWith(codes []string) layout.Layout[customerRow] {
	return customerLayout.With(layout.OwnFields(codes, func(r *customerRow) *ownfields.Texts { return &r.OwnFields }))
}

// openCustomers opens the file as one of customers, who have the installation's own fields of some codes.
func openCustomers(core *service.Core, o option.Options, f *layout.File, codes []string) (layout.Source[customers.Record], error) {
	columns := customerLayoutWith(codes)
	in, err := layout.Open(core, o, f, columns)
	if err != nil {
		return layout.Source[customers.Record]{}, err
	}
	if in.Own {
		in.Form.Moment = field.ReadStamp
	}
	if !in.Own && !in.Has("id") && !in.Has("external_id") && !in.Has("email") && !in.Has("phone") {
		return layout.Source[customers.Record]{}, option.Errorf("--map: one of id, external_id, email and phone must be mapped: a customer who exists is found by one of them")
	}
	cleared := clearedBy(o, in.Table)
	empty := func() customerRow { return customerRow{Record: customers.NewRecord()} }
	return layout.RowsOf(in, columns, empty, func(e *layout.Entry[customers.Record], c *customerRow, _ *layout.Fault) {
		given := c.given | cleared
		if given&fieldBits["partner"] != 0 {
			given |= fieldBits["partner_id"] // by its name the import finds the partner's id
		}
		c.Has = func(column string) bool { return given&fieldBits[column] != 0 }
		layout.ClearOwnFields(o, in.Table, codes, &c.OwnFields)
		e.Value = c.Record
		switch {
		case c.ID != "":
			e.Key = "id:" + c.ID
		case c.ExternalID != nil:
			e.Key = "external:" + *c.ExternalID
		case c.Email != nil:
			e.Key = "email:" + input.EmailKey(strings.TrimSpace(*c.Email))
		case c.Phone != nil:
			phone, err := input.Phone("", *c.Phone, core.Settings().PhoneRegion)
			if err != nil {
				phone = *c.Phone
			}
			e.Key = "phone:" + phone
		}
	}), nil
}

// fieldBits has the bit of each field of a customer by its column.
var fieldBits = func() map[string]uint64 {
	bits := map[string]uint64{}
	for n, f := range customers.Fields() {
		bits[f.File] = 1 << n
	}
	return bits
}()

// clearedBy returns the fields of which an empty cell erases the value.
func clearedBy(o option.Options, t *table.Table) (bits uint64) {
	for n, f := range customers.Fields() {
		if o.Empty == option.ClearEmpty && f.Clearable() && t.Has(f.File) {
			bits |= 1 << n
		}
	}
	return bits
}

// refer fills in, when all customers are there, who referred whom.
func refer(ctx context.Context, core *service.Core, o option.Options, f *layout.File, codes []string, i *bulk.Import, report *Report) error {
	in, err := openCustomers(core, o, f, codes)
	if err != nil {
		return err
	}
	var pairs [][2]string
	unknown, circular := 0, 0
	for {
		e, err := in.Next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil && e.Fault == "" && e.Value.ReferredByID != nil && e.Value.ID != "" {
			pairs = append(pairs, [2]string{e.Value.ID, *e.Value.ReferredByID})
		}
		if len(pairs) == o.Chunk || err != nil && len(pairs) > 0 {
			missing, circles, err := i.ReferredBy(ctx, pairs)
			if err != nil {
				return err
			}
			unknown, circular, pairs = unknown+missing, circular+circles, pairs[:0]
		}
		if err != nil {
			break
		}
	}
	if circular > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d customers were referred by someone whom they had referred: that was left out", circular))
	}
	if unknown > 0 {
		report.Notes = append(report.Notes, fmt.Sprintf("%d customers were referred by someone who does not exist: that was left out", unknown))
	}
	return nil
}
