package catalogue

import (
	"context"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/ent"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/money"
	"kopeck/service"
	"kopeck/service/input"
	"kopeck/service/rates"
	"kopeck/store"
)

// Recipe is what a product is made of from a moment on: see the API.
type Recipe struct {
	ID                    string
	ValidFrom, RecordedAt time.Time
	RecordedBy            string
	Reason                *string
	Components            []*RecipeComponent
	Options               []*RecipeOption
}

// RecipeComponent is a component of a recipe.
type RecipeComponent struct {
	Material, Resource *string
	Product            *ent.Product
	Quantity           *money.Decimal
	QuantityFormula    *string
}

// RecipeOption is an option of a recipe.
type RecipeOption struct {
	Code, Name      string
	Surcharge       money.Amount
	Measured, Grade bool
	Components      []*RecipeComponent
}

// maxRecipes is how many recipes one answer holds.
const maxRecipes = 1000

// RecipeAt gives what a product is made of at a moment, by what was known at another; both are now by default, and nil is nothing
// recorded. It comes from memory. INVALID by field.
func (s *Service) RecipeAt(ctx context.Context, productID string, at, knownAt *time.Time) (*Recipe, error) {
	var faults fault.List
	faults.Add(input.CheckDate("at", at))
	known, err := s.KnownMoment(ctx, "knownAt", knownAt)
	faults.Add(err)
	if err := faults.Or(); err != nil {
		return nil, err
	}
	r, ok := s.quote.PriceBook().Basis().Catalogue.Recipe(productID, input.Or(at, s.Now()), known)
	if !ok {
		return nil, nil
	}
	return s.shown(r), nil
}

// Recipes gives all recipes of a product, the latest validFrom and of those the last recorded first, at most 1,000.
func (s *Service) Recipes(productID string) []*Recipe {
	recipes := s.quote.PriceBook().Basis().Catalogue.Recipes(productID)
	all := make([]*Recipe, 0, len(recipes))
	for _, r := range slices.Backward(recipes) {
		if all = append(all, s.shown(r)); len(all) == maxRecipes {
			break
		}
	}
	return all
}

// RecipeByID gives a recipe, and the id of its product, from memory; nil for none.
func (s *Service) RecipeByID(recipeID string) (r *Recipe, productID string) {
	found, ok := s.quote.PriceBook().Basis().Catalogue.RecipeByID(recipeID)
	if !ok {
		return nil, ""
	}
	return s.shown(found), found.ProductID
}

// RecipeOf gives a recipe as the API has it; nil for none.
func (s *Service) RecipeOf(r *costing.Recipe) *Recipe {
	if r == nil {
		return nil
	}
	return s.shown(*r)
}

// shown returns a recipe as the API has it.
func (s *Service) shown(r costing.Recipe) *Recipe {
	components := func(of []costing.Component) []*RecipeComponent {
		all := make([]*RecipeComponent, len(of))
		for i, c := range of {
			all[i] = &RecipeComponent{Material: input.NonEmpty(c.Material), Resource: input.NonEmpty(c.Resource), Product: s.quote.Product(c.PartID)}
			if c.Formula == nil {
				all[i].Quantity = &c.Quantity
			} else {
				text := c.Formula.String()
				all[i].QuantityFormula = &text
			}
		}
		return all
	}
	shown := &Recipe{
		ID: r.ID, ValidFrom: r.ValidFrom.UTC(), RecordedAt: r.RecordedAt.UTC(), RecordedBy: r.RecordedBy, Reason: input.NonEmpty(r.Reason),
		Components: components(r.Components), Options: make([]*RecipeOption, len(r.Options)),
	}
	for i, o := range r.Options {
		shown.Options[i] = &RecipeOption{Code: o.Code, Name: o.Name, Surcharge: o.Surcharge, Measured: o.Measured, Grade: o.Grade, Components: components(o.Components)}
	}
	return shown
}

// RecipePayload is what setting a recipe has done: see the API.
type RecipePayload struct {
	Product        *ent.Product
	Recipe         *Recipe
	OrdersRestated *int
	UserErrors     []service.UserError
}

// recipeSet is the audit's detail of a recipe that was set, from which a repeated request is answered.
type recipeSet struct {
	Recipe    string    `json:"recipe"`
	Product   string    `json:"product"`
	ValidFrom time.Time `json:"validFrom"`
	Reason    *string   `json:"reason,omitempty"`
	Orders    int       `json:"orders"`
}

// restateTime is how long setting a recipe may take, with all that it restates. It goes on when the caller has disconnected.
const restateTime = 2 * time.Minute

// SetRecipe records what a product is made of from a moment on, by default now. One for the past restates, in the same transaction and
// audited, the orders from that moment to the product's next recipe, also those of products that it is a part of. Options that are not
// given stay as they are at that moment.
//
// Faults: INVALID by field, also for a recipe of the past without a reason, a product that would be a part of itself, a formula that is wrong
// or has no quantity at the ends of its measurements, and a covered order that lacks a measurement; NOT_FOUND for a product, part, material
// or resource; VERSION_CONFLICT.
func (s *Service) SetRecipe(ctx context.Context, in service.SetRecipeInput) (*RecipePayload, error) {
	r, reason, err := s.checkSetRecipe(in)
	if err != nil {
		return nil, err
	}
	working, cancel := context.WithTimeout(context.WithoutCancel(ctx), restateTime)
	defer cancel()
	entry, err := s.Write(working, service.Verb{Name: "setRecipe", Key: in.IdempotencyKey, Body: in}, func(ctx context.Context, tx *store.Tx) (string, error) {
		if err := s.rates.HoldRatesAlone(ctx, tx); err != nil {
			return "", err
		}
		p, err := s.lockProduct(ctx, tx, "productId", in.ProductID)
		if err != nil {
			return "", err
		}
		if err := service.CheckVersion(in.ExpectedVersion, p.Version); err != nil {
			return "", err
		}
		now := s.Now()
		recipe := costing.Recipe{ID: s.IDs.Make(id.Recipe), ProductID: p.ID, ValidFrom: input.Or(in.ValidFrom, now).UTC().Truncate(time.Microsecond), RecordedAt: now, Reason: input.OrZero(reason)}
		if recipe.ValidFrom.Before(now) && reason == nil {
			return "", fault.Invalidf("reason", "a recipe for the past needs a reason: it restates orders")
		}
		set := recipeSet{Recipe: recipe.ID, Product: p.ID, ValidFrom: recipe.ValidFrom, Reason: reason}
		if set.Orders, err = s.recordRecipe(ctx, tx, recipe, r, in.Options == nil); err != nil {
			return "", err
		}
		if err := tx.Product.UpdateOne(p).AddVersion(1).SetUpdatedAt(now).Exec(ctx); err != nil {
			return "", err
		}
		change := service.VersionChange{Version: p.Version + 1, Fields: map[string]service.Change{"recipe": {New: recipe.ID}}, Reason: input.OrZero(reason)}
		if err := s.AuditVersion(ctx, tx, productUpdate, p.ID, change); err != nil {
			return "", err
		}
		var audits service.AuditRows
		if err := audits.Add(ctx, s.Core, "recipe.set", p.ID, set); err != nil {
			return "", err
		}
		if err := audits.Write(ctx, tx); err != nil {
			return "", err
		}
		return audits.Last(), s.SnapshotChanged(ctx, tx, service.SnapshotBook)
	})
	if err != nil {
		return nil, err
	}
	return s.recipeSetBy(working, entry)
}

// recipeSetBy returns what an entry of the audit says was set.
func (s *Service) recipeSetBy(ctx context.Context, entry string) (*RecipePayload, error) {
	set, err := setByEntry(ctx, s.Client, entry)
	if err != nil {
		return nil, err
	}
	done := &RecipePayload{OrdersRestated: &set.Orders}
	for _, r := range s.quote.PriceBook().Basis().Catalogue.Recipes(set.Product) {
		if r.ID == set.Recipe {
			done.Recipe = s.shown(r)
		}
	}
	done.Product, err = s.Client.Product.Get(ctx, set.Product)
	return done, err
}

func (s *Service) checkSetRecipe(in service.SetRecipeInput) (newRecipe, *string, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	faults.Add(input.CheckDate("validFrom", in.ValidFrom))
	reason, err := input.OptionalText("reason", in.Reason, 2000)
	faults.Add(err)
	r := newRecipe{components: checkComponents(&faults, in.Components, "components"), options: s.checkOptions(&faults, in.Options)}
	return r, reason, faults.Or()
}

// recordRecipe checks a recipe against all that is recorded, writes it, and restates what it covers; it returns the number of orders. If
// keepOptions is set the options are those that hold at its moment. The transaction holds the rates alone.
func (s *Service) recordRecipe(ctx context.Context, tx *store.Tx, recipe costing.Recipe, r newRecipe, keepOptions bool) (int, error) {
	basis, err := s.basisOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	if keepOptions {
		before, _ := basis.Catalogue.Recipe(recipe.ProductID, recipe.ValidFrom, service.EndOfTime)
		r.options = s.keptOptions(before)
	}
	until := service.EndOfTime
	for _, other := range basis.Catalogue.Recipes(recipe.ProductID) {
		if other.ValidFrom.After(recipe.ValidFrom) && other.ValidFrom.Before(until) {
			until = other.ValidFrom
		}
		if other.ValidFrom.Equal(recipe.ValidFrom) && !other.RecordedAt.Before(recipe.RecordedAt) {
			recipe.RecordedAt = other.RecordedAt.Add(time.Microsecond) // recorded at the same moment, or by a replica whose clock is ahead
		}
	}
	parts, err := s.checkRecipe(ctx, tx, recipe.ProductID, r)
	if err != nil {
		return 0, err
	}
	if recipe.Components, recipe.Options, err = s.domainRecipe(r, parts); err != nil {
		return 0, err
	}
	basis.Catalogue = basis.Catalogue.With([]costing.Recipe{recipe})
	for _, productID := range basis.Catalogue.MadeWith(recipe.ProductID) {
		if err := basis.Catalogue.Verify(productID, recipe.ValidFrom, until); err != nil {
			return 0, recipeFault(err)
		}
	}
	if err := s.writeRecipe(ctx, tx, recipe, r, parts); err != nil {
		return 0, err
	}
	if recipe.ValidFrom.After(recipe.RecordedAt) {
		return 0, nil
	}
	return s.rates.RestateRecipe(ctx, tx, basis, rates.NewRecipe{ID: recipe.ID, ProductID: recipe.ProductID, From: recipe.ValidFrom, Until: until, RecordedAt: recipe.RecordedAt, Reason: recipe.Reason})
}

// keptOptions returns the options of the recipe that holds until another is recorded.
func (s *Service) keptOptions(before costing.Recipe) []newOption {
	options := make([]newOption, len(before.Options))
	for i, o := range before.Options {
		options[i] = newOption{
			code: o.Code, name: o.Name, surcharge: o.Surcharge, measured: o.Measured, grade: o.Grade, components: s.keptComponents(o.Components, "options"), path: []string{"options"}, kept: true,
		}
	}
	return options
}

// keptComponents returns components of the recipe that holds until another is recorded.
func (s *Service) keptComponents(of []costing.Component, path string) []newComponent {
	components := make([]newComponent, len(of))
	for i, c := range of {
		one := newComponent{material: input.NonEmpty(c.Material), resource: input.NonEmpty(c.Resource), quantity: c.Quantity, path: []string{path}, kept: true}
		if part := s.quote.Product(c.PartID); part != nil {
			one.partSKU = &part.Sku
		}
		if c.Formula != nil {
			text := c.Formula.String()
			one.formula = &text
		}
		components[i] = one
	}
	return components
}

// checkRecipe checks a recipe against what is recorded: rates of its materials and resources, its parts, whose ids it returns by sku, and
// its formulas, which are tried at the ends of what they measure.
func (s *Service) checkRecipe(ctx context.Context, tx *store.Tx, productID string, r newRecipe) (map[string]string, error) {
	known, err := ReadKnown(ctx, tx, r.partSKUs(), r.codes())
	if err != nil {
		return nil, err
	}
	return known.Products, known.check(productID, r)
}

// domainRecipe returns what a checked recipe is for the domain.
func (s *Service) domainRecipe(r newRecipe, parts map[string]string) ([]costing.Component, []costing.Option, error) {
	components := func(of []newComponent) ([]costing.Component, error) {
		all := make([]costing.Component, len(of))
		for i, c := range of {
			all[i] = costing.Component{Material: input.OrZero(c.material), Resource: input.OrZero(c.resource), Quantity: c.quantity}
			if c.partSKU != nil {
				all[i].PartID = parts[*c.partSKU]
			}
			if c.formula != nil {
				var err error
				if all[i].Formula, err = s.quote.Formula(*c.formula); err != nil {
					return nil, err
				}
			}
		}
		return all, nil
	}
	base, err := components(r.components)
	if err != nil {
		return nil, nil, err
	}
	options := make([]costing.Option, len(r.options))
	for i, o := range r.options {
		options[i] = costing.Option{Code: o.code, Name: o.name, Surcharge: o.surcharge, Measured: o.measured, Grade: o.grade}
		if options[i].Components, err = components(o.components); err != nil {
			return nil, nil, err
		}
	}
	return base, options, nil
}

// writeRecipe writes a recipe with its components and options. The guard refuses who may not change products.
func (s *Service) writeRecipe(ctx context.Context, tx *store.Tx, recipe costing.Recipe, r newRecipe, parts map[string]string) error {
	actor, _ := auth.From(ctx)
	err := tx.Recipe.Create().SetID(recipe.ID).SetProductID(recipe.ProductID).SetValidFrom(recipe.ValidFrom).SetRecordedAt(recipe.RecordedAt).
		SetRecordedBy(actor.Name).SetNillableReason(input.NonEmpty(recipe.Reason)).Exec(ctx)
	if err != nil {
		return err
	}
	return s.addComponents(ctx, tx, recipeOf{recipe.ID, recipe.ProductID}, r, parts)
}
