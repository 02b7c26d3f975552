package costing

import (
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"strings"

	"kopeck/money"
)

// Product is what we sell, as far as its cost is concerned.
type Product struct {
	ID, SKU, Name    string
	Kind             string // GOOD, SERVICE or BUNDLE; costing treats them alike
	StandardLeadDays int
	Components       []Component // of one unit
	Options          []Option
}

// Component is a quantity of a material, a resource or another product: exactly one of the three.
type Component struct {
	Material, Resource, PartID string
	Quantity                   money.Decimal
}

// Option is a choice that changes what one unit is made of. The surcharge, for each unit of the option, is income: it is part of the
// price and not of the cost.
type Option struct {
	ID, Code, Name string
	Surcharge      money.Amount
	Components     []Component
	Measured       bool // filled by a customer's measurement of its code; see package pricing
	Grade          bool // makes a better quality; of several the last is the best
}

// MaxDepth is how deep products may be nested in each other.
const MaxDepth = 20

// Errors of a catalogue.
var (
	ErrUnknownProduct = errors.New("costing: no such product")
	ErrTooDeep        = fmt.Errorf("costing: products are nested more than %d deep", MaxDepth)
)

// CycleError says that a product would be a part of itself. Path holds the SKUs from the product back to itself.
type CycleError struct{ Path []string }

// Error implements error.
func (e *CycleError) Error() string {
	return "a product cannot be a part of itself: " + strings.Join(e.Path, " > ")
}

// Catalogue is an immutable set of products with what each is made of in the end. A nil one holds none.
type Catalogue struct {
	products map[string]Product
	recipes  map[string]*recipe
}

// recipe is what one unit of a product and of each of its options is made of, through all nesting.
type recipe struct {
	base    []ingredient
	options [][]ingredient // by the product's options
	depth   int            // 1 where no other product is a part
	err     error          // ErrUnknownProduct, ErrTooDeep or a *CycleError: this product cannot be costed
}

// ingredient is a quantity of a material or a resource, or of a part whose recipe is not recorded.
type ingredient struct {
	kind     LineKind // Material, Resource or ComponentLine
	code     string   // a rate's code; a part's name
	quantity *big.Rat
	shown    money.Decimal // the quantity, rounded to nine places
	exact    bool          // shown is the quantity itself
	err      error         // money.ErrOverflow where the quantity is too large to be shown
}

// NewCatalogue computes what products are made of. A product with a wrong recipe gives its error when
// it is costed, and does not keep the others from being costed. Of two products with one ID the later counts.
func NewCatalogue(products []Product) *Catalogue {
	c := &Catalogue{products: make(map[string]Product, len(products)), recipes: make(map[string]*recipe, len(products))}
	for _, p := range products {
		c.products[p.ID] = p
	}
	for _, id := range slices.Sorted(maps.Keys(c.products)) {
		c.recipeOf(id, nil)
	}
	return c
}

// Product returns a product by its id.
func (c *Catalogue) Product(id string) (Product, bool) {
	if c == nil {
		return Product{}, false
	}
	p, ok := c.products[id]
	return p, ok
}

// CheckCycle returns nil where a product may be added to the catalogue, or replace the one with its id. Errors: *CycleError
// where it would become a part of itself, directly, through others or through an option; ErrTooDeep; ErrUnknownProduct
// for a part that is not there.
func (c *Catalogue) CheckCycle(p Product) error {
	return c.findCycle(p, p, []string{p.ID}, map[string]int{})
}

// findCycle looks for the product among the parts of another. seen holds the depth at which a part was found to be
// free of it, so that each part is visited again only where it lies deeper than before.
func (c *Catalogue) findCycle(wanted, p Product, path []string, seen map[string]int) error {
	if len(path) > MaxDepth {
		return ErrTooDeep
	}
	for _, id := range parts(p) {
		if id == wanted.ID {
			return &CycleError{c.skus(wanted, append(slices.Clone(path), id))}
		}
		if depth, ok := seen[id]; ok && depth >= len(path) {
			continue
		}
		seen[id] = len(path)
		part, ok := c.Product(id)
		if !ok {
			return fmt.Errorf("%w: %s", ErrUnknownProduct, id)
		}
		if err := c.findCycle(wanted, part, append(slices.Clone(path), id), seen); err != nil {
			return err
		}
	}
	return nil
}

func (c *Catalogue) skus(p Product, ids []string) []string {
	names := make([]string, len(ids))
	for i, id := range ids {
		if id == p.ID {
			names[i] = p.SKU
		} else {
			names[i] = c.products[id].SKU
		}
	}
	return names
}

// parts lists the ids of the products that a product and its options are made of.
func parts(p Product) []string {
	var ids []string
	for _, component := range p.Components {
		if component.PartID != "" {
			ids = append(ids, component.PartID)
		}
	}
	for _, option := range p.Options {
		for _, component := range option.Components {
			if component.PartID != "" {
				ids = append(ids, component.PartID)
			}
		}
	}
	return ids
}

// recipeOf computes a product's recipe, once; path holds the ids of the products whose recipes need it.
func (c *Catalogue) recipeOf(id string, path []string) *recipe {
	if done := c.recipes[id]; done != nil {
		return done
	}
	p, ok := c.products[id]
	switch {
	case !ok:
		return &recipe{err: fmt.Errorf("%w: %s", ErrUnknownProduct, id)}
	case slices.Contains(path, id):
		cycle := append(slices.Clone(path[slices.Index(path, id):]), id)
		return &recipe{err: &CycleError{c.skus(p, cycle)}}
	}
	path = append(slices.Clone(path), id)
	r := &recipe{options: make([][]ingredient, len(p.Options)), depth: 1}
	r.base, r.err = c.ingredients(p.Components, path, &r.depth)
	for i, option := range p.Options {
		if r.err == nil {
			r.options[i], r.err = c.ingredients(option.Components, path, &r.depth)
		}
	}
	if r.err == nil && r.depth > MaxDepth {
		r.err = ErrTooDeep
	}
	if r.err == nil || len(path) == 1 {
		c.recipes[id] = r // an error depends on the path, unless that has this product alone
	}
	return r
}

// ingredients adds up components, each material and resource once, in the order of first mention, and
// raises depth to one more than that of the deepest part.
func (c *Catalogue) ingredients(components []Component, path []string, depth *int) ([]ingredient, error) {
	var all []ingredient
	place := make(map[ingredient]int, len(components)) // by kind and code alone
	add := func(more ingredient) {
		key := ingredient{kind: more.kind, code: more.code}
		if i, ok := place[key]; ok {
			all[i].quantity = new(big.Rat).Add(all[i].quantity, more.quantity)
			all[i].exact = false
			return
		}
		place[key] = len(all)
		all = append(all, more)
	}
	for _, component := range components {
		quantity := component.Quantity.Rat()
		direct := ingredient{quantity: quantity, shown: component.Quantity, exact: true}
		switch {
		case component.Material != "":
			direct.kind, direct.code = Material, component.Material
			add(direct)
		case component.Resource != "":
			direct.kind, direct.code = Resource, component.Resource
			add(direct)
		default:
			part := c.recipeOf(component.PartID, path)
			if part.err != nil {
				return nil, part.err
			}
			*depth = max(*depth, part.depth+1)
			if len(part.base) == 0 {
				direct.kind, direct.code = ComponentLine, c.products[component.PartID].Name
				add(direct)
			}
			for _, i := range part.base {
				add(ingredient{kind: i.kind, code: i.code, quantity: new(big.Rat).Mul(quantity, i.quantity)})
			}
		}
	}
	for i := range all {
		if all[i].exact {
			continue
		}
		all[i].shown, all[i].err = money.DecimalOf(all[i].quantity, money.Places)
		all[i].exact = all[i].err == nil && all[i].shown.Rat().Cmp(all[i].quantity) == 0
	}
	return all, nil
}
