package assortment

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"kopeck/auth"
	"kopeck/costing"
	"kopeck/id"
	"kopeck/service"
	"kopeck/service/bulk"
	"kopeck/service/catalogue"
	"kopeck/service/rates"
)

// recipeBook is what all products are made of, as an import knows it: with the recipes that it has written or, while checking, would write.
type recipeBook struct {
	basis    costing.Basis
	read     bool
	checking bool
	count    int64                       // of the recipes that were there when it was read, and those written since
	pending  map[string][]costing.Recipe // that would be written, by product
}

// recipeChunk is the work on the recipes of one call.
type recipeChunk struct {
	*chunk

	known *catalogue.Known
	added map[int][]*catalogue.ImportedRecipe // by the number of the record
	skus  map[string]int                      // the numbers of records by sku
	first map[string]bool                     // the ids of products that had no recipe
}

// Recipes records what products are made of. A recipe that is there with the same content is left alone. One that was recorded elsewhere
// keeps its id and its times where the product has no recipe yet, and is rejected where it has others; one without them is recorded now,
// which needs Update where the product is made of something else, and a reason if it is for the past. Orders that recipes cover are
// restated.
func (i *Import) Recipes(ctx context.Context, records []Recipes) ([]bulk.Verdict, error) {
	return i.run(ctx, len(records), func(ctx context.Context, c *chunk) error {
		w := &recipeChunk{chunk: c, added: map[int][]*catalogue.ImportedRecipe{}, skus: map[string]int{}, first: map[string]bool{}}
		if c.bulk != nil {
			if err := c.service.rates.HoldRatesAlone(ctx, c.tx); err != nil {
				return err
			}
		}
		if err := w.readBook(ctx); err != nil {
			return err
		}
		var err error
		if w.known, err = readKnown(ctx, c, records); err != nil {
			return err
		}
		for n := range records {
			c.verdicts[n] = w.place(n, &records[n])
		}
		catalogue := w.verified()
		if c.bulk != nil && len(w.added) > 0 {
			return w.write(ctx, catalogue)
		}
		if c.bulk == nil {
			w.remember()
		}
		return nil
	})
}

// readKnown reads what recipes are checked against.
func readKnown(ctx context.Context, c *chunk, records []Recipes) (*catalogue.Known, error) {
	var skus, codes []string
	add := func(components []Component) {
		for _, one := range components {
			if one.Part != "" {
				skus = append(skus, one.Part)
			}
			if one.Material+one.Resource != "" {
				codes = append(codes, one.Material+one.Resource)
			}
		}
	}
	for n := range records {
		skus = append(skus, records[n].SKU)
		for _, r := range records[n].Recipes {
			add(r.Components)
			for _, o := range r.Options {
				add(o.Components)
			}
		}
	}
	return catalogue.ReadKnown(ctx, c.tx, skus, codes)
}

// readBook reads what products are made of, unless it is known: nobody else has recorded a recipe.
func (w *recipeChunk) readBook(ctx context.Context) error {
	n, err := countRecipes(ctx, w.tx)
	if err != nil {
		return err
	}
	book := &w.recipes
	if book.read && book.checking == w.Check && book.count == n {
		return nil
	}
	pending := book.pending
	if book.checking != w.Check || pending == nil {
		pending = map[string][]costing.Recipe{}
	}
	*book = recipeBook{read: true, checking: w.Check, count: n, pending: pending}
	book.basis, err = w.service.catalogue.Basis(ctx, w.tx)
	return err
}

// place decides what is done with the recipes of a product.
func (w *recipeChunk) place(n int, given *Recipes) bulk.Verdict {
	productID := w.known.Products[given.SKU]
	if productID == "" {
		return rejected("sku: there is no such product: import products first")
	}
	w.skus[given.SKU] = n
	stored := slices.Clone(w.recipes.basis.Catalogue.Recipes(productID))
	w.first[productID] = len(stored) == 0
	now, updates := w.moment(), false
	for k := range given.Recipes {
		r := &given.Recipes[k]
		recipe := costing.Recipe{ID: r.ID, ProductID: productID, ValidFrom: r.ValidFrom, RecordedAt: r.RecordedAt, Reason: r.Reason}
		switch {
		case (r.ID == "") != r.RecordedAt.IsZero():
			delete(w.added, n)
			return rejected("id: a recipe that was recorded before has id, valid_from and recorded_at, a new one has neither id nor recorded_at")
		case recipe.ValidFrom.IsZero() && w.first[productID]:
			recipe.ValidFrom = catalogue.Always()
		case recipe.ValidFrom.IsZero():
			recipe.ValidFrom = now
		}
		made, isNew, verdict := w.placeOne(given, r, recipe, stored)
		if verdict.Outcome == bulk.Rejected {
			delete(w.added, n)
			return verdict
		}
		if isNew {
			updates = updates || !w.first[productID]
			w.added[n] = append(w.added[n], made)
			stored = append(stored, made.Recipe)
		}
	}
	switch {
	case len(w.added[n]) == 0:
		return bulk.Verdict{Outcome: bulk.Present}
	case updates:
		return bulk.Verdict{Outcome: bulk.Updated}
	}
	return bulk.Verdict{Outcome: bulk.Added}
}

// placeOne checks a recipe against those that its product has.
func (w *recipeChunk) placeOne(given *Recipes, r *Recipe, recipe costing.Recipe, stored []costing.Recipe) (made *catalogue.ImportedRecipe, isNew bool, v bulk.Verdict) {
	recordedBefore := !recipe.RecordedAt.IsZero()
	kept := catalogue.KeptRecipe{}
	if !recordedBefore {
		kept.Components, kept.Options = given.LacksComponents, given.LacksOptions
		if holding := holdingAt(stored, recipe.ValidFrom); holding != nil {
			kept.Before = *holding
			r.keep(kept.Before)
		}
	}
	components, options := w.service.inputs(r)
	made, err := w.service.catalogue.CheckImported(w.known, recipe, recordedBefore, components, options, kept)
	if err != nil {
		return nil, false, r.rejectedFor(err)
	}
	if recordedBefore {
		at := slices.IndexFunc(stored, func(one costing.Recipe) bool { return one.ID == recipe.ID })
		switch {
		case at >= 0 && stored[at].ValidFrom.Equal(recipe.ValidFrom) && stored[at].RecordedAt.Equal(recipe.RecordedAt) && catalogue.SameRecipe(stored[at], made.Recipe):
			return made, false, bulk.Verdict{Outcome: bulk.Present}
		case at >= 0:
			return nil, false, rejected("id: a recipe with this id and other content exists; leave out id and recorded_at to record a new one")
		case !w.first[recipe.ProductID]:
			return nil, false, rejected(fmt.Sprintf(errPast, "product"))
		case w.recipes.takenIDs(recipe):
			return nil, false, rejected("id: another product has a recipe with this id")
		}
		return made, true, bulk.Verdict{Outcome: bulk.Added}
	}
	now := w.moment()
	if holding := holdingAt(stored, recipe.ValidFrom); holding != nil && catalogue.SameRecipe(*holding, made.Recipe) {
		return made, false, bulk.Verdict{Outcome: bulk.Present}
	}
	if !w.first[recipe.ProductID] {
		switch {
		case !w.Update:
			return nil, false, rejected("the product is made of something else at that moment; --update records this recipe")
		case recipe.ValidFrom.Before(now) && recipe.Reason == "":
			return nil, false, rejected("reason: a recipe for the past needs a reason: it restates orders")
		}
	}
	made.ID, made.RecordedAt = w.service.IDs.Make(id.Recipe), catalogue.RecordedAfter(stored, recipe.ValidFrom, now)
	return made, true, bulk.Verdict{Outcome: bulk.Added}
}

// takenIDs reports whether a recipe of another product has the id of a recipe.
func (b *recipeBook) takenIDs(r costing.Recipe) bool {
	other, ok := b.basis.Catalogue.RecipeByID(r.ID)
	return ok && other.ProductID != r.ProductID
}

// holdingAt returns the recipe that holds at a moment by what is known now, nil for none.
func holdingAt(recipes []costing.Recipe, at time.Time) (holding *costing.Recipe) {
	for n := range recipes {
		r := &recipes[n]
		if r.ValidFrom.After(at) {
			continue
		}
		if holding == nil || r.ValidFrom.After(holding.ValidFrom) || r.ValidFrom.Equal(holding.ValidFrom) && !r.RecordedAt.Before(holding.RecordedAt) {
			holding = r
		}
	}
	return holding
}

// with returns the catalogue with the recipes that are to be added.
func (w *recipeChunk) with() *costing.Catalogue {
	var recipes []costing.Recipe
	for _, productID := range keysOf(w.recipes.pending) {
		recipes = append(recipes, w.recipes.pending[productID]...)
	}
	for _, of := range w.added {
		for _, r := range of {
			recipes = append(recipes, r.Recipe)
		}
	}
	return w.recipes.basis.Catalogue.With(recipes)
}

// verified rejects the records by which a product could not be made, such as those of a circle, and returns the catalogue with the others.
func (w *recipeChunk) verified() *costing.Catalogue {
	for {
		made := w.with()
		wrong := w.wrong(made)
		if len(wrong) == 0 {
			return made
		}
		for n, reason := range wrong {
			delete(w.added, n)
			w.verdicts[n] = rejected(reason)
		}
	}
}

// wrong returns, by the number of a record, why a product cannot be made by it. Where there are circles it names those on them alone.
func (w *recipeChunk) wrong(made *costing.Catalogue) map[int]string {
	circles, others := map[int]string{}, map[int]string{}
	seen := map[string]bool{}
	for n, of := range w.added {
		for _, productID := range made.MadeWith(of[0].ProductID) {
			if seen[productID] {
				continue
			}
			seen[productID] = true
			err := made.Verify(productID, catalogue.Always(), service.EndOfTime)
			if err == nil {
				continue
			}
			var circle *costing.CycleError
			if !errors.As(err, &circle) {
				others[n] = "part: " + err.Error()
				continue
			}
			for _, sku := range circle.Path {
				if at, ok := w.skus[sku]; ok && w.added[at] != nil {
					circles[at] = "part: " + err.Error()
				}
			}
			if len(circles) == 0 {
				others[n] = "part: " + err.Error()
			}
		}
	}
	if len(circles) > 0 {
		return circles
	}
	return others
}

// remember keeps what would be written, for the records that are checked after it.
func (w *recipeChunk) remember() {
	for _, of := range w.added {
		recipes := make([]costing.Recipe, len(of))
		for n, r := range of {
			recipes[n] = r.Recipe
		}
		w.recipes.pending[of[0].ProductID] = recipes
	}
}

// write writes the recipes and restates what they cover.
func (w *recipeChunk) write(ctx context.Context, made *costing.Catalogue) error {
	actor, _ := auth.From(ctx)
	rows := &catalogue.RecipeRows{}
	var recipes []*catalogue.ImportedRecipe
	for n := range w.verdicts {
		for _, r := range w.added[n] {
			w.service.catalogue.AddRows(rows, r, actor.Name)
			recipes = append(recipes, r)
		}
	}
	if err := rows.Write(ctx, w.bulk); err != nil {
		return err
	}
	w.recipes.count += int64(len(recipes))
	w.recipes.basis.Catalogue = made
	sold, err := soldProducts(ctx, w.tx)
	if err != nil {
		return err
	}
	for _, r := range recipes {
		orders := 0
		if !r.ValidFrom.After(w.moment()) && slices.ContainsFunc(made.MadeWith(r.ProductID), func(one string) bool { return sold[one] }) {
			if orders, err = w.service.rates.RestateRecipe(ctx, w.tx, w.recipes.basis, rates.NewRecipe{
				ID: r.ID, ProductID: r.ProductID, From: r.ValidFrom, Until: until(made, r.Recipe), RecordedAt: r.RecordedAt, Reason: r.Reason,
			}); err != nil {
				return err
			}
			w.OrdersRestated += int64(orders)
		}
		if !w.first[r.ProductID] {
			if err := w.service.catalogue.AuditImported(ctx, w.tx, r, orders); err != nil {
				return err
			}
		}
	}
	return w.changed(ctx)
}

// until returns from when the next recipe of the product holds.
func until(made *costing.Catalogue, r costing.Recipe) time.Time {
	until := service.EndOfTime
	for _, other := range made.Recipes(r.ProductID) {
		if other.ValidFrom.After(r.ValidFrom) && other.ValidFrom.Before(until) {
			until = other.ValidFrom
		}
	}
	return until
}

// ExportRecipes calls each for the recipes of every product that has any, by sku, from one snapshot of the database.
func (s *Service) ExportRecipes(ctx context.Context, each func(*Recipes) error) error {
	return export(ctx, s, each, func(r *Recipes) string { return r.SKU }, exportedRecipes)
}
