package files

import (
	"context"
	"fmt"

	"kopeck/files/cell"
	"kopeck/files/layout"
	"kopeck/files/option"
	"kopeck/service/app"
	"kopeck/service/assortment"
	"kopeck/service/bulk"
	"kopeck/service/field"
)

// importAssortment imports what is sold and at what price: measurements, products, recipes, rules and agreements.
func importAssortment(ctx context.Context, s *app.App, i *bulk.Import, o option.Options, f *layout.File, codes []string) (Report, error) {
	to := s.Assortment.NewImport()
	switch o.Kind {
	case option.Measurements:
		return importFile(ctx, o, f, i, following(i, to, to.Measurements), func() (layout.Source[assortment.Measurement], error) { return openMeasurements(s.Core, o, f) })
	case option.Products:
		return importFile(ctx, o, f, i, following(i, to, to.Products), func() (layout.Source[assortment.Product], error) { return openProducts(s.Core, o, f, codes) })
	case option.Recipes:
		report, err := importFile(ctx, o, f, i, following(i, to, to.Recipes), func() (layout.Source[assortment.Recipes], error) { return openRecipes(s.Core, o, f) })
		if to.OrdersRestated > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("%d orders were restated", to.OrdersRestated))
		}
		return report, err
	case option.Rules:
		return importFile(ctx, o, f, i, following(i, to, to.Rules), func() (layout.Source[assortment.Rule], error) { return openRules(s.Core, o, f) })
	default:
		return importFile(ctx, o, f, i, following(i, to, to.Agreements), func() (layout.Source[assortment.Agreement], error) { return openAgreements(s.Core, o, f) })
	}
}

// following makes an import of the assortment follow what the import of the file is to do.
func following[T any](i *bulk.Import, to *assortment.Import, write put[T]) put[T] {
	return func(ctx context.Context, records []T) ([]bulk.Verdict, error) {
		to.Check, to.AllOrNothing, to.Update = i.Check, i.AllOrNothing, i.Update
		return write(ctx, records)
	}
}

// previewAssortment is Preview of what is sold and at what price, and of what stands beside it.
func previewAssortment(s *app.App, o option.Options, f *layout.File, v *cell.Values, codes []string) (string, error) {
	if isRelated(o.Kind) {
		return previewRelated(s, o, f, v)
	}
	switch o.Kind {
	case option.Measurements:
		return preview(f, func() (layout.Source[assortment.Measurement], error) { return openMeasurements(s.Core, o, f) }, func(m *assortment.Measurement) ([]string, [][]string, error) {
			return measurementLayout.Names(field.Own), measurementTexts(v, m), nil
		})
	case option.Products:
		return preview(f, func() (layout.Source[assortment.Product], error) { return openProducts(s.Core, o, f, codes) }, func(p *assortment.Product) ([]string, [][]string, error) {
			return productLayoutWith(codes).Names(field.Own), productTexts(v, p, codes), nil
		})
	case option.Recipes:
		return preview(f, func() (layout.Source[assortment.Recipes], error) { return openRecipes(s.Core, o, f) }, func(r *assortment.Recipes) ([]string, [][]string, error) {
			return recipeLayout.Names(field.Own), recipeTexts(v, r), nil
		})
	case option.Rules:
		return preview(f, func() (layout.Source[assortment.Rule], error) { return openRules(s.Core, o, f) }, func(r *assortment.Rule) ([]string, [][]string, error) {
			return ruleLayout.Names(field.Own), [][]string{ruleLayout.Texts(v, r)}, nil
		})
	default:
		return preview(f, func() (layout.Source[assortment.Agreement], error) { return openAgreements(s.Core, o, f) }, func(a *assortment.Agreement) ([]string, [][]string, error) {
			return agreementLayout.Names(field.Own), [][]string{agreementLayout.Texts(v, a)}, nil
		})
	}
}

// assortment writes everything of a kind of what is sold and at what price.
func (w *writer) assortment(ctx context.Context, s *app.App, kind option.Kind, v *cell.Values, codes []string) error {
	switch kind {
	case option.Measurements:
		if err := w.row(measurementLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Assortment.ExportMeasurements(ctx, func(m *assortment.Measurement) error { return w.rows(measurementTexts(v, m)) })
	case option.Products:
		if err := w.row(productLayoutWith(codes).Names(field.Own)...); err != nil {
			return err
		}
		return s.Assortment.ExportProducts(ctx, func(p *assortment.Product) error { return w.rows(productTexts(v, p, codes)) })
	case option.Recipes:
		if err := w.row(recipeLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Assortment.ExportRecipes(ctx, func(r *assortment.Recipes) error { return w.rows(recipeTexts(v, r)) })
	case option.Rules:
		if err := w.row(ruleLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Assortment.ExportRules(ctx, func(r *assortment.Rule) error { return w.row(ruleLayout.Texts(v, r)...) })
	default:
		if err := w.row(agreementLayout.Names(field.Own)...); err != nil {
			return err
		}
		return s.Assortment.ExportAgreements(ctx, func(a *assortment.Agreement) error { return w.row(agreementLayout.Texts(v, a)...) })
	}
}
