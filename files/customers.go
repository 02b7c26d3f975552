package files

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/customers"
	"kopeck/service/field"
	"kopeck/service/input"
)

// customerRow is a customer as a file has it.
type customerRow struct {
	customers.Record

	given uint64 // the fields whose cells are not empty: bit n is that of customers.Fields()[n]
}

// customerLayout is the layout of files of customers: package customers defines their fields.
var customerLayout = layout[customerRow]{Customers, customerColumns()}

func customerColumns() []column[customerRow] {
	var columns []column[customerRow]
	for n, f := range customers.Fields() {
		c := column[customerRow]{
			name: f.File, uses: own,
			read: func(v *values, text string, to *customerRow) error { // of a cell that is not empty
				to.given |= 1 << n
				return f.Read(&v.form, text, &to.Record)
			},
			write: func(v *values, r *customerRow) string { return f.Write(&v.form, &r.Record) },
		}
		if f.Required() {
			c.uses |= ownKey
		}
		if f.Numeric() {
			c.uses |= numeric
		}
		can, must := f.Mapped()
		if can {
			c.uses |= mappable
		}
		if must {
			c.uses |= mapKey | newKey
		}
		columns = append(columns, c)
	}
	return columns
}

// openCustomers opens the file as one of customers.
func openCustomers(s *app.App, o Options, f *file) (source[customers.Record], error) {
	in, err := openLayout(s, o, f, customerLayout)
	if err != nil {
		return source[customers.Record]{}, err
	}
	if in.own {
		in.form.Moment = field.ReadStamp
	}
	if !in.own && !in.has("id") && !in.has("external_id") && !in.has("email") && !in.has("phone") {
		return source[customers.Record]{}, optionsError("--map: one of id, external_id, email and phone must be mapped: a customer who exists is found by one of them")
	}
	cleared := clearedBy(o, in.table)
	empty := func() customerRow { return customerRow{Record: customers.NewRecord()} }
	return rowsOf(in, customerLayout, empty, func(e *entry[customers.Record], c *customerRow, _ *faults) {
		given := c.given | cleared
		if given&fieldBits["partner"] != 0 {
			given |= fieldBits["partner_id"] // by its name the import finds the partner's id
		}
		c.Has = func(column string) bool { return given&fieldBits[column] != 0 }
		e.value = c.Record
		switch {
		case c.ID != "":
			e.key = "id:" + c.ID
		case c.ExternalID != nil:
			e.key = "external:" + *c.ExternalID
		case c.Email != nil:
			e.key = "email:" + input.EmailKey(strings.TrimSpace(*c.Email))
		case c.Phone != nil:
			phone, err := input.Phone("", *c.Phone, s.Settings().PhoneRegion)
			if err != nil {
				phone = *c.Phone
			}
			e.key = "phone:" + phone
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
func clearedBy(o Options, t *table) (bits uint64) {
	for n, f := range customers.Fields() {
		if o.Empty == ClearEmpty && f.Clearable() && t.has(f.File) {
			bits |= 1 << n
		}
	}
	return bits
}

// refer fills in, when all customers are there, who referred whom.
func refer(ctx context.Context, s *app.App, o Options, f *file, i *bulk.Import, report *Report) error {
	in, err := openCustomers(s, o, f)
	if err != nil {
		return err
	}
	var pairs [][2]string
	unknown, circular := 0, 0
	for {
		e, err := in.next()
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if err == nil && e.fault == "" && e.value.ReferredByID != nil && e.value.ID != "" {
			pairs = append(pairs, [2]string{e.value.ID, *e.value.ReferredByID})
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
