package costing

import (
	"fmt"
	"math/big"
	"slices"
	"time"

	"kopeck/formula"
	"kopeck/money"
)

// folded is what one unit of a product and of each of its options is made of, through all nesting.
type folded struct {
	base    []ingredient
	options [][]ingredient // by the product's options
	depth   int            // 1 where no other product is a part
	err     error          // ErrUnknownProduct, ErrTooDeep, ErrTooManyTerms or a *CycleError: this product cannot be costed

	formulas []*formula.Formula // that quantities depend on, each once
	codes    []string           // of the measurements that they use, sorted
	places   [][]int            // by formula: those of its measurements among codes
}

// ingredient is a quantity of a material or a resource, or of a part whose recipe is not recorded.
type ingredient struct {
	kind     LineKind // Material, Resource or ComponentLine
	code     string   // a rate's code; a part's name
	quantity *big.Rat
	terms    []term        // that sum to the quantity; nil where no formula is among them
	shown    money.Decimal // the quantity, rounded to nine places
	exact    bool          // shown is the quantity itself
	unknown  string        // the measurement without which there is no quantity
	err      error         // money.ErrOverflow where the quantity is too large to be shown
}

// term is a constant times the quantities that some formulas give.
type term struct {
	constant *big.Rat
	formulas []int // their places in folded.formulas, sorted
}

// folding computes what products are made of at a moment.
type folding struct {
	catalogue   *Catalogue
	at, knownAt time.Time
}

// product folds a product with the recipe that holds; path holds the ids of the products whose recipes need it.
func (f folding) product(p Product, path []string) *folded {
	if slices.Contains(path, p.ID) {
		cycle := append(slices.Clone(path[slices.Index(path, p.ID):]), p.ID)
		return &folded{err: &CycleError{f.catalogue.skus(p, cycle)}}
	}
	path = append(slices.Clone(path), p.ID)
	r := &folded{options: make([][]ingredient, len(p.Options)), depth: 1}
	r.base, r.err = f.ingredients(r, p.Components, path)
	for i, option := range p.Options {
		if r.err == nil {
			r.options[i], r.err = f.ingredients(r, option.Components, path)
		}
	}
	if r.err == nil && r.depth > MaxDepth {
		r.err = ErrTooDeep
	}
	r.index()
	return r
}

// index finds the measurements of the formulas.
func (r *folded) index() {
	for _, one := range r.formulas {
		r.codes = append(r.codes, one.Codes()...)
	}
	slices.Sort(r.codes)
	r.codes = slices.Clip(slices.Compact(r.codes))
	r.places = make([][]int, len(r.formulas))
	for i, one := range r.formulas {
		for _, code := range one.Codes() {
			at, _ := slices.BinarySearch(r.codes, code)
			r.places[i] = append(r.places[i], at)
		}
	}
}

// place returns the place of a formula, which it adds where it is not there.
func (r *folded) place(f *formula.Formula) int {
	at := slices.Index(r.formulas, f)
	if at < 0 {
		at = len(r.formulas)
		r.formulas = append(r.formulas, f)
	}
	return at
}

// gathered collects ingredients, each material and resource once, in the order of first mention.
type gathered struct {
	all   []ingredient
	place map[ingredientKey]int
	terms int
}

type ingredientKey struct {
	kind LineKind
	code string
}

func (s *gathered) add(more ingredient) error {
	key := ingredientKey{more.kind, more.code}
	s.terms += len(more.terms)
	if s.terms > maxTerms {
		return ErrTooManyTerms
	}
	i, ok := s.place[key]
	if !ok {
		s.place[key] = len(s.all)
		s.all = append(s.all, more)
		return nil
	}
	known := &s.all[i]
	known.exact = false
	if known.terms == nil && more.terms == nil {
		known.quantity = new(big.Rat).Add(known.quantity, more.quantity)
		return nil
	}
	known.terms = joinTerms(known.asTerms(), more.asTerms())
	known.quantity = nil
	return nil
}

// asTerms returns the quantity as terms.
func (i ingredient) asTerms() []term {
	if i.terms != nil {
		return i.terms
	}
	return []term{{constant: i.quantity}}
}

// joinTerms adds terms up: those of the same formulas are one.
func joinTerms(a, b []term) []term {
	joined := slices.Clone(a)
	for _, t := range b {
		same := slices.IndexFunc(joined, func(other term) bool { return slices.Equal(other.formulas, t.formulas) })
		if same < 0 {
			joined = append(joined, t)
			continue
		}
		joined[same].constant = new(big.Rat).Add(joined[same].constant, t.constant)
	}
	return joined
}

// ingredients adds up components, and raises the depth to one more than that of the deepest part.
func (f folding) ingredients(r *folded, components []Component, path []string) ([]ingredient, error) {
	s := gathered{place: make(map[ingredientKey]int, len(components))}
	for _, component := range components {
		if component.Wrong != nil {
			return nil, component.Wrong
		}
		direct := ingredient{quantity: component.Quantity.Rat(), shown: component.Quantity, exact: true}
		if component.Formula != nil {
			direct = ingredient{terms: []term{{one.Rat(), []int{r.place(component.Formula)}}}}
		}
		var err error
		switch {
		case component.Material != "":
			direct.kind, direct.code = Material, component.Material
			err = s.add(direct)
		case component.Resource != "":
			direct.kind, direct.code = Resource, component.Resource
			err = s.add(direct)
		default:
			err = f.part(r, &s, direct, component.PartID, path)
		}
		if err != nil {
			return nil, err
		}
	}
	for i := range s.all {
		if s.all[i].terms == nil && !s.all[i].exact {
			s.all[i].show()
		}
	}
	return s.all, nil
}

// part adds what a quantity of another product is made of.
func (f folding) part(r *folded, s *gathered, direct ingredient, partID string, path []string) error {
	entry := f.catalogue.entries[partID]
	if entry == nil {
		return fmt.Errorf("%w: %s", ErrUnknownProduct, partID)
	}
	part := f.catalogue.version(partID, f.at, f.knownAt, path).made
	if part.err != nil {
		return part.err
	}
	r.depth = max(r.depth, part.depth+1)
	if len(part.base) == 0 {
		direct.kind, direct.code = ComponentLine, entry.product.Name
		return s.add(direct)
	}
	for _, i := range part.base {
		more := ingredient{kind: i.kind, code: i.code}
		if direct.terms == nil && i.terms == nil {
			more.quantity = new(big.Rat).Mul(direct.quantity, i.quantity)
		} else {
			own := direct.asTerms()[0]
			for _, t := range i.asTerms() {
				product := term{constant: new(big.Rat).Mul(own.constant, t.constant), formulas: slices.Clone(own.formulas)}
				for _, at := range t.formulas {
					product.formulas = append(product.formulas, r.place(part.formulas[at]))
				}
				slices.Sort(product.formulas)
				more.terms = joinTerms(more.terms, []term{product})
			}
		}
		if err := s.add(more); err != nil {
			return err
		}
	}
	return nil
}

// show computes the quantity as it is shown.
func (i *ingredient) show() {
	i.shown, i.err = money.DecimalOf(i.quantity, money.Places)
	i.exact = i.err == nil && i.shown.Rat().Cmp(i.quantity) == 0
}

// computed is what a formula gives for what is measured: a quantity, or why there is none.
type computed struct {
	quantity *big.Rat
	unknown  string // the measurement that is not known
	err      error
}

// compute computes all formulas for measured values, which are by codes; one that is not given is not known.
func (r *folded) compute(values []formula.Number) []computed {
	all := make([]computed, len(r.formulas))
	own := make([]formula.Number, 0, len(r.codes))
	for i, one := range r.formulas {
		own = own[:0]
		for _, at := range r.places[i] {
			if !values[at].Given() {
				all[i].unknown = r.codes[at]
			}
			own = append(own, values[at])
		}
		if all[i].unknown != "" {
			continue
		}
		var err error
		if all[i].quantity, err = one.Quantity(own); err != nil {
			all[i].err = &FormulaError{one.String(), err}
		}
	}
	return all
}

// measured returns ingredients with the quantities that formulas give.
func measured(ingredients []ingredient, by []computed) []ingredient {
	all := slices.Clone(ingredients)
	for n := range all {
		if all[n].terms != nil {
			all[n].measure(by)
		}
	}
	return all
}

// measure computes the quantity from its terms.
func (i *ingredient) measure(by []computed) {
	i.quantity = new(big.Rat)
	for _, t := range i.terms {
		product := t.constant
		for _, at := range t.formulas {
			if by[at].quantity == nil {
				i.unknown, i.err = by[at].unknown, by[at].err
				return
			}
			product = new(big.Rat).Mul(product, by[at].quantity)
		}
		i.quantity.Add(i.quantity, product)
	}
	if i.show(); i.err == nil && i.quantity.Cmp(formula.Most) > 0 {
		i.err = money.ErrOverflow
	}
}
