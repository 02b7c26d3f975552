package quote

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"sync"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/component"
	"kopeck/ent/datedvalue"
	"kopeck/ent/productoption"
	"kopeck/formula"
	"kopeck/money"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// The functions of this file read with the context's actor. Snapshots are read by the system.

// ReadCatalogue reads what products are made of, at all times.
func (s *Service) ReadCatalogue(ctx context.Context, tx *store.Tx, products []*ent.Product) (*costing.Catalogue, error) {
	recipes, err := tx.Recipe.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	options, err := tx.ProductOption.Query().Order(productoption.ByRecipeID(), productoption.ByPosition()).All(ctx)
	if err != nil {
		return nil, err
	}
	components, err := tx.Component.Query().Order(component.ByRecipeID(), component.ByPosition()).All(ctx)
	if err != nil {
		return nil, err
	}
	leads, err := readLeads(ctx, tx)
	if err != nil {
		return nil, err
	}
	var source costing.Source
	if source.Recipes, err = s.RecipesOf(recipes, options, components); err != nil {
		return nil, err
	}
	if source.Measurements, err = readMeasurements(ctx, tx); err != nil {
		return nil, err
	}
	source.Products = make([]costing.Product, len(products))
	for i, p := range products {
		source.Products[i] = costing.Product{ID: p.ID, SKU: p.Sku, Name: p.Name, Kind: string(p.Kind), StandardLeadDays: p.StandardLeadDays}
		source.Products[i].LeadDays = leads[p.ID]
	}
	return costing.CatalogueOf(source), nil
}

// readLeads reads the standard lead times that have changed, by product, in the order of their recording.
func readLeads(ctx context.Context, tx *store.Tx) (map[string][]costing.DatedLead, error) {
	rows, err := tx.DatedValue.Query().Where(datedvalue.NameEQ(schema.DatedLeadDays)).Order(datedvalue.ByRecordedAt(), datedvalue.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	leads := map[string][]costing.DatedLead{}
	for _, row := range rows {
		days, err := strconv.Atoi(input.OrZero(row.Value))
		if err != nil {
			return nil, fmt.Errorf("quote: the lead days of %s: %w", row.Subject, err)
		}
		leads[row.Subject] = append(leads[row.Subject], costing.DatedLead{Days: days, ValidFrom: row.ValidFrom, RecordedAt: row.RecordedAt})
	}
	return leads, nil
}

// readMeasurements reads the definitions of measurements, at all times.
func readMeasurements(ctx context.Context, tx *store.Tx) ([]costing.Measurement, error) {
	rows, err := tx.MeasurementDefinition.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	dated, err := tx.DatedValue.Query().Where(datedvalue.NameEQ(schema.DatedMeasure)).Order(datedvalue.ByRecordedAt(), datedvalue.ByID()).All(ctx)
	if err != nil {
		return nil, err
	}
	changed := map[string][]*ent.DatedValue{} // by definition
	for _, row := range dated {
		changed[row.Subject] = append(changed[row.Subject], row)
	}
	var all []costing.Measurement
	for _, m := range rows {
		if len(changed[m.ID]) == 0 { // it has always been what it is
			all = append(all, costing.Measurement{Code: m.Code, Name: m.Name, Unit: m.Unit, Least: m.Least, Most: m.Most})
		}
		for _, row := range changed[m.ID] {
			var was MeasurementValue
			if err := json.Unmarshal([]byte(input.OrZero(row.Value)), &was); err != nil {
				return nil, fmt.Errorf("quote: the definition of %s: %w", m.Code, err)
			}
			all = append(all, costing.Measurement{Code: m.Code, Name: was.Name, Unit: was.Unit, Least: was.Least, Most: was.Most, ValidFrom: row.ValidFrom, RecordedAt: row.RecordedAt})
		}
	}
	return all, nil
}

// MeasurementValue is a definition as a dated value has it, as JSON.
type MeasurementValue struct {
	Name  string        `json:"name"`
	Unit  string        `json:"unit"`
	Least money.Decimal `json:"least"`
	Most  money.Decimal `json:"most"`
}

// RecipesOf puts recipes together from their rows. Options and components are in the order of their positions.
func (s *Service) RecipesOf(recipes []*ent.Recipe, options []*ent.ProductOption, components []*ent.Component) ([]costing.Recipe, error) {
	base, ofOption := map[string][]costing.Component{}, map[string][]costing.Component{}
	for _, c := range components {
		one := costing.Component{Material: input.OrZero(c.Material), Resource: input.OrZero(c.Resource), PartID: input.OrZero(c.PartID), Quantity: c.Quantity}
		if c.Formula != nil {
			var err error
			if one.Formula, err = s.formulas.compiled(*c.Formula); err != nil { // somebody else has written the row; the other products can be made
				one.Wrong = &costing.FormulaError{Formula: *c.Formula, Err: err}
			}
		}
		if c.OptionID != nil {
			ofOption[*c.OptionID] = append(ofOption[*c.OptionID], one)
		} else {
			base[c.RecipeID] = append(base[c.RecipeID], one)
		}
	}
	chosen := map[string][]costing.Option{}
	for _, o := range options {
		chosen[o.RecipeID] = append(chosen[o.RecipeID], costing.Option{ID: o.ID, Code: o.Code, Name: o.Name, Surcharge: o.Surcharge, Components: ofOption[o.ID], Measured: o.Measured, Grade: o.Grade})
	}
	all := make([]costing.Recipe, len(recipes))
	for i, r := range recipes {
		all[i] = costing.Recipe{
			ID: r.ID, ProductID: r.ProductID, ValidFrom: r.ValidFrom, RecordedAt: r.RecordedAt, RecordedBy: r.RecordedBy, Reason: input.OrZero(r.Reason),
			Components: base[r.ID], Options: chosen[r.ID],
		}
	}
	return all, nil
}

// Formula returns the compiled formula of a text that was checked.
func (s *Service) Formula(text string) (*formula.Formula, error) { return s.formulas.compiled(text) }

// formulas remembers compiled formulas by their text, so that each is compiled once and equal ones are the same.
type formulas struct{ known sync.Map }

// compiled returns a formula that was checked when it was saved: measurements are not deleted.
func (f *formulas) compiled(text string) (*formula.Formula, error) {
	if known, ok := f.known.Load(text); ok {
		return known.(*formula.Formula), nil
	}
	compiled, err := formula.Compile(text, func(string) bool { return true })
	if err != nil {
		return nil, err
	}
	known, _ := f.known.LoadOrStore(text, compiled)
	return known.(*formula.Formula), nil
}
