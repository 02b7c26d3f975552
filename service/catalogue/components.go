package catalogue

import (
	"context"
	"errors"
	"slices"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/ent/rate"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/schema"
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

// checkRates checks that all materials and resources have a rate at any time: a code without one is most likely mistyped.
func checkRates(ctx context.Context, tx *store.Tx, p newRecipe) error {
	var codes []string
	for _, c := range p.allComponents() {
		for _, code := range []*string{c.material, c.resource} {
			if code != nil {
				codes = append(codes, *code)
			}
		}
	}
	slices.Sort(codes)
	known := map[costing.RateKey]bool{}
	for some := range slices.Chunk(slices.Compact(codes), store.IDsPerStatement) {
		var keys []costing.RateKey
		err := tx.Rate.Query().Where(rate.SubjectIn(schema.RateMaterial, schema.RateResource), rate.CodeIn(some...)).
			Unique(true).Select(rate.FieldSubject, rate.FieldCode).Scan(ctx, &keys)
		if err != nil {
			return err
		}
		for _, key := range keys {
			known[key] = true
		}
	}
	var faults fault.List
	for _, c := range p.allComponents() {
		switch {
		case c.material != nil && !known[costing.RateKey{Subject: costing.SubjectMaterial, Code: *c.material}]:
			faults.Add(fault.New(fault.NotFound, "material", "no such material: %s has no rate; set one first", input.Excerpt(*c.material)).At(c.path...))
		case c.resource != nil && !known[costing.RateKey{Subject: costing.SubjectResource, Code: *c.resource}]:
			faults.Add(fault.New(fault.NotFound, "resource", "no such resource: %s has no rate; set one first", input.Excerpt(*c.resource)).At(c.path...))
		}
	}
	return faults.Or()
}

// findParts returns the ids of the products that one is made of, by sku, and checks that it is not directly made of itself.
func findParts(ctx context.Context, tx *store.Tx, productID string, r newRecipe) (map[string]string, error) {
	all := r.allComponents()
	var skus []string
	for _, c := range all {
		if c.partSKU != nil {
			skus = append(skus, *c.partSKU)
		}
	}
	if len(skus) == 0 {
		return nil, nil
	}
	found, err := tx.Product.Query().Where(product.SkuIn(skus...)).All(ctx)
	if err != nil {
		return nil, err
	}
	parts := make(map[string]string, len(found))
	for _, f := range found {
		parts[f.Sku] = f.ID
	}
	var faults fault.List
	for _, c := range all {
		switch {
		case c.partSKU == nil:
		case parts[*c.partSKU] == "":
			faults.Add(fault.NoSuch("productSku", "product").At(c.path...))
		case parts[*c.partSKU] == productID:
			faults.Add(fault.Invalidf("productSku", "a product cannot be a part of itself").At(c.path...))
		}
	}
	return parts, faults.Or()
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
