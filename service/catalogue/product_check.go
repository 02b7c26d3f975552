package catalogue

import (
	"strconv"
	"strings"
	"time"

	"kopeck/costing"
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
	id, sku, name string
	kind          schema.ProductKind
	partner       *string // the name of the partner whose product it is
	leadDays      int
	terms         pricing.Terms
	newRecipe

	unit, category *string
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
}

type newOption struct {
	code, name string
	surcharge  money.Amount
	components []newComponent

	measured, grade bool
}

// maxParts is how many components a product or an option, and how many options a product, may have.
const maxParts = 250

func (s *Service) checkProduct(in service.CreateProductInput) (newProduct, error) {
	var faults fault.List
	var p newProduct
	var fail error
	p.id, fail = s.NewID(id.Product, in.ID)
	faults.Add(fail)
	p.sku, fail = input.Text("sku", in.Sku, 100)
	faults.Add(fail)
	p.name, fail = input.Text("name", in.Name, 300)
	faults.Add(fail)
	p.kind = input.Or(in.Kind, schema.Good)
	if in.Partner != nil {
		name, fail := input.Text("partner", *in.Partner, 200)
		faults.Add(fail)
		p.partner = &name
	}
	p.leadDays = input.Or(in.StandardLeadDays, 14)
	faults.Add(checkLeadDays(p.leadDays))
	p.terms = s.checkTerms(&faults, in.ListPrice, in.Markup, in.BundleDiscount, in.MinimumMargin)
	if in.BundleDiscount != nil && p.kind != schema.Bundle {
		faults.Add(fault.Invalidf("bundleDiscount", "only a BUNDLE has a discount"))
	}
	p.terms.ProductID, p.terms.ValidFrom = p.id, always
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	if in.ValidFrom != nil {
		p.terms.ValidFrom = in.ValidFrom.UTC().Truncate(time.Microsecond)
	}
	p.unit = optionalText(&faults, "unit", in.Unit, 40)
	p.category = optionalText(&faults, "category", in.Category, 100)
	p.components = checkComponents(&faults, in.Components, "components")
	p.options = s.checkOptions(&faults, in.Options)
	return p, faults.Or()
}

func checkLeadDays(days int) error {
	if days < 0 || days > costing.MaxLeadDays {
		return fault.Invalidf("standardLeadDays", "want 0 to %d days", costing.MaxLeadDays)
	}
	return nil
}

// optionalText checks a text that may be absent or empty, and trims it.
func optionalText(faults *fault.List, field string, in *string, most int) *string {
	if in == nil || strings.TrimSpace(*in) == "" {
		return nil
	}
	text, err := input.Text(field, *in, most)
	faults.Add(err)
	return &text
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
		var one newOption
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
		one.components = checkComponents(faults, o.Components, append(at, "components")...)
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
