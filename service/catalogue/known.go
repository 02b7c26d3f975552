package catalogue

import (
	"context"
	"slices"

	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/ent/productoption"
	"kopeck/ent/rate"
	"kopeck/fault"
	"kopeck/formula"
	"kopeck/schema"
	"kopeck/service/input"
	"kopeck/store"
)

// Known is what recipes are checked against: the products that they name, the materials and resources that have a rate, and what can be
// measured. It is read once for many recipes.
type Known struct {
	Products map[string]string // ids by sku

	rates   map[costing.RateKey]bool
	defined map[string]costing.Measurement
	tried   map[string]error // by the text of a formula
}

// ReadKnown reads what recipes are checked against that name some products, by sku, and some codes of materials and resources.
func ReadKnown(ctx context.Context, tx *store.Tx, skus, codes []string) (*Known, error) {
	k := &Known{Products: make(map[string]string, len(skus)), rates: map[costing.RateKey]bool{}, tried: map[string]error{}}
	slices.Sort(skus)
	for some := range slices.Chunk(slices.Compact(skus), store.IDsPerStatement) {
		found, err := tx.Product.Query().Where(product.SkuIn(some...)).Select(product.FieldID, product.FieldSku).All(ctx)
		if err != nil {
			return nil, err
		}
		for _, p := range found {
			k.Products[p.Sku] = p.ID
		}
	}
	slices.Sort(codes)
	for some := range slices.Chunk(slices.Compact(codes), store.IDsPerStatement) {
		var keys []costing.RateKey
		err := tx.Rate.Query().Where(rate.SubjectIn(schema.RateMaterial, schema.RateResource), rate.CodeIn(some...)).
			Unique(true).Select(rate.FieldSubject, rate.FieldCode).Scan(ctx, &keys)
		if err != nil {
			return nil, err
		}
		for _, key := range keys {
			k.rates[key] = true
		}
	}
	var err error
	k.defined, err = definitions(ctx, tx)
	return k, err
}

// check checks a recipe. A code without a rate of any time is most likely mistyped.
func (k *Known) check(productID string, r newRecipe) error {
	var faults fault.List
	for _, c := range r.allComponents() {
		var wrong error
		switch {
		case c.material != nil && !k.rates[costing.RateKey{Subject: costing.SubjectMaterial, Code: *c.material}]:
			wrong = fault.New(fault.NotFound, "material", "no such material: %s has no rate; set one first", input.Excerpt(*c.material))
		case c.resource != nil && !k.rates[costing.RateKey{Subject: costing.SubjectResource, Code: *c.resource}]:
			wrong = fault.New(fault.NotFound, "resource", "no such resource: %s has no rate; set one first", input.Excerpt(*c.resource))
		case c.partSKU != nil && k.Products[*c.partSKU] == "":
			wrong = fault.NoSuch("productSku", "product")
		case c.partSKU != nil && k.Products[*c.partSKU] == productID:
			wrong = fault.Invalidf("productSku", "a product cannot be a part of itself")
		}
		if wrong != nil {
			faults.Add(fault.At(wrong, c.path...))
		}
		if c.formula != nil && !c.kept {
			if err := k.try(*c.formula); err != nil {
				faults.Add(fault.Invalidf("quantityFormula", "%v", err).At(c.path...))
			}
		}
	}
	for _, o := range r.options {
		if _, ok := k.defined[o.code]; ok && !o.kept && !o.measured {
			faults.Add(fault.Invalidf("code", "%s is a measurement: a price could not tell it from an option of the same code", input.Excerpt(o.code)).At(o.path...))
		}
	}
	return faults.Or()
}

// try returns what is wrong with a formula: it is compiled, and computed at the ends of what it measures.
func (k *Known) try(text string) error {
	if err, ok := k.tried[text]; ok {
		return err
	}
	compiled, err := k.compile(text)
	if err == nil {
		err = compiled.Try(func(code string) formula.Range { return k.defined[code].Range() })
	}
	k.tried[text] = err
	return err
}

func (k *Known) compile(text string) (*formula.Formula, error) {
	return formula.Compile(text, func(code string) bool {
		_, ok := k.defined[code]
		return ok
	})
}

// optionHas reports whether an option of a recipe of any time has a code, but one that the customer's measurement fills in. The actor reads products: options are a part of them.
func optionHas(ctx context.Context, tx *store.Tx, code string) (bool, error) {
	return tx.ProductOption.Query().Where(productoption.Code(code), productoption.Measured(false)).Exist(ctx)
}

// definitions reads all definitions, by code.
func definitions(ctx context.Context, tx *store.Tx) (map[string]costing.Measurement, error) {
	rows, err := tx.MeasurementDefinition.Query().All(ctx)
	if err != nil {
		return nil, err
	}
	all := make(map[string]costing.Measurement, len(rows))
	for _, row := range rows {
		all[row.Code] = definitionOf(row)
	}
	return all, nil
}

func definitionOf(row *ent.MeasurementDefinition) costing.Measurement {
	return costing.Measurement{Code: row.Code, Name: row.Name, Unit: row.Unit, Least: row.Least, Most: row.Most}
}
