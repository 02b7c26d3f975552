package catalogue

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service/input"
	"kopeck/store"
)

// allComponents returns the components of a product and of all its options.
func (r newRecipe) allComponents() []newComponent {
	all := slices.Clone(r.components)
	for _, o := range r.options {
		all = append(all, o.components...)
	}
	return all
}

// partSKUs returns the skus of the products that a recipe names.
func (r newRecipe) partSKUs() (skus []string) {
	for _, c := range r.allComponents() {
		if c.partSKU != nil {
			skus = append(skus, *c.partSKU)
		}
	}
	return skus
}

// codes returns the codes of the materials and resources that a recipe names.
func (r newRecipe) codes() (codes []string) {
	for _, c := range r.allComponents() {
		if code := cmp.Or(input.OrZero(c.material), input.OrZero(c.resource)); code != "" {
			codes = append(codes, code)
		}
	}
	return codes
}

// checkNesting checks that a new product, whose row is there already, becomes no part of itself and is not nested too deeply.
func (s *Service) checkNesting(ctx context.Context, tx *store.Tx, p newProduct, parts map[string]string) error {
	if len(parts) == 0 {
		return nil
	}
	candidate := costing.Product{ID: p.ID, SKU: p.Sku}
	for _, c := range p.allComponents() {
		if c.partSKU != nil {
			candidate.Components = append(candidate.Components, costing.Component{PartID: parts[*c.partSKU], Quantity: c.quantity})
		}
	}
	err := s.quote.PriceBook().Basis().Catalogue.CheckCycle(candidate, s.Now())
	if errors.Is(err, costing.ErrUnknownProduct) { // made by another process a moment ago
		var catalogue *costing.Catalogue
		if catalogue, err = s.recipesBut(ctx, tx, p.ID); err != nil {
			return err
		}
		err = catalogue.CheckCycle(candidate, s.Now())
	}
	return recipeFault(err)
}

// recipeFault returns the fault of a recipe that cannot be as it is.
func recipeFault(err error) error {
	if costing.IsRecipeError(err) {
		return fault.Invalidf("components", "%v", err)
	}
	return err
}

// recipeOf is where components and options are written.
type recipeOf struct{ id, productID string }

// addComponents writes the options of a recipe, and what the product and they are made of.
func (s *Service) addComponents(ctx context.Context, tx *store.Tx, to recipeOf, r newRecipe, parts map[string]string) error {
	var rows []*ent.ComponentCreate
	add := func(option *string, components []newComponent) {
		for _, c := range components {
			row := tx.Component.Create().SetID(s.IDs.Make(id.Component)).SetProductID(to.productID).SetRecipeID(to.id).SetNillableOptionID(option).SetPosition(len(rows)).
				SetNillableMaterial(c.material).SetNillableResource(c.resource).SetQuantity(c.quantity).SetNillableFormula(c.formula)
			if c.partSKU != nil {
				row.SetPartID(parts[*c.partSKU])
			}
			rows = append(rows, row)
		}
	}
	add(nil, r.components)
	for i, o := range r.options {
		optionID := s.IDs.Make(id.Option)
		err := tx.ProductOption.Create().SetID(optionID).SetProductID(to.productID).SetRecipeID(to.id).SetCode(o.code).SetName(o.name).SetPosition(i).
			SetSurcharge(o.surcharge).SetMeasured(o.measured).SetGrade(o.grade).Exec(ctx)
		if err != nil {
			return err
		}
		add(&optionID, o.components)
	}
	for some := range slices.Chunk(rows, maxParts) {
		if err := writeComponents(ctx, tx, some); err != nil {
			return err
		}
	}
	return nil
}
