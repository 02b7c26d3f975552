package files

import (
	"context"
	"fmt"
	"strings"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/service"
	"kopeck/service/app"
	"kopeck/service/bulk"
	"kopeck/service/field"
	"kopeck/service/input"
	"kopeck/service/related"
)

// The layouts of files of definitions of own fields, relations and expected prices: package related defines their fields.
var (
	definitionLayout = layout.New(option.Fields, related.DefinitionFields())
	relationLayout   = layout.New(option.Relations, related.RelationFields())
	expectedLayout   = layout.New(option.ExpectedPrices, related.ExpectedPriceFields())
)

// isRelated reports whether a kind is one of what stands beside customers, contacts, orders and products.
func isRelated(kind option.Kind) bool {
	return kind == option.Fields || kind == option.Relations || kind == option.ExpectedPrices
}

// importRelated imports definitions of own fields, relations and expected prices.
func importRelated(ctx context.Context, s *app.App, i *bulk.Import, o option.Options, f *layout.File) (Report, error) {
	to := s.Related.NewImport()
	switch o.Kind {
	case option.Fields:
		return importFile(ctx, o, f, i, followed(i, to, to.Definitions), func() (layout.Source[related.Definition], error) { return openDefinitions(s.Core, o, f) })
	case option.Relations:
		return importFile(ctx, o, f, i, followed(i, to, to.Relations), func() (layout.Source[related.Relation], error) { return openRelations(s.Core, o, f) })
	default:
		report, err := importFile(ctx, o, f, i, followed(i, to, to.ExpectedPrices), func() (layout.Source[related.ExpectedPrice], error) { return openExpected(s.Core, o, f) })
		if to.OffersLeftOut > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("%d expected prices were named upon offers that are not here: that was left out", to.OffersLeftOut))
		}
		return report, err
	}
}

// followed makes an import of what is related follow what the import of the file is to do.
func followed[T any](i *bulk.Import, to *related.Import, write put[T]) put[T] {
	return func(ctx context.Context, records []T) ([]bulk.Verdict, error) {
		to.Check, to.AllOrNothing, to.Update = i.Check, i.AllOrNothing, i.Update
		return write(ctx, records)
	}
}

// previewRelated is Preview of definitions of own fields, relations and expected prices.
func previewRelated(s *app.App, o option.Options, f *layout.File, v *cell.Values) (string, error) {
	switch o.Kind {
	case option.Fields:
		return preview(f, func() (layout.Source[related.Definition], error) { return openDefinitions(s.Core, o, f) }, func(d *related.Definition) ([]string, [][]string, error) {
			return definitionLayout.Names(field.Own), [][]string{definitionLayout.Texts(v, d)}, nil
		})
	case option.Relations:
		return preview(f, func() (layout.Source[related.Relation], error) { return openRelations(s.Core, o, f) }, func(r *related.Relation) ([]string, [][]string, error) {
			return relationLayout.Names(field.Own), [][]string{relationLayout.Texts(v, r)}, nil
		})
	default:
		return preview(f, func() (layout.Source[related.ExpectedPrice], error) { return openExpected(s.Core, o, f) }, func(p *related.ExpectedPrice) ([]string, [][]string, error) {
			return expectedLayout.Names(field.Own), [][]string{expectedLayout.Texts(v, p)}, nil
		})
	}
}

// related writes everything of a kind of what stands beside customers, contacts, orders and products.
func (w *writer) related(ctx context.Context, s *app.App, kind option.Kind, v *cell.Values) error {
	switch kind {
	case option.Fields:
		if err := w.row(definitionLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Related.ExportDefinitions(ctx, func(d *related.Definition) error { return w.row(definitionLayout.Texts(v, d)...) })
	case option.Relations:
		if err := w.row(relationLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Related.ExportRelations(ctx, func(r *related.Relation) error { return w.row(relationLayout.Texts(v, r)...) })
	default:
		if err := w.row(expectedLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Related.ExportExpectedPrices(ctx, func(p *related.ExpectedPrice) error { return w.row(expectedLayout.Texts(v, p)...) })
	}
}

// openDefinitions opens the file as one of definitions of own fields.
func openDefinitions(core *service.Core, o option.Options, f *layout.File) (layout.Source[related.Definition], error) {
	in, err := layout.Open(core, o, f, definitionLayout)
	if err != nil {
		return layout.Source[related.Definition]{}, err
	}
	return layout.RowsOf(in, definitionLayout, layout.Zero, func(e *layout.Entry[related.Definition], d *related.Definition, _ *layout.Fault) {
		e.Value, e.Key = *d, string(d.Noun)+"\x00"+d.Code
	}), nil
}

// openRelations opens the file as one of relations.
func openRelations(core *service.Core, o option.Options, f *layout.File) (layout.Source[related.Relation], error) {
	in, err := layout.Open(core, o, f, relationLayout)
	if err != nil {
		return layout.Source[related.Relation]{}, err
	}
	for _, column := range []string{"person", "company"} {
		if !in.Has(column+"_id") && !in.Has(column) && !in.Has(column+"_email") {
			return layout.Source[related.Relation]{}, option.Errorf("--map: one of %s_id, %s (the external id) and %s_email must be mapped, or be a column", column, column, column)
		}
	}
	return layout.RowsOf(in, relationLayout, layout.Zero, func(e *layout.Entry[related.Relation], r *related.Relation, _ *layout.Fault) {
		if e.Value = *r; r.ID != "" {
			e.Key = "id:" + r.ID
			return
		}
		from := ""
		if r.From != nil {
			from = r.From.String()
		}
		e.Key = strings.Join([]string{"related", r.PersonID, r.Person, input.EmailKey(r.PersonEmail), r.CompanyID, r.Company, input.EmailKey(r.CompanyEmail), from}, "\x00")
	}), nil
}

// openExpected opens the file as one of expected prices.
func openExpected(core *service.Core, o option.Options, f *layout.File) (layout.Source[related.ExpectedPrice], error) {
	in, err := layout.Open(core, o, f, expectedLayout)
	switch {
	case err != nil:
		return layout.Source[related.ExpectedPrice]{}, err
	case !in.Has("customer_id") && !in.Has("customer") && !in.Has("email"):
		return layout.Source[related.ExpectedPrice]{}, option.Errorf("--map: one of customer_id, customer (the external id) and email must be mapped, or be a column")
	case !in.Has("at") && !in.Has("contact_id") && !in.Has("contact"):
		return layout.Source[related.ExpectedPrice]{}, option.Errorf("--map: one of at, contact_id and contact (the external id of the contact) must be mapped, or be a column")
	}
	return layout.RowsOf(in, expectedLayout, layout.Zero, func(e *layout.Entry[related.ExpectedPrice], p *related.ExpectedPrice, _ *layout.Fault) {
		if e.Value = *p; p.ID != "" {
			e.Key = "id:" + p.ID
			return
		}
		// Of two prices of one moment neither is what they thought.
		e.Key = strings.Join([]string{"expected", p.CustomerID, p.Customer, input.EmailKey(p.Email), p.SKU, field.Written(p.At), p.ContactID, p.Contact}, "\x00")
		e.Content = strings.Join(expectedLayout.Texts(in.Values, p), "\x00")
	}), nil
}
