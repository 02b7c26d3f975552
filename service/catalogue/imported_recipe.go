package catalogue

import (
	"context"
	"errors"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/formula"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/store"
)

// ImportedRecipe is a recipe of a file, checked.
type ImportedRecipe struct {
	costing.Recipe

	checked newRecipe
	parts   map[string]string
}

// KeptRecipe is what a recipe of a file keeps of the one that holds until then.
type KeptRecipe struct {
	Before              costing.Recipe
	Components, Options bool // the file does not have them
}

// CheckImported checks a recipe that a file gives. One that was recorded before is checked less: what was accepted then stands, though a
// measurement has another range now or the code of an option.
func (s *Service) CheckImported(k *Known, recipe costing.Recipe, recordedBefore bool, components []*service.ComponentInput, options []*service.ProductOptionInput, kept KeptRecipe) (*ImportedRecipe, error) {
	var faults fault.List
	r := newRecipe{components: checkComponents(&faults, components, "components"), options: s.checkOptions(&faults, options)}
	if recipe.ID != "" {
		faults.Add(id.Check("id", id.Recipe, recipe.ID))
	}
	reason, err := input.OptionalText("reason", input.NonEmpty(recipe.Reason), 2000)
	faults.Add(err)
	recipe.Reason = input.OrZero(reason)
	faults.Add(input.CheckDate("validFrom", &recipe.ValidFrom))
	if err := faults.Or(); err != nil {
		return nil, err
	}
	s.keepBefore(k, &r, kept)
	if recordedBefore {
		r.keep()
		faults.Add(k.compileAll(r))
	}
	faults.Add(k.check(recipe.ProductID, r))
	if err := faults.Or(); err != nil {
		return nil, err
	}
	done := &ImportedRecipe{Recipe: recipe, checked: r, parts: k.Products}
	done.Components, done.Options, err = s.domainRecipe(r, k.Products)
	return done, err
}

// keepBefore fills in what a recipe keeps of the one before.
func (s *Service) keepBefore(k *Known, r *newRecipe, kept KeptRecipe) {
	if kept.Options {
		r.options = s.keptOptions(kept.Before)
	}
	if kept.Components {
		r.components = s.keptComponents(kept.Before.Components, "components")
		for i := range r.options {
			for _, before := range kept.Before.Options {
				if before.Code == r.options[i].code {
					r.options[i].components = s.keptComponents(before.Components, "options")
				}
			}
		}
	}
	for _, c := range r.allComponents() { // what was accepted stands
		switch {
		case !c.kept:
		case c.material != nil:
			k.rates[costing.RateKey{Subject: costing.SubjectMaterial, Code: *c.material}] = true
		case c.resource != nil:
			k.rates[costing.RateKey{Subject: costing.SubjectResource, Code: *c.resource}] = true
		}
	}
	kept.Before.EachComponent(func(c costing.Component) {
		if part := s.quote.Product(c.PartID); part != nil {
			k.Products[part.Sku] = part.ID
		}
	})
}

// keep marks all of a recipe as recorded before.
func (r *newRecipe) keep() {
	for i := range r.components {
		r.components[i].kept = true
	}
	for i := range r.options {
		r.options[i].kept = true
		for j := range r.options[i].components {
			r.options[i].components[j].kept = true
		}
	}
}

// compileAll returns a fault for each formula that does not compile.
func (k *Known) compileAll(r newRecipe) error {
	var faults fault.List
	for _, c := range r.allComponents() {
		if c.formula == nil {
			continue
		}
		if _, err := k.compile(*c.formula); err != nil {
			faults.Add(fault.Invalidf("quantityFormula", "%v", err).At(c.path...))
		}
	}
	return faults.Or()
}

// WrongRecipe returns the text of what is wrong with a recipe that cannot be as it is, "" for another error or none.
func WrongRecipe(err error) string {
	if costing.IsRecipeError(err) || errors.Is(err, costing.ErrUnknownProduct) {
		return err.Error()
	}
	return ""
}

// RecipeRows are rows of recipes that are written together.
type RecipeRows struct {
	recipes    []recipeRow
	options    []optionRow
	components []componentRow
}

type recipeRow struct {
	costing.Recipe

	actor string
}

type optionRow struct {
	id, productID, recipeID string
	position                int
	newOption
}

type componentRow struct {
	id, productID, recipeID string
	optionID, partID        *string
	position                int
	newComponent
}

// AddRows adds the rows of a recipe.
func (s *Service) AddRows(rows *RecipeRows, r *ImportedRecipe, actor string) {
	rows.recipes = append(rows.recipes, recipeRow{r.Recipe, actor})
	position := 0
	add := func(option *string, components []newComponent) {
		for _, c := range components {
			row := componentRow{id: s.IDs.Make(id.Component), productID: r.ProductID, recipeID: r.ID, optionID: option, position: position, newComponent: c}
			if c.partSKU != nil {
				part := r.parts[*c.partSKU]
				row.partID = &part
			}
			rows.components = append(rows.components, row)
			position++
		}
	}
	add(nil, r.checked.components)
	for i, o := range r.checked.options {
		optionID := s.IDs.Make(id.Option)
		rows.options = append(rows.options, optionRow{optionID, r.ProductID, r.ID, i, o})
		add(&optionID, o.components)
	}
}

// The columns of the tables of recipes.
var (
	recipeColumns = []store.Column[recipeRow]{
		{Name: "id", Value: func(r recipeRow) any { return r.ID }},
		{Name: "product_id", Value: func(r recipeRow) any { return r.ProductID }},
		{Name: "valid_from", Value: func(r recipeRow) any { return r.ValidFrom }},
		{Name: "recorded_at", Value: func(r recipeRow) any { return r.RecordedAt }},
		{Name: "recorded_by", Value: func(r recipeRow) any { return r.actor }},
		{Name: "reason", Value: func(r recipeRow) any { return orNull(input.NonEmpty(r.Reason)) }, Optional: true},
	}
	optionColumns = []store.Column[optionRow]{
		{Name: "id", Value: func(r optionRow) any { return r.id }},
		{Name: "product_id", Value: func(r optionRow) any { return r.productID }},
		{Name: "recipe_id", Value: func(r optionRow) any { return r.recipeID }},
		{Name: "code", Value: func(r optionRow) any { return r.code }},
		{Name: "name", Value: func(r optionRow) any { return r.name }},
		{Name: "position", Value: func(r optionRow) any { return int64(r.position) }},
		{Name: "surcharge", Value: func(r optionRow) any { return r.surcharge.Minor() }},
		{Name: "measured", Value: func(r optionRow) any { return r.measured }},
		{Name: "grade", Value: func(r optionRow) any { return r.grade }},
	}
	componentColumns = []store.Column[componentRow]{
		{Name: "id", Value: func(r componentRow) any { return r.id }},
		{Name: "product_id", Value: func(r componentRow) any { return r.productID }},
		{Name: "recipe_id", Value: func(r componentRow) any { return r.recipeID }},
		{Name: "option_id", Value: func(r componentRow) any { return orNull(r.optionID) }, Optional: true},
		{Name: "position", Value: func(r componentRow) any { return int64(r.position) }},
		{Name: "material", Value: func(r componentRow) any { return orNull(r.material) }, Optional: true},
		{Name: "resource", Value: func(r componentRow) any { return orNull(r.resource) }, Optional: true},
		{Name: "part_id", Value: func(r componentRow) any { return orNull(r.partID) }, Optional: true},
		{Name: "quantity", Value: func(r componentRow) any { return r.quantity.Nano() }},
		{Name: "formula", Value: func(r componentRow) any { return orNull(r.formula) }, Optional: true},
	}
)

// orNull returns the text as a value of a column, nil for none.
func orNull(text *string) any {
	if text == nil {
		return nil
	}
	return *text
}

// SameRecipe reports whether two recipes are made of the same, with the same options, whenever they hold.
func SameRecipe(a, b costing.Recipe) bool {
	if len(a.Options) != len(b.Options) || !sameComponents(a.Components, b.Components) {
		return false
	}
	for i, o := range a.Options {
		p := b.Options[i]
		if o.Code != p.Code || o.Name != p.Name || o.Surcharge != p.Surcharge || o.Measured != p.Measured || o.Grade != p.Grade || !sameComponents(o.Components, p.Components) {
			return false
		}
	}
	return true
}

func sameComponents(a, b []costing.Component) bool {
	if len(a) != len(b) {
		return false
	}
	for i, c := range a {
		d := b[i]
		if c.Material != d.Material || c.Resource != d.Resource || c.PartID != d.PartID || c.Quantity != d.Quantity || textOf(c.Formula) != textOf(d.Formula) {
			return false
		}
	}
	return true
}

func textOf(f *formula.Formula) string {
	if f == nil {
		return ""
	}
	return f.String()
}

// RecordedAfter returns the moment at which a recipe is recorded now: after others for the same moment.
func RecordedAfter(recipes []costing.Recipe, validFrom, now time.Time) time.Time {
	for _, other := range recipes {
		if other.ValidFrom.Equal(validFrom) && !other.RecordedAt.Before(now) {
			now = other.RecordedAt.Add(time.Microsecond)
		}
	}
	return now
}

// AuditImported records that a product that was made of something else has another recipe, with the number of orders that it restated.
func (s *Service) AuditImported(ctx context.Context, tx *store.Tx, r *ImportedRecipe, orders int) error {
	p, err := tx.Product.UpdateOneID(r.ProductID).AddVersion(1).SetUpdatedAt(s.Now()).Save(ctx)
	if err != nil {
		return err
	}
	change := service.VersionChange{Version: p.Version, Fields: map[string]service.Change{"recipe": {New: r.ID}}, Reason: r.Reason}
	if err := s.AuditVersion(ctx, tx, productUpdate, p.ID, change); err != nil {
		return err
	}
	return s.Audit(ctx, tx, "recipe.set", p.ID, recipeSet{Recipe: r.ID, Product: p.ID, ValidFrom: r.ValidFrom, Reason: input.NonEmpty(r.Reason), Orders: orders})
}
