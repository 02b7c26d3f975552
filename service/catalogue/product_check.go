package catalogue

import (
	"slices"
	"strconv"
	"time"

	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
)

// newProduct is a product to be created, checked.
type newProduct struct {
	Record
	newRecipe

	terms pricing.Terms
}

// newRecipe is what a product is to be made of, checked.
type newRecipe struct {
	components []newComponent
	options    []newOption
}

type newComponent struct {
	material, resource, partSKU *string
	quantity                    money.Decimal
	formula                     *string
	path                        []string // of the input
	kept                        bool     // it was checked when it was recorded, and stays as it is
}

type newOption struct {
	code, name string
	surcharge  money.Amount
	components []newComponent

	measured, grade bool

	path []string // of the input
	kept bool     // it stays as it is
}

// maxParts is how many components a product or an option, and how many options a product, may have.
const maxParts = 250

func (s *Service) checkProduct(in service.CreateProductInput) (newProduct, error) {
	var faults fault.List
	var fail error
	p := newProduct{Record: Record{Product: &ent.Product{Active: true}}}
	p.ID, fail = s.NewID(id.Product, in.ID)
	faults.Add(fail)
	faults.Add(fields.Create(&in, &p.Record))
	p.terms = s.checkTerms(&faults, in.ListPrice, in.Markup, in.BundleDiscount, in.MinimumMargin, in.TaxCode)
	if in.BundleDiscount != nil && p.Kind != schema.Bundle {
		faults.Add(fault.Invalidf("bundleDiscount", "only a BUNDLE has a discount"))
	}
	p.terms.ProductID, p.terms.ValidFrom = p.ID, always
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	if in.ValidFrom != nil {
		p.terms.ValidFrom = in.ValidFrom.UTC().Truncate(time.Microsecond)
	}
	p.components = checkComponents(&faults, in.Components, "components")
	p.options = s.checkOptions(&faults, in.Options)
	return p, faults.Or()
}

func (s *Service) checkOptions(faults *fault.List, in []*service.ProductOptionInput) []newOption {
	if len(in) > maxParts {
		faults.Add(fault.New(fault.LimitExceeded, "options", "want at most %d", maxParts))
		return nil
	}
	var options []newOption
	var fail error
	codes := map[string]bool{}
	for i, o := range in {
		at := []string{"options", strconv.Itoa(i)}
		add := func(fail error) {
			if fail != nil {
				faults.Add(fault.At(fail, at...))
			}
		}
		one := newOption{path: at}
		one.code, fail = input.Text("code", o.Code, 100)
		add(fail)
		one.name, fail = input.Text("name", o.Name, 300)
		add(fail)
		one.surcharge, fail = s.Amount("surcharge", o.Surcharge)
		add(fail)
		one.measured, one.grade = input.Or(o.Measured, false), input.Or(o.Grade, false)
		if one.measured && one.grade {
			add(fault.Invalidf("grade", "a measurement is no grade"))
		}
		if codes[one.code] {
			add(fault.Invalidf("code", "two options with the code %q", input.Excerpt(one.code)))
		}
		codes[one.code] = true
		one.components = checkComponents(faults, o.Components, append(slices.Clip(at), "components")...)
		options = append(options, one)
	}
	return options
}

func checkComponents(faults *fault.List, in []*service.ComponentInput, path ...string) []newComponent {
	if len(in) > maxParts {
		faults.Add(fault.New(fault.LimitExceeded, "", "want at most %d components", maxParts).At(path...))
		return nil
	}
	all := make([]newComponent, 0, len(in))
	for i, c := range in {
		one := newComponent{path: append(append([]string{}, path...), strconv.Itoa(i))}
		add := func(fail error) {
			if fail != nil {
				faults.Add(fault.At(fail, one.path...))
			}
		}
		given := 0
		for _, part := range []struct {
			field string
			value *string
			to    **string
		}{{"material", c.Material, &one.material}, {"resource", c.Resource, &one.resource}, {"productSku", c.ProductSku, &one.partSKU}} {
			if part.value == nil {
				continue
			}
			given++
			code, fail := input.Text(part.field, *part.value, 100)
			add(fail)
			*part.to = &code
		}
		if given != 1 {
			add(fault.New(fault.Invalid, "", "want exactly one of material, resource and productSku"))
		}
		switch {
		case c.QuantityFormula == nil:
			var fail error
			one.quantity, fail = input.Quantity("quantity", &c.Quantity)
			add(fail)
		case c.Quantity != "" && c.Quantity != "0":
			add(fault.Invalidf("quantity", "want exactly one of quantity and quantityFormula"))
		default:
			one.formula = c.QuantityFormula
		}
		all = append(all, one)
	}
	return all
}
