package files

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/service"
	"kopeck/service/assortment"
	"kopeck/service/catalogue"
	"kopeck/service/field"
	"kopeck/service/ownfields"
)

// productRow is a row of a file of products: a product with some of its price terms. A product has a row for each of its terms, with its own
// columns repeated or left empty, and one for each standard lead time that it has had, if that has changed.
type productRow struct {
	assortment.Product

	terms assortment.Terms
	lead  assortment.Lead
	given uint64 // the fields whose cells are not empty: bit n is that of catalogue.Fields()[n]
}

// productLayout is the layout of files of products: package catalogue defines their fields, and package assortment those of price terms.
var productLayout = layout.Layout[productRow]{Kind: option.Products, Columns: append(append(
	productColumns(),
	layout.Within(assortment.TermFields(), func(r *productRow) *assortment.Terms { return &r.terms })...),
	append(layout.Within(assortment.LeadFields(), func(r *productRow) *assortment.Lead { return &r.lead }),
		layout.Within(assortment.LastTermFields(), func(r *productRow) *assortment.Terms { return &r.terms })...)...)}

// productColumns are the columns of a product's own fields.
func productColumns() []layout.Column[productRow] {
	var columns []layout.Column[productRow]
	for n, f := range catalogue.Fields() {
		if f.File == "" {
			continue
		}
		columns = append(columns, layout.Column[productRow]{
			Name: f.File, Uses: f.Uses,
			Read: func(v *cell.Values, text string, to *productRow) error { // of a cell that is not empty
				to.given |= 1 << n
				return f.Read(&v.Form, text, &to.Record)
			},
			Write: func(v *cell.Values, r *productRow) string { return f.Write(&v.Form, &r.Record) },
		})
	}
	return columns
}

// productLayoutWith is the layout of files of products with columns of the installation's own fields, by their codes.
func productLayoutWith(codes []string) layout.Layout[productRow] {
	return productLayout.With(layout.OwnFields(codes, func(r *productRow) *ownfields.Texts { return &r.OwnFields }))
}

func emptyProduct() productRow {
	return productRow{Product: assortment.Product{Record: catalogue.NewRecord()}}
}

// openProducts opens the file as one of products, which have the installation's own fields of some codes.
func openProducts(core *service.Core, o option.Options, f *layout.File, codes []string) (layout.Source[assortment.Product], error) {
	columns := productLayoutWith(codes)
	in, err := layout.Open(core, o, f, columns)
	if err != nil {
		return layout.Source[assortment.Product]{}, err
	}
	given := uint64(0)
	add := func(e *layout.Entry[assortment.Product], r *productRow, line int64) error {
		if e.Value.Product == nil {
			e.Value.Record, given = catalogue.NewRecord(), 0
		}
		bits := r.given
		switch {
		case r.lead.ValidFrom.IsZero() != r.lead.RecordedAt.IsZero():
			return errors.New("lead_days_from: want it with lead_days_recorded_at, as Kopeck exports them, or neither")
		case !r.lead.ValidFrom.IsZero() && bits&productBits["lead_days"] == 0:
			return errors.New("lead_days: " + layout.ErrEmpty.Error())
		case !r.lead.ValidFrom.IsZero():
			r.lead.Days = r.StandardLeadDays
			e.Value.Leads = append(e.Value.Leads, r.lead)
			bits &^= productBits["lead_days"] // it is of the past
		}
		for n, f := range catalogue.Fields() {
			bit := uint64(1) << n
			switch {
			case bits&bit == 0:
			case given&bit == 0:
				f.Copy(&e.Value.Record, &r.Record)
			case f.Write(&in.Form, &e.Value.Record) != f.Write(&in.Form, &r.Record):
				return fmt.Errorf("%s: the rows of one product differ in it", f.File)
			}
		}
		given |= bits
		if err := joinOwnFields(&e.Value.OwnFields, r.OwnFields); err != nil {
			return err
		}
		if !r.terms.IsEmpty() && (r.terms.RecordedAt.IsZero() || !r.terms.ValidFrom.IsZero()) {
			r.terms.Line = line
			return e.Value.AddTerms(r.terms)
		}
		if !r.terms.IsEmpty() {
			return errors.New("valid_from: " + layout.ErrEmpty.Error() + " where recorded_at is given")
		}
		return nil
	}
	return layout.GroupsOf(in, columns, "sku", emptyProduct, add, func(e *layout.Entry[assortment.Product]) {
		layout.ClearOwnFields(o, in.Table, codes, &e.Value.OwnFields)
		has := given
		e.Value.Has = func(column string) bool { return has&productBits[column] != 0 }
	}), nil
}

// joinOwnFields adds what a row of a product has in the installation's own fields to what those before it have.
func joinOwnFields(to *ownfields.Texts, of ownfields.Texts) error {
	if *to == nil {
		*to = of
	}
	for _, code := range slices.Sorted(maps.Keys(of)) {
		if before := (*to)[code]; before != nil && *before != *of[code] {
			return fmt.Errorf("%s: the rows of one product differ in it", ownfields.Column(code))
		}
		(*to)[code] = of[code]
	}
	return nil
}

// productBits has the bit of each field of a product by its column.
var productBits = func() map[string]uint64 {
	bits := map[string]uint64{}
	for n, f := range catalogue.Fields() {
		if f.File != "" {
			bits[f.File] = 1 << n
		}
	}
	return bits
}()

// productTexts are the rows of a product in Kopeck's own format.
func productTexts(v *cell.Values, p *assortment.Product, codes []string) (rows [][]string) {
	columns := productLayoutWith(codes)
	for n := range max(1, len(p.Terms)) {
		r := productRow{Product: *p}
		if n < len(p.Terms) {
			r.terms = p.Terms[n]
		}
		rows = append(rows, columns.Texts(v, &r))
	}
	names := columns.Names(field.Own)
	for _, l := range p.Leads {
		r := productRow{Product: *p, lead: l}
		record := *p.Record.Product
		record.StandardLeadDays = l.Days
		r.Record.Product = &record
		texts := columns.Texts(v, &r)
		for n, name := range names {
			if name != "sku" && name != "lead_days" && name != "lead_days_from" && name != "lead_days_recorded_at" {
				texts[n] = ""
			}
		}
		rows = append(rows, texts)
	}
	return rows
}
