package catalogue

import (
	"context"
	"time"

	"kopeck/costing"
	"kopeck/fault"
	"kopeck/id"
	"kopeck/service"
	"kopeck/store"
)

// Supposed returns a recipe that is supposed of a product from a moment on, checked as SetRecipe does. It writes nothing.
func (s *Service) Supposed(ctx context.Context, in *service.WhatIfRecipeInput, at time.Time) (costing.Recipe, error) {
	var faults fault.List
	faults.Add(id.Check("productId", id.Product, in.ProductID))
	r := newRecipe{components: checkComponents(&faults, in.Components, "components"), options: s.checkOptions(&faults, in.Options)}
	if err := faults.Or(); err != nil {
		return costing.Recipe{}, err
	}
	if s.quote.Product(in.ProductID) == nil {
		return costing.Recipe{}, fault.NoSuch("productId", "product")
	}
	recipe := costing.Recipe{ID: "supposed", ProductID: in.ProductID, ValidFrom: at, RecordedAt: at}
	catalogue := s.quote.PriceBook().Basis().Catalogue
	if in.Options == nil {
		before, _ := catalogue.Recipe(in.ProductID, at, service.EndOfTime)
		r.options = s.keptOptions(before)
	}
	err := s.Store.Read(ctx, func(ctx context.Context, tx *store.Tx) error {
		parts, err := s.checkRecipe(ctx, tx, in.ProductID, r)
		if err != nil {
			return err
		}
		recipe.Components, recipe.Options, err = s.domainRecipe(r, parts)
		return err
	})
	if err != nil {
		return recipe, err
	}
	return recipe, recipeFault(catalogue.With([]costing.Recipe{recipe}).Verify(in.ProductID, at, at))
}
