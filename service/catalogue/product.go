package catalogue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/ent/product"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/pricing"
	"kopeck/schema"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/quote"
	"kopeck/store"
)

// newProduct is a product to be made, checked.
type newProduct struct {
	id, sku, name string
	kind          schema.ProductKind
	partner       *string // the name of the partner whose product it is
	leadDays      int
	terms         pricing.Terms
	components    []newComponent
	options       []newOption
}

type newComponent struct {
	material, resource, partSKU *string
	quantity                    money.Decimal
	path                        []string // of the input
}

type newOption struct {
	code, name string
	surcharge  money.Amount
	components []newComponent

	measured, grade bool
}

// mostParts is how many components a product or an option, and how many options a product, may have.
const mostParts = 250

const productUpdate = "product.update"

// CreateProduct adds a product to the catalogue with its components, options and first price terms: a list price, or a
// markup on full cost (0 where neither is given). ALREADY_EXISTS for an id or sku that is taken, NOT_FOUND for a
// part that is not there and for a material or resource that has no rate of any time, INVALID by field.
func (s *Service) CreateProduct(ctx context.Context, in service.CreateProductInput) (*ent.Product, error) {
	p, err := s.checkProduct(in)
	if err != nil {
		return nil, err
	}
	made, err := s.Write(ctx, service.Verb{Name: "createProduct", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		now := s.Now()
		partner, err := s.supplier(ctx, tx, input.OrZero(p.partner))
		if err != nil {
			return "", err
		}
		_, err = tx.Product.Create().SetNillablePartnerID(partner).SetID(p.id).SetSku(p.sku).SetName(p.name).SetNameKey(input.NameKey(p.name)).SetKind(p.kind).
			SetStandardLeadDays(p.leadDays).SetCreatedAt(now).SetUpdatedAt(now).Save(ctx)
		if err != nil {
			return "", takenProduct(err, in.ID != nil)
		}
		if err := s.findRates(ctx, tx, p); err != nil {
			return "", err
		}
		parts, err := s.findParts(ctx, tx, p)
		if err != nil {
			return "", err
		}
		if err := s.storeTerms(ctx, tx, p.terms, now); err != nil {
			return "", err
		}
		if err := s.storeComponents(ctx, tx, p, parts); err != nil {
			return "", err
		}
		if err := s.Audit(ctx, tx, "product.create", p.id, map[string]any{"sku": p.sku}); err != nil {
			return "", err
		}
		return p.id, s.Touch(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.Client.Product.Get(ctx, made)
}

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
	if p.leadDays = input.Or(in.StandardLeadDays, 14); p.leadDays < 0 || p.leadDays > costing.MaxLeadDays {
		faults.Add(fault.Invalidf("standardLeadDays", "want 0 to %d days", costing.MaxLeadDays))
	}
	p.terms = s.checkTerms(&faults, in.ListPrice, in.Markup, in.BundleDiscount, in.MinimumMargin)
	if in.BundleDiscount != nil && p.kind != schema.Bundle {
		faults.Add(fault.Invalidf("bundleDiscount", "it is no BUNDLE"))
	}
	p.terms.ProductID, p.terms.ValidFrom = p.id, always
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	if in.ValidFrom != nil {
		p.terms.ValidFrom = in.ValidFrom.UTC().Truncate(time.Microsecond)
	}
	p.components = checkComponents(&faults, in.Components, "components")
	if len(in.Options) > mostParts {
		faults.Add(fault.New(fault.LimitExceeded, "options", "want at most %d", mostParts))
		return p, faults
	}
	codes := map[string]bool{}
	for i, o := range in.Options {
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
			add(fault.Invalidf("code", "two options with the code %q", input.Shown(one.code)))
		}
		codes[one.code] = true
		one.components = checkComponents(&faults, o.Components, append(at, "components")...)
		p.options = append(p.options, one)
	}
	return p, faults.Or()
}

func checkComponents(faults *fault.List, in []*service.ComponentInput, path ...string) []newComponent {
	if len(in) > mostParts {
		faults.Add(fault.New(fault.LimitExceeded, "", "want at most %d components", mostParts).At(path...))
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
		var fail error
		one.quantity, fail = input.Quantity("quantity", &c.Quantity)
		add(fail)
		all = append(all, one)
	}
	return all
}

func takenProduct(err error, madeByClient bool) error {
	if store.IsUnique(err) && slices.Contains(store.UniqueColumns(err), "sku") {
		return fault.New(fault.AlreadyExists, "sku", "another product has this sku")
	}
	return service.Taken(err, madeByClient)
}

// allComponents are those of a product and of all its options.
func (p newProduct) allComponents() []newComponent {
	all := slices.Clone(p.components)
	for _, o := range p.options {
		all = append(all, o.components...)
	}
	return all
}

// findRates sees to it that all materials and resources are known: a code that has no rate, now or ahead or in the past, is one
// that nobody has heard of, and most likely mistyped.
func (s *Service) findRates(ctx context.Context, tx *store.Tx, p newProduct) error {
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
	err := store.EachByIDs(ctx, tx, "SELECT DISTINCT subject, code FROM rates WHERE subject IN ('MATERIAL', 'RESOURCE') AND code IN @ids", nil, slices.Compact(codes), func(scan store.ScanFunc) error {
		var key costing.RateKey
		err := scan(&key.Subject, &key.Code)
		known[key] = true
		return err
	})
	if err != nil {
		return err
	}
	var faults fault.List
	for _, c := range p.allComponents() {
		switch {
		case c.material != nil && !known[costing.RateKey{Subject: costing.SubjectMaterial, Code: *c.material}]:
			faults.Add(fault.New(fault.NotFound, "material", "no such material: %s has no rate; set one first", input.Shown(*c.material)).At(c.path...))
		case c.resource != nil && !known[costing.RateKey{Subject: costing.SubjectResource, Code: *c.resource}]:
			faults.Add(fault.New(fault.NotFound, "resource", "no such resource: %s has no rate; set one first", input.Shown(*c.resource)).At(c.path...))
		}
	}
	return faults.Or()
}

// findParts finds the products that a new one is made of, by sku, and sees to it that it becomes no part of itself and is
// not nested too deeply. The new product's row is there already, so its own sku is found too.
func (s *Service) findParts(ctx context.Context, tx *store.Tx, p newProduct) (map[string]string, error) {
	all := p.allComponents()
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
	candidate := costing.Product{ID: p.id, SKU: p.sku}
	for _, c := range all {
		if c.partSKU == nil {
			continue
		}
		if parts[*c.partSKU] == "" {
			faults.Add(fault.NoSuch("productSku", "product").At(c.path...))
			continue
		}
		candidate.Components = append(candidate.Components, costing.Component{PartID: parts[*c.partSKU], Quantity: c.quantity})
		if parts[*c.partSKU] == p.id {
			faults.Add(fault.Invalidf("productSku", "a product cannot be a part of itself").At(c.path...))
		}
	}
	if err := faults.Or(); err != nil {
		return nil, err
	}
	err = s.quote.PriceBook().Basis().Catalogue.CheckCycle(candidate)
	if errors.Is(err, costing.ErrUnknownProduct) { // made by another process a moment ago
		var products []*ent.Product
		if products, err = tx.Product.Query().Where(product.IDNEQ(p.id)).All(ctx); err != nil {
			return nil, err
		}
		var catalogue *costing.Catalogue
		if catalogue, err = quote.ReadCatalogue(auth.System(ctx), tx, products); err != nil {
			return nil, err
		}
		err = catalogue.CheckCycle(candidate)
	}
	var cycle *costing.CycleError
	if errors.As(err, &cycle) || errors.Is(err, costing.ErrTooDeep) {
		return nil, fault.Invalidf("components", "%v", err)
	}
	return parts, err
}

// storeComponents writes the options of a new product and what it and they are made of.
func (s *Service) storeComponents(ctx context.Context, tx *store.Tx, p newProduct, parts map[string]string) error {
	var rows []*ent.ComponentCreate
	add := func(option *string, components []newComponent) {
		for _, c := range components {
			row := tx.Component.Create().SetID(s.IDs.Make(id.Component)).SetProductID(p.id).SetNillableOptionID(option).SetPosition(len(rows)).
				SetNillableMaterial(c.material).SetNillableResource(c.resource).SetQuantity(c.quantity)
			if c.partSKU != nil {
				row.SetPartID(parts[*c.partSKU])
			}
			rows = append(rows, row)
		}
	}
	add(nil, p.components)
	for i, o := range p.options {
		optionID := s.IDs.Make(id.Option)
		err := tx.ProductOption.Create().SetID(optionID).SetProductID(p.id).SetCode(o.code).SetName(o.name).SetPosition(i).
			SetSurcharge(o.surcharge).SetMeasured(o.measured).SetGrade(o.grade).Exec(ctx)
		if err != nil {
			return err
		}
		add(&optionID, o.components)
	}
	for len(rows) > 0 {
		n := min(len(rows), mostParts)
		if err := tx.Component.CreateBulk(rows[:n]...).Exec(auth.System(ctx)); err != nil {
			return err
		}
		rows = rows[n:]
	}
	return nil
}
