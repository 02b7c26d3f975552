package costing

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"
)

// Catalogue is an immutable set of products with their recipes of all times. What a product is made of in the end, through all nesting,
// is computed when it is asked for and then remembered. A nil one holds no products. It is safe for concurrent use.
type Catalogue struct {
	source   Source
	entries  map[string]*entry
	measured map[string][]Measurement // by code, in the order in which they hold

	searched sync.Once
	measures bool               // see Measures
	recipes  map[string]*Recipe // by id

	indexed sync.Once
	usedIn  map[string][]string // by product: those that it has ever been a part of, sorted
}

// Source is what a catalogue is made of. The order of its lists does not matter; of two products with one ID the later counts.
type Source struct {
	Products     []Product // the components and options of one are a recipe that has always held
	Recipes      []Recipe
	Measurements []Measurement
}

// entry is a product with its recipes.
type entry struct {
	product Product
	recipes []Recipe // in the order in which they hold

	dated    sync.Once
	turns    turns    // at which it, or what it is made of, may change
	versions sync.Map // by versionKey: *version
}

// versionKey tells what a product is made of at a moment, as known at another: by the turns up to them.
type versionKey struct{ held, knew int }

// version is a product with a recipe that holds at some time.
type version struct {
	product Product
	made    *folded
}

// NewCatalogue returns the catalogue of products whose recipes have always held.
func NewCatalogue(products []Product) *Catalogue { return CatalogueOf(Source{Products: products}) }

// CatalogueOf returns the catalogue of a source. A product with a wrong recipe gives its error when it is costed, and does not keep the
// others from being costed.
func CatalogueOf(s Source) *Catalogue {
	c := &Catalogue{source: s, entries: make(map[string]*entry, len(s.Products)), measured: make(map[string][]Measurement, len(s.Measurements))}
	for _, p := range s.Products {
		e := &entry{product: p}
		if len(p.Components) > 0 || len(p.Options) > 0 {
			e.recipes = []Recipe{{ProductID: p.ID, Components: p.Components, Options: p.Options}}
		}
		e.product.Components, e.product.Options, e.product.LeadDays = nil, nil, sortLeads(p.LeadDays)
		c.entries[p.ID] = e
	}
	for _, r := range s.Recipes {
		if e := c.entries[r.ProductID]; e != nil {
			e.recipes = append(e.recipes, r)
		}
	}
	for _, e := range c.entries {
		if len(e.recipes) > 1 {
			sortRecipes(e.recipes)
		}
	}
	for _, m := range s.Measurements {
		c.measured[m.Code] = append(c.measured[m.Code], m)
	}
	for code, of := range c.measured {
		c.measured[code] = sortMeasurements(of)
	}
	return c
}

// With returns this catalogue with recipes in addition.
func (c *Catalogue) With(recipes []Recipe) *Catalogue {
	if c == nil || len(recipes) == 0 {
		return c
	}
	source := c.source
	source.Recipes = slices.Concat(source.Recipes, recipes)
	return CatalogueOf(source)
}

// sortMeasurements sorts definitions of one code in the order in which they hold: that which was recorded first before all others.
func sortMeasurements(of []Measurement) []Measurement {
	recorded := slices.SortedStableFunc(slices.Values(of), func(a, b Measurement) int { return a.RecordedAt.Compare(b.RecordedAt) })
	slices.SortStableFunc(recorded[1:], func(a, b Measurement) int { return a.ValidFrom.Compare(b.ValidFrom) })
	return recorded
}

// Measurement returns the definition of a measurement that holds at a moment, as known at another.
func (c *Catalogue) Measurement(code string, at, knownAt time.Time) (Measurement, bool) {
	if c == nil || len(c.measured[code]) == 0 {
		return Measurement{}, false
	}
	all := c.measured[code]
	for _, m := range slices.Backward(all[1:]) {
		if !m.ValidFrom.After(at) && !m.RecordedAt.After(knownAt) {
			return m, true
		}
	}
	return all[0], true
}

// IsDefined reports whether there is a measurement of a code.
func (c *Catalogue) IsDefined(code string) bool { return c != nil && len(c.measured[code]) > 0 }

// Measures reports whether a recipe of any time has a formula, or an option that is filled by a customer's measurement.
func (c *Catalogue) Measures() bool {
	if c == nil {
		return false
	}
	c.search()
	return c.measures
}

// RecipeByID returns a recipe of any product and time.
func (c *Catalogue) RecipeByID(id string) (Recipe, bool) {
	if c == nil {
		return Recipe{}, false
	}
	c.search()
	if found := c.recipes[id]; found != nil {
		return *found, true
	}
	return Recipe{}, false
}

func (c *Catalogue) search() {
	c.searched.Do(func() {
		c.recipes = map[string]*Recipe{}
		for _, e := range c.entries {
			for i := range e.recipes {
				r := &e.recipes[i]
				c.recipes[r.ID] = r
				r.EachComponent(func(one Component) { c.measures = c.measures || one.Formula != nil })
				c.measures = c.measures || slices.ContainsFunc(r.Options, func(o Option) bool { return o.Measured })
			}
		}
	})
}

// Has reports whether the catalogue has a product.
func (c *Catalogue) Has(id string) bool { return c != nil && c.entries[id] != nil }

// Product returns a product by its id, with what it is made of at a moment, as known at another.
func (c *Catalogue) Product(id string, at, knownAt time.Time) (Product, bool) {
	if c == nil || c.entries[id] == nil {
		return Product{}, false
	}
	return c.version(id, at, knownAt, nil).product, true
}

// Recipe returns the recipe of a product that holds at a moment, as known at another: the latest with ValidFrom <= at among those
// with RecordedAt <= knownAt; of several for one ValidFrom the last recorded (ties: the greater ID).
func (c *Catalogue) Recipe(id string, at, knownAt time.Time) (Recipe, bool) {
	if c == nil || c.entries[id] == nil {
		return Recipe{}, false
	}
	if found := c.entries[id].recipe(at, knownAt); found != nil {
		return *found, true
	}
	return Recipe{}, false
}

// Recipes returns the recipes of a product, in the order in which they hold. The list must not be changed.
func (c *Catalogue) Recipes(id string) []Recipe {
	if c == nil || c.entries[id] == nil {
		return nil
	}
	return c.entries[id].recipes
}

func (e *entry) recipe(at, knownAt time.Time) *Recipe {
	for i := len(e.recipes) - 1; i >= 0; i-- {
		if r := &e.recipes[i]; !r.ValidFrom.After(at) && !r.RecordedAt.After(knownAt) {
			return r
		}
	}
	return nil
}

// Option returns an option of any recipe of a product by its id.
func (c *Catalogue) Option(productID, optionID string) (Option, bool) {
	for _, r := range c.Recipes(productID) {
		for _, o := range r.Options {
			if o.ID == optionID {
				return o, true
			}
		}
	}
	return Option{}, false
}

// EachComponent visits the components that a product, its options and, through all nesting, its parts have had at any time. It visits no
// product that is in seen, and adds those that it visits.
func (c *Catalogue) EachComponent(productID string, seen map[string]bool, visit func(Component)) {
	if c == nil || seen[productID] || c.entries[productID] == nil {
		return
	}
	seen[productID] = true
	for _, r := range c.entries[productID].recipes {
		r.EachComponent(func(component Component) {
			visit(component)
			if component.PartID != "" {
				c.EachComponent(component.PartID, seen, visit)
			}
		})
	}
}

// MadeWith returns a product and all that it has ever been a part of, through all nesting, sorted by id.
func (c *Catalogue) MadeWith(productID string) []string {
	c.indexed.Do(func() {
		c.usedIn = map[string][]string{}
		for id, e := range c.entries {
			for _, r := range e.recipes {
				r.EachComponent(func(component Component) {
					if users := c.usedIn[component.PartID]; component.PartID != "" && (len(users) == 0 || users[len(users)-1] != id) {
						c.usedIn[component.PartID] = append(users, id)
					}
				})
			}
		}
	})
	found, open := map[string]bool{productID: true}, []string{productID}
	for len(open) > 0 {
		next := open[len(open)-1]
		open = open[:len(open)-1]
		for _, id := range c.usedIn[next] {
			if !found[id] {
				found[id] = true
				open = append(open, id)
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// turnsOf returns the moments at which a product, or what it is made of, may change.
func (c *Catalogue) turnsOf(e *entry) turns {
	e.dated.Do(func() {
		var moments []time.Time
		add := func(id string) {
			one := c.entries[id]
			if one == nil {
				return
			}
			for _, r := range one.recipes {
				moments = append(moments, r.ValidFrom, r.RecordedAt)
			}
			for _, lead := range one.product.LeadDays {
				moments = append(moments, lead.ValidFrom, lead.RecordedAt)
			}
		}
		add(e.product.ID)
		seen := map[string]bool{}
		c.EachComponent(e.product.ID, seen, func(Component) {})
		for id := range seen {
			if id != e.product.ID {
				add(id)
			}
		}
		e.turns = newTurns(moments)
	})
	return e.turns
}

// turned counts the turns of a product up to a moment.
func (c *Catalogue) turned(productID string, at time.Time) int {
	if c == nil || c.entries[productID] == nil {
		return 0
	}
	return c.turnsOf(c.entries[productID]).upTo(at)
}

// version returns a product, which must be there, as it is at a moment; path holds the ids of the products whose recipes need it.
func (c *Catalogue) version(id string, at, knownAt time.Time, path []string) *version {
	e := c.entries[id]
	all := c.turnsOf(e)
	key := versionKey{all.upTo(at), all.upTo(knownAt)}
	if known, ok := e.versions.Load(key); ok {
		return known.(*version)
	}
	v := &version{product: e.product}
	if r := e.recipe(at, knownAt); r != nil {
		v.product.Components, v.product.Options = r.Components, r.Options
	}
	v.product.StandardLeadDays = e.product.leadAt(at, knownAt)
	fold := folding{catalogue: c, at: at, knownAt: knownAt}
	v.made = fold.product(v.product, path)
	v.product.Measurements = v.made.codes
	if v.made.err == nil || len(path) == 0 {
		e.versions.Store(key, v) // an error depends on the path, unless that is empty
	}
	return v
}

// Verify returns nil where a product can be made at all moments from one to another, as known now. Errors: *CycleError where it is a part
// of itself; ErrTooDeep, ErrTooManyTerms; ErrUnknownProduct for a part that is not there.
func (c *Catalogue) Verify(productID string, from, until time.Time) error {
	e := c.entries[productID]
	if e == nil {
		return fmt.Errorf("%w: %s", ErrUnknownProduct, productID)
	}
	moments := []time.Time{from}
	for _, moment := range c.turnsOf(e) {
		if moment.After(from) && moment.Before(until) {
			moments = append(moments, moment)
		}
	}
	for _, moment := range moments {
		if err := c.version(productID, moment, lastMoment, nil).made.err; err != nil {
			return err
		}
	}
	return nil
}

// lastMoment is later than anything that is recorded.
var lastMoment = time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)

// CheckCycle returns nil where a product may be added to the catalogue as it is at a moment, as known now. Errors as Verify.
func (c *Catalogue) CheckCycle(p Product, at time.Time) error {
	return c.findCycle(p, p, []string{p.ID}, map[string]int{}, at)
}

// findCycle looks for the product among the parts of another. seen holds the depth at which a part was found to be
// free of it, so that each part is visited again only where it lies deeper than before.
func (c *Catalogue) findCycle(wanted, p Product, path []string, seen map[string]int, at time.Time) error {
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
		if c == nil || c.entries[id] == nil {
			return fmt.Errorf("%w: %s", ErrUnknownProduct, id)
		}
		part := c.entries[id].product
		if r := c.entries[id].recipe(at, lastMoment); r != nil {
			part.Components, part.Options = r.Components, r.Options
		}
		if err := c.findCycle(wanted, part, append(slices.Clone(path), id), seen, at); err != nil {
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
		} else if e := c.entries[id]; e != nil {
			names[i] = e.product.SKU
		}
	}
	return names
}

// parts lists the ids of the products that a product and its options are made of.
func parts(p Product) []string {
	var ids []string
	Recipe{Components: p.Components, Options: p.Options}.EachComponent(func(c Component) {
		if c.PartID != "" {
			ids = append(ids, c.PartID)
		}
	})
	return ids
}

// IsRecipeError reports whether an error says that a recipe cannot be as it is.
func IsRecipeError(err error) bool {
	var cycle *CycleError
	return errors.As(err, &cycle) || errors.Is(err, ErrTooDeep) || errors.Is(err, ErrTooManyTerms)
}
